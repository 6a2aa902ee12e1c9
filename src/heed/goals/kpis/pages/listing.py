"""All KPIs at a glance: each one's last full week, how it moved, and its weeks before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.goals.kpis.pages.asking import source_of
from heed.goals.kpis.pages.reading import figures, is_kept
from heed.goals.kpis.pages.spans import facts_span
from heed.goals.kpis.pages.window import WEEK, Change, change, full_weeks, monday
from heed.goals.kpis.queries import KpiSummary, Question, list_kpis, organisation_zone
from heed.goals.kpis.revisions import redefined_since
from heed.goals.kpis.rules import Standing, standing
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
    cutoff: datetime | None = None
    currency: str = ""

    @property
    def split(self) -> str:
        """What to split by first when one asks where."""
        return "team"

    @property
    def name(self) -> str:
        return translated(self.kpi.name, _)

    @property
    def unit(self) -> str:
        return f"{self.kpi.unit} {self.currency}".rstrip()

    @property
    def has_facts(self) -> bool:
        """Whether there is something to show of the last full week, or a word on why it is kept back."""
        return self.row.value is not None or self.row.suppressed or bool(self.reason)

    @property
    def target(self) -> float | None:
        return self.kpi.target

    @property
    def standing(self) -> Standing:
        """How the last full week stands to the target."""
        return standing(self.row.low, self.row.high, self.kpi.target, self.kpi.direction)

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


def _last_day(summary: KpiSummary) -> date | None:
    """The day of the newest facts of a KPI."""
    facts = facts_span(source_of(summary.key))
    return facts[1].astimezone(organisation_zone()).date() if facts else None


def _asks(last: date) -> Question:
    return Question(since=monday(last + timedelta(days=1)) - WEEK * WEEKS)


def glance(summary: KpiSummary, scope: Scope) -> Glance:
    """The last full week of a KPI beside the one before it."""
    href = reverse("kpi", args=[summary.key])
    last = _last_day(summary)
    if last is None:
        return Glance(summary, href, NO_ROW, (), None, None)
    try:
        shown = figures(summary.key, scope, _asks(last), period="week")
    except HeedError as error:
        return Glance(summary, href, NO_ROW, (), None, None, translated(error.message, _))
    weeks = full_weeks(shown.rows, last)
    end = monday(last + timedelta(days=1)) - WEEK
    by_week = {row.period: row for row in weeks}
    now, before = by_week.get(end), by_week.get(end - WEEK)
    moved = change(now, before, shown.direction)
    points = _weeks(weeks, end - WEEK * (WEEKS - 1), end)
    return Glance(summary, href, now or NO_ROW, points, moved, end, "", shown.cutoff, shown.currency)


def are_kept(scope: Scope) -> bool:
    """Whether every figure of the list is at hand."""
    return all(
        is_kept(summary.key, scope, _asks(last), period="week")
        for summary in in_force_kpis()
        if (last := _last_day(summary))
    )


def in_force_kpis() -> list[KpiSummary]:
    """By their names, as the reader's language has them."""
    held = [summary for summary in list_kpis() if summary.state == "in_force"]
    return sorted(held, key=lambda summary: translated(summary.name, _).casefold())


def glances(scope: Scope) -> list[Glance]:
    return [glance(summary, scope) for summary in in_force_kpis()]


def newest(found: Sequence[Glance]) -> datetime | None:
    """The time of the newest fact any of them rests on."""
    return max((item.cutoff for item in found if item.cutoff), default=None)


def last_day_of(found: Sequence[Glance]) -> date | None:
    """The last day of the newest full week."""
    ends = [item.week for item in found if item.week]
    return max(ends) + timedelta(days=6) if ends else None


@require_safe
@page("see_figures")
def kpi_list(request: HttpRequest) -> HttpResponse:
    """All KPIs in force. Their names stand at once; the figures follow where they are not at hand."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.htmx or "figures" in request.GET or are_kept(scope):  # type: ignore[attr-defined]
        found = glances(scope)
        context: dict[str, Any] = {
            "kpis": [item for item in found if item.has_facts],
            "empty": [item for item in found if not item.has_facts],
            "has_targets": any(item.target is not None for item in found),
            "until": last_day_of(found),
            "cutoff": newest(found),
        }
    else:
        context = {"names": in_force_kpis()}
    template = "goals/kpis/table.html" if request.htmx else "goals/kpis/list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_safe
@page("see_figures")
def targets(request: HttpRequest) -> HttpResponse:
    """How the KPIs stand to their targets, those off it first; a fragment of the first page, and a page by itself."""
    found = [item for item in glances(request.scope) if item.target is not None]  # type: ignore[attr-defined]
    judged = sorted(
        (item for item in found if item.standing), key=lambda item: ("missed", "uncertain", "met").index(item.standing)
    )
    context = {
        "kpis": judged,
        "off": [item for item in judged if item.standing != "met"],
        "met": sum(item.standing == "met" for item in judged),
        "has_targets": bool(found),
        "until": last_day_of(judged),
        "cutoff": newest(found),
    }
    template = "goals/kpis/targets.html" if request.htmx else "goals/kpis/targets_page.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_safe
@page("see_figures")
def changed(request: HttpRequest) -> HttpResponse:
    """What changed most beyond noise first; a fragment of the first page, and a page by itself without a script."""
    found = glances(request.scope)  # type: ignore[attr-defined]
    known = [item for item in found if item.row.value is not None]
    ranked = sorted(known, key=lambda item: -(item.beyond if item.beyond is not None else -9.0))
    worse = [item for item in ranked if item.change and item.change.is_worse][:3]
    redefined = redefined_since(last_day_of(known))
    context = {
        "kpis": ranked,
        "until": last_day_of(known),
        "cutoff": newest(found),
        "worse": worse,
        "missing": len(found) - len(known),
        "redefined": [item for item in ranked if item.kpi.key in redefined],
    }
    template = "goals/kpis/changed.html" if request.htmx else "goals/kpis/changed_page.html"  # type: ignore[attr-defined]
    return render(request, template, context)


urlpatterns = [
    path("kpis/", kpi_list, name="kpis"),
    path("kpis/changed/", changed, name="kpis-changed"),
    path("kpis/targets/", targets, name="kpis-targets"),
]
