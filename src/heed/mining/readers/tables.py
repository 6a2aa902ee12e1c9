"""Logs as tables: CSV, TSV, JSON, Parquet and XLSX, read by the engine itself where it can."""

# ruff: noqa: S608 - statements are put together of names in quotation marks and of literals, never of text as it came

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from heed.core.errors.rules import Invalid, phrase
from heed.mining.columns import Columns, placed
from heed.mining.readers.raw import Raw
from heed.mining.readers.source import Source, as_text, unreadable
from heed.mining.readers.sql import literal, quoted

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
MARKS = ",;\t|"
# How the engine's complaints of bytes that are no UTF-8 are known, in all its versions.
NOT_UTF_8 = ("unicode", "utf-8", "utf8", "encoding")


def read_delimited(source: Source, connection: Any, columns: Columns, required: tuple[str, ...], folder: Path) -> Raw:
    """CSV or TSV; every cell is text. Rows of another width than the header are left out, and counted."""
    mark, names = _header(source, as_text(source.head))
    parts = placed(columns, names, required, source.name)
    path, packed = source.path, source.packed
    broken: list[tuple[str, int, str]] | None = None
    if not source.head.startswith(UTF_16):
        broken = _kept(connection, source, _relation(path, mark, names, packed=packed), parts, columns)
    if broken is None:
        path = folder / "unicode.csv"
        path.write_text(as_text(source.whole()), encoding="utf-8", newline="")
        broken = _kept(connection, source, _relation(path, mark, names, packed=False), parts, columns)
    return _read(parts, columns, broken or [])


def _relation(path: Path, mark: str, names: list[str], *, packed: bool) -> str:
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, delim = {literal(mark)}, header = true, auto_detect = false, quote = '\"', "
        f"escape = '\"', columns = {{{types}}}, store_rejects = true, compression = '{'gzip' if packed else 'none'}', "
        "max_line_size = 16777216, rejects_limit = 0)"
    )


def _kept(
    connection: Any, source: Source, relation: str, parts: dict[str, str], columns: Columns
) -> list[tuple[str, int, str]] | None:
    """Keep the rows, and give those that could not be (kind, line, …); None where the file is no UTF-8. Raises Invalid."""
    try:
        _keep(connection, relation, parts, columns)
    except duckdb.Error as error:
        if any(word in str(error).lower() for word in NOT_UTF_8):
            return None
        raise _broken(source, error) from error
    broken = _rejects(connection)
    return None if any(word in kind.lower() for kind, _, _ in broken for word in NOT_UTF_8) else broken


def _read(parts: dict[str, str], columns: Columns, broken: list[tuple[str, int, str]]) -> Raw:
    """What was kept, and what is said of the rows (kind, line, …) that were not."""
    raw = Raw("raw", tuple(parts), columns.extra, line=lambda place: place + 2)
    if broken:
        count = len({line for _, line, _ in broken})
        raw.left_out["broken_row"] = count
        raw.notes.append(
            phrase(
                "{count} rows are not like the header and were left out; the first is line {line}.",
                count=count,
                line=min(line for _, line, _ in broken),
            )
        )
    return raw


def _header(source: Source, head: str) -> tuple[str, list[str]]:
    first = head.lstrip("\ufeff").split("\n", 1)[0]
    bare = "".join(first.split('"')[::2])
    mark = max(MARKS, key=lambda sign: (bare.count(sign), -MARKS.index(sign)))
    row = next(csv.reader(io.StringIO(head.lstrip("\ufeff"), newline=""), delimiter=mark), [])
    names = [name.strip() or f"column {place}" for place, name in enumerate(row, 1)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Invalid(
            phrase("The header of {file} names {column} twice.", file=source.name, column=doubled[0]),
            code="doubled_column",
            hint="Give each column a name of its own.",
        )
    return mark, names


def _selected(parts: dict[str, str], columns: Columns, cell: Callable[[str], str] = quoted) -> str:
    chosen = [f"{cell(name)} AS {quoted(part)}" for part, name in parts.items()]
    chosen += [f"{cell(name)} AS x{at}" for at, name in enumerate(columns.extra)]
    return ", ".join(chosen)


def _keep(connection: Any, relation: str, parts: dict[str, str], columns: Columns) -> None:
    connection.execute("DROP TABLE IF EXISTS reject_errors")
    connection.execute("DROP TABLE IF EXISTS reject_scans")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER () - 1 AS place, {_selected(parts, columns)} "
        f"FROM {relation}"
    )


def _rejects(connection: Any) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = connection.execute(
        "SELECT error_type::VARCHAR, line, error_message FROM reject_errors ORDER BY line"
    ).fetchall()
    return found


def _broken(source: Source, error: Exception) -> Invalid:
    first = str(error).splitlines()[0]
    return unreadable(source.name, first)


def read_parquet(source: Source, connection: Any, columns: Columns, required: tuple[str, ...], folder: Path) -> Raw:
    """Parquet: left where it is, read anew by each question that wants it."""
    path = source.path
    if source.packed:
        path = folder / "unpacked.parquet"
        with source.opened() as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    relation = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})").fetchall()
        parts = placed(columns, [row[0] for row in described], required, source.name)
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW raw AS SELECT file_row_number AS place, {_selected(parts, columns)} FROM {relation}"
        )
    except duckdb.Error as error:
        raise _broken(source, error) from error
    return Raw("raw", tuple(parts), columns.extra)


def read_json(source: Source, connection: Any, columns: Columns, required: tuple[str, ...], folder: Path) -> Raw:
    """JSON lines, or one array of objects; each value as text."""
    form = "newline_delimited" if source.form == "jsonl" else "array"
    packed = "gzip" if source.packed else "none"
    options = f"format = '{form}', compression = '{packed}', maximum_object_size = 67108864"
    relation = f"read_json_objects({literal(str(source.path))}, {options})"
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE objects AS SELECT row_number() OVER () - 1 AS place, json FROM {relation}"
        )
        known = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT unnest(json_keys(json)) FROM objects WHERE json_type(json) = 'OBJECT' ORDER BY 1"
            ).fetchall()
        ]
    except duckdb.Error as error:
        raise _broken(source, error) from error
    parts = placed(columns, known, required, source.name)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW raw AS SELECT place, {_selected(parts, columns, _json_cell)} FROM objects"
    )
    return Raw(
        "raw", tuple(parts), columns.extra, line=(lambda place: place + 1) if form == "newline_delimited" else None
    )


def _json_cell(name: str) -> str:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"json_extract_string(json, {literal(pointer)})"


def read_workbook(source: Source, connection: Any, columns: Columns, required: tuple[str, ...], folder: Path) -> Raw:
    """The first sheet of an Excel workbook; its first row names the columns."""
    import zipfile

    import pyarrow as pa
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(source.whole()), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = ["" if name is None else str(name).strip() for name in next(rows, ())]
        names = [name or f"column {place}" for place, name in enumerate(header, 1)]
        parts = placed(columns, names, required, source.name)
        wanted = [(part, names.index(name)) for part, name in parts.items()]
        wanted += [(f"x{at}", names.index(name)) for at, name in enumerate(columns.extra)]
        kept = [row for row in rows if any(cell not in (None, "") for cell in row)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise unreadable(source.name, error) from error
    cells = {part: [row[at] if at < len(row) else None for row in kept] for part, at in wanted}
    table = {part: pa.array([_cell(value) for value in values], pa.string()) for part, values in cells.items()}
    table["place"] = pa.array(range(len(kept)), pa.int64())
    connection.register("raw", pa.table(table))
    return Raw("raw", tuple(parts), columns.extra, line=lambda place: place + 2)


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)
