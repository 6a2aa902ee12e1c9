"""How many agents each interval of a day needs so that a promise of answering in time is kept. Pure.

Erlang C where callers wait for ever, Erlang A where they give up after an exponential patience (`heed.stats.queues`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.exact import as_written
from heed.stats.queues.erlang import agents_required, inverse_blocking
from heed.stats.queues.impatience import patient_agents

COLUMNS = ("start", "calls", "aht_seconds")
LENGTH = "interval_seconds"
NO_CALLS = "no_calls"
# Above so many erlangs no centre is one queue any more, and the figures would take minutes.
MOST_ERLANGS = 2_000_000


@dataclass(frozen=True)
class Demand:
    """The calls of one interval. `start` as it was written; times in seconds."""

    start: str | None
    calls: float
    aht_seconds: float
    interval_seconds: float

    @property
    def erlangs(self) -> float:
        """Calls in progress on average, by exact arithmetic: 100 calls of 180 s in half an hour are 10."""
        return float(as_written(self.calls) * as_written(self.aht_seconds) / as_written(self.interval_seconds))


@dataclass(frozen=True)
class Promise:
    """What the plan must keep: a share `target` of callers answered within so many seconds, by agents who are busy at most
    a share `max_occupancy` of their time; `shrinkage`: the share of paid time in which people are not there.
    """

    target: float
    within_seconds: float
    patience_seconds: float | None = None
    shrinkage: float = 0.0
    max_occupancy: float = 1.0

    @property
    def model(self) -> Literal["erlang_c", "erlang_a"]:
        return "erlang_c" if self.patience_seconds is None else "erlang_a"


@dataclass(frozen=True)
class Planned:
    """The plan of one interval. Service level: answered in time of all callers. None, with a reason, where nobody calls."""

    start: str | None
    calls: float
    aht_seconds: float
    interval_seconds: float
    agents: int
    scheduled: int
    service_level: float | None
    asa_seconds: float | None
    occupancy: float | None
    abandonment: float | None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if name != "reason"}
        return told | ({"reason": self.reason} if self.reason else {})


def promised(
    target: float,
    within_seconds: float,
    patience_seconds: float | None = None,
    shrinkage: float = 0.0,
    max_occupancy: float = 1.0,
) -> Promise:
    """A promise that can be planned for. Raises Invalid naming what is wrong."""
    _share("target", target, 0.0 <= target < 1.0, "0.8")
    _share("shrinkage", shrinkage, 0.0 <= shrinkage < 1.0, "0.3")
    _share("max-occupancy", max_occupancy, 0.0 < max_occupancy <= 1.0, "0.85")
    _seconds("within", within_seconds, least=0.0)
    if patience_seconds is not None:
        _seconds("patience", patience_seconds)
    return Promise(target, within_seconds, patience_seconds, shrinkage, max_occupancy)


def _share(name: str, value: float, holds: bool, example: str) -> None:
    if not holds:
        raise Invalid(
            phrase("{name} is {value}: it must be a share from 0 to under 1.", name=name, value=value)
            if name != "max-occupancy"
            else phrase("{name} is {value}: it must be a share above 0, at most 1.", name=name, value=value),
            code="invalid_share",
            hint=phrase("Write it as {example}, not in per cent.", example=example),
        )


def _seconds(name: str, value: float, *, least: float | None = None) -> None:
    if not math.isfinite(value) or (value < least if least is not None else value <= 0.0):
        raise Invalid(
            phrase("{name} is {value}: it must be a number of seconds above zero.", name=name, value=value)
            if least is None
            else phrase("{name} is {value}: it must be a number of seconds, zero or more.", name=name, value=value),
            code="invalid_seconds",
            hint="Give seconds, such as 180.",
        )


def demand(start: str | None, calls: float, aht_seconds: float, interval_seconds: float) -> Demand:
    """The calls of one interval, checked. Raises Invalid naming what is wrong."""
    if not math.isfinite(calls) or calls < 0:
        raise Invalid(
            phrase("calls is {value}: it must be a number, zero or more.", value=calls),
            code="invalid_calls",
            hint="Give the calls that come in during the interval.",
        )
    _seconds("interval", interval_seconds)
    if calls > 0 or aht_seconds != 0:
        _seconds("aht", aht_seconds)
    found = Demand(start, calls, aht_seconds, interval_seconds)
    if found.erlangs > MOST_ERLANGS:
        raise Invalid(
            phrase("{erlangs} calls at a time are too many for one queue.", erlangs=f"{found.erlangs:.0f}"),
            code="too_many_calls",
            hint="Check that calls are those of one interval, and times are in seconds.",
        )
    return found


def demands(rows: Sequence[Mapping[str, str]], interval_seconds: float | None = None) -> list[Demand]:
    """The intervals of a file with `start,calls,aht_seconds`. How long they are is given, in a column `interval_seconds`,
    or the least time between two starts. Raises Invalid naming the row.
    """
    if not rows:
        raise Invalid("The file has no intervals.", code="empty_file", hint="Each row is start,calls,aht_seconds.")
    for name in COLUMNS:
        if name not in rows[0]:
            raise Invalid(
                phrase("The file has no column {column}.", column=name),
                code="unknown_column",
                hint=nearest(name, rows[0]),
            )
    own_lengths = LENGTH in rows[0]
    length = interval_seconds if interval_seconds is not None or own_lengths else _length(rows)
    found = []
    for number, row in enumerate(rows, 1):
        try:
            calls = _number(row["calls"], "calls")
            # Where nobody calls there is no handle time to be known.
            aht = 0.0 if calls == 0 and not row["aht_seconds"].strip() else _number(row["aht_seconds"], "aht_seconds")
            seconds = length if length is not None else _number(row[LENGTH], LENGTH)
            found.append(demand(row["start"].strip(), calls, aht, seconds))
        except Invalid as fault:
            raise Invalid(
                phrase("Row {number}: {message}", number=number, message=fault.message),
                code=fault.code,
                hint=fault.hint,
            ) from fault
    return found


def _number(written: str, name: str) -> float:
    try:
        return float(written.strip())
    except ValueError as error:
        raise Invalid(
            phrase("{name} is {written!r}: it must be a number.", name=name, written=written),
            code="invalid_number",
            hint="Write numbers with a point and without marks of thousands, such as 1200.5.",
        ) from error


def _length(rows: Sequence[Mapping[str, str]]) -> float:
    """The least time between two starts, in seconds."""
    moments = sorted({_moment(row["start"].strip(), number) for number, row in enumerate(rows, 1)})
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    if not gaps:
        raise Invalid(
            "How long an interval is cannot be told from one start.",
            code="unknown_interval",
            hint="Add --interval with its seconds, such as --interval 1800.",
        )
    return min(gaps)


def _moment(written: str, number: int) -> datetime:
    """A start as a moment: a time with its day, or a time of day. Those without a zone are taken for one zone's."""
    padded = f"0{written}" if written[1:2] == ":" else written
    try:
        if padded[2:3] == ":":
            return datetime.combine(date(2000, 1, 1), time.fromisoformat(padded).replace(tzinfo=None))
        found = datetime.fromisoformat(padded)
        return found.replace(tzinfo=None) - (found.utcoffset() or timedelta())
    except ValueError as error:
        raise Invalid(
            phrase("Row {number}: {written!r} is no time.", number=number, written=written),
            code="invalid_time",
            hint="Such as 2026-03-02T09:00 or 09:00; with --interval it may be any name.",
        ) from error


def plan(intervals: Iterable[Demand], promise: Promise) -> list[Planned]:
    """For each interval the least number of agents that keeps the promise, and what it reaches."""
    wanted = list(intervals)
    busy = [each for each in wanted if each.erlangs > 0]
    reached = _patient(busy, promise) if promise.patience_seconds else _endless(busy, promise)
    found = dict(zip(map(_key, busy), reached, strict=True))
    return [_planned(each, promise, found.get(_key(each))) for each in wanted]


_Reached = tuple[int, float, float, float, float]


def _key(each: Demand) -> tuple[float, float]:
    return each.erlangs, each.aht_seconds


def _endless(busy: Sequence[Demand], promise: Promise) -> list[_Reached]:
    """Agents, service level, mean wait in seconds, occupancy and abandonment where all wait: all intervals at once."""
    if not busy:
        return []
    loads = np.array([each.erlangs for each in busy])
    times = np.array([each.aht_seconds for each in busy])
    # In units of the handle time the load is the rate, so that no rounding of rates moves it.
    least = agents_required(
        loads, 1.0, promise.within_seconds / times, target=promise.target, max_occupancy=promise.max_occupancy
    )
    figures = zip(loads, times, least.agents, least.service_level, least.occupancy, strict=True)
    return [
        (int(agents), float(level), _mean_wait(float(load), int(agents)) * float(seconds), float(occupancy), 0.0)
        for load, seconds, agents, level, occupancy in figures
    ]


def _mean_wait(load: float, agents: int) -> float:
    """Mean wait in handle times: C / (n - a), with C = n / (n + (n - a)(1/B - 1))."""
    spare = agents - load
    return agents / (agents + spare * (inverse_blocking(load, agents) - 1.0)) / spare


def _patient(busy: Sequence[Demand], promise: Promise) -> list[_Reached]:
    """The same where callers give up; intervals alike are worked out once."""
    return [_patient_one(*_key(each), promise) for each in busy]


@lru_cache(maxsize=4096)
def _patient_one(erlangs: float, aht: float, promise: Promise) -> _Reached:
    assert promise.patience_seconds is not None
    agents, reached = patient_agents(
        erlangs,
        1.0,
        aht / promise.patience_seconds,
        promise.within_seconds / aht,
        target=promise.target,
        max_occupancy=promise.max_occupancy,
    )
    return (
        agents,
        reached.served_within,
        reached.mean_wait_of_served * aht,
        min(reached.occupancy, 1.0),
        reached.abandoned,
    )


def _planned(each: Demand, promise: Promise, reached: _Reached | None) -> Planned:
    same = (each.start, each.calls, each.aht_seconds, each.interval_seconds)
    if reached is None:
        return Planned(*same, 0, 0, None, None, None, None, NO_CALLS)
    return Planned(*same, reached[0], scheduled(reached[0], promise.shrinkage), *reached[1:])


def scheduled(agents: int, shrinkage: float) -> int:
    """Agents to put on the roster so that so many are there, by exact arithmetic: 21 at 0.3 are 30, not 31."""
    return math.ceil(agents / (Fraction(1) - as_written(shrinkage)))
