"""Rows as they come, made to fit a table of facts: the schema's columns and types, nulls where one is missing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.columns import Table
from heed.facts.schema.tables import TABLES

BATCH_ROWS = 65_536


def table_named(name: str) -> Table:
    """The table of the schema; raises Invalid with the nearest name when there is none."""
    table = TABLES.get(name)
    if table is None:
        raise Invalid(
            phrase("There is no table of facts {name!r}.", name=name), code="unknown_table", hint=nearest(name, TABLES)
        )
    return table


def fit(table: Table, rows: pa.Table, now: datetime | None = None) -> pa.Table:
    """The rows cast to the schema. Unknown columns, values that do not cast and empty required ones raise Invalid.

    `recorded_at` is `now` where the rows do not say it.
    """
    _check_names(table, rows.column_names)
    columns = [_column(table, rows, field, now) for field in arrow_schema(table)]
    fitted = pa.table(columns, schema=arrow_schema(table))
    for column in table.columns:
        if column.required:
            _check_filled(table, column.name, fitted.column(column.name))
    _check_source(table, fitted.column("source"))
    return fitted


def fit_slices(table: Table, rows: pa.Table, now: datetime | None = None) -> pa.RecordBatchReader:
    """The same for many rows, slice by slice as they are read: empty columns are never all in memory at once."""
    slices = (rows.slice(at, BATCH_ROWS) for at in range(0, rows.num_rows, BATCH_ROWS))
    fitted = (batch for piece in slices for batch in fit(table, piece, now).combine_chunks().to_batches())
    return pa.RecordBatchReader.from_batches(arrow_schema(table), fitted)


def check(table: Table, rows: pa.Table) -> None:
    """Raise Invalid when the rows do not fit."""
    _check_names(table, rows.column_names)
    for _ in fit_slices(table, rows):
        pass


def fit_batches(table: Table, batches: pa.RecordBatchReader, now: datetime | None = None) -> pa.RecordBatchReader:
    """The same, batch by batch, for rows that do not fit in memory."""

    def fitted() -> Iterator[pa.RecordBatch]:
        for gathered in _gathered(batches):
            yield from fit(table, gathered, now).combine_chunks().to_batches()

    return pa.RecordBatchReader.from_batches(arrow_schema(table), fitted())


def _gathered(batches: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Small batches put together: a table has some fifty columns, and each costs a little in every batch."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= BATCH_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _check_names(table: Table, names: list[str]) -> None:
    known = set(table.names)
    for name in names:
        if name not in known:
            raise Invalid(
                phrase("{table} has no column {name!r}.", table=table.name, name=name),
                code="unknown_column",
                hint=nearest(name, known),
            )
    if len(set(names)) != len(names):
        raise Invalid(phrase("Rows for {table} name a column twice.", table=table.name), code="column_twice")


def _column(table: Table, rows: pa.Table, field: pa.Field, now: datetime | None) -> pa.ChunkedArray:
    if field.name not in rows.column_names:
        column = pa.chunked_array([pa.nulls(rows.num_rows, field.type)], field.type)
    else:
        given = rows.column(field.name)
        try:
            column = given if given.type == field.type else given.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            kind = table.column(field.name).kind
            raise Invalid(
                phrase(
                    "{table}.{field} is a {kind}: {error}", table=table.name, field=field.name, kind=kind, error=error
                ),
                code="wrong_type",
            ) from error
    if field.name == "recorded_at" and column.null_count:
        column = pc.fill_null(column, pa.scalar(now or datetime.now(UTC), field.type))
    return column


def _check_filled(table: Table, name: str, column: pa.ChunkedArray) -> None:
    if column.null_count:
        raise Invalid(
            phrase(
                "{table}.{name} is required and empty in {null_count} rows.",
                table=table.name,
                name=name,
                null_count=column.null_count,
            ),
            code="missing_value",
            hint="Fill it, or leave the rows out.",
        )


def _check_source(table: Table, column: pa.ChunkedArray) -> None:
    # It names the folder of the rows, which engines read back alike only in plain characters.
    if len(column) and not pc.all(pc.match_substring_regex(column, "^[ -~]+$")).as_py():
        raise Invalid(
            phrase("{table}.source must be plain ASCII text.", table=table.name),
            code="invalid_source",
            hint="Use the key of the mapping.",
        )
