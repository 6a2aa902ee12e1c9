"""How many people are needed through one day, half-hour by half-hour, stacked by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Cell, Chart, Column
from heed.documents.charts.theme import HEIGHT, config

COLOURS = (
    "var(--accent)",
    "var(--band)",
    "var(--ink-faint)",
    "var(--accent-strong)",
    "var(--line-strong)",
    "var(--ink-soft)",
)


@dataclass(frozen=True)
class Needed:
    """People needed at one place from a time of the day on (minutes since midnight)."""

    place: str
    minute: int
    people: int


def half_hours(rows: Sequence[Needed], *, title: str, key: str, subtitle: str) -> Chart:
    """The chart; rows in order of place and time."""
    places = list(dict.fromkeys(row.place for row in rows))
    values = _stacked(rows)
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "rect", "strokeWidth": 0},
        "encoding": _encoding(places),
        "config": config(get_language() or "en"),
    }
    most = max((sum(row.people for row in rows if row.minute == at) for at in {row.minute for row in rows}), default=0)
    said = _("%(title)s: %(most)d at most.") % {"title": title, "most": most}
    columns = (Column(_("From")), Column(_("Site")), Column(_("People"), True))
    numbers = tuple((Cell(_clock(row.minute)), Cell(row.place), Cell(row.people, "count")) for row in rows)
    return Chart(key, title, spec, said, subtitle, columns, numbers)


def _stacked(rows: Sequence[Needed]) -> list[dict[str, Any]]:
    """Each place on top of those before it."""
    reached: dict[int, int] = {}
    values = []
    for row in rows:
        low = reached.get(row.minute, 0)
        reached[row.minute] = low + row.people
        at = {"from": row.minute / 60, "to": row.minute / 60 + 0.5, "low": low, "high": low + row.people}
        values.append({"place": row.place, "people": row.people, **at})
    return values


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _encoding(places: list[str]) -> dict[str, Any]:
    axis = {"title": None, "format": "02d", "labelExpr": "format(datum.value, '02d') + ':00'", "tickMinStep": 1}
    colours = [COLOURS[place % len(COLOURS)] for place in range(len(places))]
    return {
        "x": {"field": "from", "type": "quantitative", "scale": {"zero": False, "nice": False}, "axis": axis},
        "x2": {"field": "to"},
        "y": {"field": "low", "type": "quantitative", "scale": {"zero": True}, "axis": {"title": None, "tickCount": 5}},
        "y2": {"field": "high"},
        "color": {
            "field": "place",
            "type": "nominal",
            "scale": {"domain": places, "range": colours},
            "legend": {"title": None, "orient": "top", "labelColor": "var(--ink-soft)", "labelFont": "Liberation Sans"},
        },
        "tooltip": [
            {"field": "place", "type": "nominal", "title": _("Site")},
            {"field": "people", "type": "quantitative", "title": _("People")},
        ],
    }
