"""A small operation with a rule that opens cases, and a clock that tests move."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from heed.core.access.actions.roles import give_role
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import ensure
from heed.core.journal.queries import entries_after
from heed.core.journal.rules import Entry
from heed.core.people.actions import make_person
from heed.facts.rows import facts_of
from heed.service.cases.actions.opening import consider_facts
from heed.service.cases.models import Case
from tests.core.conftest import House, build

# Monday 09:00 in Berlin.
MONDAY = dt.datetime(2026, 5, 4, 7, 0, tzinfo=dt.UTC)
HOUR = 3600
HOURS = {
    "name": "Desk",
    "time_zone": "Europe/Berlin",
    "hours": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ("09:00-17:00",)),
}
RULE = {
    "name": "Call back who is unhappy",
    "when": 'instrument == "nps" && score <= 6.0',
    "one_case_days": 30,
    "severities": [{"when": "score <= 2.0", "severity": "high"}],
    "promises": [
        {"severity": "normal", "first_contact_seconds": 8 * HOUR, "resolution_seconds": 24 * HOUR},
        {"severity": "high", "first_contact_seconds": 4 * HOUR, "resolution_seconds": 16 * HOUR},
    ],
    "calendar": "desk",
}


class Watch:
    """The time, as tests set it."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    monkeypatch.setattr(timezone, "now", found)
    return found


class Desk:
    """The house, with a supervisor and two agents of the north, and what happens in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.people = {"agent": house.agent, "admin": house.admin}
        for name, unit, role in (
            ("lead", "north-phone", "supervisor"),
            ("second", "north-phone", "agent"),
            ("south", "south-phone", "agent"),
            ("south_lead", "south-phone", "supervisor"),
        ):
            self.people[name] = make_person(email=f"{name}@harbour.example", name=f"Sam {name.title()}")
            give_role(COMMAND_LINE, self.people[name].key, unit, role)

    def scope(self, name: str) -> Scope:
        return scope_of(self.people[name])

    def key(self, name: str) -> str:
        return str(self.people[name].key)

    def answer(self, number: int = 1, **changed: Any) -> Case | None:
        """A customer answers; the case it opened, if any."""
        row = {
            "answer_id": f"a{number}",
            "response_id": f"r{number}",
            "answered_at": timezone.now(),
            "instrument": "nps",
            "score": 5.0,
            "scale_max": 10.0,
            "customer_key": f"c_{number:020x}",
            "team": "north-phone",
            "channel": "phone",
            **changed,
        }
        entry = Entry(1, timezone.now(), "event-received", "system", "", "", {})
        consider_facts(entry, [("responses", row)])
        return Case.objects.filter(opened_by_fact=row["answer_id"]).first()

    def entries(self, after: int = 0) -> list[Entry]:
        return entries_after(after, 1000)

    def rows(self, after: int = 0) -> list[dict[str, Any]]:
        """The rows of case_changes that came after an entry."""
        return [row for entry in self.entries(after) for table, row in facts_of(entry) if table == "case_changes"]


@pytest.fixture
def desk(db: None, watch: Watch) -> Desk:
    return desk_of(build())


def desk_of(house: House) -> Desk:
    with transaction.atomic():
        ensure("calendar", "desk", HOURS)
        ensure("case_opening", "call_back", RULE)
    return Desk(house)
