"""The types results have, whatever engine computed them."""

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.compute as pc

UTC_TIME = pa.timestamp("us", tz="UTC")
DIGITS = 38


def normal_rows(rows: pa.Table) -> pa.Table:
    """Rows at hand in the types of facts: nothing dictionary-coded, large or narrow; times without a zone are UTC."""
    columns = [_cast(column, _normal_type(column.type)) for column in rows.columns]
    return pa.table(columns, names=rows.column_names)


def normal_table(rows: pa.Table, schema: sch.Schema) -> pa.Table:
    """A result in the types of facts, columns named and ordered as the expression has them."""
    columns = [_cast(rows.column(at), _wanted(kind, rows.column(at).type)) for at, kind in enumerate(schema.types)]
    return pa.table(columns, names=list(schema.names))


def _wanted(kind: dt.DataType, given: pa.DataType) -> pa.DataType:
    if kind.is_decimal():
        scale = kind.scale if kind.scale is not None else (given.scale if pa.types.is_decimal(given) else 4)
        return pa.decimal128(DIGITS, scale)
    if kind.is_integer():
        return pa.int64()
    if kind.is_floating():
        return pa.float64()
    if kind.is_boolean():
        return pa.bool_()
    if kind.is_date():
        return pa.date32()
    if kind.is_null():
        return pa.null()
    return _normal_type(given)


def _normal_type(given: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(given):
        return _normal_type(given.value_type)
    if pa.types.is_large_string(given) or pa.types.is_string_view(given):
        return pa.string()
    if pa.types.is_integer(given):
        return pa.int64()
    if pa.types.is_floating(given):
        return pa.float64()
    if pa.types.is_timestamp(given):
        return UTC_TIME
    if pa.types.is_list(given) or pa.types.is_large_list(given):
        return pa.list_(_normal_type(given.value_type))
    if pa.types.is_map(given):
        return pa.map_(_normal_type(given.key_type), _normal_type(given.item_type))
    return given


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if column.type == wanted:
        return column
    if pa.types.is_integer(wanted) and pa.types.is_floating(column.type):
        # DuckDB hands seconds of an epoch over with their fraction.
        return pc.floor(column).cast(wanted)
    if pa.types.is_decimal(wanted) and not pa.types.is_integer(column.type):
        column = pc.round(column, ndigits=wanted.scale, round_mode="half_towards_infinity")
    return column.cast(wanted)
