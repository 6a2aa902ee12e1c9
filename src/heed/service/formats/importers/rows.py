"""Readers that hand out one row at a time, gathered into batches of text."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from heed.service.formats.rules.batches import Batch, Rejected

ROWS_PER_BATCH = 50_000
Row = tuple[int, dict[str, Any] | Rejected]
_HALVES = re.compile("[\ud800-\udfff]")


def as_text(value: Any) -> str | None:
    """A typed value as the text a CSV file would hold."""
    if value is None:
        return value
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    if isinstance(value, int | Decimal):
        return str(value)
    return _whole(json.dumps(value, ensure_ascii=False, default=str))


def _whole(text: str) -> str:
    """The text; half of a surrogate pair, which JSON may hold and nothing can keep, is U+FFFD."""
    return _HALVES.sub("\ufffd", text)


def gathered(rows: Iterable[Row], columns: list[str]) -> Iterator[Batch]:
    """Rows (line, values) or (line, rejected) as batches; columns that a row lacks are empty."""
    texts: dict[str, list[str | None]] = {name: [] for name in columns}
    lines: list[int] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    for number, (line, row) in enumerate(rows):
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            for name, column in texts.items():
                column.append(as_text(row.get(name)))
            lines.append(line)
            numbers.append(number)
        if len(lines) + len(rejected) >= ROWS_PER_BATCH:
            yield _batch(texts, lines, numbers, rejected)
            texts = {name: [] for name in columns}
            lines, numbers, rejected = [], [], []
    if lines or rejected:
        yield _batch(texts, lines, numbers, rejected)


def _batch(texts: dict[str, list[str | None]], lines: list[int], numbers: list[int], rejected: list[Rejected]) -> Batch:
    table = pa.table({name: pa.array(column, pa.string()) for name, column in texts.items()})
    return Batch(table, np.array(lines, dtype=np.int64), np.array(numbers, dtype=np.int64), tuple(rejected))
