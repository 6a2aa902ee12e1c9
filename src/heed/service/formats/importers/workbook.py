"""Excel workbooks: one sheet, row by row, without holding the workbook."""

import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from heed.core.errors.rules import phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.rows import Row, gathered
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.rules.batches import MISSING_COLUMN, Batch, Fault, Rejected, Tally

# A workbook is a zip file: one that unpacks to far more than it weighs was made to harm.
LARGEST_UNPACKED, LARGEST_RATIO = 4 << 30, 200


class Workbook:
    """A reader of one sheet. A row's line is the number Excel shows."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source, self._mapping = source, mapping
        self.notes = Tally()
        _check_size(source)
        book = self._opened()
        try:
            names = self._header(book)
        finally:
            book.close()
        self.columns = names

    def _opened(self) -> Any:
        try:
            return load_workbook(self._source.path, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise damaged(
                phrase("{source} is not an Excel workbook: {error}", source=self._source.name, error=error),
                code="wrong_format",
            ) from error

    def _sheet(self, book: Any) -> Any:
        if not self._mapping.sheet:
            return book.worksheets[0]
        if self._mapping.sheet not in book.sheetnames:
            raise damaged(
                phrase("the workbook has no sheet {sheet}.", sheet=self._mapping.sheet),
                code="missing_sheet",
                hint=phrase("It has {names}.", names=", ".join(book.sheetnames)),
            )
        return book[self._mapping.sheet]

    def _header(self, book: Any) -> list[str]:
        line = self._mapping.header_line
        rows = self._sheet(book).iter_rows(min_row=line, max_row=line, values_only=True)
        names = [str(name).strip() if name is not None else "" for name in next(rows, ())]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise damaged("the sheet is empty: there is no header.", line, code="empty_file", hint="")
        return [name or f"column {place}" for place, name in enumerate(names, 1)]

    def batches(self) -> Iterator[Batch]:
        self.notes = Tally()
        book = self._opened()
        try:
            yield from gathered(self._rows(book), self.columns)
        finally:
            book.close()
        self._source.advance(self._source.size)

    def _rows(self, book: Any) -> Iterator[Row]:
        number = 0
        width = len(self.columns)
        first = self._mapping.header_line + 1
        for line, cells in enumerate(self._sheet(book).iter_rows(min_row=first, values_only=True), first):
            if all(cell is None or cell == "" for cell in cells):
                continue
            extra = [str(cell) for cell in cells[width:] if cell is not None]
            row = dict(zip(self.columns, cells, strict=False))
            if extra:
                raw = {name: None if value is None else str(value) for name, value in row.items()} | {
                    "…": "\t".join(extra)
                }
                reason = f"has values beyond the {width} columns of the header"
                yield line, Rejected(number, line, raw, (Fault(MISSING_COLUMN, line, "", extra[0], reason),))
            else:
                yield line, row
            number += 1


def _check_size(source: Source) -> None:
    try:
        with zipfile.ZipFile(source.path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
    except zipfile.BadZipFile as error:
        raise damaged(
            phrase("{source} is not an Excel workbook: {error}", source=source.name, error=error), code="wrong_format"
        ) from error
    if unpacked > LARGEST_UNPACKED or unpacked > LARGEST_RATIO * max(source.size, 1 << 20):
        raise damaged(
            phrase("{source} unpacks to {unpacked} bytes.", source=source.name, unpacked=unpacked),
            code="file_too_large",
            hint="Save it as CSV.",
        )
