"""Choosing KPIs: what speaks for and against each, the proposed set, and the choice on record."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.goals.kpis.actions import choose_set
from heed.goals.kpis.rules import stored_reason_said
from heed.goals.kpis.selection.choosing import set_body
from heed.goals.kpis.selection.evidence import Candidacy, Choice, Selection, chosen
from heed.goals.kpis.selection.keeping import kept_selection
from heed.goals.kpis.selection.weighing import candidates


@dataclass(frozen=True)
class Line:
    """A KPI of the table."""

    each: Candidacy
    name: str
    href: str
    reason: str
    change: float | None
    change_unit: str
    other: str
    is_ticked: bool


def _lines(told: Selection, ticked: set[str]) -> list[Line]:
    names = {each.kpi.key: translated(each.kpi.short, _) for each in told.candidacies}
    lines = []
    for each in told.candidacies:
        found, near, key = each.evidence, each.nearest, each.kpi.key
        unit = "share" if found and found.logarithmic else each.kpi.unit
        other = names[near.other if near.one == key else near.one] if near else ""
        reason = translated(each.verdict.reason, _)
        change = found.smallest_change if found else None
        lines.append(Line(each, names[key], reverse("kpi", args=[key]), reason, change, unit, other, key in ticked))
    return lines


def _recorded(choice: Choice | None) -> list[tuple[str, bool, str]]:
    """Each KPI of the set in force: its name, whether it is in, and the reason that was kept, in the reader's language."""
    if choice is None:
        return []
    names = {kpi.key: kpi.short for kpi in candidates()}
    told = [
        (translated(names.get(key, key), _), key in choice.members, translated(stored_reason_said(why, names), _))
        for key, why in choice.reasons.items()
    ]
    return sorted(told, key=lambda each: (not each[1], each[0].casefold()))


def _choose(request: HttpRequest, scope: Scope) -> str:
    """Record what was sent. Returns what was wrong with it; empty when it stands."""
    told = kept_selection(scope)
    assert told is not None
    follows = request.POST.get("follows", "")
    try:
        body = set_body(
            told, request.POST.getlist("kpi"), request.POST.get("owner", ""), request.POST.get("note", "")[:1000]
        )
        _number, state = choose_set(scope, body, follows=int(follows) if follows.isdigit() else None)
    except HeedError as error:
        return " ".join(translated(each, _) for each in (error.message, error.hint) if each)
    said = (
        _("The choice is recorded.") if state == "in_force" else _("The choice is proposed; somebody must approve it.")
    )
    messages.success(request, said)
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def selection(request: HttpRequest) -> HttpResponse:
    """The evidence follows the page where it is not at hand; a choice is sent with the version that was seen."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    wrong = _choose(request, scope) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        return redirect("kpi-selection")
    read = bool(request.htmx or "figures" in request.GET or wrong)  # type: ignore[attr-defined]
    told = kept_selection(scope, read=read)
    now = chosen()
    ticked = set(request.POST.getlist("kpi")) if wrong else set(now.members if now else told.proposed if told else ())
    context: dict[str, Any] = {
        "told": told,
        "choice": now,
        "recorded": _recorded(now),
        "lines": _lines(told, ticked) if told else [],
        "wrong": wrong,
        "may_choose": scope.holds_everywhere("propose"),
        "owner": request.POST.get("owner", ""),
        "note": request.POST.get("note", ""),
    }
    template = "goals/kpis/selection_rows.html" if request.htmx else "goals/kpis/selection.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=409 if wrong else 200)


urlpatterns = [path("kpis/selection/", selection, name="kpi-selection")]
