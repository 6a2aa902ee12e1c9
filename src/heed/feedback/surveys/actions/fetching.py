"""What came back of mails, fetched from the mailbox that gets it. Each mail counts once, whenever a process is killed: what
follows from it is kept first, then it is taken out of the mailbox, then heed notes that it was there.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F
from django.utils import timezone

from heed.channels.mailbox import Mailbox, MailboxFailed, Place, mailbox_key, opened, place
from heed.channels.returned import MOST_BYTES, NoReport, is_meant_as_report
from heed.core.access.rules import Scope
from heed.core.errors.rules import Refused
from heed.feedback.surveys.actions.returning import taken_in
from heed.feedback.surveys.models import ReturnMailbox

ACTOR = "mailbox"
# Longer than a session with a mail server lasts: a process that died does not keep the others away for long.
LEASE = timedelta(minutes=4)
MOST_AT_ONCE = 200
# Reports that heed can read and that are about no mail of its own, or ask for nothing.
NOT_OURS = ("unknown_mail", "nothing_told")
log = logging.getLogger("heed.surveys")


@dataclass
class Fetched:
    """What became of the mails looked at: taken in and removed; set aside, because no one can read the report; passed over."""

    taken: int = 0
    set_aside: int = 0
    passed_over: int = 0
    sorts: dict[str, int] = field(default_factory=dict)

    @property
    def looked_at(self) -> int:
        return self.taken + self.set_aside + self.passed_over


def fetch_returned(scope: Scope, most: int = MOST_AT_ONCE) -> Fetched:
    """Fetch what came back now. Raises Refused where no mailbox is set or another process reads it, MailboxFailed."""
    scope.demand_everywhere("import")
    if place() is None:
        raise Refused(
            "No mailbox is set (HEED_BOUNCE_IMAP).",
            code="no_mailbox",
            hint="Set it, or hand a mail on: heed surveys returned FILE.",
        )
    found = fetch_new(most)
    if found is None:
        raise Refused("The mailbox is being read just now.", code="mailbox_busy", hint="Try again in a few minutes.")
    return found


def fetch_new(most: int = MOST_AT_ONCE) -> Fetched | None:
    """The same for the worker. None where nothing is set, or where another process is at it."""
    where = place()
    row = _leased(where) if where else None
    if where is None or row is None:
        return None
    found = Fetched()
    told: dict[str, Any] = {"leased_until": None, "failed_at": None, "fault": ""}
    try:
        with opened(where) as mailbox:
            _carry(row, mailbox, found, most)
        told["read_at"] = timezone.now()
    except MailboxFailed as failure:
        told |= {"failed_at": timezone.now(), "fault": failure.code}
        raise
    finally:
        ReturnMailbox.objects.filter(pk=row.pk).update(**told)
    return found


def _leased(where: Place) -> ReturnMailbox | None:
    """The mailbox, for this process alone while the lease runs."""
    now = timezone.now()
    with transaction.atomic():
        ReturnMailbox.objects.bulk_create([ReturnMailbox(key=mailbox_key(where))], ignore_conflicts=True)
        rows = ReturnMailbox.objects.filter(key=mailbox_key(where))
        row = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
        if row.leased_until is not None and row.leased_until > now:
            return None
        row.leased_until = now + LEASE
        row.save(update_fields=["leased_until"])
    return row


def _carry(row: ReturnMailbox, mailbox: Mailbox, found: Fetched, most: int) -> None:
    if row.validity != mailbox.validity:
        # The server counts anew: what was taken in before is known again by its digest.
        row.validity, row.last_uid = mailbox.validity, 0
        row.save(update_fields=["validity", "last_uid"])
    for uid in mailbox.since(row.last_uid, most):
        raw = mailbox.read(uid, MOST_BYTES + 1)
        fate = "passed_over" if raw is None else _fate(raw, found)
        if fate == "taken":
            mailbox.remove(uid)
        elif fate == "set_aside":
            mailbox.set_aside(uid)
        setattr(found, fate, getattr(found, fate) + 1)
        ReturnMailbox.objects.filter(pk=row.pk).update(last_uid=uid, **{fate: F(fate) + 1})


def _fate(raw: bytes, found: Fetched) -> str:
    """Take a mail in. Returns what is to become of it."""
    try:
        report = taken_in(raw, ACTOR)
    except NoReport as refusal:
        return "passed_over" if refusal.code in NOT_OURS or not is_meant_as_report(raw) else "set_aside"
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        # One mail that breaks its reader must not keep the others waiting.
        log.exception("a mail that came back could not be read")
        return "set_aside"
    found.sorts[report.sort] = found.sorts.get(report.sort, 0) + 1
    return "taken"
