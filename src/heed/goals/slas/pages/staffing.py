"""Staffing as pages: what a better promise costs, and weekdays on which too few people are there."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.core.people.queries import units
from heed.documents.charts.price import Priced as PricedPoint
from heed.documents.charts.price import priced
from heed.goals.slas.forms import FrontierForm, WeekdayForm, filled
from heed.goals.slas.queries.marked import marks_of_curve
from heed.goals.slas.queries.planned import Priced, frontier_told, weekdays_told


def _wanted(request: HttpRequest) -> bool:
    """Whether figures are wanted now, or the page that fetches them."""
    return bool(request.htmx or "figures" in request.GET)  # type: ignore[attr-defined]


def _said(error: HeedError) -> str:
    return " ".join(translated(each, _) for each in (error.message, error.hint) if each)


@require_safe
@page("see_figures")
def staffing(request: HttpRequest) -> HttpResponse:
    """The frontier of an ordinary week."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = cast(FrontierForm, filled(FrontierForm, request.GET))
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "tab": "frontier"}
    if form.is_valid() and _wanted(request):
        told = form.cleaned_data
        priced_at = Priced(told["cost"], told["currency"], told["shrinkage"], told["hours"])
        try:
            found = frontier_told(scope, form.asked, priced_at)
            marks = marks_of_curve(scope, datetime.fromisoformat(found["cutoff"]), form.asked.weeks)
            context |= _frontier(found) | {"marks": marks}
        except HeedError as error:
            context["wrong"] = _said(error)
    template = "goals/slas/frontier.html" if request.htmx else "goals/slas/staffing.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _frontier(found: dict[str, Any]) -> dict[str, Any]:
    chart = priced(
        [_point(each) for each in (*found["points"], *((found["now"],) if found["now"] else ()))],
        title=_("What a week costs, and what it gives"),
        key="frontier",
        currency=found["currency"],
        value=_("Answered in time"),
        liked=_("Satisfied, of those answered"),
    )
    curve = found["wait_curve"]["steps"]
    return {
        "found": _dated(found),
        "chart": chart,
        "curve": [step for place, step in enumerate(curve) if not place or step["value"] < curve[place - 1]["value"]],
        "method": _("Erlang A and simulation, %(runs)s runs") % {"runs": found["runs"]},
    }


def _dated(found: dict[str, Any]) -> dict[str, Any]:
    return found | {name: datetime.fromisoformat(found[name]) for name in ("since", "cutoff")}


def _point(each: dict[str, Any]) -> PricedPoint:
    level = each["service_level"]
    low, high, liked = level["week_low"], level["week_high"], each["csat"]["value"]
    return PricedPoint(float(each["cost"]), level["value"] or 0.0, low, high, liked, each["target"] is None)


@require_safe
@page("see_figures")
def staffing_weekdays(request: HttpRequest) -> HttpResponse:
    """Scheduled against needed, by queue and weekday."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = cast(WeekdayForm, filled(WeekdayForm, request.GET))
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "tab": "weekdays"}
    if form.is_valid() and _wanted(request):
        try:
            found = weekdays_told(scope, form.asked, form.cleaned_data["target"])
            names = {unit.key: unit.name for unit in units()}
            context |= {
                "learned": _dated(found),
                "rows": [
                    (each, WEEKDAYS[each["weekday"]], names.get(each["queue"], each["queue"]) or "–")
                    for each in found["weekdays"]
                ],
            }
        except HeedError as error:
            context["wrong"] = _said(error)
    template = "goals/slas/weekdays.html" if request.htmx else "goals/slas/staffing.html"  # type: ignore[attr-defined]
    return render(request, template, context)


urlpatterns = [
    path("staffing/", staffing, name="staffing"),
    path("staffing/weekdays/", staffing_weekdays, name="staffing-weekdays"),
]
