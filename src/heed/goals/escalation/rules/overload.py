"""Whether one person carries what several should: the load of past escalations by unit and person. Pure.

A unit is overloaded where, over the last weeks, its busiest person has had clearly more than a fair share of its escalations
and customers wait clearly longer for them than elsewhere. Both must hold: a unit with one quick person is no trouble.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import log
from statistics import median
from typing import Any

WEEK = timedelta(weeks=1)
WEEKS = 8
LEAST = 30
# A share is unfair from half above the fair one on, and a wait long from twice the others' on: set before any data was seen.
UNFAIR, SLOW = 1.5, 2.0
LEVEL = 0.99


@dataclass(frozen=True)
class Reached:
    """One past escalation: who looked at it, and when; `reached_at` is None where nobody has yet."""

    case: str
    unit: str
    person: str
    at: datetime
    reached_at: datetime | None


@dataclass(frozen=True)
class UnitLoad:
    """A unit's escalations of the last weeks. `share` of the busiest with its interval; `fair`: one through the people who
    have taken any; hours are medians; `since`: the week in which the share changed most, where it is overloaded.
    """

    unit: str
    n: int
    per_week: float
    per_week_before: float
    people: int
    busiest: str
    share: float
    low: float
    high: float
    fair: float
    hours: float | None
    hours_elsewhere: float | None
    waiting: int
    overloaded: bool
    since: date | None

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def unit_loads(found: Sequence[Reached], until: datetime, weeks: int = WEEKS) -> list[UnitLoad]:
    """Every unit, the overloaded first. `until`: the end of the last weeks."""
    since = until - weeks * WEEK
    by_unit: dict[str, list[Reached]] = defaultdict(list)
    for each in found:
        by_unit[each.unit].append(each)
    loads = [_load(unit, by_unit, since, until, weeks) for unit in by_unit]
    return sorted((load for load in loads if load), key=lambda load: (not load.overloaded, -load.share, load.unit))


def _hours(rows: Sequence[Reached]) -> list[float]:
    return [(row.reached_at - row.at).total_seconds() / 3600 for row in rows if row.reached_at is not None]


def _load(
    unit: str, by_unit: dict[str, list[Reached]], since: datetime, until: datetime, weeks: int
) -> UnitLoad | None:
    from heed.stats.intervals.proportion import proportion

    every = by_unit[unit]
    recent = [row for row in every if since <= row.at < until]
    before = [row for row in every if row.at < since]
    taken = Counter(row.person for row in recent if row.person)
    if not taken:
        return None
    people = len({row.person for row in every if row.person})
    busiest, many = min(taken.items(), key=lambda item: (-item[1], item[0]))
    interval = proportion([many], [taken.total()], level=LEVEL)
    hours = _hours(recent)
    others = [row for other, rows in by_unit.items() if other != unit for row in rows]
    elsewhere = _hours([row for row in others if since <= row.at < until])
    low, fair = float(interval.low[0]), 1 / people
    slow = bool(hours) and bool(elsewhere) and median(hours) >= SLOW * median(elsewhere)
    overloaded = people > 1 and taken.total() >= LEAST and low > min(UNFAIR * fair, 0.9) and slow
    first = min((row.at for row in before), default=since)
    return UnitLoad(
        unit=unit,
        n=taken.total(),
        per_week=len(recent) / weeks,
        per_week_before=len(before) / max((since - first) / WEEK, 1.0),
        people=people,
        busiest=busiest,
        share=many / taken.total(),
        low=low,
        high=float(interval.high[0]),
        fair=fair,
        hours=median(hours) if hours else None,
        hours_elsewhere=median(elsewhere) if elsewhere else None,
        waiting=sum(row.reached_at is None for row in recent),
        overloaded=overloaded,
        since=_changed(every, busiest) if overloaded else None,
    )


def _likelihood(hits: int, many: int) -> float:
    rest = many - hits
    return sum(part * log(part / many) for part in (hits, rest) if part)


def _changed(rows: Sequence[Reached], person: str) -> date | None:
    """The Monday from which on somebody's share differs most from before: the split of greatest binomial likelihood."""
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.person:
            monday = row.at.date() - timedelta(days=row.at.weekday())
            weeks[monday][0] += row.person == person
            weeks[monday][1] += 1
    days = sorted(weeks)
    hits, many = sum(weeks[day][0] for day in days), sum(weeks[day][1] for day in days)
    best, chosen, left_hits, left_many = _likelihood(hits, many), None, 0, 0
    for day, following in pairwise(days):
        left_hits, left_many = left_hits + weeks[day][0], left_many + weeks[day][1]
        found = _likelihood(left_hits, left_many) + _likelihood(hits - left_hits, many - left_many)
        if found > best:
            best, chosen = found, following
    return chosen
