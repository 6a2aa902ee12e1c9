"""Units, and what one was told, over the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from heed.core.errors.rules import NotFound, phrase
from heed.core.http.rules import page_after
from heed.core.people import actions
from heed.core.people.models import Notification, Unit
from heed.core.people.queries import notifications as told
from heed.core.people.queries import sentence, unit_by_key, units, unread_count

router = Router(tags=["units"])
notifications = Router(tags=["notifications"])
MOST = 2**63 - 1
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]
Key = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-zA-Z0-9_-]+$")]
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-zA-Z0-9_-]+$")]


class UnitOut(Schema):
    """A unit: region, department or team, or the organisation itself, which has no parent."""

    key: str
    name: str
    kind: str
    parent: str | None


class UnitsOut(Schema):
    """A page of units, by key; `next` is the cursor of the following page, null on the last."""

    items: list[UnitOut]
    next: str | None


class UnitIn(Schema):
    """A unit to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Literal["region", "department", "team"]
    parent: Key
    key: Key | None = None


class UnitChange(Schema):
    """What to change of a unit; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    parent: Key | None = None


def _out(unit: Unit) -> UnitOut:
    return UnitOut(key=unit.key, name=unit.name, kind=unit.kind, parent=unit.parent.key if unit.parent else None)


def _found(key: str) -> Unit:
    unit = unit_by_key(key)
    if unit is None:
        raise NotFound(phrase("There is no unit {key}.", key=key), code="unknown_unit")
    return unit


@router.get("", response=UnitsOut, summary="All units")
def all_units(
    request: HttpRequest,
    cursor: Annotated[str, Query(max_length=60, pattern=r"^[a-zA-Z0-9_-]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> UnitsOut:
    request.scope.demand("see_figures")  # type: ignore[attr-defined]
    page, following = page_after(units(), cursor, limit, lambda unit: unit.key)
    return UnitsOut(items=[_out(unit) for unit in page], next=following)


@router.post("", response={201: UnitOut}, summary="Add a unit")
def add_unit(request: HttpRequest, body: UnitIn) -> tuple[int, UnitOut]:
    scope = request.scope  # type: ignore[attr-defined]
    unit = actions.add_unit(scope, name=body.name, kind=body.kind, parent=body.parent, key=body.key or "")
    return 201, _out(unit)


@router.get("/{key}", response=UnitOut, summary="One unit")
def one_unit(request: HttpRequest, key: KeyPath) -> UnitOut:
    request.scope.demand("see_figures")  # type: ignore[attr-defined]
    return _out(_found(key))


@router.patch("/{key}", response=UnitOut, summary="Rename a unit, or hang it elsewhere")
def change_unit(request: HttpRequest, key: KeyPath, body: UnitChange) -> UnitOut:
    scope = request.scope  # type: ignore[attr-defined]
    actions.change_unit(scope, key, name=body.name, parent=body.parent)
    return _out(_found(key))


class NotificationOut(Schema):
    """One thing this person was told; `text` is in their language, `read_at` null while it is unread."""

    id: int
    kind: str
    text: str
    params: dict[str, Any]
    href: str
    at: datetime
    read_at: datetime | None


class NotificationsOut(Schema):
    """A page, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[NotificationOut]
    unread: int
    next: int | None


class ReadIn(Schema):
    """What has been read: everything up to this id; everything without it."""

    model_config = ConfigDict(extra="forbid")

    up_to: Annotated[int, Field(ge=1, le=MOST)] | None = None


class ReadOut(Schema):
    """How many were unread."""

    read: int


def _told(row: Notification) -> NotificationOut:
    said = sentence(row.kind, row.params)
    return NotificationOut(
        id=row.pk, kind=row.kind, text=said, params=row.params, href=row.href, at=row.made_at, read_at=row.read_at
    )


@notifications.get("", response=NotificationsOut, summary="What you were told, newest first")
def all_notifications(
    request: HttpRequest,
    unread: bool = False,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> NotificationsOut:
    key = request.scope.person  # type: ignore[attr-defined]
    rows = told(key, unread, limit + 1, before=cursor)
    following = rows[limit - 1].pk if len(rows) > limit else None
    return NotificationsOut(items=[_told(row) for row in rows[:limit]], unread=unread_count(key), next=following)


@notifications.post("/readings", response=ReadOut, summary="You have read all, or all up to one")
def read_all(request: HttpRequest, body: ReadIn) -> ReadOut:
    return ReadOut(read=actions.mark_all_read(request.scope.person, up_to=body.up_to))  # type: ignore[attr-defined]


@notifications.post("/{number}/reading", response=NotificationOut, summary="You have read one")
def read_one(request: HttpRequest, number: Annotated[int, Path(ge=1, le=MOST)]) -> NotificationOut:
    row = actions.mark_read(request.scope.person, number)  # type: ignore[attr-defined]
    if row is None:
        raise NotFound("There is no such notification.", code="unknown_notification")
    return _told(row)
