"""The fact rows of one journal entry, each as it will be read from its table: what a live decision looks at."""

from collections.abc import Iterable, Mapping
from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projected import as_table
from heed.facts.projections import COMPLETIONS, PROJECTIONS, Completion, Projection, Row, completed, rows_of
from heed.facts.schema.tables import TABLES

Rows = list[tuple[str, Row]]


def facts_of(
    entry: Entry,
    projections: Iterable[Projection] | None = None,
    completions: Mapping[str, Completion] | None = None,
) -> Rows:
    """(table, row) of all that becomes of an entry; nothing when it was erased. A map comes as a dict.

    Raises ProjectionFailed when a projection cannot make its rows, or they do not fit the table.
    """
    known = PROJECTIONS.values() if projections is None else projections
    wanted = [projection for projection in known if projection.event == entry.name]
    if not wanted:
        return []
    whole = completed([entry], COMPLETIONS if completions is None else completions)[0]
    return [(table, _as_read(table, row)) for table, row in rows_of(whole, wanted)]


def _as_read(name: str, row: Row) -> dict[str, Any]:
    """A row with every column of its table, in the types that the table gives back."""
    read: dict[str, Any] = as_table(name, [row]).to_pylist()[0]
    maps = [column.name for column in TABLES[name].columns if column.kind == "map" and read[column.name] is not None]
    return {**read, **{column: dict(read[column]) for column in maps}}
