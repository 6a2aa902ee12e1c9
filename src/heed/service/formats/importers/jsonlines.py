"""JSON: one object a line, or one list of objects, read object by object."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from heed.core.errors.rules import phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.rows import Row, gathered
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.importers.text import CleanText
from heed.service.formats.rules.batches import Batch, Fault, Rejected, Tally

# Columns of the file are told from its first objects; a JSON object may leave empty ones out.
LOOKED_AT = 1000
BLANK = " \t\r\n"


class JsonObjects:
    """A reader of JSON lines (`jsonl`) or of one JSON list (`json`). Objects in objects are columns with a dot: `user.name`."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source, self._mapping, self._form = source, mapping, form
        self.notes = Tally()
        found: dict[str, None] = {}
        for _, row in islice(self._rows(), LOOKED_AT):
            if isinstance(row, dict):
                found |= dict.fromkeys(row)
        if not found:
            raise damaged("the file holds no objects.", code="empty_file", hint="")
        wanted = (*mapping.columns, *mapping.optional)
        # A column that is merely empty in the first objects is not missing when some other object has it.
        self._ahead = [name for name in wanted if name not in found]
        self.columns = [*found, *self._later()]

    def _later(self) -> list[str]:
        left = set(self._ahead)
        if not left:
            return []
        seen: list[str] = []
        for _, row in self._rows():
            if isinstance(row, dict):
                here = [name for name in self._ahead if name in left and name in row]
                seen += here
                left -= set(here)
            if not left:
                break
        return seen

    def every_column(self) -> tuple[str, ...]:
        """The columns of all objects, in the order of first meeting; the whole file is read for it."""
        found: dict[str, None] = {}
        for _, row in self._rows():
            if isinstance(row, dict):
                found |= dict.fromkeys(row)
        return tuple(found)

    def batches(self) -> Iterator[Batch]:
        self.notes = Tally()
        yield from gathered(self._rows(), self.columns)

    def _rows(self) -> Iterator[Row]:
        with self._source.opened() as stream:
            text = CleanText(stream, self._mapping.encoding, self._mapping.stray, self.notes)
            yield from _from_lines(text) if self._form == "jsonl" else _from_list(text, self._mapping.records)


def _from_lines(text: CleanText) -> Iterator[Row]:
    line, number, rest = 0, 0, b""
    for block in text.blocks():
        *whole, rest = (rest + block).split(b"\n")
        for words in whole:
            line += 1
            if words.strip():
                yield line, _object(words, line, number)
                number += 1
    if rest.strip():
        yield line + 1, _object(rest, line + 1, number)


def _object(words: bytes, line: int, number: int) -> dict[str, Any] | Rejected:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError) as error:
        return _unread(words.decode("utf-8", "replace"), line, number, f"is not JSON: {error}")
    if not isinstance(value, dict):
        return _unread(words.decode("utf-8", "replace"), line, number, "is not a JSON object")
    return flat(value)


def _unread(words: str, line: int, number: int, reason: str) -> Rejected:
    return Rejected(number, line, {"…": words}, (Fault("not_json", line, "", words[:200], reason),), whole=False)


def flat(value: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Objects in objects as columns with a dot; lists stay JSON."""
    row: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            row |= flat(inner, f"{before}{name}.")
        else:
            row[f"{before}{name}"] = inner
    return row


def _from_list(text: CleanText, records: str) -> Iterator[Row]:
    """The objects of a list, without holding the list: the text is decoded object by object."""
    reading = _Window(text)
    sign = reading.next_sign()
    if sign == "{":
        if not records:
            raise damaged(
                "the file is one JSON object, not a list.",
                reading.line,
                code="wrong_format",
                hint="Name the list in the mapping: records.",
            )
        value, _ = reading.value()
        items = value.get(records)
        if not isinstance(items, list):
            raise damaged(phrase("the JSON object has no list {records}.", records=records), 1, code="wrong_format")
        for number, item in enumerate(items):
            yield 1, flat(item) if isinstance(item, dict) else _unread(str(item), 1, number, "is not a JSON object")
        return
    if sign != "[":
        raise damaged("the file is not JSON.", reading.line, code="wrong_format")
    reading.skip()
    number = 0
    while (sign := reading.next_sign()) != "]":
        if sign == "":
            raise damaged("the JSON list is not closed.", reading.line, code="wrong_format")
        if sign == ",":
            reading.skip()
            continue
        value, line = reading.value()
        yield (
            line,
            flat(value) if isinstance(value, dict) else _unread(str(value), line, number, "is not a JSON object"),
        )
        number += 1


class _Window:
    """A moving piece of the text, large enough for the value at its start."""

    def __init__(self, text: CleanText) -> None:
        self._blocks = text.blocks()
        self._text, self._at, self.line = "", 0, 1
        self._decoder = json.JSONDecoder()

    def _more(self) -> bool:
        block = next(self._blocks, b"")
        if not block:
            return False
        self._text, self._at = self._text[self._at :] + block.decode("utf-8", "replace"), 0
        return True

    def next_sign(self) -> str:
        while True:
            while self._at < len(self._text) and self._text[self._at] in BLANK:
                self.line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        self._at += 1

    def value(self) -> tuple[Any, int]:
        """The value here, and the line it starts on."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                # A number cut at the end of the piece still reads as a number.
                if end < len(self._text) or not self._more():
                    break
            except (ValueError, RecursionError) as error:
                if not self._more():
                    raise damaged(
                        phrase("is not JSON: {error}", error=error), self.line, code="wrong_format"
                    ) from error
        line = self.line
        self.line += self._text.count("\n", self._at, end)
        self._at = end
        return value, line
