"""CSV and TSV: parsed in sets, every row under its true line, rows of another width kept apart."""

import csv
import io
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from heed.core.errors.rules import phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.importers.text import CleanText
from heed.service.formats.rules.batches import MISSING_COLUMN, Batch, Fault, Rejected, Tally

BLOCK_SIZE = 1 << 24
DELIMITERS = ",;\t|"
LONGEST_HEADER = 1 << 20


class Delimited:
    """A reader of one CSV or TSV file."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source, self._mapping = source, mapping
        self.notes = Tally()
        with source.opened() as stream:
            text = _Stream(CleanText(stream, mapping.encoding, mapping.stray, Tally()))
            header, _ = _header_text(text, mapping)
        self._delimiter = mapping.delimiter or ("\t" if form == "tsv" else _told(header))
        names = next(csv.reader([*header.splitlines(keepends=True)], delimiter=self._delimiter), [])
        self.columns = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
        doubled = {name for name in self.columns if name and self.columns.count(name) > 1}
        if doubled:
            raise damaged(
                phrase("the header names {doubled} twice.", doubled=", ".join(sorted(doubled))),
                mapping.header_line,
                code="doubled_column",
            )

    def batches(self) -> Iterator[Batch]:
        self.notes = Tally()
        with self._source.opened() as stream:
            text = _Stream(CleanText(stream, self._mapping.encoding, self._mapping.stray, self.notes))
            _, lines = _header_text(text, self._mapping)
            yield from _Parse(text, self.columns, self._delimiter, lines + 1, self.notes).batches()


def _told(header: str) -> str:
    """The delimiter the header uses most, outside of quotation marks."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=lambda sign: (bare.count(sign), -DELIMITERS.index(sign)))


def _header_text(text: "_Stream", mapping: Mapping) -> tuple[str, int]:
    """The header record, and how many physical lines it takes with what is before it and the labels under it."""
    for number in range(1, mapping.header_line):
        if not text.line():
            raise damaged(
                phrase(
                    "the file ends before line {line}, where the header should be.",
                    line=mapping.header_line,
                ),
                number,
                code="empty_file",
            )
    record, height = _record(text)
    if not record.strip():
        raise damaged("the file is empty: there is no header.", mapping.header_line, code="empty_file", hint="")
    lines = mapping.header_line - 1 + height
    for _ in range(mapping.labels):
        lines += _record(text)[1]
    return record.decode("utf-8"), lines


def _record(text: "_Stream") -> tuple[bytes, int]:
    """One row, with the line ends inside its quotation marks, and how many physical lines it takes."""
    record, height = text.line(), 1
    while record.count(b'"') % 2 and len(record) < LONGEST_HEADER and (more := text.line()):
        record, height = record + more, height + 1
    return record, height


class _Stream(io.RawIOBase):
    """Clean text as a file that hands out single lines first and bytes after."""

    def __init__(self, text: CleanText) -> None:
        self._blocks = text.blocks()
        self._left = b""
        self.end = b""

    def readable(self) -> bool:
        return True

    def line(self) -> bytes:
        while b"\n" not in self._left:
            more = next(self._blocks, b"")
            if not more:
                found, self._left = self._left, b""
                return found
            self._left += more
        found, _, self._left = self._left.partition(b"\n")
        return found + b"\n"

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            self._left = next(self._blocks, b"")
        if size is None or size < 0:
            found, self._left = self._left + b"".join(self._blocks), b""
            return found
        found, self._left = self._left[:size], self._left[size:]
        self.end = (self.end + found)[-4:]
        return found


class _Parse:
    """One pass over the rows after the header."""

    def __init__(self, text: _Stream, columns: list[str], delimiter: str, first_line: int, notes: Tally) -> None:
        self._text, self._columns, self._delimiter, self._notes = text, columns, delimiter, notes
        self._last_value, self._last_line = "", first_line
        self._odd: dict[int, Any] = {}
        self._number = 1
        self._line = first_line
        self._row = 0

    def batches(self) -> Iterator[Batch]:
        # A null byte cannot be in clean text, so names that are empty or odd never meet those of the parser.
        names = [f"{place}" for place in range(len(self._columns))]
        try:
            reader = arrow_csv.open_csv(
                pa.PythonFile(self._text, mode="r"),
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_SIZE, column_names=names),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._keep_odd,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={name: pa.string() for name in names}, strings_can_be_null=False, check_utf8=False
                ),
            )
            for read in reader:
                batch = self._batch(pa.Table.from_batches([read]).rename_columns(self._columns))
                self._look_inside(batch)
                yield batch
            self._check_end()
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            if "straddling" in str(error):
                message = (
                    "a quotation mark is opened after this line and never closed, or one row is longer than 16 MB."
                )
                raise damaged(message, self._line, code="unclosed_quote") from error
            raise damaged(phrase("the text cannot be read as rows: {error}", error=error), self._line) from error
        if self._odd:
            yield self._batch(pa.table({name: pa.array([], pa.string()) for name in self._columns}), last=True)

    def _keep_odd(self, row: Any) -> str:
        self._odd[row.number] = row
        return "skip"

    def _batch(self, table: pa.Table, *, last: bool = False) -> Batch:
        """Number the rows. Odd rows stand between the good ones; a value with line ends makes its row take several lines."""
        size = table.num_rows
        odd = sorted(self._odd) if last else self._odd_before(size)
        total = size + len(odd)
        is_odd = np.zeros(total, dtype=bool)
        is_odd[np.array([number - self._number for number in odd], dtype=np.int64)] = True
        heights = np.ones(total, dtype=np.int64)
        heights[~is_odd] += _line_ends(table)
        heights[is_odd] += np.array([self._odd[number].text.count("\n") for number in odd], dtype=np.int64)
        starts = (
            self._line + np.concatenate([[0], np.cumsum(heights)[:-1]]).astype(np.int64)
            if total
            else np.zeros(0, np.int64)
        )
        blank = np.zeros(total, dtype=bool)
        blank[~is_odd] = _blank(table)
        rows = self._row + np.cumsum(~blank) - 1
        rejected = tuple(
            self._rejected(self._odd.pop(number), int(starts[number - self._number]), int(rows[number - self._number]))
            for number in odd
        )
        self._number += total
        self._line += int(heights.sum())
        self._row += int((~blank).sum())
        keep = ~blank[~is_odd]
        kept = table if keep.all() else table.filter(pa.array(keep))
        return Batch(kept, starts[~is_odd][keep], rows[~is_odd][keep], rejected)

    def _look_inside(self, batch: Batch) -> None:
        """Values of several lines: one line of which has as many delimiters as a row may be a row that a lost quotation mark swallowed."""
        self._last_value = ""
        if not batch.table.num_rows:
            return
        for place, name in enumerate(self._columns):
            column = batch.table.column(place)
            if not any(_holds_line_end(chunk) for chunk in column.chunks):
                continue
            if place == len(self._columns) - 1:
                self._last_value, self._last_line = column[-1].as_py(), int(batch.lines[-1])
            for row in np.flatnonzero(pc.match_substring(column, "\n").to_numpy()):
                value = column[int(row)].as_py()
                if any(line.count(self._delimiter) >= len(self._columns) - 1 > 0 for line in value.split("\n")[1:]):
                    reason = "holds what looks like another row: is a quotation mark missing?"
                    self._notes.add(Fault("row_inside_a_value", int(batch.lines[row]), name, value[:200], reason))

    def _check_end(self) -> None:
        """A last value of several lines is in quotation marks, so the file ends with one; otherwise it was never closed."""
        if "\n" in self._last_value and not self._text.end.rstrip(b"\r\n").endswith(b'"'):
            message = "a quotation mark is opened on this line and never closed."
            raise damaged(message, self._last_line, code="unclosed_quote")

    def _odd_before(self, size: int) -> list[int]:
        """Numbers of the odd rows that come before the last of the next `size` good ones."""
        found: list[int] = []
        end = self._number + size
        for number in sorted(self._odd):
            if number >= end:
                break
            found.append(number)
            end += 1
        return found

    def _rejected(self, row: Any, line: int, number: int) -> Rejected:
        values = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self._delimiter), [])
        raw: dict[str, str | None] = dict(zip_longest(self._columns, values[: len(self._columns)]))
        if len(values) > len(self._columns):
            raw["…"] = self._delimiter.join(values[len(self._columns) :])
        reason = f"has {row.actual_columns} columns, the header {row.expected_columns}"
        if "\n" in row.text and row.text.count('"') % 2:
            message = "a quotation mark is opened on this line and never closed."
            raise damaged(message, line, code="unclosed_quote")
        return Rejected(number, line, raw, (Fault(MISSING_COLUMN, line, "", row.text[:200], reason),))


def _line_ends(table: pa.Table) -> np.ndarray:
    """How many line ends the values of each row hold."""
    ends = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
        if any(_holds_line_end(chunk) for chunk in column.chunks):
            ends += pc.count_substring(column, "\n").to_numpy()
    return ends


def _holds_line_end(chunk: pa.StringArray) -> bool:
    words = chunk.buffers()[2]
    return words is not None and bool((np.frombuffer(words, dtype=np.uint8) == 10).any())


def _blank(table: pa.Table) -> np.ndarray:
    """Rows without a single sign: empty lines, and the rows of nothing that spreadsheets leave at the end."""
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.binary_length(column), 0).to_numpy()
    return blank
