"""The rows behind a reading: their keys, times and places, and why a row was left out; no values, no words, no
people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from heed.core.errors.rules import Invalid, phrase
from heed.metrics.cards import with_cards
from heed.metrics.measures import Measure
from heed.metrics.selection import STATUS, Slice, by_column, measured, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.metrics.sources.shapes import Shape

# What a record may show, where its source has it: never a person, never what they said or how they scored.
SHOWN = (
    "interaction_id",
    "case_id",
    "response_id",
    "region",
    "team",
    "channel",
    "stage",
    "topic",
    "product",
    "segment",
)


@dataclass(frozen=True)
class Record:
    """One row: its key and time, where it belongs, and why it was left out (empty when it was counted)."""

    key: str
    at: datetime | None
    places: dict[str, Any]
    left_out: str


@dataclass(frozen=True)
class Mark:
    """Where a page of records ended: the time and key of its last one."""

    at: datetime
    key: str


def records(
    engine: Engine,
    measure: Measure,
    *,
    group: Mapping[str, Any] | None = None,
    part: Slice | None = None,
    limit: int = 100,
    after: Mark | None = None,
) -> tuple[Record, ...]:
    """Rows of a group, newest first, then by key. group: column (or key of `attributes`) -> value, None for rows
    without one. limit: 1 to 1,000.
    """
    if not 1 <= limit <= 1000:
        raise Invalid(
            phrase("{limit} records cannot be shown at once.", limit=limit),
            code="invalid_limit",
            hint="Ask for 1 to 1000.",
        )
    part = part or Slice()
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    shape = source.shape
    rows = measured(shape, sliced(shape, with_cards(source.rows, measure, part.weights), part), measure)
    for name, value in (group or {}).items():
        column = by_column(shape, rows, name)
        rows = rows.filter(column.isnull() if value is None else column == value)
    key, at = rows[shape.key], rows[shape.time]
    if after is not None:
        mark = ibis.literal(after.at, type="timestamp('UTC')")
        rows = rows.filter((at < mark) | ((at == mark) & (key < after.key)))
    shown = _shown(shape)
    found = engine.run(_page(rows, shape, shown).limit(limit)).to_pylist()
    return tuple(
        Record(row["heed_key"], row["heed_at"], {name: row[name] for name in shown}, row[STATUS]) for row in found
    )


def _shown(shape: Shape) -> Sequence[str]:
    return [name for name in SHOWN if name in shape.fields and name != shape.key]


def _page(rows: ir.Table, shape: Shape, shown: Sequence[str]) -> ir.Table:
    ordered = rows.order_by([rows[shape.time].desc(), rows[shape.key].desc()])
    return ordered.select(*shown, STATUS, heed_key=ordered[shape.key], heed_at=ordered[shape.time])
