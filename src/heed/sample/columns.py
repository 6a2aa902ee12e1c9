"""Numpy in, Arrow out: the columns of a fact table made in sets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.sample.clock import Ints
from heed.sample.names import SOURCE

TIME = pa.timestamp("us", tz="UTC")


def named(codes: np.ndarray, names: Sequence[str]) -> pa.Array:
    """The name of each code; a negative code is empty."""
    index = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.array(list(names), pa.string()).take(index)


def keys(prefix: str, numbers: np.ndarray, width: int = 7) -> pa.Array:
    """`prefix` and the number, padded; a negative number is empty."""
    shown = pc.utf8_lpad(pa.array(numbers, mask=numbers < 0).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), shown, "")


def times(at: Ints, known: np.ndarray | None = None) -> pa.Array:
    return pa.array(at.astype(np.int64), mask=None if known is None else ~known).cast(TIME)


def known_where(values: np.ndarray, known: np.ndarray) -> pa.Array:
    """The values, empty where not known."""
    return pa.array(values, mask=~known)


def amounts(values: np.ndarray) -> pa.Array:
    """Money, to the cent."""
    return pa.array(np.round(values, 2).astype(np.float64)).cast(pa.decimal128(18, 4))


def attributes(columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """One map per row out of text columns; an empty value leaves its name out."""
    if not columns:
        return pa.nulls(rows, pa.map_(pa.string(), pa.string()))
    present = np.stack([np.asarray(column.is_valid()) for column in columns.values()], axis=1)
    width = len(columns)
    order = np.arange(rows * width).reshape(width, rows).T.ravel()
    flat = pa.concat_arrays([column.cast(pa.string()) for column in columns.values()])
    chosen = present.ravel()
    items = flat.take(pa.array(order[chosen]))
    names = pa.array(list(columns), pa.string()).take(pa.array(np.tile(np.arange(width), rows)[chosen]))
    offsets = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int32)
    return pa.MapArray.from_arrays(pa.array(offsets), names, items)


def finish(name: str, columns: Mapping[str, Any], rows: int, *, batch: str, recorded_at: int) -> pa.Table:
    """The table as the schema has it: origin added, what is missing empty, a plain value repeated on every row."""
    given = {**columns, "source": SOURCE, "batch": batch, "recorded_at": times(np.full(rows, recorded_at))}
    schema = arrow_schema(TABLES[name])
    unknown = set(given) - set(schema.names)
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)}")
    return pa.Table.from_arrays([_column(given.get(field.name), field.type, rows) for field in schema], schema=schema)


def _column(value: Any, kind: pa.DataType, rows: int) -> pa.Array:
    if value is None:
        return pa.nulls(rows, kind)
    if isinstance(value, np.ndarray):
        value = pa.array(value)
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if isinstance(value, pa.Array):
        return value if value.type == kind else value.cast(kind)
    return pa.repeat(pa.scalar(value, kind), rows)
