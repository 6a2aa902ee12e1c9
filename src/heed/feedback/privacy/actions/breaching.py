"""The register of breaches (GDPR art. 33): what happened, who was told when, and why not or late."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import administrators
from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.feedback.privacy.events import BreachChanged, BreachNoted
from heed.feedback.privacy.models import Breach
from heed.feedback.privacy.queries.policies import policies
from heed.feedback.privacy.rules.clocks import breach_due_at

LONGEST_AGO = timedelta(days=366)
WORDS = ("title", "happened", "kinds", "measures", "not_told_reason", "late_reason")
TIMES = ("authority_told_at", "people_told_at")
# Hours before the end at which the administrators are reminded again.
STAGES = (48, 24, 6)


def note_breach(
    scope: Scope,
    *,
    title: str,
    happened: str,
    kinds: str = "",
    people: int | None = None,
    noticed_at: datetime | None = None,
) -> Breach:
    """Put a breach into the register; its clock runs from when it was noticed."""
    scope.demand_everywhere("manage_settings")
    now = timezone.now()
    noticed = noticed_at or now
    if not now - LONGEST_AGO <= noticed <= now + timedelta(minutes=5):
        raise Invalid(
            "A breach was noticed within the last year, and not in the future.",
            code="invalid_noticed_at",
            hint="Give the moment somebody of you knew.",
        )
    if not title.strip() or not happened.strip():
        raise Invalid(
            "Say what happened.", code="nothing_said", hint="The authority asks for the nature of the breach."
        )
    with transaction.atomic():
        row = Breach.objects.create(
            title=title.strip()[:200],
            happened=happened.strip(),
            kinds=kinds.strip()[:300],
            people=people,
            noticed_at=noticed,
            due_at=breach_due_at(policies(), noticed),
            noted_by=scope.person,
        )
        record(BreachNoted(row.key, row.due_at.isoformat()), actor=scope.person, subject=("breach", row.key))
        _tell(row, "noted")
    return row


@transaction.atomic
def change_breach(scope: Scope, key: str, *, close: bool = False, **said: Any) -> Breach:
    """Add what is known or was done. To close it, the authority was told, or there is a reason why it need not be; who told
    it late says why (art. 33(1)).
    """
    scope.demand_everywhere("manage_settings")
    row = Breach.objects.select_for_update().filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such breach.", code="unknown_breach")
    if row.closed_at is not None:
        raise Refused("This breach is closed.", code="breach_closed", hint="Note another.")
    changed = [name for name, value in said.items() if value is not None and getattr(row, name) != value]
    for name in changed:
        _refuse_time(name, said[name], row)
        setattr(row, name, said[name])
    if close:
        _refuse_open(row)
        row.closed_at, row.closed_by = timezone.now(), scope.person
    row.save()
    told = BreachChanged(row.key, (*changed, *(["closed_at"] if close else [])))
    record(told, actor=scope.person, subject=("breach", row.key))
    return row


def _refuse_time(name: str, value: Any, row: Breach) -> None:
    if name in TIMES and not row.noticed_at <= value <= timezone.now() + timedelta(minutes=5):
        raise Invalid(
            "Nobody is told before a breach is noticed, nor in the future.",
            code="invalid_told_at",
            hint="Give the time.",
        )


def _refuse_open(row: Breach) -> None:
    if row.authority_told_at is None and not row.not_told_reason:
        raise Refused(
            "The authority was not told, and there is no reason why not.",
            code="authority_not_told",
            hint="Note when it was told, or why no risk to people is likely.",
        )
    if row.authority_told_at is not None and row.authority_told_at > row.due_at and not row.late_reason:
        raise Refused("The authority was told late.", code="told_late", hint="Say why.")


def remind_of_breaches() -> int:
    """Remind the administrators while the authority was not told. Returns how many notices were new."""
    now, many = timezone.now(), 0
    for row in Breach.objects.filter(closed_at=None, authority_told_at=None, not_told_reason=""):
        left = (row.due_at - now).total_seconds() / 3600
        stage = next((each for each in sorted(STAGES) if left <= each), None)
        if stage is not None:
            many += _tell(row, str(stage), max(0, int(left)))
    return many


def _tell(row: Breach, stage: str, hours: int | None = None) -> int:
    left = hours if hours is not None else max(0, int((row.due_at - timezone.now()).total_seconds() // 3600))
    return notify(
        [person.key for person in administrators()],
        kind="breach-due",
        params={"breach": row.key, "hours": left},
        href="/privacy/breaches/",
        subject=("breach", row.key),
        once_key=f"breach:{row.key}:{stage}",
    )
