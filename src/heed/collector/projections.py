"""How a received event becomes a fact: the journal names it, the kept event says the row."""

from collections.abc import Mapping, Sequence
from typing import Any

from heed.collector.events import EventReceived
from heed.core.http.queries import received_data
from heed.core.journal.rules import Entry
from heed.facts.projections import FILLED, completes, projects
from heed.facts.schema.tables import TABLES


@completes(EventReceived, fields=("row",))
def rows_told(entries: Sequence[Entry]) -> Mapping[int, Mapping[str, Any]]:
    """The rows that events told, read for many entries at once; an erased event gives none."""
    wanted = {entry.id: int((entry.payload or {})["event"]) for entry in entries}
    kept = received_data(wanted.values())
    return {entry: {"row": kept[event]} for entry, event in wanted.items() if event in kept}


def _into(table: str) -> None:
    columns = {name: "row" for name in TABLES[table].names if name not in FILLED}

    @projects(EventReceived, table, columns=columns)
    def row_told(payload: Mapping[str, Any], entry: Entry) -> dict[str, Any] | None:
        return dict(payload["row"]) if payload["table"] == table else None


for _table in TABLES:
    _into(_table)
