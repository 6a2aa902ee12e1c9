"""Bringing customers in from a file: what its columns mean, what would happen, and what was rejected."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError, NotFound, translated
from heed.core.tables import csv_lines
from heed.service.customers.actions import IMPORT, Imported, import_customers
from heed.service.customers.forms import ColumnsForm, FileForm
from heed.service.customers.queries import customer_import, customer_imports, rejected_of
from heed.service.customers.rules import REASONS, guess
from heed.service.formats.actions.reading import PlainFile, drop_upload, kept_file
from heed.service.formats.actions.uploads import keep_upload

ROWS, SHOWN_ROWS, SHOWN_COLUMNS = 50, 8, 40


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(IMPORT)
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file; then its columns; then it is brought in."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(IMPORT)
    if request.method == "POST" and request.POST.get("token"):
        return _columns_chosen(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        token = keep_upload(scope, upload.chunks())
        given = {"token": token, "name": upload.name[:255], "system": form.cleaned_data["system"].strip()}
        try:
            with kept_file(scope, token, given["name"]) as file:
                return _preview(request, file, given, ColumnsForm(initial=given, **_about(file)), guess(file.columns))
        except HeedError as error:
            drop_upload(scope, token)
            form.add_error("file", _said(error))
    context = {"form": form, "imports": customer_imports()[:10]}
    return render(request, "service/customers/new.html", context, status=422 if form.errors else 200)


def _about(file: PlainFile) -> dict[str, Any]:
    return {"columns": file.columns, "guessed": guess(file.columns)}


def _said(error: HeedError) -> str:
    return f"{translated(error.message, _)} {translated(error.hint, _)}".strip()


def _columns_chosen(request: HttpRequest) -> HttpResponse:
    """Try the file with the columns as chosen, or bring it in."""
    scope = request.scope  # type: ignore[attr-defined]
    given = {name: request.POST.get(name, "").replace("\0", "")[:255] for name in ("token", "name", "system")}
    with kept_file(scope, given["token"], given["name"]) as file:
        form = ColumnsForm(request.POST, **_about(file))
        if not form.is_valid():
            raise NotFound("The form is not of this file.", code="upload_gone", hint="Choose the file again.")
        chosen = form.mapped()
        if request.POST.get("step") != "import":
            return _preview(request, file, given, form, chosen)
        try:
            done = import_customers(scope, file, system=given["system"], chosen=chosen)
        except HeedError as error:
            return _preview(request, file, given, form, chosen, error)
    drop_upload(scope, given["token"])
    messages.success(request, _told(done))
    return redirect("customer-import-done", key=done.key)


def _told(done: Imported) -> str:
    kept = done.kept
    words = ngettext("%(count)d new customer", "%(count)d new customers", kept.new) % {"count": kept.new}
    return (
        words
        + ", "
        + _("%(changed)d changed, %(unchanged)d as they were, %(rejected)d rejected.")
        % {
            "changed": kept.changed,
            "unchanged": kept.unchanged,
            "rejected": len(done.rejected),
        }
    )


def _preview(
    request: HttpRequest,
    file: PlainFile,
    given: dict[str, str],
    form: ColumnsForm,
    chosen: dict[str, str],
    error: HeedError | None = None,
) -> HttpResponse:
    """The first rows below what each column means, and what would happen."""
    outcome: Imported | None = None
    if error is None:
        try:
            scope = request.scope  # type: ignore[attr-defined]
            outcome = import_customers(scope, file, system=given["system"], chosen=chosen, dry_run=True)
        except HeedError as refused:
            error = refused
    rows = []
    for line, values, _whole in file.rows():
        rows.append((line, [(values.get(column) or "")[:80] for column in file.columns[:SHOWN_COLUMNS]]))
        if len(rows) == SHOWN_ROWS:
            break
    context = {
        "form": form,
        "selects": form.selects[:SHOWN_COLUMNS],
        "further": form.selects[SHOWN_COLUMNS:],
        "rows": rows,
        "given": given,
        "error": error,
        "told": outcome.as_dict() if outcome else None,
        "may_bring_in": outcome is not None and outcome.read > len(outcome.rejected),
    }
    return render(request, "service/customers/columns.html", context, status=422 if error else 200)


@require_safe
@page(IMPORT)
def import_done(request: HttpRequest, key: str) -> HttpResponse:
    """What a file did, and its rejected rows."""
    request.scope.demand_everywhere(IMPORT)  # type: ignore[attr-defined]
    row = customer_import(key)
    shown = Paginator(rejected_of(row), ROWS).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "page": shown,
        "rows": [(each, REASONS.get(each.reason, each.reason), each.raw.get(each.column, "")) for each in shown],
        "previous": f"?page={shown.previous_page_number()}" if shown.has_previous() else "",
        "next": f"?page={shown.next_page_number()}" if shown.has_next() else "",
        "pairs": [
            (_("System"), row.system),
            (_("New"), row.new),
            (_("Changed"), row.changed),
            (_("As they were"), row.unchanged),
            (_("Rejected"), row.rejected),
        ],
    }
    return render(request, "service/customers/import.html", context)


@require_safe
@page(IMPORT)
def rejected_export(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The rejected rows as a CSV file, with line and reason: to mend and bring in again."""
    request.scope.demand_everywhere(IMPORT)  # type: ignore[attr-defined]
    row = customer_import(key)
    lines = (
        (
            each.line,
            each.column,
            _(REASONS.get(each.reason, each.reason)),
            *(each.raw.get(name) for name in row.columns),
        )
        for each in rejected_of(row).iterator(chunk_size=2000)
    )
    heading = (_("Line"), _("Column"), _("Reason"), *row.columns)
    response = StreamingHttpResponse(csv_lines(heading, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejected-customers.csv"'
    return response


urlpatterns = [
    path("customers/import/", import_page, name="customer-import"),
    path("customers/imports/<str:key>/", import_done, name="customer-import-done"),
    path("customers/imports/<str:key>/rejected.csv", rejected_export, name="customer-import-rejected"),
]
