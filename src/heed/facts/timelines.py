"""What happened to one customer, as the facts have it: the newest rows of some tables, by the customer's key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis

from heed.facts.engine.engine import Engine
from heed.facts.schema.tables import TABLES

Rows = list[dict[str, Any]]


def timeline(
    engine: Engine,
    customer: str,
    wanted: Mapping[str, Sequence[str]],
    *,
    before: datetime | None = None,
    limit: int = 50,
) -> dict[str, Rows]:
    """The newest `limit` rows of each table that happened before a moment, newest first; `wanted`: table → columns.

    Each row has also its key as `fact_key` and its time as `at`.
    """
    return {name: _rows(engine, name, customer, columns, before, limit) for name, columns in wanted.items()}


def _rows(
    engine: Engine, name: str, customer: str, columns: Sequence[str], before: datetime | None, limit: int
) -> Rows:
    table, rows = TABLES[name], engine.table(name)
    rows = rows.filter(rows.customer_key == customer)
    if before is not None:
        rows = rows.filter(rows[table.time] < ibis.literal(before, type="timestamp('UTC')"))
    newest = rows.order_by([rows[table.time].desc(), rows[table.key].desc()]).limit(limit)
    found = engine.run(newest.select(*columns, fact_key=newest[table.key], at=newest[table.time])).to_pylist()
    maps = [name for name in columns if table.column(name).kind == "map"]
    return [{**row, **{name: dict(row[name] or ()) for name in maps}} for row in found]
