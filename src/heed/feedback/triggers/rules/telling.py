"""What decisions become as facts, what an invitation is told of a fact, and lists as people type them. Pure."""

import csv
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import projects
from heed.facts.schema.tables import PLACE, TABLES
from heed.feedback.triggers.events import CustomerNotAsked, ListDecided
from heed.rehearsal.replay.deciders import Fact

PLACES = tuple(column.name for column in PLACE)
CONTEXT = (*(name for name in PLACES if name != "language"), "interaction_id", "agent_key", "case_id")


def context_of(fact: Fact) -> dict[str, Any]:
    """Where the fact happened, for the invitation and the answers to it."""
    return {name: fact[name] for name in CONTEXT if fact.get(name)}


_COLUMNS = {
    "invitation_id": "ask",
    "survey_key": "survey",
    "trigger_key": "trigger",
    "customer_key": "customer",
    "reason": "reason",
    "stratum": "stratum",
    "probability": "probability",
    "decided_at": "decided_at",
    "asked": "",
    "interaction_id": "context",
    "agent_key": "context",
    **dict.fromkeys(PLACES, "context"),
}


def _row(payload: Mapping[str, Any]) -> dict[str, Any]:
    table, context = TABLES["invitations"], payload["context"]
    places = {name: value for name, value in context.items() if name in table.names}
    said = {column: payload.get(name) for column, name in _COLUMNS.items() if name and name != "context"}
    return {**places, **said, "decided_at": datetime.fromisoformat(payload["decided_at"]), "asked": False}


@projects(CustomerNotAsked, "invitations", columns=_COLUMNS)
def not_asked(payload: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """One decision that did not ask."""
    return _row(payload)


@projects(ListDecided, "invitations", columns={**dict.fromkeys(_COLUMNS, "not_asked"), "survey_key": "survey"})
def not_asked_of_list(payload: Mapping[str, Any], entry: Entry) -> list[dict[str, Any]]:
    """The decisions about a part of a list that did not ask; they are read beside the journal (queries)."""
    return [_row(each) for each in payload["not_asked"]]


def wanted_language(rule: str, customers: str, facts: str) -> str:
    """The language an invitation is wanted in; empty: the survey's first."""
    if rule == "survey":
        return ""
    return (customers or facts) if rule == "customer" else (facts or customers)


def ask_once_key(trigger: str, table: str, fact_key: str) -> str:
    """What one decision is known by: a trigger and a fact."""
    whole = f"{trigger}:{table}:{fact_key}"
    return whole if len(whole) <= 200 else f"{trigger}:{table}:{hashlib.sha256(fact_key.encode()).hexdigest()}"


def listed_in(text: str) -> list[str]:
    """Identifiers or addresses as somebody typed them, or of a CSV file: one a line, from the first column that holds an
    address, else from the first column. A heading names nobody and is told as unknown.
    """
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    if not lines:
        return []
    sign = max(",;\t", key=lambda each: sum(line.count(each) for line in lines))
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=sign)]
    width = max(len(row) for row in rows)
    held = [sum("@" in row[place] for row in rows if place < len(row)) for place in range(width)]
    column = held.index(max(held)) if max(held) else 0
    return [row[column] for row in rows if column < len(row) and row[column]]
