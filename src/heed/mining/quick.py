"""What a log on DuckDB shows, found on its events as arrays: the figures of `discovery` in a part of the time."""

import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from heed.mining.discovery import Shown, Size
from heed.mining.log import Log
from heed.mining.ordered import Array, Coded, Ordered, ordered

Row = dict[str, Any]
Names = Sequence[str | None]
MICROS = 1_000_000
THREADS = 2
SIGNED = 63  # bits of a whole number
UNTIMED = {"mean_seconds": None, "median_seconds": None, "p90_seconds": None}


def shown(log: Log, most: int) -> Shown:
    """All of it; `most` variants are spelt out."""
    events = ordered(log)
    # What takes long is done side by side: numpy lets go of the interpreter while it sorts.
    with ThreadPoolExecutor(THREADS) as pool:
        found, met, again = pool.submit(edges, events), pool.submit(variants, events), pool.submit(repeated, events)
        passed, looped = pool.submit(handovers, events), pool.submit(loops, events)
        counts, examples = met.result()
        return Shown(
            size=size(events),
            variants=len(counts),
            starts=_tally(events.activity, events.begins),
            ends=_tally(events.activity, events.begins + events.lengths - 1),
            edges=found.result(),
            handovers=passed.result(),
            ways=spelt(log, events, counts, examples, most),
            rework_size=rework_size(events, again.result()),
            rework=rework(events, again.result()),
            loops=looped.result(),
        )


def size(events: Ordered) -> Size:
    """How large the log is."""
    known = events.moment if events.timed is None else events.moment[events.timed]
    kind = pa.timestamp("us", "UTC")
    return Size(
        cases=len(events.begins),
        events=events.size,
        activities=len(_tally(events.activity, slice(None))),
        resources=sum(row["activity"] is not None for row in _tally(events.resource, slice(None))),
        first=pa.scalar(int(known.min()), kind).as_py() if len(known) else None,
        last=pa.scalar(int(known.max()), kind).as_py() if len(known) else None,
    )


def _tally(coded: Coded, at: Any) -> list[Row]:
    """How often each value comes among the events at these places."""
    counts = np.bincount(coded.codes[at])
    return [{"activity": coded.names[code], "count": int(counts[code])} for code in np.flatnonzero(counts)]


def edges(events: Ordered) -> list[Row]:
    """Two activities that follow directly in a case: how often, and the time from the one to the other in seconds."""
    codes, names = events.activity.codes, events.activity.names
    pair, none = _pairs(codes[:-1], codes[1:], names), len(names) ** 2
    pair[events.begins[1:] - 1] = none
    found: dict[int, Row] = {}
    if events.timed is not None:
        found = {code: {"count": count, **UNTIMED} for code, count in _counts(np.sort(pair[pair != none])).items()}
        pair[~(events.timed[1:] & events.timed[:-1])] = none
    for code, times in _times(pair, np.diff(events.moment), none).items():
        found[code] = times | {"count": found.get(code, times)["count"]}
    return [
        {"from_activity": one, "to_activity": two, **row}
        for (one, two), row in zip(_named(found, names), found.values(), strict=True)
    ]


def _times(pair: Array, took: Array, none: int) -> dict[int, Row]:
    """Count, mean and quantiles of the microseconds of each pair; what is of the pair `none` has no part."""
    took[pair == none] = 0
    pair, took = _together(pair, took)
    pair = pair[: np.searchsorted(pair, none)]
    begins, counts = runs(pair)
    seconds = took[: len(pair)] / MICROS
    columns = {
        "count": counts,
        "mean_seconds": np.add.reduceat(seconds, begins) / counts if len(begins) else begins,
        "median_seconds": _quantile(seconds, begins, counts, 0.5),
        "p90_seconds": _quantile(seconds, begins, counts, 0.9),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return {code: dict(zip(columns, row, strict=True)) for code, row in zip(pair[begins].tolist(), rows, strict=True)}


def _together(pair: Array, took: Array) -> tuple[Array, Array]:
    """Both in order of the pair, then of the time: in place, as one word, where they go into one."""
    bits = int(took.max(initial=0)).bit_length()
    if int(pair.max(initial=0)).bit_length() + bits > SIGNED:
        order = np.lexsort((took, pair))
        return pair[order], took[order]
    pair <<= bits
    pair |= took
    pair.sort()
    np.bitwise_and(pair, (1 << bits) - 1, out=took)
    pair >>= bits
    return pair, took


def _quantile(ordered_: Array, begins: Array, counts: Array, share: float) -> Array:
    """The quantile of each run of values in order, of type 7 of Hyndman and Fan 1996."""
    at = (counts - 1) * share
    low = at.astype(np.int64)
    one, two = (ordered_[begins + np.minimum(place, counts - 1)] for place in (low, low + 1))
    found: Array = one * (1 - (at - low)) + two * (at - low)
    return found


def handovers(events: Ordered) -> list[Row]:
    """Neighbours with two known, different resources."""
    codes, names = events.resource.codes, events.resource.names
    passed = codes[1:] != codes[:-1]
    passed[events.begins[1:] - 1] = False
    unknown = codes == len(names) - 1
    if unknown.any():
        passed &= ~(unknown[1:] | unknown[:-1])
    at = np.flatnonzero(passed)
    counts = _counts(np.sort(_pairs(codes[at], codes[at + 1], names)))
    return [
        {"from_resource": one, "to_resource": two, "count": count}
        for (one, two), count in zip(_named(counts, names), counts.values(), strict=True)
    ]


def _pairs(one: Array, two: Array, names: Names) -> Array:
    """A number for each two codes; `_named` tells the two by it."""
    found = np.multiply(one, len(names), dtype=np.int64)
    found += two
    return found


def _named(pairs: Iterable[int], names: Names) -> list[tuple[Any, Any]]:
    return [(names[pair // len(names)], names[pair % len(names)]) for pair in pairs]


def runs(ordered_: Array) -> tuple[Array, Array]:
    """Of values in order: where each different one begins, and how often it is there."""
    begins = np.flatnonzero(np.concatenate([[True], ordered_[1:] != ordered_[:-1]])[: len(ordered_)])
    return begins, np.diff(begins, append=len(ordered_))


def _counts(ordered_: Array) -> dict[int, int]:
    begins, counts = runs(ordered_)
    return dict(zip(ordered_[begins].tolist(), counts.tolist(), strict=True))


def variants(events: Ordered) -> tuple[Array, Array]:
    """Of each order of activities that a case may go: how many cases go it, and the first of them.

    Cases meet by a sum of products of two random words, one of the activity and one of its place. Each is then held against
    the first of those it met; where one differs, all is done again with other words.
    """
    place = np.arange(events.size) - np.repeat(events.begins, events.lengths)
    for seed in itertools.count():
        word = np.random.default_rng(seed).integers(
            0, 2**64, len(events.activity.names) + events.lengths.max(), np.uint64
        )
        products = word.take(events.activity.codes)
        products *= word[len(events.activity.names) :].take(place)
        sums = np.add.reduceat(products, events.begins)
        order = np.argsort(sums)
        begins, counts = runs(sums.take(order))
        examples = np.minimum.reduceat(order, begins)
        twins = np.empty_like(order)
        twins[order] = np.repeat(examples, counts)
        if _alike(events, twins, place):
            return counts, examples
    raise AssertionError("there is always another seed")


def _alike(events: Ordered, twins: Array, place: Array) -> bool:
    """Whether each case goes the way of its twin."""
    if (events.lengths != events.lengths[twins]).any():
        return False
    codes = events.activity.codes
    return bool((codes == codes.take(np.repeat(events.begins[twins], events.lengths) + place)).all())


def spelt(log: Log, events: Ordered, counts: Array, examples: Array, most: int) -> list[Row]:
    """The variants that most cases go, with their activities in order."""
    least = np.partition(counts, -most)[-most] if len(counts) > most else 0
    often = np.flatnonzero(counts >= least)
    often = often[np.lexsort((examples[often], events.lengths[examples[often]], -counts[often]))][:most]
    names = _names(log, events.keys.take(pa.array(examples[often])))
    rows = []
    for count, case in zip(counts[often].tolist(), examples[often].tolist(), strict=True):
        codes = events.activity.codes[events.begins[case] :][: events.lengths[case]]
        key = events.keys[case].as_py()
        rows.append(
            {"case_id": names.get(key, key), "count": count, "way": [events.activity.names[at] for at in codes]}
        )
    return rows


def _names(log: Log, keys: pa.Array) -> dict[Any, str]:
    """The names of cases by their keys; none where keys are names."""
    if log.names is None:
        return {}
    case_key = log.names.case_key
    asked = [ibis.literal(key, case_key.type()) for key in keys.to_pylist()]
    found = log.rows(log.names.filter(case_key.isin(asked)).select("case_key", "case_id"))
    return {row["case_key"]: row["case_id"] for row in found}


def repeated(events: Ordered) -> Array:
    """A number for the case and the activity of each event whose activity came before in its case, in order."""
    many = len(events.activity.names)
    kind = np.uint32 if len(events.begins) * many < 2**32 else np.uint64
    pairs: Array = np.repeat(np.arange(0, len(events.begins) * many, many, dtype=kind), events.lengths)
    np.add(pairs, events.activity.codes, out=pairs)
    pairs.sort()
    return pairs[1:][pairs[1:] == pairs[:-1]]


def rework(events: Ordered, again: Array) -> list[Row]:
    """By activity: events that are `repeated`, and the cases that hold one."""
    many = len(events.activity.names)
    begins, counts = runs(again)
    activity = again[begins] % many
    cases = np.bincount(activity, minlength=many)
    repeats = np.bincount(activity, counts, many)
    return [
        {"activity": events.activity.names[code], "events": int(repeats[code]), "cases": int(cases[code])}
        for code in np.flatnonzero(cases)
    ]


def rework_size(events: Ordered, again: Array) -> Row:
    """The same in all."""
    return {"events": len(again), "cases": len(runs(again // len(events.activity.names))[0])}


def loops(events: Ordered) -> list[Row]:
    """The short loops: an activity that follows itself, and one come back to over another."""
    codes, names = events.activity.codes, events.activity.names
    first = np.zeros(events.size, bool)
    first[events.begins] = True
    held = codes[1:] == codes[:-1]
    held[:-1] |= (codes[2:] == codes[:-2]) & ~first[2:]
    held &= ~first[1:]
    at = np.flatnonzero(held)
    case = np.repeat(np.arange(len(events.begins)), events.lengths).take(at)
    by_case = np.sort(case * len(names) ** 2 + _pairs(codes[at], codes[at + 1], names))
    counts = _counts(np.sort(by_case % len(names) ** 2))
    cases = _counts(np.sort(by_case[runs(by_case)[0]] % len(names) ** 2))
    return [
        {"activity": one, "via": None if one == over else over, "count": counts[code], "cases": cases[code]}
        for code, (one, over) in zip(counts, _named(counts, names), strict=True)
    ]
