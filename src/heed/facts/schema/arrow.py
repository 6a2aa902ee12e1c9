"""The schema as Arrow: what every file of a fact table holds."""

import pyarrow as pa

from heed.facts.schema.columns import Kind, Table

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "money": pa.decimal128(18, 4),
    "map": pa.map_(pa.string(), pa.string()),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table, columns in its order; that a column is required is checked when rows come in."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.kind]) for column in table.columns])
