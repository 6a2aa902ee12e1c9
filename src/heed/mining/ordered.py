"""The events of a log as arrays, case by case in their order: what DuckDB reads and decodes, and numpy sorts.

A sort of whole numbers takes a small part of the time that the engine's window takes over rows.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from heed.mining.log import Log

Array = NDArray[Any]
WORD = 64
LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Coded:
    """Values as numbers: `names[codes]`. The last name is None, for what is not known."""

    codes: Array
    names: list[str | None]


@dataclass(frozen=True)
class Ordered:
    """Events, those of a case beside one another, in order of time and then of the file.

    moment: microseconds since 1970; timed: which moments are known, None where all are. begins: the first event of each
    case, cases in order of their keys; keys: what tells each case.
    """

    activity: Coded
    resource: Coded
    moment: Array
    timed: Array | None
    begins: Array
    keys: pa.Array

    @property
    def size(self) -> int:
        return len(self.moment)

    @cached_property
    def lengths(self) -> Array:
        """How many events each case has."""
        return np.diff(self.begins, append=self.size)

    @cached_property
    def cases(self) -> Array:
        """The number of the case of each event, from 0."""
        return np.repeat(np.arange(len(self.begins)), self.lengths)


def ordered(log: Log) -> Ordered:
    """The events of a log on DuckDB in their order."""
    rows = _read(log)
    case, names = _cases(rows.column("case"))
    moment, timed = _moments(rows.column("moment"))
    sort_at = rows.column("sort_at").to_numpy() if log.untimed else moment
    order = grouped(case)
    case = case.take(order)
    begins = _begins(case)
    if not _forward(sort_at.take(order), begins):
        by_time = np.argsort(sort_at.take(order), kind="stable")
        order = order.take(by_time).take(grouped(case.take(by_time)))
    first = case.take(begins)
    return Ordered(
        activity=_coded(rows.column("activity"), order),
        resource=_coded(rows.column("resource"), order),
        moment=moment.take(order),
        timed=None if timed is None else timed.take(order),
        begins=begins,
        keys=pa.array(first) if names is None else names.take(pa.array(first)),
    )


def _read(log: Log) -> pa.Table:
    """The parts of events that are needed, in the order of the file."""
    events = log.events
    of_file = "micros" in events.columns
    asked: dict[str, ir.Value] = {
        "case": events["case_key" if "case_key" in events.columns else "case_id"],
        "activity": events.activity,
        "resource": events.resource,
        "moment": events["micros" if of_file else "at"],
    }
    if log.untimed:
        asked["sort_at"] = events.sort_at
    if not of_file:
        return log.engine(events.order_by("place").select(**asked))
    rows = log.engine(events.select(place=events.place, **asked))
    place = rows.column("place").to_numpy()
    return rows if (place[1:] > place[:-1]).all() else rows.take(np.argsort(place))


def _cases(column: pa.ChunkedArray) -> tuple[Array, pa.Array | None]:
    """A number for the case of each event, in order of keys; and the names that the numbers stand for, where keys are texts."""
    if not pa.types.is_string(column.type):
        return column.to_numpy(), None
    found = column.dictionary_encode().combine_chunks()
    by_name = pc.array_sort_indices(found.dictionary)
    number = np.empty(len(by_name), np.int64)
    number[by_name.to_numpy()] = np.arange(len(by_name))
    return number.take(found.indices.to_numpy()), found.dictionary.take(by_name)


def _moments(column: pa.ChunkedArray) -> tuple[Array, Array | None]:
    numbers = column.cast(pa.int64())
    if not column.null_count:
        return numbers.to_numpy(), None
    return numbers.fill_null(LATEST).to_numpy(), column.is_valid().to_numpy()


def _coded(column: pa.ChunkedArray, order: Array) -> Coded:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    found = column.combine_chunks()
    names = [*found.dictionary.to_pylist(), None]
    codes = found.indices
    if codes.null_count:
        codes = codes.cast(pa.int32()).fill_null(len(names) - 1)
    return Coded(codes.to_numpy().astype(np.min_scalar_type(len(names)), copy=False).take(order), names)


def grouped(keys: Array) -> Array:
    """The order that brings equal keys together, the lowest first, and leaves those of one key as they lie.

    Sorts one word made of key and place, which is many times as fast as a sort by the key that keeps the order. Where both do
    not go into a word, of the key only the first bits do, and the few that share these are sorted again.
    """
    bits = len(keys).bit_length()
    lost = np.uint64(max(0, int(keys.max()).bit_length() + bits - WORD))
    words = keys.astype(np.uint64)
    words >>= lost  # in place: new memory takes longer than the work
    words <<= np.uint64(bits)
    words |= np.arange(len(keys), dtype=np.uint64)
    words.sort()
    order = (words & np.uint64(2**bits - 1)).view(np.int64)
    if lost:
        words >>= np.uint64(bits)
        whole = keys.take(order)
        mixed = words[1:][(words[1:] == words[:-1]) & (whole[1:] != whole[:-1])]
        if len(mixed):
            again = np.flatnonzero(np.isin(words, mixed))
            order[again] = order[again][np.lexsort((order[again], whole[again]))]
    return order


def _begins(case: Array) -> Array:
    return np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))


def _forward(at: Array, begins: Array) -> bool:
    """Whether no event lies before the one that it follows in its case."""
    back = at[1:] < at[:-1]
    back[begins[1:] - 1] = False
    return not back.any()
