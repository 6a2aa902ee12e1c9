"""Writing the journal."""

import json
import secrets
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from heed.core.journal.events import event_name, payload_of
from heed.core.journal.models import JournalEntry
from heed.core.journal.rules import GENESIS, Link, chain_value, payload_digest

# One writer at a time takes the end of the chain; any constant will do, as long as it is ours.
_ADVISORY_LOCK = 0x68656564


def record(happened: Any, *, actor: str = "system", subject: tuple[str, str] = ("", "")) -> int:
    """Write down that something happened, in the caller's transaction. Returns the entry's id.

    `actor` is the pseudonymous key of who did it; `subject` is the kind and id of what it happened to.
    Raises TransactionManagementError outside of a transaction: an entry without its change would be a lie.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs in the transaction of the change it tells of")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
    last = JournalEntry.objects.order_by("-id").values_list("id", "chain").first()
    number, before = last if last else (0, GENESIS)
    payload = json.loads(json.dumps(payload_of(happened), cls=DjangoJSONEncoder))
    salt = secrets.token_hex(16)
    link = Link(
        id=number + 1,
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
    JournalEntry.objects.create(
        id=link.id,
        at=link.at,
        name=link.name,
        actor=link.actor,
        subject_kind=link.subject_kind,
        subject_id=link.subject_id,
        payload=payload,
        salt=salt,
        digest=link.digest,
        chain=chain_value(before, link),
    )
    return link.id


def erase_payload(entry_id: int) -> None:
    """Take an entry's payload and salt away; its digest keeps the chain whole."""
    JournalEntry.objects.filter(id=entry_id).update(payload=None, salt="")
