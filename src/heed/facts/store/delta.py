"""One Delta table: how it is made, opened, grown by columns, and how a commit is signed."""

from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from heed.core.errors.rules import Invalid, phrase
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.columns import Table

PARTITION = "source"
# Set once columns were added to a table that had files: readers must match columns by name, which costs time.
GREW = "heed.grew"
# Small row groups let one big file be read by every core, and halve the time to write it.
WRITING = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=131_072)


def skipping_columns(table: Table) -> list[str]:
    """Keys and times only: the least and greatest value of these live on in the log after rows are deleted."""
    return [column.name for column in table.columns if column.name == table.key or column.kind == "time"]


def open_table(uri: str, options: dict[str, str] | None) -> DeltaTable | None:
    """A handle on the newest version, or None when there is no such table yet."""
    try:
        return DeltaTable(uri, storage_options=options)
    except TableNotFoundError:
        return None


def make_table(table: Table, uri: str, options: dict[str, str] | None) -> DeltaTable:
    """Make the table; when another process made it first, open that one."""
    configuration: Any = {"delta.dataSkippingStatsColumns": ",".join(skipping_columns(table))}
    try:
        return DeltaTable.create(
            uri,
            arrow_schema(table),
            mode="ignore",
            partition_by=[PARTITION],
            configuration=configuration,
            storage_options=options,
        )
    except (CommitFailedError, DeltaError):
        opened = open_table(uri, options)
        if opened is None:
            raise
        return opened


def grow_table(table: Table, delta: DeltaTable) -> None:
    """Add the columns that the schema got since the table was made. A column never changes its type."""
    present = {field.name: field.type for field in delta.schema().fields}
    wanted = Schema.from_arrow(arrow_schema(table)).fields
    missing: list[Field] = []
    for field in wanted:
        if field.name not in present:
            missing.append(field)
        elif present[field.name] != field.type:
            raise Invalid(
                phrase(
                    "{table}.{field} is stored as {present}, the schema says {type}.",
                    table=table.name,
                    field=field.name,
                    present=present[field.name],
                    type=field.type,
                ),
                code="schema_changed",
                hint="This store was written by another version of heed: run heed upgrade.",
            )
    if missing:
        delta.alter.add_columns(missing)
        delta.alter.set_table_properties({GREW: "true"}, raise_if_not_exists=False)


def has_grown(delta: DeltaTable) -> bool:
    return delta.metadata().configuration.get(GREW) == "true"


def signed(app: str, number: int) -> CommitProperties:
    """A commit that carries (app, number): two commits under one app at once exclude each other."""
    return CommitProperties(app_transactions=[Transaction(app, number)])


def write_rows(delta: DeltaTable, rows: pa.Table | pa.RecordBatchReader, commit: CommitProperties) -> None:
    write_deltalake(delta, rows, mode="append", commit_properties=commit, writer_properties=WRITING)


def write_nothing(delta: DeltaTable, commit: CommitProperties) -> None:
    """A commit without rows, for the number it carries."""
    delta.create_write_transaction([], "append", delta.schema(), partition_by=[PARTITION], commit_properties=commit)
