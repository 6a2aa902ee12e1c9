"""What becomes of journal entries as facts: a pure function an event, and the columns it fills from which fields.

A capability registers its own in its rules: `@projects(CaseOpened, "case_changes", columns={"case_id": "case", …})`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from heed.core.errors.rules import HeedError, nearest, phrase
from heed.core.journal.events import event_name
from heed.core.journal.rules import Entry
from heed.facts.schema.columns import ORIGIN
from heed.facts.schema.tables import TABLES

Payload = Mapping[str, Any]
Row = dict[str, Any]
Project = Callable[[Payload, Entry], Row | Iterable[Row] | None]
P = TypeVar("P", bound=Project)
Complete = TypeVar("Complete", bound=Callable[[Sequence[Entry]], Mapping[int, Mapping[str, Any]]])

SOURCE = "heed"
# What the projector fills itself: where the row came from, and, unless the function says otherwise, its key and time.
FILLED = frozenset(column.name for column in ORIGIN)


class ProjectionFailed(HeedError):
    """A projection cannot make rows of an entry; nothing after that entry is projected until it can."""

    code = "projection_failed"
    status = 500


@dataclass(frozen=True)
class Projection:
    """`columns` says of each column which field of the event it comes from; empty when it is worked out."""

    event: str
    table: str
    columns: Mapping[str, str]
    project: Project


@dataclass(frozen=True)
class Completion:
    """Fields an event leaves out because they are personal; `complete` reads them for many entries at once, by id.

    An entry that is not in the answer was erased and becomes no row.
    """

    event: str
    fields: tuple[str, ...]
    complete: Callable[[Sequence[Entry]], Mapping[int, Payload]]


PROJECTIONS: dict[tuple[str, str], Projection] = {}
COMPLETIONS: dict[str, Completion] = {}


def projects(event: type | str, table: str, *, columns: Mapping[str, str]) -> Callable[[P], P]:
    """Register a function (payload, entry) → row, rows or None as the way of an event into a table."""
    name = event if isinstance(event, str) else event_name(event)

    def register(function: P) -> P:
        known = PROJECTIONS.get((name, table))
        if known is not None and known.project.__qualname__ != function.__qualname__:
            raise TypeError(f"{name} is projected into {table} twice")
        PROJECTIONS[name, table] = Projection(name, table, dict(columns), function)
        return function

    return register


def completes(event: type | str, *, fields: Sequence[str]) -> Callable[[Complete], Complete]:
    """Register the reader of what an event leaves out, beside the records it reads (a capability's queries)."""
    name = event if isinstance(event, str) else event_name(event)

    def register(function: Complete) -> Complete:
        COMPLETIONS[name] = Completion(name, tuple(fields), function)
        return function

    return register


def faults(projection: Projection, event: type | None) -> list[str]:
    """What is wrong with a declaration: unknown table, columns or fields, required columns left empty."""
    table = TABLES.get(projection.table)
    if table is None:
        return [f"there is no table {projection.table}: {nearest(projection.table, TABLES)}"]
    found = [
        f"{table.name} has no column {name}: {nearest(name, table.names)}"
        for name in projection.columns
        if name not in table.names
    ]
    given = {*projection.columns, *FILLED, table.key, table.time}
    found += [
        f"{table.name}.{column.name} is required"
        for column in table.columns
        if column.required and column.name not in given
    ]
    if event is None:
        return [*found, f"there is no event {projection.event}"]
    known = {item.name for item in fields(event)} if is_dataclass(event) else set()
    if projection.event in COMPLETIONS:
        known |= set(COMPLETIONS[projection.event].fields)
    found += [
        f"{projection.event} has no field {name}: {nearest(name, known)}"
        for name in projection.columns.values()
        if name and name not in known
    ]
    return found


def tables_of(projections: Iterable[Projection]) -> tuple[str, ...]:
    """The tables that are projected into, in the order of the schema."""
    named = {projection.table for projection in projections}
    return tuple(name for name in TABLES if name in named)


def completed(entries: Sequence[Entry], completions: Mapping[str, Completion]) -> list[Entry]:
    """The entries with what their events leave out; those of which it is gone count as erased."""
    more: dict[int, Payload] = {}
    for name, completion in completions.items():
        asked = [entry for entry in entries if entry.name == name and entry.payload is not None]
        if asked:
            more.update(completion.complete(asked))
    return [_with(entry, more.get(entry.id)) if entry.name in completions else entry for entry in entries]


def _with(entry: Entry, more: Payload | None) -> Entry:
    if entry.payload is None or more is None:
        return replace(entry, payload=None)
    return replace(entry, payload={**entry.payload, **more})


def rows_of(entry: Entry, projections: Iterable[Projection]) -> list[tuple[str, Row]]:
    """The rows one entry becomes, each with its table. An erased entry becomes none."""
    if entry.payload is None:
        return []
    made: list[tuple[str, Row]] = []
    for projection in projections:
        if projection.event == entry.name:
            made.extend((projection.table, row) for row in _complete(projection, entry))
    return made


def _complete(projection: Projection, entry: Entry) -> list[Row]:
    """The rows a function made, with their origin; the key is the entry's id where the function gives none."""
    table = TABLES[projection.table]
    rows = []
    for place, row in enumerate(_made(projection, entry)):
        undeclared = set(row) - set(projection.columns) - FILLED
        if undeclared:
            raise ProjectionFailed(
                phrase(
                    "{event} fills {undeclared} of {table} without declaring it.",
                    event=projection.event,
                    undeclared=sorted(undeclared),
                    table=table.name,
                )
            )
        origin = {"source": SOURCE, "batch": f"journal:{entry.id}", "recorded_at": entry.at}
        named = {table.key: f"journal:{entry.id}.{place}", table.time: entry.at}
        rows.append(named | row | origin)
    return rows


def _made(projection: Projection, entry: Entry) -> list[Row]:
    try:
        made = projection.project(entry.payload or {}, entry)
        if made is None:
            return []
        return [made] if isinstance(made, dict) else list(made)
    except Exception as error:
        raise ProjectionFailed(
            phrase(
                "Entry {entry} ({name}) cannot be projected into {table}: {error!r}",
                entry=entry.id,
                name=entry.name,
                table=projection.table,
                error=error,
            ),
            hint="Mend the projection; it carries on from this entry.",
        ) from error
