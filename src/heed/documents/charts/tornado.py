"""A tornado: what each assumption does to an outcome when it alone is at the ends of its limits, the widest bar first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Cell, Chart, Column
from heed.documents.charts.theme import config
from heed.documents.units import difference

BAR = 26


@dataclass(frozen=True)
class Swing:
    """One assumption: its name, how far it is moved (shares off what is assumed), and the outcome at both ends."""

    name: str
    low_by: float
    high_by: float
    at_low: float
    at_high: float


def tornado(
    swings: Sequence[Swing], base: float, *, title: str, key: str, currency: str, subtitle: str, turns: bool
) -> Chart:
    """The chart; `base` is the outcome where all is as assumed. turns: below nothing the choice is another."""
    less, more = _("assumption at its low end"), _("assumption at its high end")
    rows = [
        {"name": each.name, "from": base, "to": to, "end": end, "by": difference(by, "share")}
        for each in swings
        for to, end, by in ((each.at_low, less, each.low_by), (each.at_high, more, each.high_by))
    ]
    names = [each.name for each in swings]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "height": {"step": BAR},
        "data": {"values": rows},
        "layer": _layers(names, base, currency, [less, more])[: 3 if turns else 2],
        "config": config(get_language() or "en"),
    }
    widest = swings[0].name if swings else ""
    said = _("%(title)s: of %(many)d assumptions %(widest)s moves it most.") % {
        "title": title,
        "many": len(swings),
        "widest": widest,
    }
    return Chart(key, title, spec, said, subtitle, *_table(swings, currency))


def _table(swings: Sequence[Swing], currency: str) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    columns = (
        Column(_("Assumption")),
        Column(_("Low end"), True),
        Column(_("High end"), True),
        Column(_("Outcome at the low end"), True),
        Column(_("Outcome at the high end"), True),
    )
    numbers = tuple(
        (
            Cell(each.name),
            Cell(each.low_by, "share"),
            Cell(each.high_by, "share"),
            Cell(each.at_low, f"money {currency}"),
            Cell(each.at_high, f"money {currency}"),
        )
        for each in swings
    )
    return columns, numbers


def _layers(names: list[str], base: float, currency: str, ends: list[str]) -> list[dict[str, Any]]:
    wide = {"expr": "width < 500 ? 100 : 220"}
    y = {"field": "name", "type": "nominal", "sort": names, "axis": {"title": None, "labelLimit": wide}}
    axis = {"format": ",.0f", "title": currency, "grid": True, "tickCount": {"expr": "width < 500 ? 3 : 7"}}
    x = {"field": "from", "type": "quantitative", "scale": {"zero": False, "nice": True}, "axis": axis}
    colour = {
        "field": "end",
        "type": "nominal",
        "scale": {"domain": ends, "range": ["var(--ink-faint)", "var(--accent)"]},
        "legend": {
            "title": None,
            "orient": "top",
            "direction": "vertical",
            "labelColor": "var(--ink-soft)",
            "labelFont": "Liberation Sans",
            "labelLimit": 260,
        },
    }
    words = [
        {"field": "name", "type": "nominal", "title": _("Assumption")},
        {"field": "by", "type": "nominal", "title": _("Off by")},
        {"field": "to", "type": "quantitative", "format": ",.0f", "title": currency},
    ]
    bars = {
        "mark": {"type": "bar", "height": 14},
        "encoding": {"y": y, "x": x, "x2": {"field": "to"}, "color": colour, "tooltip": words},
    }
    rule = {
        "data": {"values": [{"at": base}]},
        "mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    lowest = {
        "data": {"values": [{"at": 0}]},
        "mark": {"type": "rule", "color": "var(--alert)", "strokeDash": [4, 3]},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    return [bars, rule, lowest]
