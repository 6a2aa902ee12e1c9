"""What each customer did, said and was asked, as sorted numbers: what came before and after a moment is then counted at once.

Only what customers did by themselves and what they answered is read; times are whole seconds since 1970, UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from heed.facts.set_aside import answers
from heed.metrics.sources.opening import Engine
from heed.stats.arrays import Flags, Floats

Ints = npt.NDArray[np.int64]
SECONDS = 1 << 36  # more than any time that facts may have, so that customer and time make one number
MOST_ROWS = 4_000_000
INSTRUMENTS = ("nps", "csat", "ces", "effort_top_box", "resolved")
COMPLAINT_TOPICS = ("complaint", "complaints", "beschwerde", "reklamation", "reclamation", "queja", "reclamo")


@dataclass(frozen=True)
class Line:
    """Things that happened to customers, by customer and time: `at` seconds, `amount` of each (1 where there is none)."""

    customer: Ints
    at: Ints
    amount: Floats

    @classmethod
    def of(cls, customer: Ints, at: Ints, amount: Floats | None = None) -> "Line":
        order = np.lexsort((at, customer))
        many = np.ones(len(at)) if amount is None else amount
        return cls(customer[order], at[order], many[order])

    @property
    def last(self) -> int:
        """The newest time; 0 where nothing happened."""
        return int(self.at.max()) if len(self.at) else 0

    def between(self, customer: Ints, after: Ints, until: Ints) -> tuple[Floats, Floats]:
        """Of each customer what happened in (after, until]: how many, and how much. Shape of customer."""
        place = self.customer * SECONDS + self.at
        first = np.searchsorted(place, customer * SECONDS + np.clip(after, 0, SECONDS - 1), "right")
        end = np.searchsorted(place, customer * SECONDS + np.clip(until, 0, SECONDS - 1), "right")
        sums = np.concatenate([[0.0], np.cumsum(self.amount)])
        many = np.maximum(end - first, 0).astype(np.float64)
        return many, np.where(many > 0, sums[end] - sums[np.minimum(first, end)], 0.0)


@dataclass(frozen=True)
class Told:
    """Contacts or answers, one entry each: whose, when, at which touchpoint (a place in `touchpoints`; -1: not told), and
    what of: topic or instrument, a place in `names`.
    """

    customer: Ints
    at: Ints
    touchpoint: Ints
    name: Ints
    value: Floats
    names: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """All that is known of what customers did. `since` may be later than asked for where there was too much. `people`: the
    keys of customers, which are numbers everywhere else.
    """

    people: Sequence[str]
    touchpoints: tuple[str, ...]
    contacts: Told
    answers: Told
    asks: Told
    uses: Line
    bills: Line
    departures: Line
    since: datetime
    until: datetime


def read_history(engine: Engine, since: datetime, until: datetime) -> History:
    """The histories of [since, until); since the latest time from which no more than MOST_ROWS rows are read."""
    start = _affordable(engine, since, until)
    return history_of({name: engine.run(rows) for name, rows in _relations(engine, start, until).items()}, start, until)


def _relations(engine: Engine, since: datetime, until: datetime) -> dict[str, ir.Table]:
    wanted = {
        "interactions": ("started_at", ("touchpoint", "topic", "direction")),
        "responses": ("answered_at", ("touchpoint", "instrument", "score", "scale_min", "scale_max")),
        "invitations": ("sent_at", ("touchpoint",)),
        "usage": ("used_at", ("quantity",)),
        "finance": ("booked_at", ("kind", "amount")),
    }
    found = {}
    for name, (time, columns) in wanted.items():
        rows = answers(engine, name)
        at = rows[time]
        rows = rows.filter(rows.customer_key.notnull() & (rows.excluded_reason.fill_null("") == ""))
        rows = rows.filter(
            (at >= ibis.literal(since, type="timestamp('UTC')")) & (at < ibis.literal(until, type="timestamp('UTC')"))
        )
        found[name] = rows.select("customer_key", time, *columns, *(("asked",) if name == "invitations" else ()))
    responses, money = found["responses"], found["finance"]
    found["responses"] = responses.filter(responses.instrument.isin(INSTRUMENTS) & responses.score.notnull())
    found["finance"] = money.filter(money.kind.isin(("revenue", "churned_revenue")))
    asked = found["invitations"]
    found["invitations"] = asked.filter(asked.asked.fill_null(False)).drop("asked")
    return found


def _affordable(engine: Engine, since: datetime, until: datetime) -> datetime:
    """The span is halved until what lies in it can be held."""
    start = since
    while start < until - timedelta(days=28):
        many = sum(
            int(engine.run(rows.count().name("n").as_table())["n"][0].as_py())
            for rows in _relations(engine, start, until).values()
        )
        if many <= MOST_ROWS:
            break
        start = start + (until - start) / 2
    return start


def history_of(tables: Mapping[str, pa.Table], since: datetime, until: datetime) -> History:
    """Histories out of tables of facts with the columns that matter; a table that is not there holds nothing."""
    names = ("interactions", "responses", "invitations", "usage", "finance")
    held = {name: tables[name] for name in names if name in tables}
    codes, people = _codes([table["customer_key"] for table in held.values()])
    whose = dict(zip(held, codes, strict=True))
    places = [table["touchpoint"] for name, table in held.items() if name in ("interactions", "responses")]
    known = sorted({each for column in places for each in pc.unique(column).to_pylist() if each})

    def line(name: str, time: str, amount: str = "", only: tuple[str, str] | None = None) -> Line:
        if name not in held:
            return _nothing()
        table, who = held[name], whose[name]
        if only is not None:
            some = np.asarray(pc.fill_null(pc.equal(table[only[0]], only[1]), False))
            table, who = table.filter(pa.array(some)), who[some]
        return Line.of(who, _seconds(table[time]), _numbers(table[amount]) if amount else None)

    return History(
        people,
        tuple(known),
        _told(held.get("interactions"), whose.get("interactions"), "started_at", "topic", known),
        _told(held.get("responses"), whose.get("responses"), "answered_at", "instrument", known),
        _told(held.get("invitations"), whose.get("invitations"), "sent_at", "", known),
        line("usage", "used_at", "quantity"),
        line("finance", "booked_at", "amount", ("kind", "revenue")),
        line("finance", "booked_at", "amount", ("kind", "churned_revenue")),
        since,
        until,
    )


def _nothing() -> Line:
    none = np.zeros(0, np.int64)
    return Line(none, none, np.zeros(0))


def _told(table: pa.Table | None, who: Ints | None, time: str, name: str, touchpoints: Sequence[str]) -> Told:
    if table is None or who is None:
        none = np.zeros(0, np.int64)
        return Told(none, none, none, none, np.zeros(0), ())
    if "direction" in table.column_names:
        inbound = np.asarray(pc.fill_null(pc.not_equal(table["direction"], "outbound"), True))
        table, who = table.filter(pa.array(inbound)), who[inbound]
    places = {each: number for number, each in enumerate(touchpoints)}
    (of,), names = ([np.zeros(len(who), np.int64)], [""]) if not name else _named(table[name])
    (point,), told = _named(table["touchpoint"])
    at_place = np.array([places.get(each, -1) for each in told] + [-1], np.int64)[point]
    value = _scaled(table) if "score" in table.column_names else np.ones(len(who))
    return Told(who, _seconds(table[time]), at_place, of, value, tuple(names))


def _named(column: Any) -> tuple[list[Ints], list[str]]:
    """Places in a list of names, and the list; what is missing is called by nothing."""
    filled = pc.fill_null(column.cast(pa.string()), "")
    coded = pc.dictionary_encode(filled.combine_chunks() if isinstance(filled, pa.ChunkedArray) else filled)
    return [coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)], coded.dictionary.to_pylist()


def _codes(columns: Sequence[Any]) -> tuple[list[Ints], list[str]]:
    """Each column's customers as numbers, the same number for the same one in all; and their keys."""
    if not columns:
        return [], []
    whole = pa.chunked_array([chunk.cast(pa.string()) for each in columns for chunk in each.chunks], pa.string())
    coded = pc.dictionary_encode(whole.combine_chunks())
    every = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return np.split(every, np.cumsum([len(each) for each in columns])[:-1]), coded.dictionary.to_pylist()


def _seconds(column: Any) -> Ints:
    micros = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.asarray(micros // 1_000_000, np.int64)


def _numbers(column: Any) -> Floats:
    return np.nan_to_num(np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64))


def _scaled(table: pa.Table) -> Floats:
    """Scores, on a scale of 0 to 1 where it is told, so that answers on different scales can be set side by side."""
    score = _numbers(table["score"])
    if "scale_min" not in table.column_names:
        return score
    low, high = (
        np.asarray(table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)) for name in ("scale_min", "scale_max")
    )
    known: Flags = np.isfinite(low) & np.isfinite(high) & (high > low)
    width = np.where(known, high - low, 1.0)
    return np.where(known, (score - np.where(known, low, 0.0)) / width, score)
