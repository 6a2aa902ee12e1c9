"""Definitions that come into force or end are changes of the operation: facts of the table `changes`, of kind policy."""

from typing import Any

from heed.core.definitions.events import DefinitionEnacted, DefinitionRetired
from heed.core.journal.rules import Entry
from heed.facts.projections import Payload, projects

# What heed brings along holds from the beginning of time; it changed nothing on that day.
BEGINNING = "1970-01-01T00:00:00+00:00"
COLUMNS = {"kind": "", "title": ""}


@projects(DefinitionEnacted, "changes", columns={**COLUMNS, "at": "effective_from"})
def enacted(payload: Payload, entry: Entry) -> dict[str, Any] | None:
    if payload["effective_from"] == BEGINNING:
        return None
    title = f"{payload['kind']} {payload['key']} version {payload['number']} in force"
    return {"kind": "policy", "title": title, "at": payload["effective_from"]}


@projects(DefinitionRetired, "changes", columns={**COLUMNS, "at": "effective_until"})
def retired(payload: Payload, entry: Entry) -> dict[str, Any]:
    title = f"{payload['kind']} {payload['key']} version {payload['number']} ended"
    return {"kind": "policy", "title": title, "at": payload["effective_until"]}
