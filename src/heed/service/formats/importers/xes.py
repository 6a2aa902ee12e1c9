"""XES event logs: one row an event, read as a stream; attributes of the trace carry `case:` before their name."""

import codecs
from collections.abc import Iterator
from itertools import islice
from xml.parsers import expat

from heed.core.errors.rules import phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.rows import Row, gathered
from heed.service.formats.importers.source import BLOCK, Source, damaged
from heed.service.formats.rules.batches import Batch, Tally

LOOKED_AT = 2000
VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
CASE = "case:"


class EventLog:
    """A reader of one XES file, plain or packed. An event's line is where its element starts."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source, self._mapping = source, mapping
        self.notes = Tally()
        found: dict[str, None] = {}
        for _, row in islice(self._rows(), LOOKED_AT):
            found |= dict.fromkeys(row)  # type: ignore[arg-type]
        if not found:
            raise damaged("the log holds no events.", code="empty_file", hint="")
        wanted = [name for name in (*mapping.columns, *mapping.optional) if name not in found]
        if wanted:
            for _, row in self._rows():
                found |= dict.fromkeys(name for name in wanted if name in row)  # type: ignore[operator]
                if all(name in found for name in wanted):
                    break
        self.columns = list(found)

    def batches(self) -> Iterator[Batch]:
        self.notes = Tally()
        yield from gathered(self._rows(), self.columns)

    def _rows(self) -> Iterator[Row]:
        with self._source.opened() as stream:
            log = _Log()
            while block := stream.read(BLOCK):
                yield from log.feed(block, last=False)
            yield from log.feed(b"", last=True)


class _Log:
    """What the parser calls while it goes through the log. Only attributes right under a trace or an event are columns."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._path: list[str] = []
        self._case: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._line = 0
        self._ready: list[Row] = []

    def feed(self, block: bytes, *, last: bool) -> Iterator[Row]:
        if not self._path and not last and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise damaged("the log is in UTF-16.", code="wrong_format", hint="Save it as UTF-8.")
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            raise damaged(
                phrase("is not well-formed XML: {error}", error=expat.errors.messages[error.code]),
                error.lineno,
                code="wrong_format",
            ) from error
        ready, self._ready = self._ready, []
        yield from ready

    def _refuse(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise damaged(
            "a document type is declared, which may hide entities that grow without end.",
            line,
            code="wrong_format",
            hint="Take it out.",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if not self._path and tag != "log":
            raise damaged(
                phrase("the file is XML but no event log: it starts with {tag}.", tag=tag),
                self._parser.CurrentLineNumber,
                code="wrong_format",
            )
        inside = self._path[-1] if self._path else ""
        if tag == "trace":
            self._case = {}
        elif tag == "event" and inside in ("trace", "log"):
            self._event, self._line = {}, self._parser.CurrentLineNumber
        elif tag in VALUES and "key" in attributes:
            if inside == "event":
                self._event[attributes["key"]] = attributes.get("value", "")
            elif inside == "trace":
                self._case[CASE + attributes["key"]] = attributes.get("value", "")
        self._path.append(tag)

    def _end(self, name: str) -> None:
        if self._path.pop() == "event":
            self._ready.append((self._line, {**self._case, **self._event}))
