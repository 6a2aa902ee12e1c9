"""A log: events of cases as one table of an engine, and the steps that follow from their order.

Nothing here goes through events one by one: all is an expression, computed by DuckDB or Spark.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from heed.core.errors.rules import Phrase
from heed.facts.durations import seconds_between


@dataclass
class Log:
    """Events of cases. `events` has case_id, activity, at (in UTC, null where unknown), sort_at (never null where order is
    known), place (the order of the file), resource, lifecycle, group (null where the file has none) and the columns kept
    beside them. Those of files have `micros` too, the time as microseconds since 1970, and `case_key`, a number for the case,
    whose name is in `names` (case_key, case_id).

    extra: the column of `events` that holds a column kept beside them, by its name in the file.
    `engine` computes an expression and `keep` has it computed once, for what is asked for often; `connection` is DuckDB's
    where it is DuckDB, which some questions are put to in SQL.
    """

    name: str
    events: ir.Table
    engine: Callable[[ibis.Expr], pa.Table]
    keep: Callable[[str, ir.Table], ir.Table] = lambda name, expression: expression
    connection: Any = None
    untimed: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[Phrase] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    names: ir.Table | None = None

    def named(self, found: ir.Table) -> ir.Table:
        """Rows that have a case_key, with the name of the case (case_id) in its place."""
        if self.names is None:
            return found.rename(case_id="case_key")
        names = self.names.select("case_key", "case_id")
        return found.inner_join(names, "case_key").drop("case_key")

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """What an expression gives, row by row."""
        found = self.engine(expression)
        # DuckDB sums whole numbers wider than 64 bits, which come out as decimals.
        wide = [at for at, field in enumerate(found.schema) if pa.types.is_decimal(field.type)]
        for at in wide:
            found = found.set_column(at, found.field(at).name, found.column(at).cast(pa.int64()))
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows

    @cached_property
    def steps(self) -> ir.Table:
        """Each event with its neighbours, kept by the engine: asked for often."""
        return self.keep("steps", steps(self.events, all_timed=not self.untimed))


def steps(events: ir.Table, *, all_timed: bool = False) -> ir.Table:
    """Each event with those before and after it in its case: in order of time, then of the file.

    case_key is the name of the case where the reader gave no number for it; position counts from 0; seconds is the time
    since the event before (null for the first, and where a time is unknown). all_timed: no time is unknown, so that one
    column less is sorted.
    """
    # Numbers are sorted, and whole microseconds taken from one another, many times as fast as texts and times.
    case = events["case_key" if "case_key" in events.columns else "case_id"]
    moment = "micros" if "micros" in events.columns else "at"
    order = ibis.window(group_by=case, order_by=[events[moment if all_timed else "sort_at"], events.place])
    seen = events.select(
        "activity",
        "resource",
        case_key=case,
        position=ibis.row_number().over(order),
        before=events.activity.lag().over(order),
        after=events.activity.lead().over(order),
        resource_before=events.resource.lag().over(order),
        moment=events[moment],
        moment_before=events[moment].lag().over(order),
    )
    if moment == "at":
        seconds = seconds_between(seen.moment_before, seen.moment)
    else:
        seconds = (seen.moment - seen.moment_before).cast("float64") / 1_000_000
    return seen.mutate(seconds=seconds).drop("moment", "moment_before")
