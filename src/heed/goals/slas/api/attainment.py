"""SLAs over the API: the list, one as it is in force, how it was kept, what broke and what is at risk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.goals.slas.definition import Sla
from heed.goals.slas.queries.attainment import MOST_WEEKS, WEEKS, as_contract, attained, list_slas, sla_in_force

router = Router(tags=["slas"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Weeks = Annotated[int, Query(ge=1, le=MOST_WEEKS)]
Most = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str, Query(max_length=400, pattern=r"^[^\x00]*$")]


class SlaOut(Schema):
    """One SLA of the list."""

    key: str
    name: str
    promise: str
    within_seconds: float
    target: float
    definition_version: int


class SlasOut(Schema):
    """Every SLA in force."""

    items: list[SlaOut]


class DefinitionOut(Schema):
    """An SLA as it is in force."""

    key: str
    definition_version: int
    effective_from: datetime
    digest: str
    body: dict[str, Any]


class ShareRow(Schema):
    """A share kept; a suppressed one has neither value nor n. `week` is its Monday."""

    week: str | None = None
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str = ""


class TeamRow(Schema):
    """What one team promised the others, and the share of its stays in which it kept that."""

    team: str
    within_seconds: float
    value: float | None
    low: float | None
    high: float | None
    n: int


class AttainmentOut(Schema):
    """How an SLA was kept, with all that says how the figures came about."""

    sla: str
    name: str
    promise: str
    within_seconds: float
    target: float
    definition_version: int
    unit: str
    method: str
    level: float
    min_n: int
    cutoff: datetime | None
    as_of: datetime
    excluded: dict[str, int]
    merged: int
    standing: str
    whole: ShareRow
    rows: list[ShareRow]
    open: int
    at_risk: int
    broken: int
    chances: dict[str, Any]
    teams: list[TeamRow]


class BreachOut(Schema):
    """A promise that broke; `took_seconds` is null while the case is open."""

    case: str
    team: str
    region: str
    priority: str | None
    opened_at: datetime
    broken_at: datetime
    limit_seconds: float
    took_seconds: float | None


class BreachesOut(Schema):
    """Promises that broke, the newest first; `total` counts all of the weeks; `next` is the cursor of the following page."""

    items: list[BreachOut]
    total: int
    next: str | None


class RunningOut(Schema):
    """A promise that runs, and the chance that it breaks, by `n` past cases `like` it (of its priority, or all)."""

    case: str
    team: str
    region: str
    priority: str | None
    opened_at: datetime
    used_seconds: float
    limit_seconds: float
    due_at: datetime | None
    broken: bool
    chance: float | None
    low: float | None
    high: float | None
    n: int
    like: str


class RunningsOut(Schema):
    """Promises at risk, the likeliest to break first, after those that broke already; `next` is the cursor of the following
    page.
    """

    items: list[RunningOut]
    total: int
    next: str | None


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@router.get("", response=SlasOut, summary="Every SLA in force")
def slas(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    found = [(held, cast(Sla, held.body)) for held in list_slas()]
    return {
        "items": [
            {"key": held.key, "definition_version": held.version, **sla.model_dump(include=set(SlaOut.model_fields))}
            for held, sla in found
        ]
    }


@router.get("/{key}", response=DefinitionOut, summary="An SLA as it is in force")
def one(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    held = sla_in_force(key)
    return {
        "key": held.key,
        "definition_version": held.version,
        "effective_from": held.effective_from,
        "digest": held.digest,
        "body": held.body.model_dump(mode="json"),
    }


@router.get("/{key}/attainment", response=AttainmentOut, summary="How an SLA was kept, week by week")
def attainment(request: HttpRequest, key: KeyPath, weeks: Weeks = WEEKS) -> dict[str, Any]:
    return as_contract(attained(key, _scope(request), weeks))


@router.get("/{key}/breaches", response=BreachesOut, summary="Promises that broke")
def breaches(
    request: HttpRequest, key: KeyPath, weeks: Weeks = WEEKS, limit: Most = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    _scope(request).demand("see_records")
    return _page([vars(each) for each in attained(key, _scope(request), weeks).breaches], limit, cursor)


@router.get("/{key}/at-risk", response=RunningsOut, summary="Promises at risk of breaking")
def at_risk(request: HttpRequest, key: KeyPath, limit: Most = 100, cursor: Cursor = "") -> dict[str, Any]:
    _scope(request).demand("see_records")
    shown = attained(key, _scope(request))
    return _page([each.as_row() for each in (*shown.overdue, *shown.at_risk)], limit, cursor)


def _page(rows: Sequence[dict[str, Any]], limit: int, cursor: str) -> dict[str, Any]:
    """So many rows after the one a cursor stands for. A row that is no longer there refuses its cursor."""
    marks = [f"{row['opened_at']:%Y%m%dT%H%M%S}-{row['case']}" for row in rows]
    if cursor and cursor not in marks:
        raise Invalid("This is no cursor.", code="invalid_cursor", hint="Send back `next` as it came.")
    start = marks.index(cursor) + 1 if cursor else 0
    items = rows[start : start + limit]
    follows = start + limit < len(rows)
    return {"items": items, "total": len(rows), "next": marks[start + limit - 1] if follows else None}
