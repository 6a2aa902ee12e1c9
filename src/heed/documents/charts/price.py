"""Shares against what they cost: a line of options, each a point, and where things stand now beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Cell, Chart, Column
from heed.documents.charts.theme import HEIGHT, config


@dataclass(frozen=True)
class Priced:
    """One option: what it costs and the share it gives, with limits. `is_now`: how things are, not an option."""

    cost: float
    value: float
    low: float | None
    high: float | None
    liked: float | None
    is_now: bool = False


def priced(points: Sequence[Priced], *, title: str, key: str, currency: str, value: str, liked: str) -> Chart:
    """The chart; `value` and `liked` name the two lines (the second only where it is known)."""
    has_liked = any(point.liked is not None for point in points)
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "height": HEIGHT,
        "data": {"values": _rows(points, value, liked)},
        "layer": _layers([value, liked] if has_liked else [value], currency),
        "config": config(get_language() or "en"),
    }
    columns = (
        Column(_("Cost") + f" ({currency})", True),
        Column(value, True),
        Column(_("Low"), True),
        Column(_("High"), True),
        *([Column(liked, True)] if has_liked else []),
    )
    said = _("%(title)s: %(many)d options.") % {"title": title, "many": sum(not point.is_now for point in points)}
    subtitle = _("the band is where one such week lies, 95 of 100 times; the ring is how it is staffed now")
    return Chart(key, title, spec, said, subtitle, columns, _numbers(points, has_liked))


def _rows(points: Sequence[Priced], value: str, liked: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "cost": point.cost,
            "share": point.value,
            "low": point.low,
            "high": point.high,
            "line": value,
            "now": point.is_now,
        }
        for point in points
    ]
    return rows + [
        {"cost": point.cost, "share": point.liked, "low": None, "high": None, "line": liked, "now": point.is_now}
        for point in points
        if point.liked is not None
    ]


def _numbers(points: Sequence[Priced], has_liked: bool) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(point.cost, "money"),
            Cell(point.value, "share"),
            Cell(point.low, "share"),
            Cell(point.high, "share"),
            *([Cell(point.liked, "share")] if has_liked else []),
        )
        for point in points
    )


def _marked(x: dict[str, Any], y: dict[str, Any], colour: dict[str, Any]) -> list[dict[str, Any]]:
    """The points, and how things stand now as a ring; both carry the words shown when one is pointed at."""
    words = [
        {"field": "cost", "type": "quantitative", "format": ",.0f", "title": _("Cost")},
        {"field": "share", "type": "quantitative", "format": ".1%", "title": _("Share")},
    ]
    encoding = {"x": x, "y": y, "color": colour, "tooltip": words}
    return [
        {
            "transform": [{"filter": "!datum.now"}],
            "mark": {"type": "point", "filled": True, "size": 28, "opacity": 1},
            "encoding": encoding,
        },
        {
            "transform": [{"filter": "datum.now"}],
            "mark": {"type": "point", "filled": False, "size": 110, "strokeWidth": 2, "opacity": 1},
            "encoding": encoding,
        },
    ]


def _layers(names: list[str], currency: str) -> list[dict[str, Any]]:
    x = {
        "field": "cost",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"format": ",.0f", "title": currency, "tickCount": {"expr": "width < 500 ? 4 : 8"}},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"format": ".0%", "title": None, "tickCount": 5},
    }
    colour = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": names, "range": ["var(--accent)", "var(--ink-soft)"][: len(names)]},
        "legend": {"title": None, "orient": "top", "labelColor": "var(--ink-soft)", "labelFont": "Liberation Sans"},
    }
    options = [{"filter": "!datum.now"}]
    return [
        {
            "transform": [*options, {"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "color": "var(--band)", "opacity": 0.6},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "transform": options,
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        *_marked(x, y, colour),
    ]
