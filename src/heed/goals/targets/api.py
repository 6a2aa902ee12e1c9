"""Targets and wallboards over the API."""

from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from heed.core.access.rules import Scope
from heed.core.console.rules import plain
from heed.goals.targets.actions import set_cascade
from heed.goals.targets.queries import cascades, live, today

router = Router(tags=["targets"])
wallboards_router = Router(tags=["targets"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]


class TargetOut(Schema):
    """A cascade of the list."""

    key: str
    name: str
    kpi: str
    definition_version: int
    unit: str
    direction: str
    units: int


class TargetsOut(Schema):
    """Every cascade in force."""

    items: list[TargetOut]


class StandOut(Schema):
    """Each unit's target, and how it stands to it over the last full weeks."""

    target: str
    name: str
    kpi: str
    definition_version: int
    kpi_version: int | None
    unit: str
    direction: str
    since: date | None
    until: date | None
    cutoff: datetime | None
    method: str
    min_n: int
    mismatch: str
    rows: list[dict[str, Any]]


class UnitIn(Schema):
    """One unit's target and its weight; `parent` is the unit it adds up to."""

    unit: str = Field(max_length=80)
    parent: str = Field("", max_length=80)
    target: float
    volume: float


class CascadeIn(Schema):
    """A cascade to set. `follows` is the version that was seen; none where there was none."""

    name: str = Field(min_length=1, max_length=120)
    kpi: str = Field(min_length=1, max_length=80)
    direction: str = Field("higher_is_better", max_length=40)
    measured_in: str = Field("share", max_length=40)
    units: list[UnitIn] = Field(min_length=1, max_length=500)
    follows: int | None = None


class VersionOut(Schema):
    """The version that was recorded; `proposed` waits for somebody who may approve."""

    version: int
    state: str


class BoardOut(Schema):
    """A unit now, from the work database, and today, from facts."""

    unit: str
    live: dict[str, Any] | None
    today: dict[str, Any]


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@router.get("", response=TargetsOut, summary="Every cascade of targets")
def targets(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    return {"items": [cascades.summary(held) for held in cascades.cascades()]}


@router.get("/{key}", response=StandOut, summary="A cascade, and how each unit stands to its target")
def one(request: HttpRequest, key: KeyPath, weeks: Annotated[int, Query(ge=1, le=104)] = 4) -> dict[str, Any]:
    """Units that are not reached are left out; a small one is withheld."""
    return cast(dict[str, Any], plain(cascades.as_contract(cascades.stand(key, _scope(request), weeks))))


@router.post("/{key}/versions", response={201: VersionOut}, summary="Set what units aim at")
def set_version(request: HttpRequest, key: KeyPath, body: CascadeIn) -> tuple[int, dict[str, Any]]:
    """422, with the sum, where the targets of units cannot add up to that of the unit above them."""
    given = body.dict()
    follows = given.pop("follows")
    number, state = set_cascade(_scope(request), key, given, follows=follows)
    return 201, {"version": number, "state": state}


@wallboards_router.get("/{unit}", response=BoardOut, summary="A unit now and today")
def board(request: HttpRequest, unit: KeyPath) -> dict[str, Any]:
    """`live` is of this moment, and none without the right to see cases; `today` is of facts, each with its lag."""
    scope = _scope(request)
    nodes = cascades.unit_of(scope, unit)
    now = live.as_contract(live.live(scope, unit, nodes)) if scope.holds_in("see_cases", unit) else None
    day = today.today(scope, unit, nodes)
    assert day is not None
    told = {"unit": unit, "live": now, "today": today.as_contract(day)}
    return cast(dict[str, Any], plain(told))
