"""What people do with definitions: propose, approve, put in force, retire. One transaction each; two at once, one wins."""

from collections.abc import Iterable, Mapping
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
from heed.core.definitions.queries import (
    InForce,
    everything_in_force,
    in_force,
    keys_in_force,
    known_keys,
    users_of,
    version,
)
from heed.core.definitions.rules import (
    KINDS,
    Change,
    Proposer,
    Wanted,
    canonical,
    check_agreements,
    checked_key,
    digest,
    kind_of,
    missing_reference,
    planned,
    references_of,
    validate,
)
from heed.core.errors.rules import Refused, phrase
from heed.core.journal.actions import record

COMMAND_LINE = "command-line"
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


def _head(rows: Iterable[DefinitionVersion]) -> DefinitionVersion | None:
    """The version that is in force, or will be, with no end set."""
    return next((row for row in rows if row.state == "in_force" and row.effective_until is None), None)


def _one(kind: str, key: str, number: int) -> DefinitionVersion:
    version(kind, key, number)
    return next(row for row in _locked(kind, key) if row.number == number)


def propose(scope: Proposer, kind: str, key: str, body: Mapping[str, Any], *, note: str = "") -> DefinitionVersion:
    """Propose a version. Raises Invalid when the body is not of its kind, Forbidden without the permission."""
    scope.demand("propose")
    checked_key(key)
    found = validate(kind, body)
    missing = missing_reference(references_of(found), known_keys())
    if missing:
        raise missing
    return _propose(kind, key, canonical(found), note, scope.person)


def _propose(kind: str, key: str, body: dict[str, Any], note: str, person: str) -> DefinitionVersion:
    try:
        with transaction.atomic():
            before = _locked(kind, key)
            head = _head(before)
            row = DefinitionVersion.objects.create(
                kind=kind,
                key=key,
                number=before[0].number + 1 if before else 1,
                body=body,
                digest=digest(body),
                note=note,
                follows=head.number if head else None,
                proposed_by=person,
                proposed_at=timezone.now(),
            )
            record(DefinitionProposed(kind, key, row.number, row.digest), actor=person, subject=_subject(row))
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
                phrase("This version is {state} already.", state=row.get_state_display()),
                code="not_proposed",
                hint="Reload the page.",
            )
        if kind_of(kind).four_eyes and row.proposed_by == scope.person:
            raise Refused(
                "You proposed this version; somebody else must approve it.",
                code="four_eyes",
                hint="Ask a colleague who may approve.",
            )
        _approve(row, scope.person)
    return row


def _approve(row: DefinitionVersion, person: str) -> None:
    row.state, row.approved_by, row.approved_at = "approved", person, timezone.now()
    row.save(update_fields=["state", "approved_by", "approved_at"])
    record(DefinitionApproved(row.kind, row.key, row.number, row.digest), actor=person, subject=_subject(row))


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
                phrase("This version is {state}.", state=row.get_state_display()),
                code="not_approved",
                hint="Approve it first, or reload the page.",
            )
        _refuse_superseded(row)
        body = validate(kind, row.body)
        missing = missing_reference(references_of(body), keys_in_force(start))
        if missing:
            raise missing
        holding = {(found.kind, found.key): found.body for found in everything_in_force(start)}
        check_agreements([(kind, key)], holding | {(kind, key): body})
        _end_former(kind, key, start, scope.person)
        _enact(row, start, scope.person)
    return row


def _refuse_superseded(row: DefinitionVersion) -> None:
    """Of two versions proposed beside one another one may follow; the other was agreed without having seen it."""
    head = _head(_locked(row.kind, row.key))
    number = head.number if head else None
    if number != row.follows:
        now = f"version {number} is in force now" if number else "nothing is in force now"
        then = f"follow version {row.follows}" if row.follows else "be the first"
        raise Refused(
            phrase("This version was proposed to {then}, and {now}.", then=then, now=now),
            code="superseded",
            hint="Look at what is in force, and propose it again.",
        )


def _end_former(kind: str, key: str, moment: datetime, person: str) -> None:
    for former in _locked(kind, key):
        if former.state == "in_force" and former.effective_until is None:
            if former.effective_from and former.effective_from > moment:
                raise Refused(
                    "Another version is to be in force from a later moment.",
                    code="later_version",
                    hint=phrase("Retire version {former} first.", former=former.number),
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
    """End the version in force, with none after it. Refused while another definition in force names it."""
    scope.demand("approve")
    moment = at or timezone.now()
    with transaction.atomic():
        row = _head(_locked(kind, key))
        if row is None:
            raise Refused(
                phrase("No version of {kind} {key} is in force.", kind=kind, key=key),
                code="not_in_force",
                hint="Reload the page.",
            )
        if at is not None and at < timezone.now():
            raise Refused(
                "A definition cannot end in the past.",
                code="in_the_past",
                hint="Give a moment to come, or none for now.",
            )
        users = users_of(kind, key, moment)
        if users:
            names = ", ".join(f"{user.kind} {user.key}" for user in users[:5])
            raise Refused(phrase("It is named by {names}.", names=names), code="still_used", hint="Change those first.")
        _retire(row, moment, scope.person)
    return row


def _retire(row: DefinitionVersion, moment: datetime, person: str) -> None:
    until = max(moment, row.effective_from or moment)
    row.state, row.effective_until = "retired", until
    row.retired_by, row.retired_at = person, timezone.now()
    row.save(update_fields=["state", "effective_until", "retired_by", "retired_at"])
    happened = DefinitionRetired(row.kind, row.key, row.number, until.astimezone(UTC).isoformat())
    record(happened, actor=person, subject=_subject(row))


def withdraw(scope: Proposer, kind: str, key: str, number: int) -> DefinitionVersion:
    """Take back a version that is not in force."""
    scope.demand("propose")
    with transaction.atomic():
        row = _one(kind, key, number)
        if row.state not in ("proposed", "approved"):
            raise Refused(
                phrase("This version is {state}.", state=row.get_state_display()),
                code="not_open",
                hint="Reload the page.",
            )
        row.state = "withdrawn"
        row.save(update_fields=["state"])
        record(DefinitionWithdrawn(kind, key, number), actor=scope.person, subject=_subject(row))
    return row


def ensure(kind: str, key: str, body: Mapping[str, Any], *, actor: str = "heed", note: str = "") -> InForce:
    """Put a definition in force from the beginning of time when there is no version of it at all: what heed brings along."""
    checked_key(key)
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
        raise Refused(
            phrase("{kind} {key} was retired.", kind=kind, key=key), code="retired", hint="Propose a new version of it."
        )
    return found


def plan_model(wanted: Iterable[Wanted], *, prune: bool = False) -> tuple[Change, ...]:
    """What applying a model would change. Raises Invalid when it names a definition that would not be there."""
    wanted = list(wanted)
    found = {(each.kind, each.key): each.body for each in everything_in_force()}
    holding = {place: canonical(body) for place, body in found.items()}
    named: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for kind, key in [*((item.kind, item.key) for item in wanted), *(() if prune else holding)]:
        named[kind].add(key)
    bodies = {} if prune else dict(found)
    for item in wanted:
        body = bodies[item.kind, item.key] = validate(item.kind, item.body)
        missing = missing_reference(references_of(body), named)
        if missing:
            said = phrase("{place}: {fault}", place=item.place, fault=missing.message)
            raise type(missing)(said, at=missing.at, code=missing.code, hint=missing.hint)
    changes = planned(wanted, holding, prune=prune)
    check_agreements([(change.kind, change.key) for change in changes], bodies)
    return changes


def apply_model(
    scope: Proposer, wanted: Iterable[Wanted], *, prune: bool = False, note: str = ""
) -> tuple[Change, ...]:
    """Bring what is in force to what a model says, all of it or nothing. Applied twice it changes nothing.

    It proposes, approves and puts in force as one person: kinds that want four eyes are refused, but for the command
    line, whose user holds the data folder anyway.
    """
    scope.demand("approve")
    with transaction.atomic():
        changes = plan_model(wanted, prune=prune)
        for change in changes:
            if kind_of(change.kind).four_eyes and scope.person != COMMAND_LINE:
                raise Refused(
                    phrase("{kind} {change} wants a second person.", kind=change.kind, change=change.key),
                    code="four_eyes",
                    hint="Propose it by itself.",
                )
            _apply(change, note, scope.person)
    return changes


def _apply(change: Change, note: str, person: str) -> None:
    now = timezone.now()
    if change.body is None:
        row = _head(_locked(change.kind, change.key))
        if row:
            _retire(row, now, person)
        return
    row = _propose(change.kind, change.key, change.body, note, person)
    _approve(row, person)
    _end_former(change.kind, change.key, now, person)
    _enact(row, now, person)
