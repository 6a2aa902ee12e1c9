"""Feedback items and routes over the API."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from heed.feedback.routing.actions import working
from heed.feedback.routing.models import RoutedItem
from heed.feedback.routing.queries import items as queries

items = Router(tags=["routing"])
routes = Router(tags=["routing"])
MOST = 2**63 - 1
KeyPath = Annotated[str, Path(max_length=24, pattern=r"^[a-z0-9_]+$")]
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_-]*$")]


class ItemOut(Schema):
    """A feedback item: `route` and `join` say alike in what, `way` and `receiver` who has it."""

    key: str
    route: str
    join: str
    state: str
    way: str
    receiver: str
    team: str
    region: str
    pieces: int
    opened_at: datetime
    last_at: datetime
    acknowledge_due_at: datetime | None
    accept_due_at: datetime | None
    acknowledged_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    issue: str
    issue_url: str


class ItemsOut(Schema):
    """A page of items, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[ItemOut]
    next: int | None


class PieceOut(Schema):
    """One verbatim in an item: its id and labels, never its words."""

    verbatim: str
    said_at: datetime
    sentiment: str
    intent: str
    urgency: str
    themes: list[str]


class StepOut(Schema):
    """What happened to an item."""

    at: datetime
    verb: str
    reason: str
    actor: str


class WholeItemOut(ItemOut):
    """An item with its newest evidence and all its steps."""

    customers: int
    evidence: list[PieceOut]
    steps: list[StepOut]


class ReturnIn(Schema):
    """Why an item is sent back, and the team it belongs to; without one it goes to who takes the rest."""

    model_config = ConfigDict(extra="forbid")

    reason: Code
    words: Words
    to: Code = ""


class EndIn(Schema):
    """How an item ended: changed, planned, answered or no_action."""

    model_config = ConfigDict(extra="forbid")

    outcome: Code
    words: Words = ""


class RouteOut(Schema):
    """A route in force, or the catch-all, and how often it was right: `low` to `high` is a 95 % Wilson interval."""

    key: str
    name: str
    way: str
    receiver: str
    item_count: int
    open: int
    pieces: int
    sent_back: int
    n: int
    precision: float | None
    low: float | None
    high: float | None


class RoutesOut(Schema):
    """The routes in force, in order; the catch-all last. `method` says what the intervals are."""

    routing: str
    version: int | None
    method: str
    items: list[RouteOut]


def _out(row: RoutedItem) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ItemOut.model_fields if name not in ("join", "issue")}
    return {**same, "join": row.join_key, "issue": row.issue_name}


def _whole(row: RoutedItem) -> dict[str, object]:
    return {
        **_out(row),
        "customers": queries.customers_in(row),
        "evidence": [
            {
                "verbatim": piece.verbatim_id,
                "said_at": piece.said_at,
                "themes": piece.labels.get("themes", []),
                **{name: piece.labels.get(name, "") for name in ("sentiment", "intent", "urgency")},
            }
            for piece in queries.pieces(row)
        ],
        "steps": [
            {"at": step.at, "verb": step.verb, "reason": step.reason, "actor": step.actor}
            for step in queries.steps(row)
        ],
    }


@items.get("", response=ItemsOut, summary="Feedback items, newest first")
def all_items(
    request: HttpRequest,
    state: Annotated[str, Query(pattern=r"^(new|acknowledged|accepted|done)?$")] = "",
    route: Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9_]*$")] = "",
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, object]:
    scope = request.scope  # type: ignore[attr-defined]
    found = queries.page_of_items(scope, state=state, route=route, before=cursor, limit=limit + 1)
    following = found[limit - 1].pk if len(found) > limit else None
    return {"items": [_out(row) for row in found[:limit]], "next": following}


@items.get("/{key}", response=WholeItemOut, summary="One feedback item with its evidence")
def one_item(request: HttpRequest, key: KeyPath) -> dict[str, object]:
    return _whole(queries.item(request.scope, key))  # type: ignore[attr-defined]


@items.post("/{key}/acknowledgement", response={201: ItemOut}, summary="Somebody has seen it")
def acknowledge(request: HttpRequest, key: KeyPath) -> tuple[int, dict[str, object]]:
    return 201, _out(working.acknowledge(request.scope, key))  # type: ignore[attr-defined]


@items.post("/{key}/acceptance", response={201: ItemOut}, summary="Somebody answers for it")
def accept(request: HttpRequest, key: KeyPath) -> tuple[int, dict[str, object]]:
    return 201, _out(working.accept(request.scope, key))  # type: ignore[attr-defined]


@items.post("/{key}/return", response={201: ItemOut}, summary="Send it back with a reason")
def send_back(request: HttpRequest, key: KeyPath, body: ReturnIn) -> tuple[int, dict[str, object]]:
    scope = request.scope  # type: ignore[attr-defined]
    return 201, _out(working.send_back(scope, key, body.reason, body.words, body.to))


@items.post("/{key}/completion", response={201: ItemOut}, summary="It is done with")
def finish(request: HttpRequest, key: KeyPath, body: EndIn) -> tuple[int, dict[str, object]]:
    return 201, _out(working.finish(request.scope, key, body.outcome, body.words))  # type: ignore[attr-defined]


@routes.get("", response=RoutesOut, summary="The routes in force, and how often each was right")
def all_routes(request: HttpRequest) -> dict[str, object]:
    scope = request.scope  # type: ignore[attr-defined]
    found = queries.routing_in_force()
    return {
        "routing": found.key if found else "",
        "version": found.version if found else None,
        "method": "wilson",
        "items": [
            {
                "key": line.key,
                "name": line.name,
                "way": line.to.way,
                "receiver": line.to.who,
                "item_count": line.items,
                "open": line.open,
                "pieces": line.pieces,
                "sent_back": line.sent_back,
                "n": line.precision.decided,
                "precision": line.precision.value,
                "low": line.precision.low,
                "high": line.precision.high,
            }
            for line in queries.route_lines(scope, _("Everything else"))
        ],
    }
