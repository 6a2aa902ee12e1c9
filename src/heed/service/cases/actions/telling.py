"""Who is told of what happened to a case: its owner, or those who lead its team. Steps of the flow, one an event."""

from collections.abc import Mapping, Sequence
from typing import Any

from heed.core.journal.rules import Entry
from heed.core.people.actions import notify
from heed.service.cases.models import Case
from heed.service.cases.queries import people_to_tell

Rows = Sequence[tuple[str, Mapping[str, Any]]]
LEADS = "supervisor"


def _tell(entry: Entry, people: Sequence[str], kind: str) -> None:
    """Tell people once of an entry; never somebody of what they did themselves."""
    key = str((entry.payload or {}).get("case", ""))
    row = Case.objects.filter(key=key).only("number").first()
    others = [person for person in people if person != entry.actor]
    if row is not None and others:
        params = {"number": row.number or ""}
        href, once = f"/cases/{key}/", f"{kind}:{entry.id}"
        notify(others, kind=kind, params=params, href=href, subject=("case", key), once_key=once)


def _leads(entry: Entry) -> list[str]:
    told = entry.payload or {}
    return people_to_tell(str(told.get("team", "")), LEADS, str(told.get("region", "")))


def _owner_or_leads(entry: Entry) -> list[str]:
    owner = str((entry.payload or {}).get("owner", ""))
    return [owner] if owner else _leads(entry)


def tell_case_opened(entry: Entry, rows: Rows) -> None:
    """A case that nobody owns yet: those who lead its team."""
    if not (entry.payload or {}).get("owner"):
        _tell(entry, _leads(entry), "case-opened")


def tell_case_joined(entry: Entry, rows: Rows) -> None:
    """The customer is unhappy again: the owner of the case, or those who lead its team."""
    _tell(entry, _owner_or_leads(entry), "case-joined")


def tell_case_assigned(entry: Entry, rows: Rows) -> None:
    """Somebody was given a case: they."""
    _tell(entry, [str((entry.payload or {}).get("owner", ""))], "case-assigned")


def tell_case_transferred(entry: Entry, rows: Rows) -> None:
    """A case came to a team: those who lead it."""
    _tell(entry, _leads(entry), "case-transferred")


def tell_case_prioritised(entry: Entry, rows: Rows) -> None:
    """A case has another severity: its owner, or those who lead its team."""
    _tell(entry, _owner_or_leads(entry), "case-prioritised")


def tell_case_escalated(entry: Entry, rows: Rows) -> None:
    """A case is escalated: those who hold the role in the unit that the step names, and the owner."""
    told = entry.payload or {}
    unit, role, region = (str(told.get(name, "")) for name in ("unit", "role", "region"))
    people = people_to_tell(unit, role or LEADS, region)
    owner = str(told.get("owner", ""))
    kind = "case-escalated" if told.get("promise") else "case-asked-for-help"
    _tell(entry, [*people, *([owner] if owner and owner not in people else [])], kind)


def tell_case_reopened(entry: Entry, rows: Rows) -> None:
    """A closed case is open again: its owner, or those who lead its team."""
    _tell(entry, _owner_or_leads(entry), "case-reopened")
