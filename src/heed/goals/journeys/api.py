"""Journeys over the API: the list, one as it is in force, its report, the cases that depart; the process map of the facts."""

from datetime import datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from heed.core.access.rules import Scope
from heed.goals.journeys.definition import Journey
from heed.goals.journeys.queries.contracts import as_contract
from heed.goals.journeys.queries.process import edge_cases, process
from heed.goals.journeys.queries.reports import Days, departed_cases, journey_in_force, list_journeys, reported

router = Router(tags=["journeys"])
process_router = Router(tags=["journeys"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Day = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="A day such as 2026-03-01.")]
Named = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
# One a default: a parameter's mark keeps the default it was first given.
Table = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="events or case_changes.")]
Filtered = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="count or time.")]
Name = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Most = Annotated[int, Query(ge=1, le=1000)]


class JourneyOut(Schema):
    """One journey of the list."""

    key: str
    name: str
    stages: list[str]
    definition_version: int


class JourneysOut(Schema):
    """Every journey in force."""

    items: list[JourneyOut]


class DefinitionOut(Schema):
    """A journey as it is in force."""

    key: str
    definition_version: int
    effective_from: datetime
    digest: str
    body: dict[str, Any]


class ReportOut(Schema):
    """How a journey runs. Withheld figures are null."""

    journey: str
    name: str
    definition_version: int
    since: str | None
    until: str | None
    cutoff: datetime | None
    marks: list[dict[str, Any]] = []
    level: float
    min_n: int
    margin: float
    importance_by: str
    compared_with: str | None
    method: str
    currency: str | None
    other_currencies: list[str]
    reason: str | None
    stages: list[dict[str, Any]]
    misalignments: list[dict[str, Any]]
    passes: list[dict[str, Any]]
    conformance: dict[str, Any]
    left_out: dict[str, int]


class CasesOut(Schema):
    """Cases behind something; `total` counts all, null where they are too few to be shown (`reason`)."""

    items: list[dict[str, Any]]
    total: int | None
    reason: str


class ProcessOut(Schema):
    """The process of the cases that ended in the days asked for: activities and the edges that are shown."""

    table: str
    by: str
    share: float
    cases: int
    min_n: int
    cutoff: datetime | None
    size: dict[str, Any]
    activities: dict[str, int]
    starts: dict[str, int]
    ends: dict[str, int]
    edges: list[dict[str, Any]]


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@router.get("", response=JourneysOut, summary="Every journey in force")
def journeys(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    items = []
    for held in list_journeys():
        body = cast(Journey, held.body)
        stages = [stage.key for stage in body.stages]
        items.append({"key": held.key, "name": body.name, "stages": stages, "definition_version": held.version})
    return {"items": items}


@router.get("/{key}", response=DefinitionOut, summary="A journey as it is in force")
def one(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    held = journey_in_force(key)
    told = {"key": held.key, "definition_version": held.version, "effective_from": held.effective_from}
    return told | {"digest": held.digest, "body": held.body.model_dump(mode="json")}


@router.get("/{key}/report", response=ReportOut, summary="How a journey runs")
def report(request: HttpRequest, key: KeyPath, since: Day = "", until: Day = "") -> dict[str, Any]:
    return as_contract(reported(key, _scope(request), Days(since, until)))


@router.get("/{key}/cases", response=CasesOut, summary="Cases that depart from the design")
def cases(
    request: HttpRequest,
    key: KeyPath,
    kind: Named = "",
    activity: Named = "",
    after: Named = "",
    stage: Named = "",
    since: Day = "",
    until: Day = "",
    limit: Most = 100,
) -> dict[str, Any]:
    found = departed_cases(key, _scope(request), Days(since, until), kind, activity, after, stage, limit)
    return {"items": list(found.cases), "total": found.total, "reason": found.reason}


@process_router.get("", response=ProcessOut, summary="What follows what in the facts")
def process_map(
    request: HttpRequest,
    table: Table = "events",
    share: Annotated[float, Query(ge=0, le=1)] = 0.9,
    by: Filtered = "count",
    since: Day = "",
    until: Day = "",
) -> dict[str, Any]:
    found = process(_scope(request), table, share, by, Days(since, until))
    told = {name: getattr(found, name) for name in ("table", "by", "share", "cases", "cutoff", "size")}
    counts = {name: found.told.get(name, {}) for name in ("starts", "ends")}
    return (
        told
        | counts
        | {
            "min_n": found.least,
            "activities": found.told.get("activity_counts", {}),
            "edges": list(found.edges),
        }
    )


@process_router.get("/cases", response=CasesOut, summary="Cases behind an edge, the slowest first")
def process_cases(
    request: HttpRequest,
    start: Name,
    end: Name,
    table: Table = "events",
    since: Day = "",
    until: Day = "",
    limit: Most = 100,
) -> dict[str, Any]:
    found = edge_cases(_scope(request), start, end, table, Days(since, until), limit)
    return {"items": list(found.cases), "total": found.total, "reason": found.reason}
