"""What becomes of escalations as facts: a protocol that brings a case to somebody is a change in the life of the case. Pure."""

from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import Payload, projects
from heed.goals.escalation import events

COLUMNS = {"at": "at", "case_id": "case", "from_value": "protocol", "to_value": "level", "change": ""}
# Before the key of the protocol, so that nobody takes it for a person who asked for help.
BY_PROTOCOL = "protocol:"


def _row(payload: Payload) -> dict[str, Any]:
    return {
        "at": payload["at"],
        "case_id": payload["case"],
        "change": "escalated",
        "from_value": f"{BY_PROTOCOL}{payload['protocol']}",
        "to_value": payload["level"] or None,
    }


@projects(events.EscalationGiven, "case_changes", columns=COLUMNS)
def given(payload: Payload, entry: Entry) -> dict[str, Any]:
    """Each time it is brought to somebody. What is deferred was brought to nobody yet."""
    return _row(payload)


@projects(events.EscalationJoined, "case_changes", columns=COLUMNS)
def joined(payload: Payload, entry: Entry) -> dict[str, Any]:
    """Part of an incident that somebody has."""
    return _row(payload)
