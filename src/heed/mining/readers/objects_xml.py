"""OCEL 2.0 as XML."""

from pathlib import Path
from xml.parsers import expat

from heed.core.errors.rules import Invalid, phrase
from heed.mining.objects import Event, Object, ObjectLog
from heed.mining.readers.source import Source


def read(source: Source, folder: Path) -> ObjectLog:
    """The log of a file. Raises Invalid where the XML is broken, saying its line."""
    reader = _Reader()
    try:
        reader.parser.Parse(source.whole(), True)
    except (expat.ExpatError, KeyError, ValueError) as error:
        told = expat.errors.messages[error.code] if isinstance(error, expat.ExpatError) else error
        raise Invalid(
            phrase(
                "{file} is broken on line {line}: {error}.",
                file=source.name,
                line=reader.parser.CurrentLineNumber,
                error=told,
            ),
            code="broken_xml",
            hint="Write the log anew, or repair it there.",
        ) from error
    return reader.log


class _Reader:
    """What the parser calls while it goes through the log."""

    def __init__(self) -> None:
        self.log = ObjectLog()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._words
        self.parser.EndElementHandler = self._end
        self._path: list[str] = []
        self._of: dict[str, str] = {}
        self._attribute: dict[str, str] = {}
        self._text = ""
        self._values: list[tuple[str, str, str]] = []
        self._types: dict[str, str] = {}

    def _start(self, tag: str, given: dict[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        if tag in ("object-type", "event-type"):
            kept = self.log.object_types if tag == "object-type" else self.log.event_types
            self._types = kept.setdefault(given["name"], {})
        elif tag == "attribute":
            self._attribute, self._text = given, ""
            if "type" in given and "-type" in "".join(self._path[-2:]):
                self._types[given["name"]] = given["type"]
        elif (tag, parent) in (("object", "objects"), ("event", "events")) and "type" in given:
            self._of, self._values = given, []
        elif tag in ("relationship", "object") and "object-id" in given:
            kept_in = self.log.concerns if "events" in self._path else self.log.relations
            kept_in.append((self._of["id"], given["object-id"], given.get("qualifier", "")))
        self._path.append(tag)

    def _words(self, text: str) -> None:
        self._text += text

    def _end(self, tag: str) -> None:
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        if tag == "attribute" and "type" not in self._attribute:
            given = self._attribute
            self._values.append((given["name"], given.get("time", ""), self._text))
        elif tag == "object" and parent == "objects" and len(self._path) == 2:
            self.log.objects.append(Object(self._of["id"], self._of["type"], tuple(self._values)))
        elif tag == "event" and parent == "events":
            attributes = {name: value for name, _, value in self._values}
            self.log.events.append(Event(self._of["id"], self._of["type"], self._of["time"], attributes))


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type, which may hide entities that grow without end")
