"""Connecting other systems, and sending them what happens: at least once, signed, until it is delivered or given up."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from heed.channels import webhooks
from heed.core import outgoing
from heed.core.access.queries import administrators
from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.journal.actions import record
from heed.core.journal.events import EVENTS
from heed.core.journal.queries import last_id
from heed.core.journal.rules import Entry
from heed.core.people.actions import notify
from heed.core.settings.rules import current
from heed.feedback.routing import events
from heed.feedback.routing.actions import tracking as issues
from heed.feedback.routing.models import Connection, Delivery
from heed.feedback.routing.queries.connecting import (
    allowed_networks,
    body_of,
    connection_by_key,
    delivery_by_key,
    due_connections,
    secrets_of,
)
from heed.feedback.routing.rules import tracking
from heed.feedback.routing.rules.connecting import (
    KEPT,
    NEVER_SENT,
    ROTATION,
    TEST_EVENT,
    Outcome,
    checked_events,
    is_sent,
    outcome,
    shown,
)

# One call, and all that one turn sends over a line. The lease outlasts a call and is made longer between calls: a line
# is free again soon after its worker died.
CALL = outgoing.Limits(seconds=15.0, most_bytes=256 * 1024)
TURN_SECONDS = 20.0
LEASE = timedelta(seconds=25)
RENEW_SECONDS = 5.0
MOST_IN_A_TURN = 100
log = logging.getLogger("heed.routing")


def _checked_url(url: str) -> str:
    """The address, when heed may call it as things stand. Raises Invalid with what is wrong."""
    url = url.strip()
    try:
        outgoing.reachable(outgoing.checked_url(url), allowed_networks())
    except outgoing.CallFailed as error:
        raise Invalid(error.message, code="address_refused", hint="Look at the spelling of the name.") from None
    return url


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid("A connection wants a name of 1 to 80 characters.", code="invalid_name")
    return name


def _checked_tracker(shape: str, token_name: str, project: str) -> dict[str, str]:
    """What a tracker wants to be told; a webhook nothing of it. Raises Invalid."""
    tracking.checked_shape(shape)
    token_name, project = token_name.strip(), project.strip()
    if shape == tracking.WEBHOOK:
        return {"shape": shape}
    known = tracking.tokens(current().tracker_tokens)
    if token_name and token_name not in known:
        raise Invalid(
            phrase("The environment holds no token called {name}.", name=token_name),
            code="unknown_credential",
            hint="Whoever runs heed sets it: HEED_TRACKER_TOKENS.",
        )
    if shape == tracking.JIRA and not project:
        raise Invalid("Jira makes issues in a project.", code="no_project", hint="Give its key, such as OPS.")
    return {"shape": shape, "token_name": token_name[:40], "project": project[:80]}


def _held(key: str) -> Connection:
    """A connection, held until the transaction ends."""
    return Connection.objects.select_for_update().get(pk=connection_by_key(key).pk)


def _tell(scope: Scope, happened: Any, row: Connection) -> None:
    record(happened, actor=scope.person, subject=("connection", row.key))


def add_connection(
    scope: Scope,
    *,
    name: str,
    url: str,
    event_names: Sequence[str] = (),
    shape: str = tracking.WEBHOOK,
    token_name: str = "",
    project: str = "",
) -> tuple[Connection, str]:
    """Connect another system; it is told what happens from now on. Returns the connection and its secret, shown once.

    An issue tracker (`shape` github or jira) takes what is routed to it alone, with the token the environment holds under
    `token_name`; Jira makes issues in a `project`.
    """
    scope.demand_everywhere("manage_connections")
    name, url = _checked_name(name), _checked_url(url)
    wanted, told = checked_events(event_names, EVENTS), _checked_tracker(shape, token_name, project)
    with transaction.atomic():
        row = Connection.objects.create(
            name=name, url=url, events=wanted, made_by=scope.person, after_entry=last_id(), **told
        )
        _tell(scope, events.ConnectionAdded(row.key, tuple(wanted)), row)
    return row, webhooks.secret_of(settings.SECRET_KEY, row.key, 1)


def change_connection(
    scope: Scope, key: str, *, name: str | None = None, url: str | None = None, event_names: Sequence[str] | None = None
) -> Connection:
    """Change what is given. What waits goes to the new address."""
    scope.demand_everywhere("manage_connections")
    given: dict[str, Any] = {}
    if name is not None:
        given["name"] = _checked_name(name)
    if url is not None:
        given["url"] = _checked_url(url)
    if event_names is not None:
        given["events"] = checked_events(event_names, EVENTS)
    with transaction.atomic():
        row = _held(key)
        changed = tuple(column for column, value in given.items() if getattr(row, column) != value)
        if changed:
            for column in changed:
                setattr(row, column, given[column])
            if "url" in changed:
                row.failures, row.retry_at = 0, None
            row.save()
            _tell(scope, events.ConnectionChanged(row.key, changed), row)
    return row


@transaction.atomic
def replace_secret(scope: Scope, key: str) -> str:
    """Give a connection a new secret. The former one holds for a day beside it. Returns the new one, shown once."""
    scope.demand_everywhere("manage_connections")
    row = _held(key)
    row.secret_version += 1
    row.former_until = timezone.now() + ROTATION
    row.save(update_fields=["secret_version", "former_until", "changed_at"])
    _tell(scope, events.ConnectionSecretReplaced(row.key, row.secret_version, row.former_until.isoformat()), row)
    return webhooks.secret_of(settings.SECRET_KEY, row.key, row.secret_version)


@transaction.atomic
def pause_connection(scope: Scope, key: str) -> Connection:
    """Send nothing until it goes on; what happens meanwhile waits."""
    scope.demand_everywhere("manage_connections")
    row = _held(key)
    if row.paused_at is None:
        row.paused_at = timezone.now()
        row.save(update_fields=["paused_at", "changed_at"])
        _tell(scope, events.ConnectionPaused(row.key), row)
    return row


@transaction.atomic
def resume_connection(scope: Scope, key: str) -> Connection:
    """Go on, also after the other side said that it is gone."""
    scope.demand_everywhere("manage_connections")
    row = _held(key)
    if row.paused_at or row.ended_at or row.retry_at:
        was_stopped = row.paused_at or row.ended_at
        row.paused_at = row.ended_at = row.retry_at = None
        row.ended_reason, row.failures = "", 0
        row.save()
        if was_stopped:
            _tell(scope, events.ConnectionResumed(row.key), row)
    return row


@transaction.atomic
def remove_connection(scope: Scope, key: str) -> int:
    """Take a connection away, with what was still to be sent. Returns how many messages that were."""
    scope.demand_everywhere("manage_connections")
    row = _held(key)
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at", "changed_at"])
    left = Delivery.objects.filter(connection=row, state__in=("pending", "dead"))
    dropped = left.update(state="dropped", next_at=None, ended_at=row.removed_at)
    _tell(scope, events.ConnectionRemoved(row.key, dropped), row)
    return dropped


def queue_deliveries(entry: Entry, rows: object = ()) -> None:
    """A step of the flow: a message for each connection that wants this entry. Again for the same entry adds none."""
    if entry.payload is None or entry.name in NEVER_SENT:
        return
    wanting = [
        row
        for row in Connection.objects.filter(
            removed_at=None, ended_at=None, after_entry__lt=entry.id, shape=tracking.WEBHOOK
        )
        if is_sent(entry.name, row.events)
    ]
    now = timezone.now()
    Delivery.objects.bulk_create(
        [Delivery(connection=row, entry=entry.id, event=entry.name, made_at=now, next_at=now) for row in wanting],
        ignore_conflicts=True,
    )


def deliver_due(now: datetime | None = None) -> int:
    """Send what is due over one connection that nobody else is at. Returns how many messages were tried."""
    row = _leased(now or timezone.now())
    if row is None:
        return 0
    began, tried = time.monotonic(), 0
    renewed = began
    try:
        while tried < MOST_IN_A_TURN and time.monotonic() - began < TURN_SECONDS:
            if time.monotonic() - renewed > RENEW_SECONDS:
                _lease_until(row, timezone.now() + LEASE)
                renewed = time.monotonic()
            message = _next_due(row)
            if message is None:
                break
            tried += 1
            if not _try(message):
                break
    finally:
        _lease_until(row, None)
    return tried


def _lease_until(row: Connection, at: datetime | None) -> None:
    with transaction.atomic():
        Connection.objects.filter(pk=row.pk).update(leased_until=at)


def _leased(now: datetime) -> Connection | None:
    """The connection that has waited longest, taken so that no other worker sends over it at the same time."""
    for found in due_connections(now)[:10]:
        with transaction.atomic():
            row = Connection.objects.select_for_update(skip_locked=True).filter(pk=found.pk).first()
            if row is not None and (row.leased_until is None or row.leased_until < now):
                row.leased_until = now + LEASE
                row.save(update_fields=["leased_until"])
                return row
    return None


def _next_due(row: Connection) -> Delivery | None:
    """The next message of a line that still stands: it may have been paused or taken away since the one before."""
    due = Delivery.objects.filter(connection=row, state="pending", next_at__lte=timezone.now())
    standing = due.filter(connection__removed_at=None, connection__ended_at=None, connection__paused_at=None)
    return standing.select_related("connection").order_by("next_at", "id").first()


def _call(message: Delivery, body: bytes) -> outgoing.Answer:
    """Say a message over its line, in the way the other side understands. Raises AddressRefused, CallFailed."""
    if message.connection.shape != tracking.WEBHOOK:
        return issues.call(message, CALL) or outgoing.Answer(204, {}, b"", message.connection.url, 0.0)
    now = timezone.now()
    headers = {
        "Content-Type": webhooks.CONTENT_TYPE,
        **webhooks.headers(secrets_of(message.connection, now), message.key, now, body),
    }
    return outgoing.fetch("POST", message.connection.url, headers, body, limits=CALL, allowed=allowed_networks())


def _try(message: Delivery) -> bool:
    """Send one message and keep what came of it. Whether the line is well."""
    body = body_of(message)
    if body is None:
        with transaction.atomic():
            gone = {"state": "dropped", "next_at": None, "ended_at": timezone.now(), "last_error": "erased"}
            Delivery.objects.filter(pk=message.pk, state="pending").update(**gone)
        return True
    began = time.monotonic()
    status, said, answered, error = None, {}, b"", ""
    try:
        answer = _call(message, body)
        status, said, answered = answer.status, dict(answer.headers), answer.body
        error = "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except (outgoing.AddressRefused, outgoing.CallFailed) as failure:
        error = f"{failure.code}: {failure.message}"[:300]
    seconds = time.monotonic() - began
    return _keep(message, status, said, {"last_error": error, "last_answer": shown(answered), "last_seconds": seconds})


def _keep(message: Delivery, status: int | None, said: dict[str, str], seen: dict[str, Any]) -> bool:
    """Keep what came of a try, and what it means for the message and the line. Whether the line is well."""
    now = timezone.now()
    with transaction.atomic():
        line = Connection.objects.select_for_update().get(pk=message.connection_id)
        tries = message.tries + 1
        came = outcome(status, said, tries=tries, failures=line.failures, key=message.key, now=now)
        state = "dead" if came.state == "ended" else came.state
        # One that was dropped or replayed in the meantime keeps what was decided about it; the try is counted all the same.
        mine = Delivery.objects.filter(pk=message.pk)
        mine.update(attempts=F("attempts") + 1, tried_at=now, last_status=status, **seen)
        ended_at = now if state in ("delivered", "dead") else None
        mine.filter(state="pending").update(tries=tries, state=state, next_at=came.next_at, ended_at=ended_at)
        _keep_line(line, came, message, status)
    return came.line_at is None and came.state != "ended"


def _keep_line(line: Connection, came: Outcome, message: Delivery, status: int | None) -> None:
    is_well = came.line_at is None and came.state == "delivered"
    line.failures = 0 if is_well else line.failures + 1
    line.retry_at = came.line_at
    if came.state == "ended" and line.ended_at is None:
        line.ended_at, line.ended_reason = timezone.now(), "gone"
        record(events.ConnectionEnded(line.key, "gone"), subject=("connection", line.key))
    if came.state == "dead":
        record(events.DeliveryGivenUp(line.key, message.key, status), subject=("connection", line.key))
    line.save(update_fields=["failures", "retry_at", "ended_at", "ended_reason", "changed_at"])


def try_connection(scope: Scope, key: str) -> Delivery:
    """Send one message at once that only tries the line. Returns it with what came of it."""
    scope.demand_everywhere("manage_connections")
    row = connection_by_key(key)
    with transaction.atomic():
        # Not due: nobody else sends it.
        message = Delivery.objects.create(connection=row, event=TEST_EVENT, made_at=timezone.now())
    _try(message)
    with transaction.atomic():
        # It is tried once: what it was for is known now.
        left = Delivery.objects.filter(pk=message.pk, state__in=("pending", "dead"))
        left.update(state="dropped", next_at=None, ended_at=timezone.now())
    return delivery_by_key(message.key)


@transaction.atomic
def replay_deliveries(scope: Scope, connection: str, keys: Sequence[str] | None = None) -> int:
    """Send messages that were given up again: these, or all of a connection. Returns how many."""
    scope.demand_everywhere("manage_connections")
    row = _held(connection)
    if row.ended_at is not None:
        raise Refused("The connection has ended.", code="connection_ended", hint="Let it go on first.")
    dead = Delivery.objects.filter(connection=row, state="dead").exclude(entry=None)
    if keys is not None:
        dead = dead.filter(key__in=keys)
    count = dead.update(state="pending", next_at=timezone.now(), tries=0, ended_at=None)
    if count:
        row.retry_at = None
        row.save(update_fields=["retry_at"])
        _tell(scope, events.DeliveriesReplayed(row.key, count), row)
    return count


def forget_deliveries(now: datetime | None = None) -> int:
    """Take away what was delivered or dropped a month ago. What was given up stays until somebody decides."""
    before = (now or timezone.now()) - KEPT
    with transaction.atomic():
        old = Delivery.objects.filter(state__in=("delivered", "dropped"), ended_at__lt=before)
        return old.delete()[0]


def tell_connection_ended(entry: Entry, rows: object = ()) -> None:
    """A step of the flow: administrators hear that another system is told nothing any more."""
    _tell_administrators(entry, "connection-ended", f"connection-ended:{entry.id}")


def tell_delivery_given_up(entry: Entry, rows: object = ()) -> None:
    """A step of the flow: administrators hear of messages that were given up, once a day a connection."""
    _tell_administrators(entry, "delivery-given-up", f"delivery-given-up:{entry.subject_id}:{entry.at:%Y-%m-%d}")


def _tell_administrators(entry: Entry, kind: str, once_key: str) -> None:
    row = Connection.objects.filter(key=entry.subject_id, removed_at=None).first()
    if row is not None:
        notify(
            [person.key for person in administrators()],
            kind=kind,
            params={"name": row.name},
            href=f"/connections/{row.key}/",
            subject=("connection", row.key),
            once_key=once_key,
        )
