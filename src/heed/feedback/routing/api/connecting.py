"""Connections and deliveries over the API."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from heed.core.http.rules import page_after
from heed.feedback.routing.actions import connecting as actions
from heed.feedback.routing.models import Connection, Delivery
from heed.feedback.routing.queries import connecting as queries

connections = Router(tags=["connections"])
deliveries = Router(tags=["connections"])
MOST = 2**63 - 1
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x20]+$")]
EventName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z0-9-]+$")]
KeyPath = Annotated[str, Path(max_length=24, pattern=r"^[a-z0-9_]+$")]
KeyText = Annotated[str, StringConstraints(max_length=24, pattern=r"^[a-z0-9_]+$")]


class ConnectionOut(Schema):
    """A connection; `shape` is webhook, github or jira, `state` active, failing, paused or ended, `events` empty for all."""

    key: str
    name: str
    url: str
    events: list[str]
    shape: str
    token_name: str
    project: str
    state: str
    failures: int
    pending: int
    dead: int
    former_secret_until: datetime | None


class ConnectionsOut(Schema):
    """A page of connections, by key; `next` is the cursor of the following page, null on the last."""

    items: list[ConnectionOut]
    next: str | None


class ConnectionIn(Schema):
    """A system to connect."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    url: Url
    events: list[EventName] = []
    shape: Annotated[str, StringConstraints(pattern=r"^(webhook|github|jira)$")] = "webhook"
    token_name: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    project: Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class ConnectionChange(Schema):
    """What to change of a connection; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    events: list[EventName] | None = None


class SecretOut(Schema):
    """The secret messages are signed with. It is shown now and not again."""

    secret: str
    former_until: datetime | None


class NewConnectionOut(Schema):
    """A connection that was made, with its secret, which is shown now and not again."""

    connection: ConnectionOut
    secret: str


class DeliveryOut(Schema):
    """A message: `key` is its webhook-id; `entry` the journal's entry, null for one that tries the line."""

    key: str
    connection: str
    entry: int | None
    event: str
    state: str
    attempts: int
    made_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    error: str
    answer: str
    seconds: float | None


class DeliveriesOut(Schema):
    """A page, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[DeliveryOut]
    next: int | None


class ReplayIn(Schema):
    """Which messages that were given up to send again: these, or all without any."""

    model_config = ConfigDict(extra="forbid")

    deliveries: list[KeyText] | None = None


class ReplayOut(Schema):
    """How many messages are sent again."""

    count: int


def _out(row: Connection) -> ConnectionOut:
    line = queries.line_of(row)
    return ConnectionOut(
        key=row.key,
        name=row.name,
        url=row.url,
        events=row.events,
        shape=row.shape,
        token_name=row.token_name,
        project=row.project,
        state=line.state,
        failures=row.failures,
        pending=line.pending,
        dead=line.dead,
        former_secret_until=row.former_until if row.former_until and row.former_until > timezone.now() else None,
    )


def _message(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        key=row.key,
        connection=row.connection.key,
        entry=row.entry,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        made_at=row.made_at,
        tried_at=row.tried_at,
        next_at=row.next_at,
        status=row.last_status,
        error=row.last_error,
        answer=row.last_answer,
        seconds=row.last_seconds,
    )


def _demand(request: HttpRequest) -> None:
    request.scope.demand_everywhere("manage_connections")  # type: ignore[attr-defined]


@connections.get("", response=ConnectionsOut, summary="All connections")
def all_connections(
    request: HttpRequest,
    cursor: Annotated[str, Query(max_length=24, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ConnectionsOut:
    _demand(request)
    found, following = page_after(queries.connections(), cursor, limit, lambda row: row.key)
    return ConnectionsOut(items=[_out(row) for row in found], next=following)


@connections.post("", response={201: NewConnectionOut}, summary="Connect another system")
def add_connection(request: HttpRequest, body: ConnectionIn) -> tuple[int, NewConnectionOut]:
    scope = request.scope  # type: ignore[attr-defined]
    row, secret = actions.add_connection(
        scope,
        name=body.name,
        url=body.url,
        event_names=body.events,
        shape=body.shape,
        token_name=body.token_name,
        project=body.project,
    )
    return 201, NewConnectionOut(connection=_out(row), secret=secret)


@connections.get("/{key}", response=ConnectionOut, summary="One connection")
def one_connection(request: HttpRequest, key: KeyPath) -> ConnectionOut:
    _demand(request)
    return _out(queries.connection_by_key(key))


@connections.patch("/{key}", response=ConnectionOut, summary="Change a connection")
def change_connection(request: HttpRequest, key: KeyPath, body: ConnectionChange) -> ConnectionOut:
    scope = request.scope  # type: ignore[attr-defined]
    return _out(actions.change_connection(scope, key, name=body.name, url=body.url, event_names=body.events))


@connections.delete("/{key}", response={204: None}, summary="Take a connection away, with what waits")
def remove_connection(request: HttpRequest, key: KeyPath) -> tuple[int, None]:
    actions.remove_connection(request.scope, key)  # type: ignore[attr-defined]
    return 204, None


@connections.post("/{key}/secrets", response={201: SecretOut}, summary="A new secret; the former holds for a day")
def replace_secret(request: HttpRequest, key: KeyPath) -> tuple[int, SecretOut]:
    secret = actions.replace_secret(request.scope, key)  # type: ignore[attr-defined]
    return 201, SecretOut(secret=secret, former_until=queries.connection_by_key(key).former_until)


@connections.post("/{key}/pause", response=ConnectionOut, summary="Send nothing for now")
def pause_connection(request: HttpRequest, key: KeyPath) -> ConnectionOut:
    return _out(actions.pause_connection(request.scope, key))  # type: ignore[attr-defined]


@connections.delete("/{key}/pause", response=ConnectionOut, summary="Go on, also after the other side was gone")
def resume_connection(request: HttpRequest, key: KeyPath) -> ConnectionOut:
    return _out(actions.resume_connection(request.scope, key))  # type: ignore[attr-defined]


@connections.post("/{key}/tests", response={201: DeliveryOut}, summary="Send one message that tries the line")
def try_connection(request: HttpRequest, key: KeyPath) -> tuple[int, DeliveryOut]:
    return 201, _message(actions.try_connection(request.scope, key))  # type: ignore[attr-defined]


@connections.post("/{key}/replays", response={201: ReplayOut}, summary="Send again what was given up")
def replay(request: HttpRequest, key: KeyPath, body: ReplayIn) -> tuple[int, ReplayOut]:
    scope = request.scope  # type: ignore[attr-defined]
    return 201, ReplayOut(count=actions.replay_deliveries(scope, key, body.deliveries))


@deliveries.get("", response=DeliveriesOut, summary="Messages, newest first")
def all_deliveries(
    request: HttpRequest,
    connection: Annotated[str, Query(max_length=24, pattern=r"^[a-z0-9_]*$")] = "",
    state: Annotated[str, Query(pattern=r"^(pending|delivered|dead|dropped)?$")] = "",
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> DeliveriesOut:
    _demand(request)
    found = queries.deliveries(connection, states=(state,) if state else (), limit=limit + 1, before=cursor)
    following = found[limit - 1].pk if len(found) > limit else None
    return DeliveriesOut(items=[_message(row) for row in found[:limit]], next=following)


@deliveries.get("/{key}", response=DeliveryOut, summary="One message")
def one_delivery(request: HttpRequest, key: KeyPath) -> DeliveryOut:
    _demand(request)
    return _message(queries.delivery_by_key(key))
