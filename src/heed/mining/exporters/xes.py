"""XES (IEEE 1849-2016): a log as other tools open it, one trace after the other."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr  # nosec B406: it escapes what is written and parses nothing

from heed.mining.log import Log

EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
)
KEYS = {
    "activity": "concept:name",
    "resource": "org:resource",
    "lifecycle": "lifecycle:transition",
    "group": "org:group",
}


def write_xes(log: Log, sink: TextIO) -> int:
    """Write a log; the columns kept beside become attributes of events, or of traces where their name starts with `case:`."""
    sink.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    sink.write('<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n')
    for name, prefix, uri in EXTENSIONS:
        sink.write(f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')
    sink.write('  <global scope="trace">\n    <string key="concept:name" value="UNKNOWN"/>\n  </global>\n')
    sink.write('  <global scope="event">\n    <string key="concept:name" value="UNKNOWN"/>\n  </global>\n')
    sink.write('  <classifier name="Activity" keys="concept:name"/>\n')
    count, case = 0, None
    for row in _events(log):
        if row["case_id"] != case:
            if count:
                sink.write("  </trace>\n")
            case = row["case_id"]
            sink.write(f"  <trace>\n    {_text('concept:name', case)}\n")
            for name, column in log.extra.items():
                if name.startswith("case:") and row[column] is not None:
                    sink.write(f"    {_text(name.removeprefix('case:'), row[column])}\n")
        sink.write(f"    <event>\n{''.join(_attributes(log, row))}    </event>\n")
        count += 1
    sink.write("  </trace>\n</log>\n" if count else "</log>\n")
    return count


def _events(log: Log) -> Iterator[dict]:
    """The events case by case, in order of time, then of the file, in pieces."""
    events = log.events
    ordered = events.order_by(events.case_id, events.sort_at, events.place).drop("sort_at", "place")
    for batch in log.engine(ordered).to_batches(max_chunksize=50_000):
        yield from batch.to_pylist()


def _attributes(log: Log, row: dict) -> Iterator[str]:
    for part, key in KEYS.items():
        if row[part] is not None:
            yield f"      {_text(key, row[part])}\n"
    if row["at"] is not None:
        yield f'      <date key="time:timestamp" value="{iso(row["at"])}"/>\n'
    for name, column in log.extra.items():
        if not name.startswith("case:") and row[column] is not None:
            yield f"      {_text(name, row[column])}\n"


def iso(at: datetime) -> str:
    """A time as ISO 8601 with its zone; those of files have none, and are UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond % 1000 == 0 else "microseconds")


def _text(key: str, value: object) -> str:
    return f"<string key={quoteattr(key)} value={_quoted(str(value))}/>"


def _quoted(text: str) -> str:
    """A value as XML takes it: line ends stay, and what no XML may hold goes."""
    kept = "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
    entities = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return f'"{escape(kept, entities)}"'
