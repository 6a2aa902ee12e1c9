"""Fixed-width text of a host: fields cut by column, each line a row."""

from collections.abc import Iterator

from heed.service.formats.definition import Mapping
from heed.service.formats.importers.rows import Row, gathered
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.importers.text import CleanText
from heed.service.formats.rules.batches import MISSING_COLUMN, Batch, Fault, Rejected, Tally


class FixedWidth:
    """A reader of one fixed-width file. `header_line` is the first line that is a row."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source, self._mapping = source, mapping
        self.notes = Tally()
        self.columns = list(mapping.fields)
        self._needs = max(field.start for field in mapping.fields.values())
        if next(self._rows(), None) is None:
            raise damaged("the file is empty.", code="empty_file", hint="")

    def batches(self) -> Iterator[Batch]:
        self.notes = Tally()
        yield from gathered(self._rows(), self.columns)

    def _rows(self) -> Iterator[Row]:
        line, number, rest = 0, 0, ""
        with self._source.opened() as stream:
            text = CleanText(stream, self._mapping.encoding, self._mapping.stray, self.notes)
            for block in text.blocks():
                *whole, rest = (rest + block.decode("utf-8", "replace")).split("\n")
                for words in whole:
                    line += 1
                    if line >= self._mapping.header_line and words.strip():
                        yield line, self._row(words.rstrip("\r"), line, number)
                        number += 1
            if rest.strip():
                yield line + 1, self._row(rest.rstrip("\r"), line + 1, number)

    def _row(self, words: str, line: int, number: int) -> dict[str, str] | Rejected:
        if len(words) < self._needs:
            reason = f"has {len(words)} signs; the last field starts at {self._needs}"
            return Rejected(
                number, line, {"…": words}, (Fault(MISSING_COLUMN, line, "", words[:200], reason),), whole=False
            )
        return {
            name: words[field.start - 1 : field.start - 1 + field.width] for name, field in self._mapping.fields.items()
        }
