"""Answering a repeated call as the first time, and keeping the events other systems send."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.http.models import IdempotentCall, ReceivedEvent
from heed.core.http.rules import Envelope, checked_key, digest

KEPT_HOURS = 48
Answer = tuple[int, dict[str, Any]]


def answered_once(actor: str, door: str, key: str, body_digest: str, answer: Callable[[], Answer]) -> Answer:
    """The answer of a call under this key: worked out the first time, the same ever after.

    The call's effects and its answer are one transaction; a refused call leaves neither, and may be mended and repeated.
    """
    with transaction.atomic():
        call, is_first = IdempotentCall.objects.get_or_create(
            actor=actor, door=door, key=checked_key(key), defaults={"body_digest": body_digest}
        )
        if not is_first:
            if call.body_digest != body_digest:
                raise Invalid(
                    "This Idempotency-Key was used with another body.",
                    code="idempotency_key_reused",
                    hint="Take a new key for a new call.",
                )
            return call.status, dict(call.answer or {})
        call.status, call.answer = answer()
        call.save(update_fields=["status", "answer"])
        return call.status, dict(call.answer)


def keep_event(event: Envelope, *, sent_by: str, fact_key: str, customer_key: str) -> tuple[int, bool]:
    """Keep an event. Returns its id, and whether it is new; the same one again changes nothing.

    Call it inside a transaction, beside the journal entry that names the event.
    """
    content = digest([event.type, event.subject, event.data])
    row, is_new = ReceivedEvent.objects.get_or_create(
        source=event.source,
        event_id=event.id,
        defaults={
            "type": event.type,
            "subject": event.subject,
            "at": event.at,
            "data": dict(event.data),
            "digest": content,
            "fact_key": fact_key,
            "customer_key": customer_key,
            "sent_by": sent_by,
            "received_at": timezone.now(),
        },
    )
    if not is_new and row.digest != content:
        raise Refused(
            phrase(
                "Event {event} of {source} was sent before, with another content.", event=event.id, source=event.source
            ),
            code="event_changed",
            hint="An id names one event for ever: give the new one a new id.",
        )
    return row.pk, is_new


def forget_calls(hours: int = KEPT_HOURS) -> int:
    """Forget the answers of calls older than this; their keys may be used again. Returns how many."""
    return IdempotentCall.objects.filter(made_at__lt=timezone.now() - timedelta(hours=hours)).delete()[0]
