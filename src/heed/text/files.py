"""Files of texts for the commands that need no store: lines, CSV, TSV, JSON lines and Parquet, plain or packed by gzip;
`-` is stdin. Which it is is told by what is in it, not by its name.
"""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase

PACKED = b"\x1f\x8b"
PARQUET = b"PAR1"


def read_text(file: str) -> str:
    """The text of a file as UTF-8 (Latin-1 where it is not). Raises Invalid when it cannot be read."""
    return _decoded(_bytes(file))


def read_rows(file: str) -> list[dict[str, str]]:
    """The rows of a file by column. Raises Invalid when it cannot be read or has no header."""
    raw = _bytes(file)
    if raw.startswith(PARQUET):
        return _parquet_rows(file, raw, None)
    text = _decoded(raw)
    if text.lstrip().startswith("{"):
        return _json_rows(file, text)
    return _csv_rows(file, text)[1]


def read_columns(file: str, *names: str) -> list[list[str]]:
    """These columns of a file and no other, in order; what is absent in a row is "". Raises Invalid where the file cannot
    be read or has no such column.
    """
    raw = _bytes(file)
    if raw.startswith(PARQUET):
        rows = _parquet_rows(file, raw, names)
    else:
        text = _decoded(raw)
        if text.lstrip().startswith("{"):
            rows = _json_rows(file, text)
            there = {name: None for row in rows for name in row}
        else:
            there, rows = _csv_rows(file, text)
        _require(there, names)
    return [[row.get(name, "") for row in rows] for name in names]


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
        raise _unreadable(file, error, "Write it as CSV, TSV, JSON lines or Parquet.") from error
    columns = dict.fromkeys(reader.fieldnames or ())
    return columns, [{name: value or "" for name, value in row.items() if name is not None} for row in rows]


def _json_rows(file: str, text: str) -> list[dict[str, str]]:
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


def _parquet_rows(file: str, raw: bytes, names: Sequence[str] | None) -> list[dict[str, str]]:
    # Loaded late: lines and CSV do without it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.ParquetFile(pa.BufferReader(raw))
        if names is not None:
            _require(dict.fromkeys(found.schema_arrow.names), names)
        table = found.read(columns=list(dict.fromkeys(names)) if names is not None else None)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error, "Write it as CSV, TSV, JSON lines or Parquet.") from error
    return [{name: _cell(value) for name, value in row.items()} for row in table.to_pylist()]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
