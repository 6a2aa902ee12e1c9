"""Tables as files that leave heed: CSV whose text no spreadsheet runs as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, phrase

# The last four are = + - @ as East Asian keyboards write them; some spreadsheets take them for the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
# All that Unicode calls a space, and two that only look like nothing.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\ufeff\u200b"


def plain_cell(value: Any) -> Any:
    """The cell with an apostrophe before it when a spreadsheet would take it for a formula. Numbers stay numbers, also
    those written as text; times are ISO 8601; None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    if not text.startswith(FORMULA_STARTS) and not text.lstrip(BLANKS).startswith(FORMULA_STARTS):
        return text
    return text if PLAIN_NUMBER.fullmatch(text) else "'" + text


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV file (RFC 4180) line by line, every cell made plain."""
    yield _line(columns)
    for row in rows:
        yield _line(row)


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows by column name as a CSV file, in the columns of the first; empty when there are none."""
    if not rows:
        return ""
    columns = list(rows[0])
    return "".join(csv_lines(columns, ([row.get(column) for column in columns] for row in rows)))


def keep_csv(file: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV file on disk. Raises Invalid where it cannot be written."""
    try:
        with Path(file).open("w", encoding="utf-8", newline="") as sink:
            sink.writelines(csv_lines(columns, rows))
    except OSError as error:
        hint = "Name a file in a folder that is there and may be written to."
        raise Invalid(
            phrase("{file} cannot be written: {error}.", file=file, error=error), code="unwritable_file", hint=hint
        ) from error


def scratch_csv(file: Path, rows: Iterable[Sequence[Any]]) -> None:
    """A CSV file that only heed reads, and that goes again: each cell as it is, since what is read must be what was given."""
    with file.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink).writerows(rows)


def _line(row: Sequence[Any]) -> str:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerow([plain_cell(cell) for cell in row])
    return sink.getvalue()
