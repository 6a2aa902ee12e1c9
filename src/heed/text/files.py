"""Files for the commands that need no store: lines, CSV, TSV, JSON, JSON lines, Parquet and Excel, plain or packed by gzip;
`-` is stdin. Which it is is told by what is in it, not by its name.
"""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase

PACKED = b"\x1f\x8b"
PARQUET = b"PAR1"
WORKBOOK = b"PK\x03\x04"
LARGEST_UNPACKED = 1 << 30
FORMS = "Write it as CSV, TSV, JSON, JSON lines, Parquet or Excel."


def read_text(file: str) -> str:
    """The text of a file as UTF-8 (Latin-1 where it is not). Raises Invalid when it cannot be read."""
    return _decoded(_bytes(file))


def read_rows(file: str) -> list[dict[str, str]]:
    """The rows of a file by column. Raises Invalid when it cannot be read or has no header."""
    return _read(file, None)[1]


def read_columns(file: str, *names: str) -> list[list[str]]:
    """These columns of a file and no other, in order; what is absent in a row is "". Raises Invalid where the file cannot
    be read or has no such column.
    """
    there, rows = _read(file, names)
    _require(there, names)
    return [[row.get(name, "") for row in rows] for name in names]


def _read(file: str, names: Sequence[str] | None) -> "tuple[dict[str, None], list[dict[str, str]]]":
    """The columns a file has, and its rows (of Parquet: in the columns named)."""
    raw = _bytes(file)
    if raw.startswith(PARQUET):
        return _parquet_rows(file, raw, names)
    if raw.startswith(WORKBOOK):
        return _workbook_rows(file, raw)
    text = _decoded(raw)
    if text.lstrip().startswith(("{", "[")) and (rows := _json_rows(file, text)) is not None:
        return {name: None for row in rows for name in row}, rows
    return _csv_rows(file, text)


def _require(there: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if name not in there:
            raise Invalid(
                phrase("The file has no column {column}.", column=name),
                code="unknown_column",
                hint=nearest(name, there),
            )


def _bytes(file: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return gzip.decompress(raw) if raw.startswith(PACKED) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(file, error, "Name a file that is there, or - for stdin.") from error


def _unreadable(file: str, error: object, hint: str) -> Invalid:
    return Invalid(phrase("{file} cannot be read: {error}.", file=file, error=error), code="unreadable_file", hint=hint)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _empty(file: str) -> Invalid:
    return Invalid(phrase("{file} is empty.", file=file), code="empty_file", hint="The first line names the columns.")


def _csv_rows(file: str, text: str) -> tuple[dict[str, None], list[dict[str, str]]]:
    """The columns its first line names, and its rows."""
    first = text.partition("\n")[0]
    if not first.strip():
        raise _empty(file)
    mark = "\t" if first.count("\t") > first.count(",") else ";" if first.count(";") > first.count(",") else ","
    csv.field_size_limit(2**31 - 1)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
        rows = list(reader)
    except csv.Error as error:
        raise _unreadable(file, error, FORMS) from error
    columns = dict.fromkeys(reader.fieldnames or ())
    return columns, [{name: value or "" for name, value in row.items() if name is not None} for row in rows]


def _json_rows(file: str, text: str) -> list[dict[str, str]] | None:
    """Rows of a JSON array of objects, or of JSON lines; None where a text only begins like an array."""
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not all(isinstance(row, dict) for row in found):
            return None
        return [{name: _worded(value) for name, value in row.items()} for row in found]
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            row = error
        if not isinstance(row, dict):
            raise Invalid(
                phrase("Line {number} of {file} is no JSON object.", number=number, file=file),
                code="bad_json_line",
                hint="Each line of a file of JSON lines is one object of columns and their values.",
            )
        rows.append({name: _worded(value) for name, value in row.items()})
    return rows


def _worded(value: Any) -> str:
    """A value as a cell of a CSV file would hold it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _workbook_rows(file: str, raw: bytes) -> tuple[dict[str, None], list[dict[str, str]]]:
    """The columns the first row of the first sheet names, and its rows; a time as ISO 8601, an empty row is none."""
    # Loaded late: few commands meet a workbook.
    import zipfile

    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise _unreadable(file, "it unpacks to more than a workbook holds", FORMS)
        sheet = load_workbook(io.BytesIO(raw), read_only=True, data_only=True).worksheets[0]
        full = (row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row))
        lines = [
            [value.isoformat() if isinstance(value, (date, time)) else _cell(value) for value in row] for row in full
        ]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise _unreadable(file, error, FORMS) from error
    if not lines:
        raise _empty(file)
    names = lines[0]
    rows = [{name: value for name, value in zip(names, line, strict=False) if name} for line in lines[1:]]
    return dict.fromkeys(name for name in names if name), rows


def _parquet_rows(file: str, raw: bytes, names: Sequence[str] | None) -> tuple[dict[str, None], list[dict[str, str]]]:
    # Loaded late: lines and CSV do without it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.ParquetFile(pa.BufferReader(raw))
        if names is not None:
            _require(dict.fromkeys(found.schema_arrow.names), names)
        table = found.read(columns=list(dict.fromkeys(names)) if names is not None else None)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error, FORMS) from error
    rows = [{name: _cell(value) for name, value in row.items()} for row in table.to_pylist()]
    return dict.fromkeys(table.column_names), rows


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
