"""Open a log, whatever file it is, or the facts."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from heed.core.errors.rules import Invalid
from heed.mining.columns import Columns
from heed.mining.log import Log
from heed.mining.readers.raw import events_of
from heed.mining.readers.source import source_of

REQUIRED = ("case", "activity", "time")


@contextmanager
def opened(
    file: str, columns: Columns | None = None, *, object_type: str = "", required: tuple[str, ...] = REQUIRED
) -> Iterator[Log]:
    """A log for as long as it is asked: a file, `-` for stdin, or `facts:TABLE`.

    Raises Invalid where the file cannot be read, or a column is not there.
    """
    columns = columns or Columns()
    if file.startswith("facts:"):
        from heed.mining.readers.facts import opened_facts

        with opened_facts(file, columns) as log:
            yield log
        return
    with tempfile.TemporaryDirectory(prefix="heed-log-") as scratch:
        folder = Path(scratch)
        backend = _backend(folder)
        try:
            yield _log(file, columns, required, object_type, backend, folder)
        finally:
            backend.disconnect()


def _backend(folder: Path) -> Any:
    import ibis

    from heed.facts.silent import silent

    backend = ibis.duckdb.connect(
        TimeZone="UTC",
        ieee_floating_point_ops=False,
        error_on_division_by_zero=False,
        autoinstall_known_extensions=False,
        temp_directory=str(folder / "spill"),
    )
    silent(backend.con)
    return backend


def _log(file: str, columns: Columns, required: tuple[str, ...], object_type: str, backend: Any, folder: Path) -> Log:
    source = source_of(file, folder)
    connection = backend.con
    if source.form.startswith("ocel"):
        from heed.mining.readers.objects import read_objects

        raw = read_objects(source, connection, columns, object_type, folder)
    elif object_type:
        raise Invalid(
            "A type of object is chosen in object-centric logs (OCEL) alone.",
            code="not_object_centric",
            hint="Leave --object-type out.",
        )
    else:
        raw = _reader(source.form)(source, connection, columns, required, folder)
    told = events_of(raw, connection, source.name, by_activity="activity" in required)

    def compute(expression: Any) -> pa.Table:
        return connection.sql(str(backend.compile(expression))).to_arrow_table()

    def keep(name: str, expression: Any) -> Any:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {backend.compile(expression)}")
        return backend.table(name)

    return Log(
        name=source.name,
        events=backend.table("events"),
        names=backend.table(told.names),
        engine=compute,
        keep=keep,
        connection=connection,
        untimed=told.untimed,
        left_out=told.left_out,
        notes=told.notes,
        extra={name: f"x{at}" for at, name in enumerate(columns.extra)},
    )


def _reader(form: str) -> Any:
    from heed.mining.readers.tables import read_delimited, read_json, read_parquet, read_workbook
    from heed.mining.readers.xes import read_xes

    readers = {
        "xes": read_xes,
        "csv": read_delimited,
        "jsonl": read_json,
        "json": read_json,
        "parquet": read_parquet,
        "xlsx": read_workbook,
    }
    return readers[form]
