"""A small operation with an escalation protocol: a team's lead, two seniors on a rota, and managers."""

from typing import Any

from django.db import transaction

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.journal.queries import entries_after
from heed.goals.escalation.actions.carrying import carry_on
from heed.goals.escalation.actions.noting import note_case
from heed.goals.escalation.models import Escalation
from heed.service.cases.actions.opening import open_case
from heed.service.cases.queries import Case
from tests.core.conftest import House
from tests.service.cases.conftest import Watch, desk_of

PROTOCOL: dict[str, Any] = {
    "name": "Escalation",
    "when": 'severity == "high" || asked_for_help || sla_risk >= 0.8',
    "severe_when": 'severity == "urgent" || impact >= 50.0',
    "daily_budget": 4,
    "kept_for_severe": 2,
    "time_zone": "Europe/Berlin",
    "levels": [
        {"key": "lead", "name": "Team lead", "role": "supervisor", "handles": 'severity != "urgent"'},
        {"key": "senior", "name": "Senior", "rota": {"people": ["p"]}, "acknowledge_seconds": 600},
        {"key": "manager", "name": "Manager", "role": "manager", "held_in": "organisation"},
    ],
}


class Duty:
    """The desk of cases, with a protocol in force and the seniors of its rota."""

    def __init__(self, house: House, watch: Watch | None = None, **changed: Any) -> None:
        self.desk, self.watch, self.house, self.read = desk_of(house), watch, house, 0
        seniors = {"people": [self.desk.key("second"), self.desk.key("admin")], "at_once": 2}
        levels = [dict(level) for level in PROTOCOL["levels"]]
        levels[1]["rota"] = seniors
        with transaction.atomic():
            ensure("escalation", "service", {**PROTOCOL, "levels": levels, **changed})

    def opened(self, severity: str = "high", number: int = 0, **changed: Any) -> Case:
        case = open_case(COMMAND_LINE, title="Trouble", team="north-phone", severity=severity)
        fields = {"topic": f"topic {number}" if number else "", "customer_key": f"c_{number}", **changed}
        Case.objects.filter(pk=case.pk).update(**fields)
        return case

    def watch_only(self) -> None:
        """What the flow does."""
        for entry in entries_after(self.read, 10_000):
            self.read = entry.id
            if entry.name.startswith("case-"):
                with transaction.atomic():
                    note_case(entry, ())

    def carry(self) -> None:
        """What the flow and the worker do."""
        self.watch_only()
        while carry_on():
            pass

    def of(self, case: Case) -> Escalation:
        return Escalation.objects.filter(case_key=case.key).latest("id")

    def of_key(self, row: Escalation) -> Escalation:
        return Escalation.objects.get(pk=row.pk)

    def brought(self, severity: str = "high", number: int = 0, **changed: Any) -> Escalation:
        case = self.opened(severity, number, **changed)
        self.carry()
        return self.of(case)
