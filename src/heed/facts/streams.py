"""Facts in the order in which they happened, a slice at a time, with conditions worked out beside them by the engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce

import ibis
import pyarrow as pa
from ibis.expr.types import BooleanValue, Table

from heed.core.conditions.rules import Condition
from heed.facts.conditions import to_ibis
from heed.facts.engine.engine import Engine
from heed.facts.schema.tables import TABLES

SLICE_ROWS = 250_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
Truths = Mapping[str, bool | None]


@dataclass(frozen=True)
class Span:
    """Facts of one table from a moment (included) to another (excluded), with conditions by name."""

    engine: Engine
    table: str
    since: datetime
    until: datetime
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return TABLES[self.table].key

    @property
    def time(self) -> str:
        return TABLES[self.table].time

    def rows(self) -> int:
        """How many facts there are."""
        return int(self.engine.run(self._facts().count().name("n").as_table())["n"][0].as_py())

    def counts(self) -> list[tuple[dict[str, bool | None], int]]:
        """How many facts there are for each way the conditions come out."""
        facts = self._judged()
        names = list(self.conditions)
        if not names:
            return [({}, self.rows())]
        found = self.engine.run(facts.group_by(names).agg(facts_counted=facts.count())).to_pylist()
        return [({name: row[name] for name in names}, int(row["facts_counted"])) for row in found]

    def slices(
        self, columns: Sequence[str], only: Sequence[Truths] | None = None, *, size: int = SLICE_ROWS
    ) -> Iterator[pa.Table]:
        """The facts in order of time and key, with a column for each condition; `only` those whose conditions come out so."""
        facts = self._judged()
        if only is not None:
            facts = facts.filter(_any_of(facts, only))
        wanted = list(dict.fromkeys([self.key, self.time, *columns, *self.conditions]))
        for start, end in self._days(facts, size):
            # As moments, so that files of other days are not opened.
            at = facts[self.time]
            low, high = (ibis.literal(EPOCH + timedelta(days=day)) for day in (start, end))
            part = facts.filter((at >= low) & (at < high)).select(wanted)
            yield self.engine.run(part.order_by([part[self.time], part[self.key]]))

    def _facts(self) -> Table:
        table = self.engine.table(self.table)
        at = table[self.time]
        return table.filter((at >= ibis.literal(self.since)) & (at < ibis.literal(self.until)))

    def _judged(self) -> Table:
        facts = self._facts()
        return facts.mutate(**{name: to_ibis(condition, facts) for name, condition in self.conditions.items()})

    def _days(self, facts: Table, size: int) -> Iterator[tuple[int, int]]:
        """Runs of whole days that hold about `size` facts each, as days since 1970, the end excluded."""
        days = facts.group_by(facts_day=_day_of(facts, self.time)).agg(facts_counted=facts.count())
        start, held = None, 0
        end = 0
        for row in sorted(self.engine.run(days).to_pylist(), key=lambda row: row["facts_day"]):
            day, count = int(row["facts_day"]), int(row["facts_counted"])
            if start is not None and held + count > size:
                yield start, end
                start, held = None, 0
            start = day if start is None else start
            held, end = held + count, day + 1
        if start is not None:
            yield start, end


def _day_of(facts: Table, time: str) -> ibis.expr.types.IntegerValue:
    since = facts[time].delta(ibis.literal(EPOCH), unit="microsecond").cast("float64")
    return (since / DAY).floor().cast("int64")


def _any_of(facts: Table, only: Sequence[Truths]) -> BooleanValue:
    if not only:
        return ibis.literal(False)
    return reduce(lambda left, right: left | right, [_comes_out(facts, truths) for truths in only])


def _comes_out(facts: Table, truths: Truths) -> BooleanValue:
    parts = [facts[name].isnull() if value is None else facts[name] == value for name, value in truths.items()]
    parts = [part.fill_null(False) for part in parts]
    return reduce(lambda left, right: left & right, parts, ibis.literal(True))
