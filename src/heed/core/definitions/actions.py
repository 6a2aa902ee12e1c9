"""What people do with definitions: propose, approve, put in force, retire. One transaction each; two at once, one wins."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from heed.core.definitions.events import (
    DefinitionApproved,
    DefinitionEnacted,
    DefinitionProposed,
    DefinitionRetired,
    DefinitionWithdrawn,
)
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.queries import InForce, in_force, version
from heed.core.definitions.rules import Proposer, canonical, digest, kind_of, validate
from heed.core.errors.rules import Refused
from heed.core.journal.actions import record

# From before any record: what heed brings along also holds for the history that is imported.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _subject(row: DefinitionVersion) -> tuple[str, str]:
    return ("definition", f"{row.kind}/{row.key}/{row.number}")


def _locked(kind: str, key: str) -> list[DefinitionVersion]:
    """Every version, newest first, held against others until commit (SQLite holds all writers already)."""
    rows = DefinitionVersion.objects.filter(kind=kind, key=key).order_by("-number")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return list(rows)


def _one(kind: str, key: str, number: int) -> DefinitionVersion:
    version(kind, key, number)
    return next(row for row in _locked(kind, key) if row.number == number)


def propose(scope: Proposer, kind: str, key: str, body: Mapping[str, Any], *, note: str = "") -> DefinitionVersion:
    """Propose a version. Raises Invalid when the body is not of its kind, Forbidden without the permission."""
    scope.demand("propose")
    checked = canonical(validate(kind, body))
    try:
        with transaction.atomic():
            before = _locked(kind, key)
            row = DefinitionVersion.objects.create(
                kind=kind,
                key=key,
                number=before[0].number + 1 if before else 1,
                body=checked,
                digest=digest(checked),
                note=note,
                proposed_by=scope.person,
                proposed_at=timezone.now(),
            )
            record(DefinitionProposed(kind, key, row.number, row.digest), actor=scope.person, subject=_subject(row))
    except IntegrityError as error:
        raise Refused(
            "Somebody proposed a version at the same moment.", code="raced", hint="Look at it, and propose yours again."
        ) from error
    return row


def approve(scope: Proposer, kind: str, key: str, number: int) -> DefinitionVersion:
    """Approve a proposed version. Where the kind wants four eyes, the proposer may not."""
    scope.demand("approve")
    with transaction.atomic():
        row = _one(kind, key, number)
        if row.state != "proposed":
            raise Refused(
                f"This version is {row.get_state_display()} already.", code="not_proposed", hint="Reload the page."
            )
        if kind_of(kind).four_eyes and row.proposed_by == scope.person:
            raise Refused(
                "You proposed this version; somebody else must approve it.",
                code="four_eyes",
                hint="Ask a colleague who may approve.",
            )
        row.state, row.approved_by, row.approved_at = "approved", scope.person, timezone.now()
        row.save(update_fields=["state", "approved_by", "approved_at"])
        record(DefinitionApproved(kind, key, number, row.digest), actor=scope.person, subject=_subject(row))
    return row


def put_in_force(
    scope: Proposer, kind: str, key: str, number: int, *, effective_from: datetime | None = None
) -> DefinitionVersion:
    """Put an approved version in force, now or from a later moment; the one before ends there. The past is not rewritten."""
    scope.demand("approve")
    now = timezone.now()
    start = effective_from or now
    if effective_from is not None and effective_from < now:
        raise Refused(
            "A definition cannot be put in force in the past.",
            code="in_the_past",
            hint="Give a moment to come, or none for now.",
        )
    with transaction.atomic():
        row = _one(kind, key, number)
        if row.state != "approved":
            raise Refused(
                f"This version is {row.get_state_display()}.",
                code="not_approved",
                hint="Approve it first, or reload the page.",
            )
        _end_former(kind, key, start, scope.person)
        _enact(row, start, scope.person)
    return row


def _end_former(kind: str, key: str, moment: datetime, person: str) -> None:
    for former in _locked(kind, key):
        if former.state == "in_force" and former.effective_until is None:
            if former.effective_from and former.effective_from > moment:
                raise Refused(
                    "Another version is to be in force from a later moment.",
                    code="later_version",
                    hint=f"Retire version {former.number} first.",
                )
            former.state, former.effective_until = "retired", moment
            former.retired_by, former.retired_at = person, timezone.now()
            former.save(update_fields=["state", "effective_until", "retired_by", "retired_at"])


def _enact(row: DefinitionVersion, start: datetime, person: str) -> None:
    row.state, row.effective_from, row.enacted_by, row.enacted_at = "in_force", start, person, timezone.now()
    row.save(update_fields=["state", "effective_from", "enacted_by", "enacted_at"])
    happened = DefinitionEnacted(row.kind, row.key, row.number, row.digest, start.astimezone(UTC).isoformat())
    record(happened, actor=person, subject=_subject(row))


def retire(scope: Proposer, kind: str, key: str, *, at: datetime | None = None) -> DefinitionVersion:
    """End the version in force, with none after it."""
    scope.demand("approve")
    moment = at or timezone.now()
    with transaction.atomic():
        row = next(
            (item for item in _locked(kind, key) if item.state == "in_force" and item.effective_until is None), None
        )
        if row is None:
            raise Refused(f"No version of {kind} {key} is in force.", code="not_in_force", hint="Reload the page.")
        row.state, row.effective_until = "retired", max(moment, row.effective_from or moment)
        row.retired_by, row.retired_at = scope.person, timezone.now()
        row.save(update_fields=["state", "effective_until", "retired_by", "retired_at"])
        happened = DefinitionRetired(kind, key, row.number, row.effective_until.astimezone(UTC).isoformat())
        record(happened, actor=scope.person, subject=_subject(row))
    return row


def withdraw(scope: Proposer, kind: str, key: str, number: int) -> DefinitionVersion:
    """Take back a version that is not in force."""
    scope.demand("propose")
    with transaction.atomic():
        row = _one(kind, key, number)
        if row.state not in ("proposed", "approved"):
            raise Refused(f"This version is {row.get_state_display()}.", code="not_open", hint="Reload the page.")
        row.state = "withdrawn"
        row.save(update_fields=["state"])
        record(DefinitionWithdrawn(kind, key, number), actor=scope.person, subject=_subject(row))
    return row


def ensure(kind: str, key: str, body: Mapping[str, Any], *, actor: str = "heed", note: str = "") -> InForce:
    """Put a definition in force from the beginning of time when there is no version of it at all: what heed brings along."""
    checked = canonical(validate(kind, body))
    with transaction.atomic():
        if not _locked(kind, key):
            now = timezone.now()
            row = DefinitionVersion.objects.create(
                kind=kind,
                key=key,
                number=1,
                state="approved",
                body=checked,
                digest=digest(checked),
                note=note,
                proposed_by=actor,
                proposed_at=now,
                approved_by=actor,
                approved_at=now,
            )
            _enact(row, BEGINNING, actor)
    found = in_force(kind, key)
    if found is None:
        raise Refused(f"{kind} {key} was retired.", code="retired", hint="Propose a new version of it.")
    return found
