"""Two counts by week on one axis: what is tried as a line, what holds now dashed beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Cell, Chart, Column
from heed.documents.charts.theme import HEIGHT, config


@dataclass(frozen=True)
class Week:
    """One week: its Monday, the count that is tried and the one that holds now (None: nothing holds)."""

    at: date
    tried: int
    now: int | None


def beside(weeks: Sequence[Week], *, title: str, key: str, tried: str, now: str) -> Chart:
    """The chart; `tried` and `now` are the names of the two lines."""
    has_now = any(week.now is not None for week in weeks)
    values = [{"at": f"{week.at.isoformat()}T00:00:00", "count": week.tried, "line": tried} for week in weeks]
    values += [
        {"at": f"{week.at.isoformat()}T00:00:00", "count": week.now, "line": now}
        for week in weeks
        if week.now is not None
    ]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "height": HEIGHT,
        "data": {"values": values},
        "layer": _layers(weeks, tried, now, [tried, now] if has_now else [tried]),
        "config": config(get_language() or "en"),
    }
    columns = (Column(_("From")), Column(tried, True), *([Column(now, True)] if has_now else []))
    numbers = tuple(
        (
            Cell(week.at.isoformat()),
            Cell(week.tried, "count"),
            *([Cell(week.now, "count")] if has_now else []),
        )
        for week in weeks
    )
    totals = {"title": title, "tried": sum(week.tried for week in weeks), "now": sum(week.now or 0 for week in weeks)}
    said = (
        _("%(title)s: %(tried)d in all, %(now)d by what holds now.") if has_now else _("%(title)s: %(tried)d in all.")
    )
    return Chart(key, title, spec, said % totals, "", columns, numbers)


def _ticks(weeks: Sequence[Week]) -> dict[str, Any]:
    """Up to thirteen weeks named by their own first days."""
    named = weeks[:: -(-len(weeks) // 13)] if weeks else ()
    values = [{"year": week.at.year, "month": week.at.month, "date": week.at.day} for week in named]
    return {"title": None, "labelOverlap": "parity", "labelSeparation": 12, "values": values, "format": "%-d %b"}


def _layers(weeks: Sequence[Week], tried: str, now: str, names: list[str]) -> list[dict[str, Any]]:
    x = {"field": "at", "type": "temporal", "axis": _ticks(weeks)}
    y = {"field": "count", "type": "quantitative", "scale": {"zero": True, "nice": True}, "title": None}
    colour = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": names, "range": ["var(--accent)", "var(--ink-soft)"][: len(names)]},
        "legend": {"title": None, "orient": "top", "labelColor": "var(--ink-soft)", "labelFont": "Liberation Sans"},
    }
    dash = {"condition": {"test": {"field": "line", "equal": now}, "value": [5, 3]}, "value": [1, 0]}
    dashed: dict[str, Any] = {"strokeDash": dash} if len(names) > 1 else {}
    words = [
        {"field": "at", "type": "temporal", "title": _("From")},
        {"field": "line", "type": "nominal", "title": _("Rule")},
        {"field": "count", "type": "quantitative", "format": ",", "title": _("Cases")},
    ]
    line = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": colour, **dashed},
    }
    point = {
        "mark": {"type": "point", "filled": True, "size": 24, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": colour, "tooltip": words},
    }
    return [line, point]
