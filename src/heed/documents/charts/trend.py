"""A figure over time: its line, its interval as a band, and what happened on the way.

Breaks in series, changes and targets are drawn into the picture, because a line that jumps without a reason misleads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Cell, Chart, Column
from heed.documents.charts.theme import HEIGHT, config
from heed.documents.units import in_unit, span

AXIS_FORMATS = {
    "share": ".0%",
    "points": "+,.0f",
    "count": ",.0f",
    "seconds": ",.3~f",
    "money": ",.2f",
    "number": ",.2~f",
}
CLOSE = 0.025  # of the width: nearer letters would touch on a phone
TOOLTIP_FORMATS = {**AXIS_FORMATS, "share": ".1%", "points": "+,.1f", "seconds": ",.1f", "number": ",.2f"}


@dataclass(frozen=True)
class Point:
    """One period: `at` is its first day. A suppressed period has no value and says so in the numbers."""

    at: date
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    suppressed: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Mark:
    """Something that happened: a change, or (`is_break`) a break in series, across which values cannot be compared."""

    at: date
    title: str
    is_break: bool = False


def _local(day: date) -> str:
    """A day as local midnight: a day alone is read as UTC, and west of Greenwich that is the day before."""
    return f"{day.isoformat()}T00:00:00"


def _ticks(points: Sequence[Point]) -> dict[str, Any]:
    """Weeks of up to half a year are named by their own first days; longer and other lines as Vega sees fit."""
    if not 2 < len(points) <= 27 or points[1].at - points[0].at != timedelta(days=7):
        return {"tickCount": {"expr": "width < 500 ? 4 : 10"}}
    named = points[:: -(-len(points) // 13)]
    values = [{"year": point.at.year, "month": point.at.month, "date": point.at.day} for point in named]
    return {"values": values, "format": _("%-d %b")}


def _runs(points: Sequence[Point], breaks: Sequence[date]) -> list[int]:
    """Which stretch of line each point belongs to: a missing value or a break starts a new one."""
    runs, run = [], 0
    for index, point in enumerate(points):
        crossed = index > 0 and any(points[index - 1].at < day <= point.at for day in breaks)
        if crossed or (index > 0 and points[index - 1].value is None):
            run += 1
        runs.append(run)
    return runs


def _values(points: Sequence[Point], breaks: Sequence[date], divisor: float) -> list[dict[str, Any]]:
    def scaled(value: float | None) -> float | None:
        return None if value is None else value / divisor

    return [
        {
            "at": _local(point.at),
            "value": scaled(point.value),
            "low": scaled(point.low),
            "high": scaled(point.high),
            "n": point.n,
            "run": run,
            "partial": point.partial,
        }
        for point, run in zip(points, _runs(points, breaks), strict=True)
        if point.value is not None
    ]


def _scale(unit: str, values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Zero is on the axis where the values come near it; elsewhere the axis would flatten the line."""
    ends = [value for row in values for value in (row["low"], row["high"], row["value"]) if value is not None]
    near_zero = bool(ends) and min(ends) >= 0 and min(ends) < 0.35 * max(ends)
    scale: dict[str, Any] = {"zero": near_zero, "nice": True}
    if unit == "share" and ends and max(ends) > 0.97:
        scale["domainMax"] = 1
    return scale


def lettered(marks: Sequence[Mark], width: timedelta = timedelta()) -> list[tuple[str, Mark]]:
    """Each mark with its letter, in order of time; those that would stand on one another in a picture of that width
    of time share one.
    """
    named: list[tuple[str, Mark]] = []
    start, place = date.min, -1
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.title)):
        if place < 0 or mark.at - start > width * CLOSE:
            start, place = mark.at, place + 1
        named.append((_letter(place), mark))
    return named


def _letter(place: int) -> str:
    return chr(ord("a") + place) if place < 26 else _letter(place // 26 - 1) + _letter(place % 26)


def _marks(named: Sequence[tuple[str, Mark]]) -> list[dict[str, Any]]:
    """A line for each mark, and its letter above the first of those that share it; what they stand for is listed below
    the picture.
    """
    if not named:
        return []
    rows = [{"at": _local(mark.at), "break": mark.is_break} for _letter_of, mark in named]
    firsts = {letter: _local(mark.at) for letter, mark in reversed(named)}
    letters = [{"at": at, "letter": letter} for letter, at in firsts.items()]
    x = {"field": "at", "type": "temporal"}
    dashed = {"condition": {"test": "datum.break", "value": [2, 3]}, "value": [1, 0]}
    rule = {"type": "rule", "color": "var(--line-strong)"}
    text = {"type": "text", "align": "center", "baseline": "bottom", "y": -4, "color": "var(--ink-soft)"}
    return [
        {"data": {"values": rows}, "mark": rule, "encoding": {"x": x, "strokeDash": dashed}},
        {"data": {"values": letters}, "mark": text, "encoding": {"x": x, "text": {"field": "letter"}}},
    ]


def _target(target: float | None, divisor: float) -> list[dict[str, Any]]:
    if target is None:
        return []
    values = {"values": [{"target": target / divisor}]}
    y = {"field": "target", "type": "quantitative"}
    label = {"type": "text", "align": "right", "baseline": "bottom", "dy": -4, "x": "width", "text": _("target")}
    return [
        {
            "data": values,
            "mark": {"type": "rule", "color": "var(--ink-soft)", "strokeDash": [5, 3]},
            "encoding": {"y": y},
        },
        {"data": values, "mark": label, "encoding": {"y": y}},
    ]


# The unit stands above the axis, not along it.
ABOVE: dict[str, Any] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": 0,
    "titleY": -10,
    "titleBaseline": "bottom",
}
POINT = {"type": "point", "filled": True, "size": 28, "opacity": 1, "stroke": "var(--accent)", "strokeWidth": 1.5}


def _layers(unit: str, suffix: str, scale: dict[str, Any], ticks: dict[str, Any]) -> list[dict[str, Any]]:
    """Band, line, points; the points carry the words shown when one is pointed at."""
    x = {
        "field": "at",
        "type": "temporal",
        "axis": {"title": None, "labelOverlap": "parity", "labelSeparation": 12, **ticks},
    }
    axis: dict[str, Any] = {"title": suffix or None, "format": AXIS_FORMATS.get(unit, ",.2~f"), "tickCount": 5}
    axis |= ABOVE if suffix else {}

    def y(name: str) -> dict[str, Any]:
        return {"field": name, "type": "quantitative", "scale": scale, "axis": axis, "title": suffix or None}

    shown = TOOLTIP_FORMATS.get(unit, ",.2f")
    words = [
        {"field": "at", "type": "temporal", "title": _("From")},
        {"field": "value", "type": "quantitative", "format": shown, "title": _("Value")},
        {"field": "low", "type": "quantitative", "format": shown, "title": _("Low")},
        {"field": "high", "type": "quantitative", "format": shown, "title": _("High")},
        {"field": "n", "type": "quantitative", "format": ",", "title": "n"},
    ]
    run = {"field": "run", "type": "nominal"}
    fill = {"condition": {"test": "datum.partial", "value": "var(--paper)"}, "value": "var(--accent)"}
    return [
        {
            "mark": {"type": "area", "color": "var(--band)", "opacity": 0.6},
            "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}, "detail": run},
        },
        {
            "mark": {"type": "line", "color": "var(--accent)", "strokeWidth": 2},
            "encoding": {"x": x, "y": y("value"), "detail": run},
        },
        {
            "mark": POINT,
            "encoding": {"x": x, "y": y("value"), "fill": fill, "tooltip": words},
        },
    ]


def _numbers(points: Sequence[Point], unit: str) -> tuple[tuple[Cell, ...], ...]:
    hidden = _("too few to show")
    return tuple(
        (
            Cell(point.at.isoformat()),
            Cell(hidden) if point.suppressed else Cell(point.value, unit),
            Cell(point.low, unit),
            Cell(point.high, unit),
            Cell(point.n, "count"),
        )
        for point in points
    )


def _said(points: Sequence[Point], unit: str, title: str) -> str:
    known = [point for point in points if point.value is not None]
    if not known:
        return _("%(title)s: no values.") % {"title": title}
    words = {
        "title": title,
        "first": in_unit(known[0].value, unit),
        "last": in_unit(known[-1].value, unit),
        "from": known[0].at,
        "to": known[-1].at,
    }
    return _("%(title)s: from %(first)s (%(from)s) to %(last)s (%(to)s), with its interval as a band.") % words


def trend(
    points: Sequence[Point],
    *,
    title: str,
    unit: str = "number",
    key: str = "trend",
    subtitle: str = "",
    marks: Sequence[Mark] = (),
    target: float | None = None,
    height: int = HEIGHT,
) -> Chart:
    """A figure by period. Seconds are drawn in the unit in which the largest value is read best."""
    divisor, suffix = (1.0, "")
    if unit == "seconds":
        divisor, suffix = span(max((point.value for point in points if point.value is not None), default=0.0))
    breaks = [mark.at for mark in marks if mark.is_break]
    named = lettered(marks, points[-1].at - points[0].at if points else timedelta())
    values = _values(points, breaks, divisor)
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "height": height,
        "data": {"values": values},
        "layer": [
            *_layers(unit, suffix, _scale(unit, values), _ticks(points)),
            *_target(target, divisor),
            *_marks(named),
        ],
        "config": config(get_language() or "en"),
    }
    columns = (
        Column(_("From")),
        Column(_("Value"), True),
        Column(_("Low"), True),
        Column(_("High"), True),
        Column("n", True),
    )
    said = _said(points, unit, title)
    legend = tuple((letter, mark.at, mark.title) for letter, mark in named)
    return Chart(key, title, spec, said, subtitle, columns, _numbers(points, unit), legend)
