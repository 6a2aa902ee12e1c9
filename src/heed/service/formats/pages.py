"""Pages of imports: what came in, bringing a file in (a dry run first), and the quarantine with its repair."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.core.journal.queries import actor_names
from heed.core.people.queries import organisation
from heed.service.formats.actions.drafting import hold, look, tried, try_kept
from heed.service.formats.actions.importing import PERMISSION, replay
from heed.service.formats.actions.mending import discard_row, repair_row
from heed.service.formats.actions.uploads import import_upload, keep_upload
from heed.service.formats.forms import ColumnsForm, RepairForm, UploadForm
from heed.service.formats.models import RULE_TITLES, QuarantinedRow
from heed.service.formats.queries import (
    import_numbered,
    imports,
    mapping_by_key,
    quarantined,
    quarantined_row,
    waiting_by_rule,
)
from heed.service.formats.rules.drafting import body_of, draft, suggested_key
from heed.service.formats.rules.meanings import MEANINGS
from heed.service.formats.rules.outcome import Outcome

ROWS = 50


def _count(number: int) -> str:
    return number_format(number, force_grouping=True)


def _before(request: HttpRequest, name: str = "before") -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@require_safe
@page(PERMISSION)
def import_list(request: HttpRequest) -> HttpResponse:
    """What came in, newest first."""
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    before, mapping = _before(request), request.GET.get("mapping", "").replace("\0", "")
    found = imports(mapping)
    some = list((found.filter(pk__lt=before) if before else found)[: ROWS + 1])
    query = {"mapping": mapping} if mapping else {}
    following = f"?{urlencode({**query, 'before': some[ROWS - 1].pk})}" if len(some) > ROWS else ""
    context = {
        "rows": some[:ROWS],
        "mapping": mapping,
        "next": following,
        "first": f"?{urlencode(query)}" if before else "",
        "waiting": waiting_by_rule(mapping),
    }
    return render(request, "service/formats/imports.html", context)


@require_safe
@page(PERMISSION)
def import_page(request: HttpRequest, number: int) -> HttpResponse:
    """One import: its figures, what it rejected, what it repaired."""
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    row = import_numbered(min(number, 2**63 - 1))
    names = actor_names({row.actor})
    pairs: list[tuple[Any, Any]] = [
        (_("State"), row.get_state_display()),
        (_("Mapping"), row.mapping + (f" {row.mapping_version}" if row.mapping_version else "")),
        (_("Brought in by"), names.get(row.actor, row.actor)),
        (_("Started"), date_format(localtime(row.started_at), _("j M Y, H:i"))),
        *((_("Rows of %(table)s") % {"table": table}, _count(count)) for table, count in row.tables.items()),
    ]
    context = {
        "row": row,
        "pairs": pairs,
        "waiting": waiting_by_rule(origin=row.pk),
        "notes": [(RULE_TITLES.get(rule, rule), count) for rule, count in sorted(row.notes.items())],
    }
    return render(request, "service/formats/import.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(PERMISSION)
def import_new(request: HttpRequest) -> HttpResponse:
    """Choose a file; a dry run shows what would happen, then the file is brought in."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(PERMISSION)
    initial = {"mapping": request.GET.get("mapping", "")}
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm(initial=initial)
    if request.method != "POST" or not form.is_valid():
        return render(request, "service/formats/new.html", {"form": form})
    upload, mapping = form.cleaned_data["file"], form.cleaned_data["mapping"]
    try:
        token = keep_upload(scope, upload.chunks())
        if not mapping:
            return own_file(request, token, upload.name)
        outcome = import_upload(scope, token, mapping, name=upload.name, dry_run=True)
    except HeedError as error:
        form.add_error("file", error.said(_))
        return render(request, "service/formats/new.html", {"form": form}, status=error.status)
    context = {**_would_be(outcome), "token": token, "mapping": mapping, "name": upload.name}
    return render(request, "service/formats/dry_run.html", context)


def _would_be(outcome: Outcome) -> dict[str, Any]:
    """What a dry run says."""
    pairs = [
        (_("Rows read"), _count(outcome.read)),
        (_("Would be accepted"), _count(outcome.accepted)),
        (_("Would be quarantined"), _count(outcome.quarantined)),
        (_("Unchanged"), _count(outcome.unchanged)),
    ]
    told = outcome.as_dict()
    for item in (*told["errors"], *told["notes"]):
        item["title"] = RULE_TITLES.get(item["rule"], item["rule"])
    return {"told": told, "pairs": pairs}


def own_file(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The page that asks what the columns of a file mean, with what heed makes of them."""
    scope = request.scope  # type: ignore[attr-defined]
    columns, rows = look(scope, token, name)
    guessed = draft(columns, rows, organisation().time_zone, request.POST.get("sort", ""))
    first = {**ColumnsForm.of(guessed), "token": token, "name": name, "key": suggested_key(name), "system": "crm"}
    first |= {each: request.POST[each] for each in ("key", "system", "zone") if request.POST.get(each)}
    form = ColumnsForm(initial=first, columns=columns, sort=guessed.sort)
    return _columns_shown(request, form, columns, rows, doubtful=guessed.doubtful)


def _columns_shown(
    request: HttpRequest, form: ColumnsForm, columns: Any, rows: Any, status: int = 200, **more: Any
) -> HttpResponse:
    shown = [[row.get(column) or "" for column in columns] for row in rows[:5]]
    context = {"form": form, "rows": shown, "may_approve": request.scope.may("approve"), **more}  # type: ignore[attr-defined]
    return render(request, "service/formats/columns.html", context, status=status)


@never_cache
@require_POST
@page(PERMISSION)
def import_columns(request: HttpRequest) -> HttpResponse:
    """What the columns mean, as somebody corrected it: asked again for another sort of rows, tried, or held and brought in."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(PERMISSION)
    token, name = request.POST.get("token", ""), request.POST.get("name", "")[:255]
    columns, rows = look(scope, token, name)
    sort = request.POST.get("sort", "")
    if request.POST.get("step") == "again" or sort not in MEANINGS:
        return own_file(request, token, name)
    form = ColumnsForm(request.POST, columns=columns, sort=sort)
    if not form.is_valid():
        return _columns_shown(request, form, columns, rows, status=422)
    key = form.cleaned_data["key"]
    try:
        body = {**body_of(form.told(), columns, name, key), "system": form.cleaned_data["system"].strip()}
        outcome = try_kept(scope, token, tried(key, body), name=name)
        if request.POST.get("step") == "import":
            return _brought_in(request, token, name, key, body)
    except HeedError as error:
        form.add_error(None, error.said(_))
        return _columns_shown(request, form, columns, rows, status=error.status)
    return _columns_shown(request, form, columns, rows, **_would_be(outcome))


def _brought_in(request: HttpRequest, token: str, name: str, key: str, body: dict[str, Any]) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    if not hold(scope, key, body):
        messages.info(request, _("The mapping is proposed. Once it is approved, bring the file in by it."))
        return redirect("definition", kind="mapping", key=key)
    outcome = import_upload(scope, token, key, name=name, dry_run=False)
    messages.success(request, _told(outcome))
    return redirect("import", number=outcome.import_id)


@require_POST
@page(PERMISSION)
def import_confirm(request: HttpRequest) -> HttpResponse:
    """Bring in the file that was tried."""
    scope = request.scope  # type: ignore[attr-defined]
    given = {name: request.POST.get(name, "") for name in ("token", "mapping", "name")}
    outcome = import_upload(scope, given["token"], given["mapping"], name=given["name"][:255], dry_run=False)
    messages.success(request, _told(outcome))
    return redirect("import", number=outcome.import_id)


def _told(outcome: Outcome) -> str:
    words = ngettext("%(count)d row accepted", "%(count)d rows accepted", outcome.accepted) % {
        "count": outcome.accepted
    }
    if outcome.quarantined:
        waiting = ngettext("%(count)d waits in quarantine", "%(count)d wait in quarantine", outcome.quarantined)
        words += ", " + waiting % {"count": outcome.quarantined}
    return words + "."


@require_safe
@page(PERMISSION)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Rejected rows that wait, by mapping and rule."""
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    chosen = {name: request.GET.get(name, "").replace("\0", "") for name in ("mapping", "rule")}
    after = _before(request, "after")
    found = quarantined(chosen["mapping"], rule=chosen["rule"]).order_by("id")
    some = list((found.filter(pk__gt=after) if after else found)[: ROWS + 1])
    query = {name: value for name, value in chosen.items() if value}
    context = {
        "rows": some[:ROWS],
        "groups": waiting_by_rule(),
        "rule_title": RULE_TITLES.get(chosen["rule"], chosen["rule"]),
        "chosen": chosen,
        "next": f"?{urlencode({**query, 'after': some[ROWS - 1].pk})}" if len(some) > ROWS else "",
        "first": f"?{urlencode(query)}" if after else "",
        "here": urlencode(query),
    }
    return render(request, "service/formats/quarantine.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(PERMISSION)
def quarantine_row(request: HttpRequest, number: int) -> HttpResponse:
    """One rejected row: what was wrong, and a form to repair it."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(PERMISSION)
    row = quarantined_row(min(number, 2**63 - 1))
    columns = [name for name in dict.fromkeys([*row.origin.columns, *row.values]) if name != "…"]
    form = RepairForm(request.POST if request.method == "POST" else None, row=row, columns=columns)
    if request.method == "POST" and form.is_valid():
        return _repaired(request, row, form)
    return render(request, "service/formats/row.html", {"row": row, "form": form})


def _repaired(request: HttpRequest, row: QuarantinedRow, form: RepairForm) -> HttpResponse:
    """Keep the values and bring the row in again; when it is still wrong its page says why."""
    scope = request.scope  # type: ignore[attr-defined]
    values = form.changed_values()
    if values or "…" in row.values:
        repair_row(scope, row.pk, values)
    outcome = replay(scope, mapping_by_key(row.mapping), rows=(row.pk,))
    if outcome.quarantined:
        messages.warning(request, _("The row is still rejected; the reason is below."))
        return redirect("quarantine-row", number=row.pk)
    messages.success(request, _("The row is repaired and brought in."))
    return redirect("quarantine")


@require_POST
@page(PERMISSION)
def row_discard(request: HttpRequest, number: int) -> HttpResponse:
    """Give a rejected row up."""
    discard_row(request.scope, min(number, 2**63 - 1))  # type: ignore[attr-defined]
    messages.success(request, _("The row will not become a fact."))
    return redirect("quarantine")


@require_POST
@page(PERMISSION)
def quarantine_replay(request: HttpRequest) -> HttpResponse:
    """Bring all rows of a rule in again, as after a mapping was mended."""
    scope = request.scope  # type: ignore[attr-defined]
    mapping, rule = request.POST.get("mapping", ""), request.POST.get("rule", "")
    outcome = replay(scope, mapping_by_key(mapping), rule=rule)
    messages.success(request, _told(outcome))
    return redirect("quarantine")


urlpatterns = [
    path("imports/", import_list, name="imports"),
    path("imports/new/", import_new, name="import-new"),
    path("imports/new/columns/", import_columns, name="import-columns"),
    path("imports/new/confirm/", import_confirm, name="import-confirm"),
    path("imports/quarantine/", quarantine, name="quarantine"),
    path("imports/quarantine/replay/", quarantine_replay, name="quarantine-replay"),
    path("imports/quarantine/<int:number>/", quarantine_row, name="quarantine-row"),
    path("imports/quarantine/<int:number>/discard/", row_discard, name="quarantine-discard"),
    path("imports/<int:number>/", import_page, name="import"),
]
