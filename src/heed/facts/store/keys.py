"""Which keys a table already holds: only the key column is read, and only of files whose range overlaps."""

from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from heed.core.errors.rules import Invalid, phrase
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.columns import Table
from heed.facts.silent import silent


def first_of_each(table: Table, rows: pa.Table, key: str) -> pa.Table:
    """The rows without those whose key came before in the same rows, the key in the table's type.

    A row without a key raises Invalid.
    """
    if key not in rows.column_names or rows.column(key).null_count:
        raise Invalid(
            phrase("Rows for {table} have no {key}.", table=table.name, key=key),
            code="missing_key",
            hint="Every row needs its key.",
        )
    keys = rows.column(key).cast(arrow_schema(table).field(key).type)
    rows = rows.set_column(rows.schema.get_field_index(key), key, keys)
    if pc.count_distinct(keys).as_py() == rows.num_rows:
        return rows
    numbered = pa.table({"key": keys, "place": pa.array(range(rows.num_rows), pa.int64())})
    first = numbered.group_by("key").aggregate([("place", "min")]).column("place_min")
    return rows.take(first.take(pc.sort_indices(first)))


def without_known(delta: DeltaTable, rows: pa.Table, key: str, *, local: bool) -> pa.Table:
    """The rows whose key the table does not hold."""
    known = known_keys(delta, rows.column(key), key, local=local)
    if not len(known):
        return rows
    return rows.filter(pc.invert(pc.is_in(rows.column(key), value_set=known)))


def known_keys(delta: DeltaTable, keys: pa.ChunkedArray, key: str, *, local: bool) -> pa.ChunkedArray:
    """Those of `keys` that are in the table."""
    if not len(keys):
        return keys
    low, high = pc.min(keys), pc.max(keys)
    with silent(duckdb.connect(config={"threads": 2})) as connection:
        connection.register("wanted", pa.table({"key": keys}))
        if local:
            files = overlapping(delta, key, low.as_py(), high.as_py())
            if not files:
                return keys.slice(0, 0)
            there = connection.read_parquet(files, hive_partitioning=False).project(f'"{key}" AS key')
        else:
            column = pc.field(key)
            scanner = delta.to_pyarrow_dataset().scanner(columns=[key], filter=(column >= low) & (column <= high))
            there = connection.from_arrow(scanner.to_reader()).project(f'"{key}" AS key')
        there.create_view("there")
        found = connection.sql(
            "SELECT DISTINCT key FROM there WHERE key BETWEEN $low AND $high AND key IN (SELECT key FROM wanted)",
            params={"low": low.as_py(), "high": high.as_py()},
        )
        return found.to_arrow_table().column("key").cast(keys.type)


def overlapping(delta: DeltaTable, key: str, low: object, high: object) -> list[str]:
    """The files that may hold a key between low and high, by the least and greatest key the log has of each."""
    files = delta.file_uris()
    actions = pa.table(delta.get_add_actions(flatten=True))
    if f"min.{key}" not in actions.column_names:
        return files
    outside = set()
    root = delta.table_uri.removeprefix("file://").rstrip("/")
    for path, least, greatest in zip(
        actions.column("path").to_pylist(),
        actions.column(f"min.{key}").to_pylist(),
        actions.column(f"max.{key}").to_pylist(),
        strict=True,
    ):
        if least is not None and greatest is not None and (least > high or greatest < low):
            outside.add(f"{root}/{unquote(path)}")
    return [file for file in files if file not in outside]
