"""The rows that projections made, as Arrow. Apart from their registration, which every command loads."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from heed.core.errors.rules import HeedError, phrase
from heed.facts.projections import ProjectionFailed, Row
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.columns import Table
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import fit


def as_table(name: str, rows: list[Row]) -> pa.Table:
    """Rows as Arrow: texts of times are read, maps come as dicts, what a map holds becomes text."""
    table = TABLES[name]
    schema = arrow_schema(table)
    try:
        return _arrow(table, schema, rows)
    except (pa.ArrowException, HeedError, ValueError, TypeError, ArithmeticError) as error:
        raise _culprit(table, schema, rows, error) from error


def _arrow(table: Table, schema: pa.Schema, rows: list[Row]) -> pa.Table:
    columns = [[_value(table, field.name, row.get(field.name)) for row in rows] for field in schema]
    return fit(
        table,
        pa.table([pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema),
    )


def _culprit(table: Table, schema: pa.Schema, rows: list[Row], error: Exception) -> ProjectionFailed:
    """The refusal, naming the entry whose row does not fit."""
    for row in rows:
        try:
            _arrow(table, schema, [row])
        except (pa.ArrowException, HeedError, ValueError, TypeError, ArithmeticError) as own:
            return ProjectionFailed(
                phrase("{batch} does not fit {table}: {own}", batch=row.get("batch"), table=table.name, own=own),
                hint="Mend the projection.",
            )
    return ProjectionFailed(phrase("Rows do not fit {table}: {error}", table=table.name, error=error))


def _value(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    kind = table.column(name).kind
    if kind == "map":
        return [(str(key), _text(inner)) for key, inner in dict(value).items()]
    if kind == "time" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind == "money":
        return Decimal(str(value))
    return value


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
