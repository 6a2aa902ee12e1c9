"""Predicted against achieved, week by week of the past: the simulator is given only what was known before each week, and who
was there in it. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.errors.rules import Invalid
from heed.goals.slas.rules.history import History, learned, local_days
from heed.goals.slas.rules.simulating import Guess, Roster, predict
from heed.goals.slas.rules.tallying import Share, share_from

if TYPE_CHECKING:
    from heed.metrics.traffic import Presence, Traffic

LEAST_GIVEN_UP = 20
LEAST_CALLS = 30
NORMAL = 1.959964  # of 95 in 100


@dataclass(frozen=True)
class Tested:
    """One week: the breach rate predicted before it, with the limits in which such a week should lie, and the one achieved,
    with its Wilson interval. `inside`: whether it lay there.
    """

    week: date
    predicted: Guess
    achieved: Share

    @property
    def inside(self) -> bool:
        low, high, value = self.predicted.week_low, self.predicted.week_high, self.achieved.value
        return low is not None and high is not None and value is not None and low <= value <= high

    @property
    def error(self) -> float:
        return (self.predicted.value or 0.0) - (self.achieved.value or 0.0)


@dataclass(frozen=True)
class Backtest:
    """All weeks, the oldest first; the mean of the errors with and without their sign; how many weeks lay inside."""

    weeks: tuple[Tested, ...]
    method: str

    @property
    def bias(self) -> float | None:
        return float(np.mean([each.error for each in self.weeks])) if self.weeks else None

    @property
    def mean_error(self) -> float | None:
        return float(np.mean([abs(each.error) for each in self.weeks])) if self.weeks else None

    @property
    def mean_error_points(self) -> float | None:
        """In percentage points."""
        return None if self.mean_error is None else 100 * self.mean_error

    @property
    def inside(self) -> int:
        return sum(each.inside for each in self.weeks)


def backtest_calls(
    traffic: "Traffic",
    presence: "Presence",
    zone: ZoneInfo,
    until: datetime,
    within_seconds: float,
    *,
    weeks: int = 8,
    back: int = 8,
    runs: int = 40,
    seed: int = 1,
) -> Backtest:
    """The last full weeks before `until`, each predicted from the `back` weeks before it and its own roster. Weeks with hardly
    a call, or without a roster, are left out.
    """
    last = until.astimezone(zone).date()
    monday = last - timedelta(days=last.weekday())
    found = []
    for step in range(weeks, 0, -1):
        first = monday - timedelta(weeks=step)
        low, high = (datetime.combine(day, time(), zone) for day in (first, first + timedelta(weeks=1)))
        before = _between(traffic, low - timedelta(weeks=back), low)
        own, there = _between(traffic, low, high), _between(presence, low, high)
        callers = float(own.offered.sum())
        if callers < LEAST_CALLS or not there.start.size:
            continue
        left = float(before.abandoned.sum())
        patience = float(before.wait_seconds.sum()) / left if left >= LEAST_GIVEN_UP else None
        try:
            history = learned(before, there, zone, low - timedelta(weeks=back), low, patience)
        except Invalid:
            continue
        guess = predict(history, _roster(history, there, zone), within_seconds, runs=runs, seed=seed).service_level
        found.append(Tested(first, _breach(guess), share_from(callers - float(own.in_time.sum()), int(callers))))
    return Backtest(tuple(found), "simulation")


def backtest_weeks(shares: Sequence[tuple[date, float | None, int | None]], *, back: int = 8) -> Backtest:
    """Cases: each week predicted by the mean of the weeks before it, within the spread of those and chance. Shares are of
    promises kept; weeks without one are left out.
    """
    found = []
    for place in range(back, len(shares)):
        week, kept, n = shares[place]
        before = [share for _, share, _ in shares[place - back : place] if share is not None]
        if kept is None or not n or len(before) < back // 2:
            continue
        mean = float(np.mean(before))
        # A new week varies as those before did, and at least by chance; their mean is not certain either.
        spread = max(float(np.var(before, ddof=1)), mean * (1 - mean) / n) * (1 + 1 / len(before))
        wide = NORMAL * spread**0.5
        guess = Guess(1 - mean, None, None, max(1 - mean - wide, 0.0), min(1 - mean + wide, 1.0))
        found.append(Tested(week, guess, share_from((1 - kept) * n, n)))
    return Backtest(tuple(found), "weeks_before")


def _breach(kept: Guess) -> Guess:
    def turned(value: float | None) -> float | None:
        return None if value is None else 1.0 - value

    return Guess(turned(kept.value), turned(kept.high), turned(kept.low), turned(kept.week_high), turned(kept.week_low))


def _between(table: Any, low: datetime, high: datetime) -> Any:
    """The entries of a table of half-hours that start within a span."""
    inside = (table.start >= int(low.timestamp())) & (table.start < int(high.timestamp()))
    return type(table)(**{each.name: getattr(table, each.name)[inside] for each in fields(table)})


def _roster(history: History, there: "Presence", zone: ZoneInfo) -> Roster:
    """Who was there in exactly this week."""
    days = local_days(there.unit, there.start, there.agents, zone)
    by_weekday = {(queue, (when - 1) % 7): agents for (queue, when), agents in days.items()}
    return {
        (day.queue, day.weekday): tuple(
            round(by_weekday.get((day.queue, day.weekday), {}).get(slot.start, 0.0)) for slot in day.slots
        )
        for day in history.days
    }
