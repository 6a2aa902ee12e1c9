"""Reading connections, what was sent over them, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from heed.channels.webhooks import cloud_event, secret_of
from heed.core import outgoing
from heed.core.errors.rules import NotFound
from heed.core.journal.events import EVENTS, meaning
from heed.core.journal.queries import entry
from heed.core.journal.rules import Entry
from heed.core.settings.rules import current
from heed.feedback.routing.models import Connection as Connection
from heed.feedback.routing.models import Delivery as Delivery
from heed.feedback.routing.rules.connecting import NEVER_SENT, TEST_EVENT, connection_state, valid_versions


@dataclass(frozen=True)
class Line:
    """A connection as a list shows it: its state, what was delivered last, and what waits or was given up."""

    connection: Connection
    state: str
    last: Delivery | None
    pending: int
    dead: int


@dataclass(frozen=True)
class Outstanding:
    """What all connections together still have to send, and what they gave up."""

    pending: int
    dead: int
    seconds: float


def state_of(row: Connection) -> str:
    return connection_state(row.paused_at, row.ended_at, row.removed_at, row.failures)


def connections() -> list[Connection]:
    """The connections there are, by name."""
    return list(Connection.objects.filter(removed_at=None).order_by("name", "id"))


def connection_by_key(key: str) -> Connection:
    """A connection. Raises NotFound when there is none, or none any more."""
    found = Connection.objects.filter(key=key, removed_at=None).first()
    if found is None:
        raise NotFound("There is no such connection.", code="unknown_connection")
    return found


def line_of(row: Connection) -> Line:
    counts = row.deliveries.aggregate(
        pending=Count("id", filter=Q(state="pending")), dead=Count("id", filter=Q(state="dead"))
    )
    last = Delivery.objects.filter(connection=row).exclude(tried_at=None).order_by("-tried_at").first()
    return Line(row, state_of(row), last, counts["pending"], counts["dead"])


def lines() -> list[Line]:
    return [line_of(row) for row in connections()]


def deliveries(
    connection: str = "", *, states: tuple[str, ...] = (), limit: int = 50, before: int | None = None
) -> list[Delivery]:
    """Messages, newest first; of one connection or of all, in these states or any."""
    found = Delivery.objects.filter(connection__removed_at=None).select_related("connection").order_by("-id")
    if connection:
        found = found.filter(connection__key=connection)
    if states:
        found = found.filter(state__in=states)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found[:limit])


def delivery_by_key(key: str) -> Delivery:
    """A message. Raises NotFound when there is none, or its connection is gone."""
    found = Delivery.objects.select_related("connection").filter(key=key, connection__removed_at=None).first()
    if found is None:
        raise NotFound("There is no such delivery.", code="unknown_delivery")
    return found


def due_connections(now: datetime) -> QuerySet[Connection]:
    """The connections that have something to send now and that nobody is at, the longest waiting first."""
    rested = Q(retry_at=None) | Q(retry_at__lte=now)
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    waiting = Q(deliveries__state="pending", deliveries__next_at__lte=now)
    found = Connection.objects.filter(rested, free, waiting, removed_at=None, ended_at=None, paused_at=None)
    return found.annotate(first_at=Min("deliveries__next_at", filter=waiting)).order_by("first_at", "id")


def outstanding() -> Outstanding:
    """What waits and what was given up, over all connections there are."""
    there = Delivery.objects.filter(connection__removed_at=None)
    pending = there.filter(state="pending")
    oldest = pending.order_by("made_at").values_list("made_at", flat=True).first()
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return Outstanding(pending.count(), there.filter(state="dead").count(), max(0.0, seconds))


def secrets_of(row: Connection, now: datetime) -> list[str]:
    """The secrets a message to this connection is signed with, the newest first."""
    versions = valid_versions(row.secret_version, row.former_until, now)
    return [secret_of(settings.SECRET_KEY, row.key, version) for version in versions]


def body_of(message: Delivery) -> bytes | None:
    """What is sent: the journal's entry as an event. None when it was erased: then nothing is sent."""
    if message.entry is None:
        told = {"connection": message.connection.key, "meaning": "This message tries the connection."}
        return _event(f"test-{message.key}", TEST_EVENT, message.made_at, "", told)
    found: Entry | None = entry(message.entry)
    if found is None or found.payload is None:
        return None
    subject = f"{found.subject_kind}/{found.subject_id}" if found.subject_kind else ""
    return _event(str(found.id), found.name, found.at, subject, found.payload)


def _event(id: str, name: str, at: datetime, subject: str, data: Mapping[str, object]) -> bytes:
    return cloud_event(id=id, source=current().public_url, type=f"heed.{name}", at=at, subject=subject, data=data)


def event_choices() -> list[tuple[str, str]]:
    """(name, meaning) of every event that can be sent."""
    return [(name, meaning(name)) for name in sorted(set(EVENTS) - NEVER_SENT)]


def allowed_networks() -> tuple[outgoing.Network, ...]:
    """The private networks that may be reached."""
    return outgoing.networks(current().outgoing_allow)
