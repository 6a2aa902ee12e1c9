"""The database of a backup: a copy of SQLite made by its own backup, or each table of PostgreSQL by COPY in one snapshot."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

# The lock under which the journal is written (core/journal): whoever holds it sees a still moment.
JOURNAL_LOCK = 0x68656564


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def table_names() -> list[str]:
    """Every table Django knows of, and the record of migrations, in a steady order."""
    return sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"django_migrations"}
    )


@contextmanager
def still_moment() -> Iterator[None]:
    """Nobody writes the database meanwhile. Facts are written from the journal, so they stand still with it."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])
            yield
        return
    name = str(connection.settings_dict["NAME"])
    with Path(f"{name}.door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def copy_database(folder: Path) -> None:
    """Copy the database into a folder, as `heed.db` or `tables/<name>.copy`; call within the still moment."""
    if connection.vendor == "postgresql":
        (folder / "tables").mkdir()
        for table in table_names():
            _copy_out(folder / "tables" / f"{table}.copy", table)
        return
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    target = sqlite3.connect(folder / "heed.db")
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _copy_out(path: Path, table: str) -> None:
    connection.ensure_connection()
    columns = _columns(table)
    command = f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) TO STDOUT"
    with path.open("wb") as file, connection.connection.cursor() as cursor, cursor.copy(command) as stream:
        file.write((",".join(columns) + "\n").encode())
        for block in stream:
            file.write(bytes(block))


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def read_tables(folder: Path) -> None:
    """Fill a migrated, empty PostgreSQL database from the tables of a backup, in one transaction."""
    connection.ensure_connection()
    names = [path.stem for path in sorted(folder.glob("*.copy"))]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(map(_quoted, names)) + " CASCADE")
        for name in names:
            _copy_in(name, folder / f"{name}.copy")
        _reset_sequences()


def _copy_in(table: str, path: Path) -> None:
    with path.open("rb") as source:
        columns = source.readline().decode().strip().split(",")
        with connection.connection.cursor() as cursor:
            command = f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) FROM STDIN"
            with cursor.copy(command) as stream:
                while block := source.read(1 << 20):
                    stream.write(block)


def _reset_sequences() -> None:
    from django.core.management.color import no_style

    models: list[Any] = list(apps.get_models(include_auto_created=True))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
