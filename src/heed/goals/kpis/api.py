"""KPIs over the API: the list, one definition, its figure, its trend and the records behind it."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.queries import Question, as_contract, kpi_in_force, kpi_records, list_kpis, show_kpi
from heed.goals.kpis.rules import moment_of, settings_of
from heed.metrics.periods import Period, check_period
from heed.metrics.records import Mark

router = Router(tags=["kpis"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Line = Annotated[str, Query(max_length=2000, pattern=r"^[^\x00]*$")]
# Of its own: parameters that share a Query share its default as well.
Each = Annotated[str, Query(max_length=2000, pattern=r"^[^\x00]*$")]
Lines = Annotated[list[str], Query(max_length=20)]
LeastN = Annotated[int | None, Query(ge=1, le=1_000_000)]
Level = Annotated[float, Query(gt=0.0, lt=1.0)]


class KpiOut(Schema):
    """One KPI of the list."""

    key: str
    name: str
    short: str
    unit: str
    direction: str
    formula: str
    definition_version: int
    state: str
    target: float | None


class KpisOut(Schema):
    """Every KPI that was defined."""

    items: list[KpiOut]


class DefinitionOut(Schema):
    """A KPI as it is in force."""

    key: str
    definition_version: int
    effective_from: datetime
    digest: str
    body: dict[str, Any]


class FigureRow(Schema):
    """One group's figure; a suppressed one has neither value nor n. `reason` says why something is not there."""

    group: dict[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str = ""


class FigureOut(Schema):
    """A figure with all that says how it came about."""

    kpi: str
    name: str
    definition_version: int
    unit: str
    method: str
    level: float
    cutoff: datetime | None
    excluded: dict[str, int]
    settings: dict[str, Any]
    min_n: int
    target: float | None
    rows: list[FigureRow]


class RecordOut(Schema):
    """One row behind a figure, by its key; `left_out` says why it was not counted."""

    key: str
    at: datetime | None
    places: dict[str, Any]
    left_out: str


class RecordsOut(Schema):
    """A page of records, newest first; `next` is the cursor of the following page. `reason` says why there are none."""

    items: list[RecordOut]
    reason: str
    next: str | None


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@router.get("", response=KpisOut, summary="Every KPI")
def kpis(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    return {"items": list_kpis()}


@router.get("/{key}", response=DefinitionOut, summary="A KPI as it is in force")
def one(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    held = kpi_in_force(key)
    body = cast(Kpi, held.body).model_dump(mode="json", exclude_none=True)
    return {
        "key": held.key,
        "definition_version": held.version,
        "effective_from": held.effective_from,
        "digest": held.digest,
        "body": body,
    }


@router.get("/{key}/figure", response=FigureOut, summary="A KPI's figure")
def figure(
    request: HttpRequest,
    key: KeyPath,
    by: Line = "",
    since: Line = "",
    until: Line = "",
    where: Line = "",
    set: Lines = [],  # noqa: B006 - the name callers use; nothing changes it
    min_n: LeastN = None,
    level: Level = 0.95,
) -> dict[str, Any]:
    """`by` names columns with commas; `set` is NAME=VALUE, repeatable; a `min_n` below the privacy policy's is raised
    to it.
    """
    question = Question(moment_of(since), moment_of(until), where, settings_of(set), min_n, level)
    return as_contract(show_kpi(key, _scope(request), question, by=_columns(by)))


@router.get("/{key}/trend", response=FigureOut, summary="A KPI's figure by day, week or month")
def trend(
    request: HttpRequest,
    key: KeyPath,
    period: Each = "week",
    by: Line = "",
    since: Line = "",
    until: Line = "",
    where: Line = "",
    set: Lines = [],  # noqa: B006 - the name callers use; nothing changes it
    min_n: LeastN = None,
    level: Level = 0.95,
) -> dict[str, Any]:
    """Each row's group has `period`, the first day of it in the organisation's time zone."""
    question = Question(moment_of(since), moment_of(until), where, settings_of(set), min_n, level)
    each: Period = check_period(period)
    return as_contract(show_kpi(key, _scope(request), question, by=_columns(by), period=each))


@router.get("/{key}/records", response=RecordsOut, summary="The records behind a KPI's figure")
def records(
    request: HttpRequest,
    key: KeyPath,
    group: Lines = [],  # noqa: B006 - nothing changes it
    since: Line = "",
    until: Line = "",
    where: Line = "",
    set: Lines = [],  # noqa: B006 - the name callers use; nothing changes it
    cursor: Line = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """`group` is COLUMN=VALUE, repeatable; a group too small to be shown has no records to show either."""
    question = Question(moment_of(since), moment_of(until), where, settings_of(set))
    chosen = {name: value or None for name, value in settings_of(group).items()}
    page = kpi_records(key, _scope(request), question, group=chosen, limit=limit, after=_mark(cursor))
    return {"items": page.records, "reason": page.reason, "next": _cursor(page.next)}


def _columns(by: str) -> tuple[str, ...]:
    return tuple(column.strip() for column in by.split(",") if column.strip())


def _cursor(mark: Mark | None) -> str | None:
    if mark is None:
        return None
    return base64.urlsafe_b64encode(f"{mark.at.isoformat()} {mark.key}".encode()).decode()


def _mark(cursor: str) -> Mark | None:
    if not cursor:
        return None
    try:
        at, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        moment = datetime.fromisoformat(at)
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise Invalid("This is no cursor.", code="invalid_cursor", hint="Send back `next` as it came.") from error
    if moment.tzinfo is None:
        raise Invalid("This is no cursor.", code="invalid_cursor", hint="Send back `next` as it came.")
    return Mark(moment, key)
