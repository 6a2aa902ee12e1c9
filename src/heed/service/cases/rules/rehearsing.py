"""What a rule would have opened: cases by week, severity, team, region and segment, and how many of them would break a promise.

Pure. The estimate rests on how long the operation's own cases took, in the hours of the rule's calendar.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from heed.core.calendar.rules import windows
from heed.metrics.suppression import suppressed_cells
from heed.rehearsal.replay.deciders import Decision, Fact
from heed.rehearsal.replay.weeks import Weeks
from heed.service.cases.definition import CaseOpening
from heed.service.cases.rules.clocks import Clock
from heed.service.cases.rules.opening import JOINED, NOT_OPENED
from heed.stats.arrays import Floats
from heed.stats.distributions import binomial_quantile
from heed.stats.intervals.proportion import proportion

GROUPS = ("team", "region", "segment", "product")
# Below so many cases of the past no share is told.
LEAST_PAST = 30


@dataclass
class Tally:
    """Cases that would have been opened from `since` on; facts before only say which customers had one."""

    since: datetime
    time: str
    weeks: Weeks = field(default_factory=Weeks)
    severities: Counter[str] = field(default_factory=Counter)
    cases: Mapping[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in GROUPS})
    people: Mapping[str, dict[str, set[str]]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    customers: set[str] = field(default_factory=set)
    unowned: int = 0
    joined: int = 0

    def add(self, fact: Fact, decision: Decision) -> None:
        if fact[self.time] < self.since or decision.code == NOT_OPENED:
            return
        if decision.code == JOINED:
            self.joined += 1
            return
        self.weeks.add(fact[self.time])
        self.severities[decision.details["severity"]] += 1
        customer = fact.get("customer_key") or ""
        if customer:
            self.customers.add(customer)
        self.unowned += not decision.details["team"]
        for name in GROUPS:
            value = str((decision.details["team"] if name == "team" else fact.get(name)) or "")
            self.cases[name][value] += 1
            # Who has no key may be anybody: each counts as somebody of their own.
            self.people[name].setdefault(value, set()).add(customer or f"?{self.cases[name][value]}")

    def figures(self) -> dict[str, Any]:
        return {"tally": self}


@dataclass(frozen=True)
class Part:
    """Cases of one value of a column; both counts are None where too few customers are behind them."""

    value: str
    cases: int | None
    customers: int | None


def parts(tally: Tally, column: str, least: int) -> list[Part]:
    """The cases by a column, most first, small groups withheld together with as many others as keep them hidden.

    What is withheld comes last, by name: its place among the others would tell its size.
    """
    held = tally.people[column]
    values = [value for value, _count in tally.cases[column].most_common()]
    sizes = [len(held[value]) for value in values]
    away = suppressed_cells([(value,) for value in values], sizes, least)
    told = [
        Part(value, None if hidden else tally.cases[column][value], None if hidden else size)
        for value, size, hidden in zip(values, sizes, away, strict=True)
    ]
    return sorted(told, key=lambda part: (part.cases is None, -(part.cases or 0), part.value))


@dataclass(frozen=True)
class Breaches:
    """Expected breaches of one promise: cases it is given to, cases of the past it is judged by, and how many would break.

    The three counts are None where the past holds too few.
    """

    promise: str
    severity: str
    seconds: int
    cases: int
    n: int
    share: float | None
    expected: float | None
    low: float | None
    high: float | None


def expected_breaches(
    body: CaseOpening, severities: Mapping[str, int], past: Mapping[str, Floats], clock: Clock
) -> list[Breaches]:
    """For each promise that cases would have been given, how many would break if they took as long as in the past."""
    found = []
    for promise in body.promises:
        cases = severities.get(promise.severity, 0)
        if not cases:
            continue
        wanted = [("first_contact", promise.first_contact_seconds, "first_responded_at")]
        if promise.resolution_seconds is not None:
            wanted.append(("resolution", promise.resolution_seconds, "resolved_at"))
        for name, seconds, column in wanted:
            late, n = lateness(past, column, seconds, clock)
            found.append(_breaches(name, promise.severity, seconds, cases, late, n))
    return found


def _breaches(promise: str, severity: str, seconds: int, cases: int, late: int, n: int) -> Breaches:
    if n < LEAST_PAST:
        return Breaches(promise, severity, seconds, cases, n, None, None, None, None)
    share = proportion([late], [n])
    point, low, high = (float(each[0]) for each in (share.estimate, share.low, share.high))
    fewest, most = counts_between(cases, low, high)
    return Breaches(promise, severity, seconds, cases, n, point, cases * point, fewest, most)


def counts_between(cases: int, low: float, high: float) -> tuple[float, float]:
    """The fewest and the most of so many cases that would break, where the share lies between two limits: the outer
    quantiles (2.5 and 97.5 %) of the binomials at both ends, so that chance in one quarter is in it too.
    """
    fewest = float(binomial_quantile(0.025, cases, low)) if low > 0 else 0.0
    most = float(binomial_quantile(0.975, cases, high)) if high < 1 else float(cases)
    return fewest, most if high > 0 else 0.0


def lateness(past: Mapping[str, Floats], column: str, seconds: float, clock: Clock) -> tuple[int, int]:
    """(broken, judged): cases of the past that took longer than so many seconds of the clock, of those of which it is known.

    Times are seconds since 1970; a case that is not over counts as broken once it has been open for longer, and is left
    out before.
    """
    opened, ended, cutoff = past["opened_at"], past[column], past["cutoff"]
    if not len(opened):
        return 0, 0
    over = ~np.isnan(ended)
    took = elapsed(clock, opened, np.where(over, ended, cutoff))
    late = took > seconds
    known = over | late
    return int(late[known].sum()), int(known.sum())


def elapsed(clock: Clock, start: Floats, end: Floats) -> Floats:
    """Seconds of the clock between times in seconds since 1970, of many cases at once."""
    if clock.calendar is None:
        return np.asarray(np.maximum(end - start, 0.0))
    low, high = float(np.min(start)), float(np.max(end))
    edges, held, total = [low], [0.0], 0.0
    for opens, closes in windows(clock.calendar, datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)):
        edges += [opens.timestamp(), closes.timestamp()]
        held += [total, total + (closes - opens).total_seconds()]
        total = held[-1]
    edges.append(max(high, edges[-1]))
    held.append(total)
    # Open time up to a moment is piecewise linear; a case took what it grew by.
    return np.asarray(np.maximum(np.interp(end, edges, held) - np.interp(start, edges, held), 0.0))


def in_all(found: Sequence[Breaches]) -> tuple[float, float, float] | None:
    """Expected breaches of all promises together, with limits that hold if all err the same way; None when one is unknown."""
    if not found or any(each.expected is None for each in found):
        return None
    return tuple(sum(getattr(each, name) for each in found) for name in ("expected", "low", "high"))
