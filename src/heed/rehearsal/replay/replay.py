"""Replays facts through a decide function in the order in which they happened, and counts what it decides.

What the conditions settle alone is counted by the engine; only facts on which the state has a say are looked at one by one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

import pyarrow as pa

from heed.facts.engine.engine import Engine
from heed.facts.streams import Span
from heed.rehearsal.replay.deciders import Decider, Decision, Fact

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Rehearsal:
    """What a definition would have decided: facts seen, decisions by code, reasons by code, figures."""

    facts: int
    outcomes: dict[str, int]
    reasons: dict[str, dict[str, int]]
    figures: dict[str, Any]

    @property
    def decided(self) -> int:
        return sum(self.outcomes.values())


def rehearse(
    engine: Engine,
    decider: Decider,
    definition: Any,
    since: datetime,
    until: datetime,
    *,
    advance: Callable[[float], None] = lambda amount: None,
) -> Rehearsal:
    """Replay the facts from `since` (included) to `until` (excluded). `advance` is told of facts as they are done."""
    span = Span(engine, decider.table(definition), since, until, decider.conditions(definition))
    counted: Counter[tuple[str, str]] = Counter()
    facts, open_ways = 0, []
    for truths, number in span.counts():
        facts += number
        decision = decider.settled(definition, truths)
        if decision is None:
            open_ways.append(truths)
        else:
            counted[decision.code, decision.reason] += number
            advance(number)
    tally = decider.tally(definition, since, until)
    state = decider.begin(definition)
    for slice_ in span.slices(decider.columns(definition), open_ways):
        for fact, truths in with_truths(slice_, tuple(span.conditions)):
            decision = decider.decide(definition, state, fact, truths)
            decider.carry(definition, state, fact, decision)
            counted[decision.code, decision.reason] += 1
            tally.add(fact, decision)
        advance(slice_.num_rows)
    return _counted(facts, counted, tally.figures())


def replay(decider: Decider, definition: Any, facts: Iterable[Fact]) -> Iterator[Decision]:
    """The plain form: one fact after another, as in production. The measure of what `rehearse` does in bulk."""
    state = decider.begin(definition)
    for fact in facts:
        decision = decider.decide(definition, state, fact)
        decider.carry(definition, state, fact, decision)
        yield decision


def with_truths(rows: pa.Table, names: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each row of a slice as the fact and how its conditions come out, a batch at a time."""
    for batch in rows.to_batches(max_chunksize=20_000):
        columns = [_values(batch.column(place)) for place in range(batch.num_columns)]
        told = [columns[batch.schema.get_field_index(name)] for name in names]
        truths = zip(*told, strict=True) if names else repeat(())
        for values, known in zip(zip(*columns, strict=True), truths, strict=False):
            yield dict(zip(batch.schema.names, values, strict=True)), dict(zip(names, known, strict=True))


def _values(column: pa.Array) -> list[Any]:
    """A column as Python values. Times are made from their microseconds: Arrow looks the time zone up for each."""
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    at = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    return [None if micros is None else EPOCH + timedelta(microseconds=micros) for micros in at]


def _counted(facts: int, counted: Counter[tuple[str, str]], figures: dict[str, Any]) -> Rehearsal:
    outcomes: dict[str, int] = {}
    reasons: dict[str, dict[str, int]] = {}
    for (code, reason), number in sorted(counted.items()):
        outcomes[code] = outcomes.get(code, 0) + number
        reasons.setdefault(code, {})[reason] = number
    return Rehearsal(facts, outcomes, reasons, figures)
