"""Pages of customers: the list, its file, and correcting what is known of one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page
from heed.core.tables import csv_lines
from heed.service.customers.actions import WRITE, correct_customer, note_wish
from heed.service.customers.forms import CORRECTED, CustomerForm
from heed.service.customers.queries import SEE, card, choices, customer_in_reach, customers
from heed.service.customers.rules import REASONS, NotTaken

ROWS = 50
FILTERS = ("words", "region", "segment", "state")
EXPORTED = (
    "system",
    "external_id",
    "name",
    "email",
    "phone",
    "language",
    "time_zone",
    "region",
    "segment",
    "account",
    "mail_opted_out_at",
)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """The filters of the address."""
    return {name: request.GET.get(name, "").replace("\0", "")[:120] for name in FILTERS}


@require_safe
@page(SEE)
def customer_list(request: HttpRequest) -> HttpResponse:
    """Customers by name, within reach."""
    scope = request.scope  # type: ignore[attr-defined]
    wanted = asked_for(request)
    shown = Paginator(customers(scope, **wanted), ROWS).get_page(request.GET.get("page"))
    query = {name: value for name, value in wanted.items() if value}
    context = {
        "page": shown,
        "rows": [card(row) for row in shown],
        "wanted": wanted,
        "is_filtered": bool(query),
        "regions": choices(scope, "region"),
        "segments": choices(scope, "segment"),
        "states": [
            ("reachable", _("Can be asked")),
            ("opted_out", _("Want no mail that asks")),
            ("no_address", _("Without an address")),
        ],
        "previous": _page_link(query, shown.previous_page_number()) if shown.has_previous() else "",
        "next": _page_link(query, shown.next_page_number()) if shown.has_next() else "",
        "csv": f"export.csv?{urlencode(query)}",
        "may_import": scope.holds_everywhere("import"),
        "may_ask": scope.may("ask"),
    }
    return render(request, "service/customers/list.html", context)


def _page_link(query: dict[str, str], number: int) -> str:
    return f"?{urlencode({**query, 'page': number})}"


@require_safe
@page(SEE)
def customer_export(request: HttpRequest) -> StreamingHttpResponse:
    """The customers of the list as a CSV file that no spreadsheet runs."""
    scope = request.scope  # type: ignore[attr-defined]
    rows = customers(scope, **asked_for(request)).values_list(*EXPORTED)
    response = StreamingHttpResponse(csv_lines(EXPORTED, rows.iterator(chunk_size=2000)), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="customers.csv"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(WRITE)
def customer_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Correct what is known of a customer."""
    scope = request.scope  # type: ignore[attr-defined]
    row = customer_in_reach(scope, key)
    form = CustomerForm(request.POST) if request.method == "POST" else CustomerForm.of(row)
    if request.method == "POST" and form.is_valid() and _corrected(scope, key, form):
        messages.success(request, _("Kept."))
        return redirect("customer", key=key)
    return render(request, "service/customers/edit.html", {"customer": card(row), "form": form})


def _corrected(scope: Any, key: str, form: CustomerForm) -> bool:
    try:
        correct_customer(scope, key, {name: form.cleaned_data[name].strip() for name in CORRECTED})
    except NotTaken as fault:
        form.add_error(fault.fault.column, _("This value %(reason)s.") % {"reason": _(REASONS[fault.fault.reason])})
        return False
    return True


@require_POST
@page(WRITE)
def customer_wish(request: HttpRequest, key: str) -> HttpResponse:
    """Note that a customer wants no more mail that asks, or may be asked again."""
    wish = request.POST.get("wish") != "in"
    note_wish(request.scope, key, opted_out=wish)  # type: ignore[attr-defined]
    messages.success(request, _("They are asked no more.") if wish else _("They may be asked again."))
    return redirect("customer", key=key)


urlpatterns = [
    path("customers/", customer_list, name="customers"),
    path("customers/export.csv", customer_export, name="customers-export"),
    path("customers/<str:key>/edit/", customer_edit, name="customer-edit"),
    path("customers/<str:key>/wish/", customer_wish, name="customer-wish"),
]
