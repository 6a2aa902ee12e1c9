"""Live contacts by half-hour, who was there to answer them, how long people waited, and how they liked it afterwards.

Sums only: no keys leave the engine. Half-hours are those of UTC moved by `shift` seconds, for zones that lie between.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from heed.metrics.selection import Slice, by_column, sliced
from heed.metrics.sources.opening import Engine, open_source, span
from heed.stats.arrays import Floats

HALF_HOUR = 1800
MOST_WAIT = 86_400.0
TOP_BOXES = 2.0

Reach = Mapping[str, Collection[str]] | None


@dataclass(frozen=True)
class Traffic:
    """One entry a unit and half-hour in which somebody came, all arrays of one length. `start`: seconds since 1970;
    `offered`: answered or given up; `in_time`: answered within the time; waits in seconds, of all of them.
    """

    unit: NDArray[np.object_]
    start: NDArray[np.int64]
    offered: Floats
    answered: Floats
    in_time: Floats
    abandoned: Floats
    wait_seconds: Floats
    handled: Floats
    handle_seconds: Floats
    handle_squares: Floats


@dataclass(frozen=True)
class Presence:
    """People there by unit and half-hour, as means over it."""

    unit: NDArray[np.object_]
    start: NDArray[np.int64]
    agents: Floats


@dataclass(frozen=True)
class Waits:
    """How many waited so long (whole seconds) and were answered (`abandoned` false) or gave up."""

    seconds: Floats
    abandoned: NDArray[np.bool_]
    many: NDArray[np.int64]


@dataclass(frozen=True)
class Liking:
    """Of those who waited so long (whole seconds) and were asked: how many answered, and how many with a top box."""

    seconds: Floats
    satisfied: Floats
    asked: Floats


def _calls(engine: Engine, part: Slice) -> ir.Table:
    source = open_source(engine, "interactions")
    rows = sliced(source.shape, source.rows, part)
    reached = rows.answered.fill_null(False) | rows.abandoned.fill_null(False)
    kept = (rows.excluded_reason.fill_null("") == "") & rows.offered.fill_null(True) & reached
    # A wait of more than a day is a clock that was wrong.
    return rows.filter(kept & rows.wait_seconds.notnull() & rows.wait_seconds.between(0.0, MOST_WAIT))


def _bucket(at: ir.Value, shift: int) -> ir.Value:
    return ((at.epoch_seconds() + shift) / HALF_HOUR).floor().cast("int64") * HALF_HOUR - shift


def call_span(engine: Engine) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment at which a contact began."""
    return span(engine, open_source(engine, "interactions"))


def traffic(engine: Engine, part: Slice, *, unit: str = "", within: float = 20.0, shift: int = 0) -> Traffic:
    """Contacts that were answered or given up, by unit (a column; empty = all together) and half-hour. Raises Invalid where
    a name is unknown.
    """
    rows = _calls(engine, part)
    shape = open_source(engine, "interactions").shape
    by = by_column(shape, rows, unit).cast("string").fill_null("") if unit else ibis.literal("")
    answered, handle = rows.answered.fill_null(False), rows.handle_seconds.cast("float64")
    worked = answered & handle.notnull() & (handle > 0)
    some = rows.select(
        unit=by,
        start=_bucket(rows.started_at, shift),
        answered=answered.cast("float64"),
        in_time=(answered & (rows.wait_seconds <= within)).cast("float64"),
        wait=rows.wait_seconds.cast("float64"),
        handled=worked.cast("float64"),
        handle=ibis.ifelse(worked, handle, 0.0),
    )
    found = engine.run(
        some.group_by("unit", "start").agg(
            offered=some.count().cast("float64"),
            answered=some.answered.sum(),
            in_time=some.in_time.sum(),
            wait_seconds=some.wait.sum(),
            handled=some.handled.sum(),
            handle_seconds=some.handle.sum(),
            handle_squares=(some.handle * some.handle).sum(),
        )
    )
    told = {name: _column(found, name) for name in found.column_names}
    order = np.lexsort((told["start"], told["unit"].astype(str)))
    told = {name: values[order] for name, values in told.items()}
    return Traffic(abandoned=told["offered"] - told["answered"], **told)


def _column(found: Any, name: str) -> Any:
    values = found[name].to_numpy(zero_copy_only=False)
    if name == "unit":
        return values.astype(object)
    return values.astype(np.int64 if name in ("start", "many") else np.float64)


def presence(engine: Engine, part: Slice, *, unit: str = "", shift: int = 0, state: str = "scheduled") -> Presence:
    """How many people were `scheduled` (or in another state of the workforce) in each half-hour; a row counts for the part
    of it that it covers.
    """
    source = open_source(engine, "workforce")
    rows = sliced(source.shape, source.rows, part)
    rows = rows.filter((rows.state == state) & rows.end_at.notnull() & (rows.end_at > rows.start_at))
    by = by_column(source.shape, rows, unit).cast("string").fill_null("") if unit else ibis.literal("")
    some = rows.select(
        unit=by,
        low=rows.start_at.epoch_seconds(),
        high=rows.end_at.epoch_seconds(),
        agents=rows.agents.cast("float64").fill_null(1.0),
    )
    found = engine.run(some.group_by("unit", "low", "high").agg(agents=some.agents.sum()))
    return _laid(found, shift)


MOST_HALF_HOURS = 48 * 40  # a row of more than forty days is no shift


def _laid(found: Any, shift: int) -> Presence:
    there: dict[tuple[str, int], float] = {}
    columns = [found[name].to_pylist() for name in ("unit", "low", "high", "agents")]
    for unit, low, high, agents in zip(*columns, strict=True):
        start = (low + shift) // HALF_HOUR * HALF_HOUR - shift
        for begin in range(start, min(high, start + MOST_HALF_HOURS * HALF_HOUR), HALF_HOUR):
            covered = (min(high, begin + HALF_HOUR) - max(low, begin)) / HALF_HOUR
            there[unit, begin] = there.get((unit, begin), 0.0) + agents * covered
    keys = sorted(there)
    return Presence(
        np.array([unit for unit, _ in keys], dtype=object),
        np.array([begin for _, begin in keys], dtype=np.int64),
        np.array([there[key] for key in keys], dtype=np.float64),
    )


def waits(engine: Engine, part: Slice) -> Waits:
    """Waits of those who were answered and of those who gave up, counted by whole seconds."""
    rows = _calls(engine, part)
    some = rows.select(
        seconds=rows.wait_seconds.cast("float64").round().cast("int64"),
        abandoned=~rows.answered.fill_null(False),
        one=ibis.literal(1),
    )
    found = engine.run(some.group_by("seconds", "abandoned").agg(many=some.one.sum()).order_by("seconds", "abandoned"))
    return Waits(
        _column(found, "seconds"),
        found["abandoned"].to_numpy(zero_copy_only=False).astype(bool),
        _column(found, "many"),
    )


def liking(engine: Engine, part: Slice) -> Liking:
    """Answers to the satisfaction question (two best of the scale) by how long that customer had waited to be answered."""
    rows = _calls(engine, part)
    rows = rows.filter(rows.answered.fill_null(False)).select("interaction_id", "wait_seconds")
    asked = open_source(engine, "responses").rows
    scored = (asked.instrument == "csat") & asked.score.notnull() & asked.interaction_id.notnull()
    asked = asked.filter(scored & (asked.excluded_reason.fill_null("") == ""))
    asked = asked.select(
        heard_of=asked.interaction_id, top=(asked.score > asked.scale_max.fill_null(5.0) - TOP_BOXES).cast("float64")
    )
    both = rows.join(asked, rows.interaction_id == asked.heard_of)
    some = both.select(seconds=both.wait_seconds.cast("float64").round(), top=both.top, one=ibis.literal(1.0))
    found = engine.run(some.group_by("seconds").agg(satisfied=some.top.sum(), asked=some.one.sum()).order_by("seconds"))
    return Liking(_column(found, "seconds"), _column(found, "satisfied"), _column(found, "asked"))


@dataclass(frozen=True)
class Paid:
    """What people cost in one currency: money, and the hours it was paid for."""

    currency: str
    amount: Decimal
    hours: Decimal


def paid(engine: Engine, part: Slice) -> tuple[Paid, ...]:
    """What time of people cost, by currency, the most hours first."""
    source = open_source(engine, "workforce")
    rows = sliced(source.shape, source.rows, part)
    rows = rows.filter((rows.cost > 0) & (rows.worked_seconds > 0) & rows.currency.notnull())
    found = engine.run(
        rows.group_by("currency").agg(amount=rows.cost.sum(), seconds=rows.worked_seconds.cast("float64").sum())
    ).to_pylist()
    told = [Paid(row["currency"], Decimal(row["amount"]), Decimal(str(row["seconds"])) / 3600) for row in found]
    return tuple(sorted(told, key=lambda each: (-each.hours, each.currency)))
