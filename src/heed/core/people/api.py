"""Units over the API."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from heed.core.errors.rules import NotFound
from heed.core.http.rules import page_after
from heed.core.people import actions
from heed.core.people.models import Unit
from heed.core.people.queries import unit_by_key, units

router = Router(tags=["units"])
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
        raise NotFound(f"There is no unit {key}.", code="unknown_unit")
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
