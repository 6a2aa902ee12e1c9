"""XES event logs (IEEE 1849-2016), read as a stream: only what is asked for is kept.

Attributes of a trace carry `case:` before their name. A classifier's name stands for its keys joined by `+`.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pyarrow as pa

from heed.core.errors.rules import Invalid, phrase
from heed.mining.columns import CASE, Columns, placed
from heed.mining.readers.raw import Raw
from heed.mining.readers.source import Source, unreadable

BLOCK = 1 << 20
CHUNK = 1 << 17
VALUES = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container"})


@dataclass
class Header:
    """What a log says of itself: extensions (name, prefix, uri), classifiers (name → keys) and attributes of its own."""

    extensions: list[tuple[str, str, str]] = field(default_factory=list)
    classifiers: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    known: dict[str, None] = field(default_factory=dict)
    traces: int = 0
    empty_traces: int = 0
    loose_events: int = 0


def read_xes(source: Source, connection: Any, columns: Columns, required: tuple[str, ...], folder: Path) -> Raw:
    """Keep the parts of each event that are asked for. Raises Invalid where the XML is broken, saying its line."""
    wanted = {part: name for part in _asked(columns) if (name := columns.named(part))}
    classifier = wanted.get("activity", "")
    names = list(dict.fromkeys([*wanted.values(), *columns.extra]))
    header, table = _read(source, names)
    if columns.activity and classifier not in header.known and classifier in header.classifiers:
        keys = header.classifiers[classifier]
        header, table = _read(source, list(dict.fromkeys([*names, *keys])))
        joined = pa.compute.binary_join_element_wise(*(table.column(key) for key in keys), "+", null_handling="skip")
        table = table.set_column(table.column_names.index(classifier), classifier, joined)
        header.known[classifier] = None
    if not table.num_rows:
        raise Invalid(
            phrase("{file} holds no event.", file=source.name), code="empty_log", hint="A log needs one at least."
        )
    parts = placed(columns, [*header.known, CASE], required, source.name)
    kept = {part: table.column(name) for part, name in parts.items()}
    kept |= {f"x{at}": table.column(name) for at, name in enumerate(columns.extra)}
    kept["place"] = pa.array(range(table.num_rows), pa.int64())
    connection.register("raw", pa.table(kept))
    raw = Raw("raw", tuple(parts), columns.extra, line=lambda place: _line(source, place))
    counts = {"case_without_event": header.empty_traces, "no_case": header.loose_events}
    raw.left_out |= {reason: count for reason, count in counts.items() if count}
    return raw


def _asked(columns: Columns) -> list[str]:
    return ["case", "activity", "time", "resource", "lifecycle", *(["group"] if columns.group else [])]


def _read(source: Source, names: list[str]) -> tuple[Header, pa.Table]:
    reader = _Reader(names)
    _parse(source, reader.parser)
    return reader.header, reader.table()


def _parse(source: Source, parser: Any) -> None:
    first = True
    try:
        with source.opened() as stream:
            while block := stream.read(BLOCK):
                parser.Parse(block, False)
                first = False
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _damaged(source, expat.errors.messages[error.code], error.lineno) from error
    except (OSError, EOFError) as error:
        raise unreadable(source.name, error) from error
    except _Told as told:
        raise _damaged(source, told.args[0], parser.CurrentLineNumber) from told
    assert not first


def _damaged(source: Source, error: str, line: int) -> Invalid:
    return Invalid(
        phrase("{file} is broken on line {line}: {error}.", file=source.name, line=line, error=error),
        code="broken_xml",
        hint="Write the log anew, or repair it there.",
    )


class _Told(Exception):
    """What is wrong with the log, though its XML is well-formed."""


class _Reader:
    """What the parser calls while it goes through the log. Only attributes right under a trace or an event are columns."""

    def __init__(self, names: list[str]) -> None:
        self.header = Header()
        self._of_event = [name for name in names if not name.startswith("case:")]
        self._of_case = [name for name in names if name.startswith("case:")]
        self._names = names
        self._chunks: list[pa.Table] = []
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.buffer_size = BLOCK
        self.parser.StartDoctypeDeclHandler = _refuse
        start, end, self._flush = self._calls()
        self.parser.StartElementHandler, self.parser.EndElementHandler = start, end

    def table(self) -> pa.Table:
        self._flush()
        if not self._chunks:
            return pa.table({name: pa.array([], pa.string()) for name in self._names})
        return pa.concat_tables(self._chunks).select(self._names)

    def _calls(self) -> tuple[Callable[..., None], Callable[..., None], Callable[[], None]]:
        """The calls as closures: an element costs half of what it costs by methods."""
        event: dict[str, str] = {}
        trace: dict[str, str] = {}
        values: dict[str, list[str | None]] = {name: [] for name in self._of_event}
        end_trace, flush = self._gathered(values, trace)
        at, end_event = _Place(), _event_end(self.header, event, values)
        return _starts(self.header, at, event, trace), _ends(self.header, at, end_event, end_trace), flush

    def _gathered(
        self, values: dict[str, list[str | None]], trace: dict[str, str]
    ) -> tuple[Callable[[int], None], Callable[[], None]]:
        """What is done at the end of a trace of so many events, and the columns so far as a table."""
        header = self.header
        cases: dict[str, list[str | None]] = {name: [] for name in self._of_case}
        runs = array("q")
        kept = 0

        def end_trace(events: int) -> None:
            nonlocal kept
            header.traces += 1
            header.known.update(dict.fromkeys(trace))
            if not events:
                header.empty_traces += 1
            for name in cases:
                own = trace.get(name)
                if own is None and name == CASE:
                    own = f"trace {header.traces}"
                cases[name].append(own)
            runs.append(events)
            kept += events
            trace.clear()
            if kept >= CHUNK:
                flush()

        def flush() -> None:
            nonlocal kept
            if kept:
                self._chunks.append(_chunk(values, cases, runs))
            kept = 0
            del runs[:]
            for column in (*values.values(), *cases.values()):
                column.clear()

        return end_trace, flush


class _Place:
    """Where the parser is. inside: 0 the log, 1 a trace, 2 its event, 3 an event of no trace; depth: of attributes within it;
    outer: of elements of the log; events: of the trace so far.
    """

    __slots__ = ("depth", "events", "inside", "outer")

    def __init__(self) -> None:
        self.depth = self.events = self.inside = self.outer = 0


def _event_end(header: Header, event: dict[str, str], values: dict[str, list[str | None]]) -> Callable[[], None]:
    known = header.known
    appends = [(name, column.append) for name, column in values.items()]

    def end_event() -> None:
        for name, append in appends:
            append(event.get(name))
        if len(event) and not known.keys() >= event.keys():
            known.update(dict.fromkeys(event))
        event.clear()

    return end_event


def _starts(header: Header, at: _Place, event: dict[str, str], trace: dict[str, str]) -> Callable[..., None]:
    def start(tag: str, given: list[str]) -> None:
        inside = at.inside
        if inside and tag in VALUES:
            if at.depth == 0 and len(given) >= 2:
                key = given[1] if given[0] == "key" else _of(given, "key")
                value = given[3] if len(given) > 3 and given[2] == "value" else _of(given, "value")
                if inside == 2:
                    event[key] = value
                elif inside == 1:
                    trace["case:" + key] = value
            at.depth += 1
        elif tag == "event":
            at.inside = 2 if inside else 3
        elif tag == "trace":
            at.inside, at.events = 1, 0
        elif ":" in tag:
            start(tag.rpartition(":")[2], given)
        else:
            at.outer += 1
            _log_element(header, tag, given, at.outer)

    return start


def _ends(
    header: Header, at: _Place, end_event: Callable[[], None], end_trace: Callable[[int], None]
) -> Callable[..., None]:
    def end(tag: str) -> None:
        if at.inside and tag in VALUES:
            at.depth -= 1
        elif tag == "event" and at.inside == 3:
            header.loose_events += 1
            at.inside = 0
        elif tag == "event":
            end_event()
            at.events += 1
            at.inside = 1
        elif tag == "trace":
            end_trace(at.events)
            at.inside = 0
        elif ":" in tag:
            end(tag.rpartition(":")[2])
        else:
            at.outer -= 1

    return end


def _chunk(values: dict[str, list[str | None]], cases: dict[str, list[str | None]], runs: array) -> pa.Table:
    """Columns of the events so far; those of traces are repeated over their events."""
    import numpy as np

    taken = pa.array(np.repeat(np.arange(len(runs)), np.frombuffer(runs, dtype=np.int64)))
    columns = {name: pa.array(column, pa.string()) for name, column in values.items()}
    columns |= {name: pa.array(column, pa.string()).take(taken) for name, column in cases.items()}
    return pa.table(columns)


def _of(given: list[str], name: str) -> str:
    return next((given[at + 1] for at in range(0, len(given), 2) if given[at] == name), "")


def _log_element(header: Header, tag: str, given: list[str], depth: int) -> None:
    if depth == 1 and tag != "log":
        raise _Told(phrase("it is XML but no event log: it starts with {tag}", tag=tag))
    if tag == "extension":
        header.extensions.append((_of(given, "name"), _of(given, "prefix"), _of(given, "uri")))
    elif tag == "classifier":
        header.classifiers[_of(given, "name")] = _keys(_of(given, "keys"))
    elif tag in VALUES and depth == 2:
        header.attributes[_of(given, "key")] = _of(given, "value")


def _keys(text: str) -> list[str]:
    """Keys are divided by blanks; one that holds a blank stands in quotation marks."""
    parts = text.split("'")
    return [key for at, part in enumerate(parts) for key in ([part] if at % 2 else part.split())]


def _refuse(*_: object) -> None:
    raise _Told("it declares a document type, which may hide entities that grow without end")


def _line(source: Source, place: int) -> int | None:
    """The line on which the event of this place starts: looked up by reading again, as it is asked for once."""
    parser = expat.ParserCreate()
    seen = -1
    line: int | None = None

    def start(tag: str, _: Any) -> None:
        nonlocal seen, line
        if tag.rpartition(":")[2] == "event":
            seen += 1
            if seen == place:
                line = parser.CurrentLineNumber

    parser.StartElementHandler = start
    _parse(source, parser)
    return line
