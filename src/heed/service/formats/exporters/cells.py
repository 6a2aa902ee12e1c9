"""Cells as they leave heed: text that a spreadsheet would run as a formula is made plain."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def plain_cell(value: Any) -> Any:
    """The cell with an apostrophe before it when a spreadsheet would take it for a formula. Numbers stay numbers."""
    if not isinstance(value, str) or not value:
        return value
    bare = value.lstrip(" \u00a0")
    if not bare.startswith(FORMULA_STARTS) and not value.startswith(FORMULA_STARTS):
        return value
    return value if PLAIN_NUMBER.fullmatch(value) else "'" + value


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV file line by line, every cell made plain; empty for None."""
    yield _line(columns)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Any]) -> str:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerow(["" if cell is None else plain_cell(cell) for cell in row])
    return sink.getvalue()
