"""The list of cases: tabs with counts, filters, order, several given to somebody at once, CSV, and a case opened by hand."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.people.queries import people, unit_choices
from heed.core.tables import csv_lines
from heed.service.cases.actions.opening import open_case
from heed.service.cases.actions.working import assign
from heed.service.cases.forms.working import FilterForm, OpenCaseForm
from heed.service.cases.pages.words import due_words, is_pressing
from heed.service.cases.queries import (
    TABS,
    WORKING_ROLES,
    Filters,
    cause_names,
    counts,
    first_words,
    lines,
    narrowed,
    openings,
    ordered,
)

ROWS = 50
MOST_EXPORTED = 50_000
MOST_AT_ONCE = 200
EXPORTED = (
    "number",
    "key",
    "title",
    "severity",
    "state",
    "team",
    "region",
    "owner",
    "customer_key",
    "channel",
    "topic",
    "product",
    "segment",
    "opened_at",
    "first_contact_due_at",
    "first_contact_at",
    "resolution_due_at",
    "waited_seconds",
    "escalation_level",
    "closed_at",
    "cause",
    "outcome",
)


def tab_titles() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "unowned": _("Nobody's"),
        "overdue": _("Overdue"),
        "open": _("All open"),
        "closed": _("Closed"),
        "all": _("All"),
    }


def _asked(
    request: HttpRequest, held: Mapping[str, int] | None = None
) -> tuple[Filters, str, FilterForm, dict[str, str]]:
    """What the address asks for: filters, order, the form, and the address's words without the page.

    `held` is how many each tab holds, where it is known already.
    """
    scope = request.scope  # type: ignore[attr-defined]
    told = {name: str(value) for name, value in request.GET.items() if value and name not in ("page", "tab")}
    tab = request.GET.get("tab", "")
    reach = None if scope.holds_everywhere("see_cases") else scope.reaches.get("see_cases", frozenset())
    form = FilterForm(request.GET, teams=unit_choices(reach))
    more = {name: request.GET.get(name, "").replace("\0", "")[:80] for name in ("owner", "cause", "customer")}
    filters, sort = form.filters(tab if tab in TABS else _usual(scope, held), more)
    return filters, sort, form, told


def _usual(scope: Any, known: Mapping[str, int] | None) -> str:
    """The tab somebody lands on: the first that holds something of what is theirs to do."""
    held = known or counts(scope, timezone.now())
    wanted = ("mine", "unowned", "open") if scope.may("work_cases") else ("open",)
    return next((tab for tab in wanted if held[tab]), wanted[0])


def _page_number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


@require_safe
@page("see_cases")
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases of the person's units, those due first."""
    scope, now = request.scope, timezone.now()  # type: ignore[attr-defined]
    held = counts(scope, now)
    filters, sort, form, told = _asked(request, held)
    number = _page_number(request)
    rows = list(ordered(narrowed(scope, filters, now), sort)[(number - 1) * ROWS : number * ROWS + 1])
    causes, said = cause_names(), first_words(scope, (row.key for row in rows))

    def address(tab: str, page_number: int = 1) -> str:
        words = {"tab": tab, **told, **({"page": str(page_number)} if page_number > 1 else {})}
        return f"?{urlencode(words)}"

    context = {
        "lines": [
            (line, due_words(line, causes), is_pressing(line), said.get(line.key, ""))
            for line in lines(rows[:ROWS], now)
        ],
        "tabs": [
            {"title": title, "href": address(tab), "current": tab == filters.tab, "count": held[tab]}
            for tab, title in tab_titles().items()
        ],
        "tab": filters.tab,
        "form": form,
        "narrowed": bool(told),
        "all_href": f"?{urlencode({'tab': filters.tab})}",
        "first": (number - 1) * ROWS + 1,
        "last": (number - 1) * ROWS + len(rows[:ROWS]),
        "previous": address(filters.tab, number - 1) if number > 1 else "",
        "next": address(filters.tab, number + 1) if len(rows) > ROWS else "",
        "csv": f"export.csv{address(filters.tab)}",
        "held": held,
        "may_work": scope.may("work_cases"),
        "may_rehearse": scope.holds_everywhere("see_figures"),
        "has_rules": bool(openings()),
        "workers": _workers(scope) if scope.may("work_cases") else [],
        "back": request.get_full_path(),
    }
    return render(request, "service/cases/list.html", context)


def _workers(scope: Any) -> list[tuple[str, str]]:
    """Those who work on cases in the units of this person, for choosing one."""
    found = people().filter(is_active=True, memberships__role__in=WORKING_ROLES)
    if not scope.holds_everywhere("work_cases"):
        found = found.filter(memberships__unit__key__in=scope.reaches.get("work_cases", frozenset()))
    return list(found.distinct().values_list("key", "name")[:500])


@require_POST
@page("work_cases")
def assign_several(request: HttpRequest) -> HttpResponse:
    """Give the marked cases to one person; what cannot be given is said case by case."""
    owner = request.POST.get("owner", "")
    keys = request.POST.getlist("case")[:MOST_AT_ONCE]
    back = request.POST.get("back", "")
    given, refused = 0, []
    for key in keys:
        try:
            assign(request.scope, key, owner)  # type: ignore[attr-defined]
            given += 1
        except HeedError as error:
            refused.append(f"{error.said(_)}")
    if given:
        said = ngettext("%(many)d case was given.", "%(many)d cases were given.", given) % {"many": given}
        messages.success(request, said)
    for said in dict.fromkeys(refused):
        messages.warning(request, said)
    if not keys:
        messages.warning(request, _("Mark the cases to give first."))
    return redirect(back if back.startswith("/cases/") else "cases")


@require_safe
@page("see_cases")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows, as CSV, without words."""
    filters, sort, _form, _told = _asked(request)
    rows = ordered(narrowed(request.scope, filters, timezone.now()), sort)  # type: ignore[attr-defined]

    def cells() -> Iterator[tuple[Any, ...]]:
        yield from rows.values_list(*EXPORTED)[:MOST_EXPORTED].iterator(chunk_size=1000)

    answer = StreamingHttpResponse(csv_lines(EXPORTED, cells()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@page("work_cases")
def case_new(request: HttpRequest) -> HttpResponse:
    """Open a case by hand."""
    scope = request.scope  # type: ignore[attr-defined]
    initial = {name: request.GET.get(name, "") for name in ("customer", "title")}
    form = OpenCaseForm(request.POST if request.method == "POST" else None, initial=initial, scope=scope)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            row = open_case(scope, **form.cleaned_data)
        except HeedError as error:
            tell(form, error, {"no_title": "title", "unknown_unit": "team", "invalid_customer": "customer"})
            status = error.status
        else:
            messages.success(request, _("Case %(number)s is open.") % {"number": row.number})
            return redirect("case", row.key)
    return render(request, "service/cases/new.html", {"form": form}, status=status)


urlpatterns = [
    path("cases/", case_list, name="cases"),
    path("cases/export.csv", export, name="cases-export"),
    path("cases/new/", case_new, name="case-new"),
    path("cases/assignments/", assign_several, name="cases-assign"),
]
