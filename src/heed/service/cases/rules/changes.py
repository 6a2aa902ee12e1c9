"""What becomes of the life of a case as facts: rows of `case_changes`, so that figures read heed's own cases like any other's."""

from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import Payload, projects
from heed.service.cases import events

PLACE = ("region", "team", "channel", "touchpoint", "stage", "topic", "product", "segment", "language")
COLUMNS = {
    "at": "at",
    "case_id": "case",
    "customer_key": "customer",
    "agent_key": "owner",
    "interaction_id": "interaction",
    "priority": "severity",
    **{name: name for name in PLACE},
    "change": "",
}


def _row(payload: Payload, change: str, **more: Any) -> dict[str, Any]:
    """A change of the case as it stands afterwards; what is empty is not known."""
    known = {column: payload.get(field) or None for column, field in COLUMNS.items() if field}
    return {**known, "change": change, **{name: value or None for name, value in more.items()}}


@projects(events.CaseOpened, "case_changes", columns={**COLUMNS, "from_value": "fact", "to_value": "team"})
def opened(payload: Payload, entry: Entry) -> dict[str, Any]:
    """What it came from is the table of the fact, such as responses; not the fact, which may be erased."""
    return _row(payload, "opened", from_value=payload["fact"].partition(":")[0], to_value=payload["team"])


@projects(events.CaseTaken, "case_changes", columns={**COLUMNS, "from_value": "former_owner", "to_value": "owner"})
def taken(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "assigned", from_value=payload["former_owner"], to_value=payload["owner"])


@projects(events.CaseAssigned, "case_changes", columns={**COLUMNS, "from_value": "former_owner", "to_value": "owner"})
def assigned(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "assigned", from_value=payload["former_owner"], to_value=payload["owner"])


@projects(events.CaseTransferred, "case_changes", columns={**COLUMNS, "from_value": "former_team", "to_value": "team"})
def transferred(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "transferred", from_value=payload["former_team"], to_value=payload["team"])


@projects(events.CaseContacted, "case_changes", columns={**COLUMNS, "to_value": "way"})
def first_responded(payload: Payload, entry: Entry) -> dict[str, Any] | None:
    return _row(payload, "first_responded", to_value=payload["way"]) if payload["first"] else None


@projects(events.CaseWaiting, "case_changes", columns={**COLUMNS, "to_value": "waiting_for"})
def waiting(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "waiting", to_value=payload["waiting_for"])


@projects(events.CaseResumed, "case_changes", columns=COLUMNS)
def resumed(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "resumed")


@projects(events.CaseEscalated, "case_changes", columns={**COLUMNS, "from_value": "former_team", "to_value": "unit"})
def escalated(payload: Payload, entry: Entry) -> list[dict[str, Any]]:
    """An escalation; one that moves the case is a transfer as well."""
    told = _row(payload, "escalated", from_value=payload["former_team"], to_value=payload["unit"])
    if payload["former_team"] == payload["team"]:
        return [told]
    return [told, _row(payload, "transferred", from_value=payload["former_team"], to_value=payload["team"])]


@projects(events.CaseClosed, "case_changes", columns={**COLUMNS, "to_value": "outcome", "cause": "cause"})
def closed(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "closed", to_value=payload["outcome"], cause=payload["cause"])


@projects(events.CaseMerged, "case_changes", columns={**COLUMNS, "to_value": "into"})
def merged(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "merged", to_value=payload["into"])


@projects(
    events.CasePrioritised, "case_changes", columns={**COLUMNS, "from_value": "former_severity", "to_value": "severity"}
)
def prioritised(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "prioritised", from_value=payload["former_severity"], to_value=payload["severity"])


@projects(events.CaseReopened, "case_changes", columns={**COLUMNS, "from_value": "former_cause"})
def reopened(payload: Payload, entry: Entry) -> dict[str, Any]:
    return _row(payload, "reopened", from_value=payload["former_cause"])
