"""Footprints as pages: the list; one with its comparison, what is not certain and what was decided; past weeks replayed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.core.tables import csv_of
from heed.goals.footprint.actions import decide
from heed.goals.footprint.forms import OPTIONS, DecisionForm
from heed.goals.footprint.pages import picturing
from heed.goals.footprint.queries import (
    Shown,
    body_of,
    decisions,
    footprint_in_force,
    footprints,
    rehearsed,
    shown,
)
from heed.goals.slas.queries.calls import MOST_WEEKS

LATEST = 20
WEEKS = 8


def _scope(request: HttpRequest) -> Scope:
    return request.scope  # type: ignore[attr-defined,no-any-return]


def _wanted(request: HttpRequest) -> bool:
    """Whether figures are wanted now, or the page that fetches them."""
    return bool(request.htmx or "figures" in request.GET)  # type: ignore[attr-defined]


@require_safe
@page("see_figures")
def footprint_list(request: HttpRequest) -> HttpResponse:
    """Every footprint in force with its last decision."""
    rows = []
    for held in footprints():
        body, (last, _next) = body_of(held), decisions(held.key, limit=1)
        decided = OPTIONS.get(last[0].option) if last else ""
        rows.append((held, body, decided, last[0] if last else None))
    return render(request, "goals/footprint/list.html", {"rows": rows})


@require_safe
@page("see_figures")
def footprint(request: HttpRequest, key: str) -> HttpResponse:
    """The comparison, which follows the page; the decisions stand on it at once."""
    return _page(request, key, DecisionForm(initial={"seen": footprint_in_force(key).version}))


def _page(request: HttpRequest, key: str, form: DecisionForm, wrong: str = "", status: int = 200) -> HttpResponse:
    scope, held = _scope(request), footprint_in_force(key)
    context: dict[str, Any] = {
        "held": held,
        "body": body_of(held),
        "form": form,
        "wrong_decision": wrong,
        "may_decide": scope.holds_everywhere("approve"),
        "decisions": [(row, OPTIONS.get(row.option, row.option)) for row in decisions(key, limit=LATEST)[0]],
    }
    if _wanted(request) or wrong:
        try:
            context |= _figures(shown(scope, key))
        except HeedError as error:
            context["wrong"] = error.said(_)
    template = "goals/footprint/figures.html" if request.htmx else "goals/footprint/footprint.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _figures(found: Shown) -> dict[str, Any]:
    compared, doubted = found.compared, found.doubted
    chances = {each.option: each for each in doubted.chances}
    callers = {group.key: f"{group.region_title} ({group.language})" for group in compared.setting.groups}
    return {
        "found": found,
        "compared": compared,
        "currency": compared.setting.footprint.currency,
        "lines": [
            {
                "option": each,
                "title": OPTIONS[each.name],
                "same": OPTIONS.get(each.same_as or "", ""),
                "chance": chances[each.name],
                "is_best": each.name == doubted.best,
                "pools": [(one, _members(found, one.members)) for one in each.pools],
                "losses": [(loss, [(callers[group], part) for group, part in loss.unserved]) for loss in each.losses],
            }
            for each in compared.options
        ],
        "impossible": [(OPTIONS[name], translated(said, _)) for name, said in compared.impossible.items()],
        "best": OPTIONS[doubted.best],
        "against": OPTIONS.get(doubted.against or "", ""),
        "saving": doubted.saving,
        "turns": [picturing.bar_title(bar, compared) for bar in doubted.turns],
        "tornado": picturing.tornado_of(doubted, compared),
        "people": picturing.people_of(compared, doubted.best),
    }


def _members(found: Shown, members: tuple[int, ...]) -> str:
    groups = [found.compared.setting.groups[place] for place in members]
    return ", ".join(f"{group.region_title} ({group.language})" for group in groups)


@require_POST
@page("see_figures")
def footprint_decision(request: HttpRequest, key: str) -> HttpResponse:
    """Record what was decided."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, key, form, _("What is marked below is missing."), 422)
    told = form.cleaned_data
    try:
        decide(_scope(request), key, told["option"], owner=told["owner"], reason=told["reason"], seen=told["seen"])
    except HeedError as error:
        if error.status in (403, 404):
            raise
        return _page(request, key, form, error.said(_), error.status)
    messages.success(request, _("The decision is recorded, with the figures as they are now."))
    return redirect("footprint", key)


@require_safe
@page("see_figures")
def footprint_rehearsal(request: HttpRequest, key: str) -> HttpResponse:
    """What each option would have given in the weeks past."""
    written = request.GET.get("weeks", "")
    weeks = min(max(int(written), 1), MOST_WEEKS) if written.isdigit() and len(written) < 4 else WEEKS
    held = footprint_in_force(key)
    context: dict[str, Any] = {"held": held, "body": body_of(held), "weeks": weeks}
    if _wanted(request):
        try:
            found = shown(_scope(request), key)
            rows = rehearsed(_scope(request), body_of(held), found.compared, weeks)
            context |= picturing.weeks_of(rows, OPTIONS)
        except HeedError as error:
            context["wrong"] = error.said(_)
    template = "goals/footprint/weeks.html" if request.htmx else "goals/footprint/rehearsal.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_safe
@page("see_figures")
def footprint_people(request: HttpRequest, key: str) -> HttpResponse:
    """People needed in each half-hour of every option, as CSV."""
    found = shown(_scope(request), key)
    response = HttpResponse(csv_of(picturing.people_rows(found.compared)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-people.csv"'
    return response


urlpatterns = [
    path("footprints/", footprint_list, name="footprints"),
    path("footprints/<str:key>/", footprint, name="footprint"),
    path("footprints/<str:key>/decisions/", footprint_decision, name="footprint-decision"),
    path("footprints/<str:key>/rehearsal/", footprint_rehearsal, name="footprint-rehearsal"),
    path("footprints/<str:key>/people.csv", footprint_people, name="footprint-people"),
]
