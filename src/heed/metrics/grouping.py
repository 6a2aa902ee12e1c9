"""Splitting rows: by columns, by keys of `attributes`, by period; and the groups that come back, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.metrics.periods import Period, period_index
from heed.metrics.selection import STATUS, by_column
from heed.metrics.sources.opening import Engine
from heed.metrics.sources.shapes import Shape
from heed.stats.arrays import Floats

PERIOD = "heed_period"
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Split:
    """How rows are split: the columns or attributes asked for, and the period with its zone and the first and last
    time there can be.
    """

    by: tuple[str, ...] = ()
    period: Period | None = None
    zone: ZoneInfo = UTC_ZONE

    @property
    def keys(self) -> list[str]:
        """The names of the group columns in the engine."""
        return [f"heed_by_{index}" for index in range(len(self.by))] + ([PERIOD] if self.period else [])


@dataclass(frozen=True)
class Groups:
    """What the engine gave: one entry a group, in order of the keys; sums by name (nulls as 0), and the table they
    were read from.
    """

    keys: list[tuple[Any, ...]]
    columns: dict[str, Floats]
    table: pa.Table

    @property
    def n(self) -> Floats:
        return self.columns["n"]


def split_rows(shape: Shape, rows: ir.Table, split: Split, first: datetime, last: datetime) -> ir.Table:
    """The rows with their group columns. first and last bound the times of the rows."""
    if len(set(split.by)) < len(split.by):
        raise Invalid("A column is named twice.", code="repeated_group", hint="Name each column to group by once.")
    added: dict[str, ir.Value] = {
        f"heed_by_{index}": by_column(shape, rows, name) for index, name in enumerate(split.by)
    }
    if split.period:
        added[PERIOD] = period_index(rows[shape.time], split.period, split.zone, first, last)
    return rows.mutate(**added) if added else rows


def groups_of(table: pa.Table, split: Split) -> tuple[Groups, dict[str, int]]:
    """The measured groups in order, and how many rows each reason left out. A reading without a split has one group
    even when it is empty.
    """
    keys = split.keys
    # Counted in Python: Arrow's group_by loads pandas, which takes longer than the query.
    excluded: dict[str, int] = {}
    for reason, n in sorted(zip(table[STATUS].to_pylist(), table["n"].to_pylist(), strict=True)):
        if reason:
            excluded[reason] = excluded.get(reason, 0) + n
    kept = table.filter(pc.equal(table[STATUS], "")).drop_columns([STATUS])
    found = list(zip(*(kept[key].to_pylist() for key in keys), strict=True)) if keys else [()] * kept.num_rows
    order = sorted(
        range(len(found)), key=lambda index: tuple((value is None, _sortable(value)) for value in found[index])
    )
    kept = kept.take(pa.array(order, pa.int64()))
    columns = {name: _floats(kept[name]) for name in kept.column_names if name not in keys}
    if not keys and not found:
        return Groups([()], {name: np.zeros(1) for name in columns}, kept), excluded
    return Groups([found[index] for index in order], columns, kept), excluded


def _sortable(value: Any) -> Any:
    return 0 if value is None else value


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False), dtype=np.float64)


def check_attributes(engine: Engine, shape: Shape, rows: ir.Table, split: Split, table: pa.Table) -> None:
    """A name that is no column, and that no row has among its attributes, is refused, naming the nearest that there
    is.
    """
    for index, name in enumerate(split.by):
        if name in shape.fields or table.num_rows == 0 or table[f"heed_by_{index}"].null_count < table.num_rows:
            continue
        seen = engine.run(
            rows.filter(rows.attributes.notnull()).select(key=rows.attributes.keys().unnest()).distinct().limit(500)
        )
        known = set(shape.fields) | {key for key in seen["key"].to_pylist() if key}
        if name not in known:
            raise Invalid(
                phrase("{shape} has no column {name}.", shape=shape.name, name=name),
                code="unknown_column",
                hint=nearest(name, known),
            )
