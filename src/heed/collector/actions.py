"""Taking facts in from other systems: all events of a call or none, each told once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.collector.events import EventReceived
from heed.collector.rules import check_fit, row_of, table_of
from heed.core.access.rules import Scope
from heed.core.consent.rules import pseudonym
from heed.core.errors.rules import Refused, phrase
from heed.core.http.actions import answered_once, keep_event
from heed.core.http.queries import keys_taken
from heed.core.http.rules import Envelope, TooLarge, body_digest, envelopes
from heed.core.journal.actions import record
from heed.facts.schema.tables import TABLES

DOOR = "POST /events"
MOST_EVENTS = 1_000
MOST_BYTES = 8 * 1024 * 1024


def take_events(scope: Scope, body: bytes, content_type: str, key: str = "") -> tuple[int, dict[str, Any]]:
    """Take one CloudEvent or a batch in. Returns the HTTP status and the answer.

    With an idempotency key the same call gets the same answer. Without one, an event is known again by source and id.
    """
    scope.demand_everywhere("import")
    if len(body) > MOST_BYTES:
        raise TooLarge(
            phrase("A call has at most {most} MiB.", most=MOST_BYTES // 1024 // 1024), hint="Send several batches."
        )
    events = envelopes(body, content_type, timezone.now(), MOST_EVENTS)
    rows = _rows(events)
    try:
        if key:
            return answered_once(scope.person, DOOR, key, body_digest(body), lambda: _keep(scope, rows))
        with transaction.atomic():
            return _keep(scope, rows)
    except IntegrityError as error:
        raise Refused("The same fact came in at the same moment.", code="raced", hint="Send the call again.") from error


Told = tuple[Envelope, str, str]


def _rows(events: list[Envelope]) -> list[Told]:
    """Each event with its row in place of its data, its table and the key of its fact."""
    keyed = partial(pseudonym, settings.SECRET_KEY)
    told: list[Told] = []
    made: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for number, event in enumerate(events, 1):
        where = f"event {number}" if len(events) > 1 else "event"
        table = table_of(event, where)
        row = row_of(event, table, keyed, where)
        checked = Envelope(event.id, event.source, event.type, event.subject, event.at, row)
        told.append((checked, table.name, str(row[table.key])))
        made.setdefault(table.name, []).append((where, row))
    for name, rows in made.items():
        check_fit(TABLES[name], rows)
    return told


def _keep(scope: Scope, told: list[Told]) -> tuple[int, dict[str, Any]]:
    _refuse_taken(told)
    accepted = 0
    for event, table, key in told:
        customer = str(event.data.get("customer_key", ""))
        number, is_new = keep_event(event, sent_by=scope.person, fact_key=key, customer_key=customer)
        if is_new:
            record(EventReceived(number, table), actor=scope.person, subject=("received-event", str(number)))
            accepted += 1
    return 202, {"accepted": accepted, "unchanged": len(told) - accepted}


def _refuse_taken(told: list[Told]) -> None:
    """Raise Refused when a fact of the same key was told by another event: a fact is never counted twice."""
    by_type: dict[str, dict[str, tuple[str, str]]] = {}
    for event, _table, key in told:
        teller = (event.source, event.id)
        first = by_type.setdefault(event.type, {}).setdefault(key, teller)
        if first != teller:
            raise _taken(key)
    for type_, tellers in by_type.items():
        for key, teller in keys_taken(type_, tellers).items():
            if teller != tellers[key]:
                raise _taken(key)


def _taken(key: str) -> Refused:
    return Refused(
        phrase("The fact {key} was told by another event.", key=key), code="fact_exists", hint="A fact is told once."
    )
