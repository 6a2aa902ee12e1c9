"""What a round leaves behind, written at its end in few statements: rows, steps, journal, and who is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from heed.core.journal.actions import record_all
from heed.core.people.actions import notify
from heed.goals.escalation.models import Escalation, EscalationStep, MajorIncident

KEPT = (
    "protocol_key", "protocol_version", "state", "severity", "severe", "impact", "customers", "region", "team",
    "group_key", "level", "level_key", "person", "tried", "incident", "leads", "look_at", "wanted_at", "given_at",
    "acknowledge_by", "deferred_at", "deferred_until", "times_deferred", "acknowledged_at", "ended_at",
)  # fmt: skip
KEPT_ALL = (*KEPT, "changed_at")
HEED = "heed"


class Ink:
    """Everything to be written, in order. Call `keep` in the transaction of the look."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.touched: dict[int, Escalation] = {}
        self.incidents: dict[int, MajorIncident] = {}
        self.severe_leads: set[int] = set()
        self.steps: list[EscalationStep] = []
        self.told: list[tuple[Any, str, tuple[str, str]]] = []
        self.notices: list[tuple[Escalation, str, Sequence[str], dict[str, Any]]] = []

    def touch(self, row: Escalation) -> None:
        self.touched.setdefault(row.pk, row)

    def drop(self, row: Escalation) -> None:
        """A row that is no more. Its key is gone with it."""
        self.touched = {number: each for number, each in self.touched.items() if each is not row}

    def note(
        self,
        row: Escalation,
        happened: type,
        verb: str,
        *,
        actor: str = HEED,
        reason: str = "",
        words: str = "",
        **more: Any,
    ) -> None:
        """A step and the journal's entry."""
        self.steps.append(
            EscalationStep(
                escalation=row,
                at=self.now,
                actor=actor,
                verb=verb,
                level_key=row.level_key,
                person=row.person,
                reason=reason,
                words=words,
            )
        )
        told = {"reason": reason} if verb == "stood_down" else {}
        event = happened(
            escalation=row.key,
            case=row.case_key,
            at=self.now.isoformat(),
            protocol=row.protocol_key,
            version=row.protocol_version or 0,
            level=row.level_key,
            person=row.person,
            severe=row.severe,
            impact=row.impact,
            incident=row.incident.key if row.incident is not None else "",
            **told,
            **more,
        )
        self.told.append((event, actor, ("escalation", row.key)))

    def tell(self, row: Escalation, kind: str, people: Sequence[str], params: dict[str, Any]) -> None:
        self.notices.append((row, kind, people, params))

    def keep(self) -> None:
        rows = list(self.touched.values())
        # One by one: to put hundreds of rows of many columns into one statement takes Django ten times as long.
        for row in rows:
            row.save(update_fields=KEPT_ALL)
        for incident in self.incidents.values():
            incident.save()
        if self.severe_leads:
            leads = Escalation.objects.filter(incident__in=self.severe_leads, leads=True, ended_at=None)
            leads.update(severe=True)
        EscalationStep.objects.bulk_create(self.steps, batch_size=500)
        record_all(self.told)
        for row, kind, people, params in self.notices:
            once = f"{kind}:{row.key}:{self.now.isoformat()}"
            notify(
                people,
                kind=kind,
                params=params,
                href=f"/escalations/{row.key}/",
                subject=("escalation", row.key),
                once_key=once,
            )
