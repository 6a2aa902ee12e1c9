"""Footprints over the API: the list, one as it is in force, the comparison, a rehearsal on past weeks, decisions."""

from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status

from heed.core.access.rules import Scope
from heed.core.console.rules import plain
from heed.core.errors.rules import Invalid
from heed.goals.footprint import queries
from heed.goals.footprint.actions import MOST_OWNER, MOST_REASON, decide
from heed.goals.footprint.rules.telling import told_definition, told_groups, told_replayed, told_shown
from heed.goals.slas.queries.calls import MOST_WEEKS

router = Router(tags=["footprints"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Draws = Annotated[int | None, Query(ge=50, le=2000)]
Seed = Annotated[int, Query(ge=0, le=2**31 - 1)]
MOST = 2**63 - 1


class FootprintOut(Schema):
    """One footprint of the list."""

    key: str
    name: str
    regions: list[str]
    sites: list[str]
    definition_version: int


class FootprintsOut(Schema):
    """A page of footprints in force; `next` is the cursor of the following page."""

    items: list[FootprintOut]
    next: str | None


class FootprintDefinitionOut(Schema):
    """A footprint as it is in force, and its groups of callers with the sites that could answer them."""

    key: str
    definition_version: int
    effective_from: datetime
    digest: str
    body: dict[str, Any]
    groups: list[dict[str, Any]]


class ComparisonOut(Schema):
    """The options beside one another; money is text, so that no digit is lost. Slot 0 is Monday 00:00 UTC of `week_of`."""

    key: str
    definition_version: int
    cutoff: datetime | None
    name: str
    currency: str
    target: float
    within_seconds: float
    patience_seconds: float | None
    model: str
    week_of: date
    calls: float
    best: str
    options: list[dict[str, Any]]
    impossible: list[dict[str, Any]]
    optimum: dict[str, Any]
    uncertainty: dict[str, Any]


class RehearsalOut(Schema):
    """What each option would have given in the weeks past, and what was; `reason` where facts tell too little."""

    key: str
    definition_version: int
    lines: list[dict[str, Any]]
    reason: str = ""


class DecisionOut(Schema):
    """A decision; `figures` are those of its moment."""

    key: str
    footprint: str
    definition_version: int
    digest: str
    option: str
    owner: str
    reason: str
    decided_by: str
    decided_at: datetime
    draws: int
    seed: int
    figures: dict[str, Any] | None = None


class DecisionsOut(Schema):
    """A page of decisions, newest first; `next` is the cursor of the following page."""

    items: list[DecisionOut]
    next: int | None


class DecisionIn(Schema):
    """What is decided. `seen` is the version of the definition that was looked at."""

    option: str = Field(max_length=40, pattern=r"^[^\x00]*$")
    owner: str = Field(max_length=MOST_OWNER, pattern=r"^[^\x00]*$")
    reason: str = Field(max_length=MOST_REASON, pattern=r"^[^\x00]*$")
    seen: int | None = Field(None, ge=1, le=2**31 - 1)


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@router.get("", response=FootprintsOut, summary="Every footprint in force")
def every(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    found = [held for held in queries.footprints() if held.key > after]
    items = [queries.summary(held) for held in found[:limit]]
    return {"items": items, "next": items[-1]["key"] if len(found) > limit else None}


@router.get("/{key}", response=FootprintDefinitionOut, summary="A footprint as it is in force")
def one(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    held, setting = queries.laid(_scope(request), key)
    told = {"key": held.key, "definition_version": held.version, "effective_from": held.effective_from}
    body = told_definition(setting.footprint)
    return told | {"digest": held.digest, "body": body, "groups": plain(told_groups(setting))}


@router.get("/{key}/comparison", response=ComparisonOut, summary="Pooled, split and the best between")
def comparison(
    request: HttpRequest, key: KeyPath, draws: Draws = None, seed: Seed = 0, by_slot: bool = False
) -> dict[str, Any]:
    found = queries.shown(_scope(request), key, draws=draws, seed=seed)
    told = {"key": key, "definition_version": found.held.version, "cutoff": found.grounds.until}
    return told | cast(dict[str, Any], plain(told_shown(found.compared, found.doubted, by_slot=by_slot)))


@router.get("/{key}/rehearsal", response=RehearsalOut, summary="Past weeks through each option")
def rehearsal(
    request: HttpRequest, key: KeyPath, weeks: Annotated[int, Query(ge=1, le=MOST_WEEKS)] = 8
) -> dict[str, Any]:
    """422 where facts know no region of the footprint; none, with a reason, where they tell too little."""
    found = queries.shown(_scope(request), key)
    told = {"key": key, "definition_version": found.held.version}
    try:
        weeks_told = queries.rehearsed(_scope(request), queries.body_of(found.held), found.compared, weeks)
    except Invalid as error:
        if error.code != "not_enough_calls":
            raise
        return told | {"lines": [], "reason": error.code}
    return told | {"lines": plain(told_replayed(weeks_told))}


@router.get("/{key}/decisions", response=DecisionsOut, summary="What was decided, newest first")
def decided(
    request: HttpRequest,
    key: KeyPath,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    queries.footprint_in_force(key)
    found, following = queries.decisions(key, cursor, limit)
    return {"items": [queries.told_decision(row) for row in found], "next": following}


@router.post(
    "/{key}/decisions", response={201: DecisionOut}, summary="Record what was decided, with the figures as they are"
)
def record(request: HttpRequest, key: KeyPath, body: DecisionIn) -> Status[dict[str, Any]]:
    row = decide(_scope(request), key, body.option, owner=body.owner, reason=body.reason, seen=body.seen)
    return Status(201, queries.told_decision(row))
