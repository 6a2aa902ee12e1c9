"""OCEL 2.0 as a SQLite database: a table of events and one of objects, and a table for each type."""

# ruff: noqa: S608 - statements are put together of names in quotation marks and of literals, never of text as it came

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.mining.objects import Event, Object, ObjectLog
from heed.mining.readers.source import Source, unreadable
from heed.mining.readers.sql import quoted

OWN = frozenset({"ocel_id", "ocel_time", "ocel_changed_field"})
KINDS = {"TEXT": "string", "INTEGER": "integer", "REAL": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time"}
TABLES = ("event", "object", "event_object", "event_map_type", "object_map_type")


def read(source: Source, folder: Path) -> ObjectLog:
    """The log of a database, which is opened to be read only. Raises Invalid where it is broken or no OCEL 2.0."""
    path = source.path
    if source.packed:
        path = folder / "unpacked.sqlite"
        with source.opened() as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            return _log(connection, source.name)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unreadable(source.name, error) from error


def _log(connection: sqlite3.Connection, file: str) -> ObjectLog:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if missing := [name for name in TABLES if name not in tables]:
        raise Invalid(
            phrase("{file} is a database, but no OCEL 2.0: it has no table {table}.", file=file, table=missing[0]),
            code="broken_log",
            hint="Export the table of events as CSV or Parquet.",
        )
    log = ObjectLog()
    _events(connection, log)
    _objects(connection, log)
    log.concerns = _links(connection, "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object")
    if "object_object" in tables:
        log.relations = _links(connection, "SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object")
    return log


def _links(connection: sqlite3.Connection, question: str) -> list[tuple[str, str, str]]:
    return [(str(one), str(two), qualifier or "") for one, two, qualifier in connection.execute(question)]


def _rows(connection: sqlite3.Connection, table: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The attributes of a table with the types of their values, and its rows."""
    kinds = {
        row[1]: KINDS.get(str(row[2]).upper(), "string")
        for row in connection.execute(f"PRAGMA table_info({quoted(table)})")
    }
    found = connection.execute(f"SELECT * FROM {quoted(table)}")
    names = [column[0] for column in found.description]
    attributes = {name: kind for name, kind in kinds.items() if name not in OWN}
    return attributes, [dict(zip(names, row, strict=True)) for row in found]


def _events(connection: sqlite3.Connection, log: ObjectLog) -> None:
    of_event: dict[str, dict[str, Any]] = {}
    for name, table in connection.execute("SELECT ocel_type, ocel_type_map FROM event_map_type"):
        log.event_types[name], rows = _rows(connection, f"event_{table}")
        of_event |= {str(row["ocel_id"]): row for row in rows}
    for found, kind in connection.execute("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"):
        row = of_event.get(str(found), {})
        attributes = {name: str(value) for name, value in row.items() if name not in OWN and value is not None}
        log.events.append(Event(str(found), kind, str(row.get("ocel_time") or ""), attributes))


def _objects(connection: sqlite3.Connection, log: ObjectLog) -> None:
    of_object: dict[str, list[tuple[str, str, str]]] = {}
    for name, table in connection.execute("SELECT ocel_type, ocel_type_map FROM object_map_type"):
        log.object_types[name], rows = _rows(connection, f"object_{table}")
        for row in rows:
            # The first row of an object holds all its values; a later one only the field that changed.
            changed = row.get("ocel_changed_field")
            values = of_object.setdefault(str(row["ocel_id"]), [])
            values += [
                (field, str(row["ocel_time"]), str(value))
                for field, value in row.items()
                if field not in OWN and value is not None and (changed is None or field == changed)
            ]
    for found, kind in connection.execute("SELECT ocel_id, ocel_type FROM object ORDER BY rowid"):
        log.objects.append(Object(str(found), kind, tuple(of_object.get(str(found), ()))))
