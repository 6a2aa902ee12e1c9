"""Service level against agents against money: for each number of hours the roster that answers most in time. Pure."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from heapq import heappop, heappush

import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.goals.slas.rules.history import Day, History
from heed.goals.slas.rules.simulating import Predicted, Roster, predict
from heed.stats.falling import Falling
from heed.stats.queues.erlang import erlang_c
from heed.stats.queues.impatience import erlang_a

TARGETS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98)
ENOUGH = 0.999
CENT = Decimal("0.01")
MOST_LOAD = 5_000.0


@dataclass(frozen=True)
class Prices:
    """What an hour paid costs, the share of paid time in which people are not there, and the hours of one person."""

    cost_per_hour: Decimal
    currency: str
    shrinkage: float = 0.0
    hours_per_person: float = 38.0

    def cost(self, paid_hours: float) -> Decimal:
        """Money of so many hours, to the cent."""
        return (self.cost_per_hour * Decimal(str(round(paid_hours, 6)))).quantize(CENT, ROUND_HALF_UP)

    def paid_hours(self, hours: float) -> float:
        """Hours to be paid so that people are there for so many."""
        return hours / (1.0 - self.shrinkage)

    def hours_of(self, head_count: float) -> float:
        """Hours in which so many people are there, a week."""
        return head_count * self.hours_per_person * (1.0 - self.shrinkage)


def checked_prices(cost_per_hour: Decimal, currency: str, shrinkage: float, hours_per_person: float) -> Prices:
    """Prices that can be reckoned with. Raises Invalid."""
    if not 0 <= shrinkage < 1:
        raise Invalid("A shrinkage lies between 0 and 1.", code="invalid_share", hint="Such as 0.3 for three of ten.")
    if not 1 <= hours_per_person <= 168:
        raise Invalid("A person works 1 to 168 hours a week.", code="invalid_time", hint="Such as 38.5.")
    if not (cost_per_hour.is_finite() and 0 < cost_per_hour < 1_000_000):
        raise Invalid("An hour costs something.", code="invalid_money", hint="Such as 34.50.")
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        raise Invalid(
            phrase("{currency} is no currency.", currency=currency), code="invalid_currency", hint="Such as EUR."
        )
    return Prices(cost_per_hour, currency, shrinkage, hours_per_person)


@dataclass(frozen=True)
class Climb:
    """From the fewest people with whom the hours are kept open, one interval of one person more at a time, each where most
    calls more are answered in time. `order[i]` is the interval that the i-th addition went to, `levels[i]` the share
    answered in time by the closed form before it.
    """

    days: tuple[Day, ...]
    base: tuple[int, ...]
    order: tuple[int, ...]
    levels: tuple[float, ...]

    @property
    def least_hours(self) -> float:
        return self._hours(self.base)

    def _hours(self, counts: Sequence[int]) -> float:
        lengths = [day.length for day in self.days for _ in day.slots]
        return sum(count * length for count, length in zip(counts, lengths, strict=True)) / 3600.0

    def roster(self, additions: int) -> Roster:
        counts = np.array(self.base) + np.bincount(
            np.array(self.order[:additions], dtype=np.int64), minlength=len(self.base)
        )
        found, place = {}, 0
        for day in self.days:
            found[day.queue, day.weekday] = tuple(int(each) for each in counts[place : place + len(day.slots)])
            place += len(day.slots)
        return found

    def hours(self, additions: int) -> float:
        return sum(sum(self.roster(additions)[day.queue, day.weekday]) * day.length for day in self.days) / 3600.0

    def reaching(self, level: float) -> int | None:
        """Additions after which the closed form reaches a level; None where it never does."""
        place = bisect_left(self.levels, level)
        return place if place < len(self.levels) else None

    def affordable(self, hours: float) -> int | None:
        """Additions that so many hours pay for; None where they do not keep the hours open."""
        if hours + 1e-9 < self.least_hours:
            return None
        lengths = np.array([day.length for day in self.days for _ in day.slots]) / 3600.0
        spent = self.least_hours + np.cumsum(lengths[np.array(self.order, dtype=np.int64)])
        return int(np.searchsorted(spent, hours + 1e-9, side="right"))


def climb(history: History, within_seconds: float) -> Climb:
    """The best roster for every number of hours, by the closed forms (Erlang A, or C where all wait): gains fall from some
    number of people on, so the largest next gain is the best (Fox 1966). Raises Invalid where a queue is beyond computing.
    """
    slots = [(slot.calls, day) for day in history.days for slot in day.slots]
    levels = [_leveller(calls, day, history.patience_seconds, within_seconds) for calls, day in slots]
    base = [_fewest(calls, day, history.patience_seconds) for calls, day in slots]
    whole = sum(calls for calls, _ in slots)
    reached = sum(calls * level(count) for (calls, _), level, count in zip(slots, levels, base, strict=True))
    heap: list[tuple[float, int, int]] = []

    def push(place: int, count: int) -> None:
        calls = slots[place][0]
        if calls > 0 and levels[place](count) < ENOUGH:
            gain = calls * (levels[place](count + 1) - levels[place](count))
            # By the hour, as intervals may differ in length between days.
            heappush(heap, (-gain / slots[place][1].length, place, count))

    for place, count in enumerate(base):
        push(place, count)
    order, told = [], [reached / whole]
    while heap:
        gain, place, count = heappop(heap)
        reached -= gain * slots[place][1].length
        order.append(place)
        told.append(reached / whole)
        push(place, count + 1)
    return Climb(history.days, tuple(base), tuple(order), tuple(told))


def _load(calls: float, day: Day) -> float:
    load = calls * day.aht_seconds / day.length
    if load > MOST_LOAD:
        raise Invalid(
            phrase("{erlangs} erlangs are too many for a frontier.", erlangs=f"{load:.0f}"),
            code="too_many_calls",
            hint="Check that calls are those of one interval, and times are in seconds.",
        )
    return load


def _fewest(calls: float, day: Day, patience: float | None) -> int:
    """Nobody where nobody calls; else so many that the queue does not grow for ever, or, where callers give up, half of that."""
    if calls <= 0:
        return 0
    load = _load(calls, day)
    return max(1, math.floor(load) + 1 if patience is None else math.floor(load / 2))


def _leveller(calls: float, day: Day, patience: float | None, within: float) -> Callable[[int], float]:
    load = round(_load(calls, day), 4)
    return lambda agents: _level(load, agents, patience and day.aht_seconds / patience, within / day.aht_seconds)


@lru_cache(maxsize=50_000)
def _level(load: float, agents: int, impatience: float | None, within: float) -> float:
    """Answered in time of all callers; times in handle times."""
    if load <= 0 or agents < 1:
        return 1.0 if load <= 0 else 0.0
    if impatience is None:
        return float(erlang_c(load, 1.0, agents, within).service_level)
    return erlang_a(load, 1.0, impatience, agents, within).served_within


@dataclass(frozen=True)
class Option:
    """One point of the frontier, a week (a day, where one was written down): hours there and paid, people, money, and what
    the simulation predicts.
    """

    target: float | None
    hours: float
    paid_hours: float
    head_count: float
    peak_agents: int
    cost: Decimal
    predicted: Predicted


def option(
    history: History,
    roster: Roster,
    within: float,
    prices: Prices,
    *,
    target: float | None,
    runs: int,
    seed: int,
    curve: Falling | None,
) -> Option:
    """A roster with its price and what it is predicted to reach."""
    hours = sum(sum(roster.get((day.queue, day.weekday), ())) * day.length for day in history.days) / 3600.0
    paid = prices.paid_hours(hours)
    return Option(
        target,
        hours,
        paid,
        paid / prices.hours_per_person,
        _peak(history, roster),
        prices.cost(paid),
        predict(history, roster, within, runs=runs, seed=seed, curve=curve),
    )


def _peak(history: History, roster: Roster) -> int:
    """Most people there at one time, all queues together."""
    there: dict[tuple[int, int], int] = {}
    for day in history.days:
        for slot, agents in zip(day.slots, roster.get((day.queue, day.weekday), ()), strict=False):
            there[day.weekday, slot.start] = there.get((day.weekday, slot.start), 0) + agents
    return max(there.values(), default=0)


def frontier(
    history: History,
    within: float,
    prices: Prices,
    *,
    targets: Sequence[float] = TARGETS,
    runs: int = 20,
    seed: int = 1,
    curve: Falling | None = None,
) -> list[Option]:
    """For each target the cheapest roster that the closed form says reaches it, simulated. Targets out of reach are left
    out. Raises Invalid.
    """
    for target in targets:
        if not 0 < target < 1:
            raise Invalid(
                phrase("A target of {target} is no share.", target=f"{target:g}"),
                code="invalid_share",
                hint="Such as 0.8 for eight of ten.",
            )
    path = climb(history, within)
    found, seen = [], set()
    for target in sorted(set(targets)):
        additions = path.reaching(target)
        if additions is not None and additions not in seen:
            seen.add(additions)
            roster = path.roster(additions)
            found.append(option(history, roster, within, prices, target=target, runs=runs, seed=seed, curve=curve))
    return found
