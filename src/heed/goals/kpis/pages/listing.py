"""All KPIs at a glance: each one's last full week, how it moved, and its weeks before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.goals.kpis.pages.asking import source_of
from heed.goals.kpis.pages.reading import figures
from heed.goals.kpis.pages.spans import facts_span
from heed.goals.kpis.pages.window import WEEK, Change, change, full_weeks, monday
from heed.goals.kpis.queries import KpiSummary, Question, list_kpis, organisation_zone
from heed.metrics.readings import Row

WEEKS = 13
NO_ROW = Row({}, None, None, None, None)


@dataclass(frozen=True)
class Glance:
    """One line of the list."""

    kpi: KpiSummary
    href: str
    row: Row
    points: tuple[Row, ...]
    change: Change | None
    week: date | None
    reason: str = ""

    @property
    def split(self) -> str:
        """What to split by first when one asks where."""
        return "team"

    @property
    def name(self) -> str:
        return self.kpi.name

    @property
    def unit(self) -> str:
        return self.kpi.unit

    @property
    def beyond(self) -> float | None:
        return self.change.beyond if self.change else None

    @property
    def width(self) -> float | None:
        """How sure it is: the interval's width as a share of the value, by which the list may be sorted."""
        if self.row.low is None or self.row.high is None or not self.row.value:
            return None
        return (self.row.high - self.row.low) / abs(self.row.value)


def _weeks(rows: Sequence[Row], first: date, last: date) -> tuple[Row, ...]:
    """A row for every week, empty where there were no facts, so that a gap stays a gap."""
    known = {row.period: row for row in rows}
    weeks = [first + WEEK * step for step in range((last - first).days // 7 + 1)]
    return tuple(known.get(week, NO_ROW) for week in weeks)


def glance(summary: KpiSummary, scope: Scope) -> Glance:
    """The last full week of a KPI beside the one before it."""
    href = reverse("kpi", args=[summary.key])
    facts = facts_span(source_of(summary.key))
    if facts is None:
        return Glance(summary, href, NO_ROW, (), None, None)
    last = facts[1].astimezone(organisation_zone()).date()
    since = monday(last + timedelta(days=1)) - WEEK * WEEKS
    try:
        shown = figures(summary.key, scope, Question(since=since), period="week")
    except HeedError as error:
        return Glance(summary, href, NO_ROW, (), None, None, error.message)
    weeks = full_weeks(shown.rows, last)
    end = monday(last + timedelta(days=1)) - WEEK
    by_week = {row.period: row for row in weeks}
    now, before = by_week.get(end), by_week.get(end - WEEK)
    moved = change(now, before, shown.direction)
    return Glance(summary, href, now or NO_ROW, _weeks(weeks, since, end), moved, end)


def glances(scope: Scope) -> list[Glance]:
    return [glance(summary, scope) for summary in list_kpis() if summary.state == "in_force"]


def cutoff_of(found: Sequence[Glance]) -> date | None:
    """The last day of the newest full week."""
    ends = [item.week for item in found if item.week]
    return max(ends) + timedelta(days=6) if ends else None


@require_safe
@page("see_figures")
def kpi_list(request: HttpRequest) -> HttpResponse:
    """All KPIs in force."""
    found = glances(request.scope)  # type: ignore[attr-defined]
    return render(request, "goals/kpis/list.html", {"kpis": found, "until": cutoff_of(found)})


@require_safe
@page("see_figures")
def changed(request: HttpRequest) -> HttpResponse:
    """What changed most beyond noise first; a fragment of the first page, and a page by itself without a script."""
    found = glances(request.scope)  # type: ignore[attr-defined]
    known = [item for item in found if item.row.value is not None]
    ranked = sorted(known, key=lambda item: -(item.beyond if item.beyond is not None else -9.0))
    worse = [item for item in ranked if item.change and item.change.is_worse][:3]
    context = {"kpis": ranked, "until": cutoff_of(known), "worse": worse, "missing": len(found) - len(known)}
    template = "goals/kpis/changed.html" if request.htmx else "goals/kpis/changed_page.html"  # type: ignore[attr-defined]
    return render(request, template, context)


urlpatterns = [
    path("kpis/", kpi_list, name="kpis"),
    path("kpis/changed/", changed, name="kpis-changed"),
]
