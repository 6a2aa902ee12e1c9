"""Writing the journal, and moving those on who follow it."""

import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from heed.core.errors.rules import NotFound, Refused, phrase
from heed.core.journal.events import StepGivenUp, StepReplayed, SubjectsVeiled, event_name, payload_of
from heed.core.journal.models import FollowerPosition, JournalEntry, ParkedEntry
from heed.core.journal.queries import entries_after, entry, last_id, link_of, open_parked_rows, standing
from heed.core.journal.rules import (
    EVERY,
    GENESIS,
    WITH_ROWS,
    Entry,
    Link,
    Step,
    chain_value,
    payload_digest,
    told_error,
    veil_value,
)
from heed.core.rows import insert_rows

# One writer at a time takes the end of the chain; any constant will do, as long as it is ours.
_ADVISORY_LOCK = 0x68656564
# PostgreSQL tells listeners at commit that the journal has moved, once a transaction; what happened is not in the notice.
_TAKE_THE_END = "SELECT pg_advisory_xact_lock(%s), pg_notify('heed_journal', '')"
COLUMNS = ("id", "at", "name", "actor", "subject_kind", "subject_id", "payload", "salt", "digest", "chain")
Row = tuple[int, datetime, str, str, str, str, str, str, str, str]
_ENCODER = DjangoJSONEncoder()
# Seconds before the second, third, fourth and fifth try of an entry.
PAUSES = (0.2, 1.0, 5.0, 20.0)
# Writers of an embedded store wait while a batch is open, so it is small and short.
BATCH = 25
BATCH_SECONDS = 0.03
# Stands for the rows of an entry among its steps: what could not be made into rows.
ROWS = "facts"
# The database is away or asks to try again: not the entry's fault, and no try of it.
AWAY = (OperationalError, InterfaceError)
Rows = Sequence[tuple[str, dict[str, Any]]]
log = logging.getLogger("heed.flow")


def record(happened: Any, *, actor: str = "system", subject: tuple[str, str] = ("", "")) -> int:
    """Write down that something happened, in the caller's transaction. Returns the entry's id.

    `actor` is the pseudonymous key of who did it; `subject` is the kind and id of what it happened to.
    Raises TransactionManagementError outside of a transaction: an entry without its change would be a lie.
    """
    return record_all([(happened, actor, subject)])[0]


def record_all(happenings: Sequence[tuple[Any, str, tuple[str, str]]]) -> list[int]:
    """Write several things down, each with its actor and subject, in order and in one statement. Returns the ids."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs in the transaction of the change it tells of")
    if not happenings:
        return []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_THE_END, [_ADVISORY_LOCK])
    last = JournalEntry.objects.order_by("-id").values_list("id", "chain").first()
    number, before = last if last else (0, GENESIS)
    rows = []
    for happened, actor, subject in happenings:
        number += 1
        row = _linked(number, before, happened, actor, subject)
        before = row[-1]
        rows.append(row)
    insert_rows(JournalEntry, COLUMNS, rows)
    return [row[0] for row in rows]


def _linked(number: int, before: str, happened: Any, actor: str, subject: tuple[str, str]) -> Row:
    """The next link of the chain, as it is written."""
    told = _ENCODER.encode(payload_of(happened))
    payload = json.loads(told)
    salt = secrets.token_hex(16)
    link = Link(
        id=number,
        at=timezone.now(),
        name=event_name(type(happened)),
        actor=actor,
        subject_kind=subject[0],
        subject_id=subject[1],
        payload=payload,
        salt=salt,
        digest=payload_digest(payload, salt),
        chain="",
    )
    named = (link.at, link.name, link.actor, link.subject_kind, link.subject_id)
    return (number, *named, told, salt, link.digest, chain_value(before, link))


def erase_payload(entry_id: int) -> None:
    """Take an entry's payload and salt away; its digest keeps the chain whole."""
    JournalEntry.objects.filter(id=entry_id).update(payload=None, salt="")


def erase_payloads(kind: str, ids: Sequence[str]) -> int:
    """Take the payloads of all entries about these subjects away. Returns how many."""
    found = JournalEntry.objects.filter(subject_kind=kind, subject_id__in=list(ids))
    return found.update(payload=None, salt="")


def veil_subjects(ids: Sequence[int], veil: str, actor: str) -> int:
    """Take payload and subject of entries away, in the caller's transaction; `veil` stands for the subject from now on.
    The chain stays whole: a new entry vouches for what is left of them. Returns how many.
    """
    veils = []
    for row in JournalEntry.objects.filter(id__in=list(ids)).order_by("id"):
        before = JournalEntry.objects.filter(id=row.id - 1).values_list("chain", flat=True).first() or GENESIS
        row.payload, row.salt, row.subject_id = None, "", veil
        row.save(update_fields=["payload", "salt", "subject_id"])
        veils.append(veil_value(before, link_of(row)))
    for start in range(0, len(veils), 500):
        record(SubjectsVeiled(tuple(veils[start : start + 500])), actor=actor)
    return len(veils)


def hold(follower: str) -> FollowerPosition | None:
    """Take a follower's position until the transaction ends. None while another worker has it: it is being carried on."""
    FollowerPosition.objects.get_or_create(name=follower)
    # SQLite has one writer at a time: there the transaction itself is the hold.
    return FollowerPosition.objects.select_for_update(skip_locked=True).filter(name=follower).first()


def move(follower: str, entry_id: int) -> None:
    """A follower is done with the entries up to this one. Call it in the transaction of what was done with them."""
    FollowerPosition.objects.update_or_create(
        name=follower,
        defaults={
            "entry": entry_id,
            "moved_at": timezone.now(),
            "attempts": 0,
            "retry_at": None,
            "last_error": "",
        },
    )


def note_reached(follower: str, entry_id: int) -> None:
    """How far a follower has come that keeps its true position elsewhere: for those who look at how far it is behind."""
    with transaction.atomic():
        FollowerPosition.objects.get_or_create(name=follower)
        FollowerPosition.objects.filter(name=follower, entry__lt=entry_id).update(
            entry=entry_id, moved_at=timezone.now(), last_error=""
        )


def delay(follower: str, after: int, error: str, retry_at: datetime) -> int:
    """Note that the entry behind `after` could not be carried on. Returns how often it was tried; 0 when it was since."""
    with transaction.atomic():
        held = hold(follower)
        if held is None or held.entry != after:
            return 0
        held.attempts += 1
        held.retry_at, held.last_error = retry_at, error
        held.save(update_fields=["attempts", "retry_at", "last_error"])
        return held.attempts


def park(follower: str, entry: Entry, step: str, error: str, attempts: int) -> None:
    """Put a step aside for an entry, in the transaction that moves the follower on."""
    ParkedEntry.objects.update_or_create(
        follower=follower,
        entry=entry.id,
        step=step,
        defaults={
            "event": entry.name,
            "attempts": attempts,
            "error": error,
            "parked_at": timezone.now(),
            "replayed_at": None,
            "dropped_at": None,
            "settled_by": "",
        },
    )


def parked_for_replay(number: int) -> ParkedEntry | None:
    """A parked step, held until the transaction ends; None when it was settled since."""
    return ParkedEntry.objects.select_for_update().filter(pk=number, replayed_at=None, dropped_at=None).first()


def _settle(parked: ParkedEntry, actor: str, *, is_dropped: bool) -> None:
    now = timezone.now()
    parked.settled_by = actor
    parked.dropped_at, parked.replayed_at = (now, None) if is_dropped else (None, now)
    parked.save(update_fields=["settled_by", "dropped_at", "replayed_at"])
    happened = StepGivenUp if is_dropped else StepReplayed
    told = happened(parked.follower, parked.entry, parked.step)
    record(told, actor=actor, subject=("parked-step", str(parked.pk)))


@transaction.atomic
def give_up_parked(number: int, actor: str) -> None:
    """A parked step is not taken any more. Raises NotFound when it is settled already."""
    parked = parked_for_replay(number)
    if parked is None:
        raise NotFound("This step is not parked any more.", code="not_parked")
    _settle(parked, actor, is_dropped=True)


def note_replay_failure(number: int, error: str) -> None:
    """A parked step failed again."""
    with transaction.atomic():
        found = parked_for_replay(number)
        if found is not None:
            found.attempts, found.error, found.parked_at = found.attempts + 1, error, timezone.now()
            found.save(update_fields=["attempts", "error", "parked_at"])


class _StepFailed(Exception):
    """A step that was parked failed again; the cause says why."""


class StepFollower:
    """Takes steps for each entry of the journal, in order, exactly once. Any number may run in any processes.

    The position moves in the transaction of the steps' effects, so a worker killed at any moment leaves neither a hole
    nor a double. An entry whose step fails is tried again with longer pauses; after the last try the failing steps are
    put aside for that entry, the others are taken, and the follower goes on.
    """

    def __init__(
        self, name: str, steps: Iterable[Step], rows: Callable[[Entry], Rows], pauses: Sequence[float] = PAUSES
    ) -> None:
        self.name, self.steps, self.rows, self.pauses = name, tuple(steps), rows, tuple(pauses)
        # The entry that is being tried, and the last one that failed in the middle of a batch.
        self.trying: Entry | None = None
        self.failing = 0

    def carry(self) -> int:
        """Carry on what is new, as much as one transaction holds. Returns how many entries were carried on."""
        at = standing(self.name)
        if last_id() <= at.entry or (at.retry_at is not None and at.retry_at > timezone.now()):
            return 0
        try:
            # Those before one that failed are carried on together, and it by itself.
            most = max(1, min(BATCH, self.failing - 1 - at.entry)) if at.entry < self.failing else BATCH
            return self._batch(1 if at.attempts else most)
        except AWAY:
            raise
        except Exception as error:
            if self.trying is None:
                raise
            return self._failed(at.entry, self.trying, error)

    def _batch(self, most: int) -> int:
        self.trying, done = None, 0
        with transaction.atomic():
            held = hold(self.name)
            if held is None:
                return 0
            end, last = time.monotonic() + BATCH_SECONDS, held.entry
            for found in entries_after(held.entry, most):
                self.trying = found
                self._take(found)
                last, done = found.id, done + 1
                if time.monotonic() >= end:
                    break
            self.trying = None
            if done:
                move(self.name, last)
        return done

    def _take(self, found: Entry) -> None:
        rows = self.rows(found)
        for step in self.steps_for(found, rows):
            step.run(found, rows)

    def steps_for(self, found: Entry, rows: Rows) -> list[Step]:
        """The steps that an entry asks for, in the order of the table."""
        wanted = {EVERY, found.name, *([WITH_ROWS] if rows else [])}
        return [step for step in self.steps if step.on in wanted]

    def _failed(self, after: int, found: Entry, error: Exception) -> int:
        """One entry of a batch failed, and nothing of the batch was kept."""
        self.failing = found.id
        if found.id > after + 1:
            return 1
        attempt = standing(self.name).attempts
        pause = self.pauses[min(attempt, len(self.pauses) - 1)]
        retry_at = timezone.now() + timedelta(seconds=pause)
        tried = delay(self.name, after, told_error(error), retry_at)
        log.warning("entry %d (%s), try %d: %s", found.id, found.name, tried, told_error(error), exc_info=error)
        return self._put_aside(after, tried) if tried > len(self.pauses) else 0

    def _put_aside(self, after: int, tried: int) -> int:
        """Take the steps of an entry that can be taken, put the others aside, and go on."""
        with transaction.atomic():
            held = hold(self.name)
            found = next(iter(entries_after(after, 1)), None)
            if held is None or held.entry != after or found is None:
                return 0
            for key, error in self._faults(found):
                park(self.name, found, key, told_error(error), tried)
                log.error("entry %d (%s): step %s put aside: %s", found.id, found.name, key, told_error(error))
            move(self.name, found.id)
        return 1

    def _faults(self, found: Entry) -> Iterable[tuple[str, Exception]]:
        """Take each step by itself; those that fail, with why."""
        rows: Rows = ()
        try:
            with transaction.atomic():
                rows = self.rows(found)
        except AWAY:
            raise
        except Exception as error:
            yield ROWS, error
        for step in self.steps_for(found, rows):
            try:
                with transaction.atomic():
                    step.run(found, rows)
            except AWAY:
                raise
            except Exception as error:
                yield step.key, error

    def replay(self, number: int, actor: str) -> None:
        """Take a parked step again. Raises NotFound when it is settled, Refused when it fails again."""
        try:
            with transaction.atomic():
                parked = parked_for_replay(number)
                if parked is None or parked.follower != self.name:
                    raise NotFound("This step is not parked any more.", code="not_parked")
                self._again(parked)
                _settle(parked, actor, is_dropped=False)
        except _StepFailed as failed:
            reason = told_error(failed.__cause__ or failed)
            log.warning("replay of %d: %s", number, reason, exc_info=failed.__cause__)
            note_replay_failure(number, reason)
            raise Refused(
                phrase("The step failed again: {reason}", reason=reason),
                code="step_failed",
                hint="The log of the server says more. Mend what is wrong, or give the step up.",
            ) from failed

    def _again(self, parked: ParkedEntry) -> None:
        found = entry(parked.entry)
        if found is None:
            raise NotFound("The journal has no such entry.", code="unknown_entry")
        try:
            rows = self.rows(found)
        except Exception as error:
            raise _StepFailed from error
        asked = self.steps_for(found, rows)
        # What could not be made into rows was seen by no step that asks for rows.
        again = [step for step in asked if step.key == parked.step or (parked.step == ROWS and step.on == WITH_ROWS)]
        if not again and parked.step != ROWS:
            raise Refused(
                phrase("There is no step {step} any more.", step=parked.step),
                code="unknown_step",
                hint="Give it up: nothing waits for it.",
            )
        for step in again:
            try:
                step.run(found, rows)
            except Exception as error:
                raise _StepFailed from error

    def replay_all(self, actor: str) -> tuple[int, int]:
        """Take every parked step again, oldest first. Returns how many were taken, and how many failed again."""
        taken = failed = 0
        for number in list(open_parked_rows().filter(follower=self.name).values_list("pk", flat=True)):
            try:
                self.replay(number, actor)
                taken += 1
            except (NotFound, Refused):
                failed += 1
        return taken, failed
