"""Comparisons as pictures and tables: the tornado, people through a day, weeks of the past."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from heed.documents.charts.chart import Chart
from heed.documents.charts.half_hours import Needed, half_hours
from heed.documents.charts.tornado import Swing, tornado
from heed.goals.footprint.rules.comparing import Compared
from heed.goals.footprint.rules.doubting import Bar, Doubted
from heed.goals.footprint.rules.replaying import Replayed
from heed.goals.footprint.rules.telling import told_people
from heed.goals.footprint.rules.weeks import SLOTS, monday_of
from heed.goals.kpis.queries import organisation_zone

MOST_BARS = 12
HALF_HOURS = 48


def bar_title(bar: Bar, found: Compared) -> str:
    """An assumption in words."""
    setting = found.setting
    if bar.what == "cost":
        return _("Costs of %(site)s") % {"site": setting.place(bar.key).title}
    if bar.what == "volume":
        title = next(group.region_title for group in setting.groups if group.region == bar.key)
        return _("Calls of %(region)s") % {"region": title}
    return {"volumes": _("Calls of all regions"), "aht": _("Handle times"), "patience": _("Patience")}[bar.what]


def tornado_of(doubted: Doubted, found: Compared) -> Chart | None:
    """The tornado of the saving over the next option, or of the cost where there is one option."""
    if not doubted.bars:
        return None
    swings = [
        Swing(bar_title(bar, found), bar.low_factor - 1.0, bar.high_factor - 1.0, bar.at_low, bar.at_high)
        for bar in doubted.bars[:MOST_BARS]
    ]
    saves = doubted.against is not None
    return tornado(
        swings,
        doubted.base,
        title=_("What the saving hangs on") if saves else _("What the cost hangs on"),
        key="tornado",
        currency=found.setting.footprint.currency,
        subtitle=_("a week; each assumption alone at the ends of its limits, 95 of 100 times within")
        + ("; " + _("left of the dashed line another option is cheaper") if saves else ""),
        turns=saves,
    )


def people_of(found: Compared, name: str) -> Chart | None:
    """People needed through the busiest day of an option, by site, on the organisation's clock."""
    option = found.option(name)
    if option is None:
        return None
    shift = _shift(found)
    moved = {site: np.roll(there, shift) for site, there in option.people().items()}
    day = int(np.array(list(moved.values())).sum(axis=0).reshape(7, HALF_HOURS).sum(axis=1).argmax())
    rows = [
        Needed(found.setting.place(site).title, 30 * half, int(there[day * HALF_HOURS + half]))
        for site, there in moved.items()
        for half in range(HALF_HOURS)
        if there[day * HALF_HOURS + half] > 0
    ]
    subtitle = _("%(day)s, the busiest day; %(zone)s") % {"day": WEEKDAYS[day], "zone": organisation_zone().key}
    return half_hours(rows, title=_("People needed by half-hour"), key="people", subtitle=subtitle) if rows else None


def _shift(found: Compared) -> int:
    """Half-hours by which the organisation's clock is ahead of UTC in the week of the definition."""
    offset = monday_of(found.setting.footprint).astimezone(organisation_zone()).utcoffset() or timedelta()
    return round(offset.total_seconds() / 1800) % SLOTS


def people_rows(found: Compared) -> list[dict[str, Any]]:
    """People needed and on the roster, each half-hour of each option and site, in UTC."""
    start = monday_of(found.setting.footprint)
    return [
        {
            "option": option.name,
            "site": row["site"],
            "start": (start + timedelta(minutes=30 * row["slot"])).isoformat(),
            "people": row["people"],
            "scheduled": row["scheduled"],
        }
        for option in found.options
        for row in told_people(option, found)
    ]


def weeks_of(rows: Sequence[Replayed], titles: Mapping[str, Any]) -> dict[str, Any]:
    """Past weeks as a table: a row a week, the options beside one another."""
    names = list(dict.fromkeys(row.option for row in rows))
    lines = []
    for monday in sorted({row.monday for row in rows}):
        mine = {row.option: row for row in rows if row.monday == monday}
        first = next(iter(mine.values()))
        lines.append(
            {"monday": monday, "calls": first.calls, "was": first.was, "cells": [mine[name] for name in names]}
        )
    means = [_mean(rows, name) for name in names]
    return {"heads": [titles[name] for name in names], "lines": lines, "means": means, "replayed": True}


def _mean(rows: Sequence[Replayed], name: str) -> float:
    """Answered in time over all weeks, by calls."""
    mine = [row for row in rows if row.option == name]
    return sum(row.service_level * row.calls for row in mine) / max(sum(row.calls for row in mine), 1e-12)
