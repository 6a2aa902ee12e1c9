"""KPIs over the API: the list, one definition, its figure, its trend and the records behind it."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from heed.core.access.rules import Scope
from heed.core.console.rules import plain
from heed.core.errors.rules import Invalid
from heed.goals.kpis.actions import choose_set
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.published import as_contract, show_published
from heed.goals.kpis.queries import Question, kpi_in_force, kpi_records, list_kpis, show_kpi
from heed.goals.kpis.revisions import as_contract as revision_as_contract
from heed.goals.kpis.revisions import compare
from heed.goals.kpis.rules import moment_of, settings_of
from heed.goals.kpis.selection import evidence as selection_evidence
from heed.goals.kpis.selection import tensions as selection_tensions
from heed.goals.kpis.selection.choosing import set_body
from heed.goals.kpis.selection.keeping import kept_selection, kept_tensions
from heed.goals.kpis.selection.weighing import Asked
from heed.metrics.periods import Period, check_period
from heed.metrics.records import Mark

router = Router(tags=["kpis"])
tensions_router = Router(tags=["kpis"])
selection_router = Router(tags=["kpis"])
GrainName = Annotated[str, Query(max_length=80, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Line = Annotated[str, Query(max_length=2000, pattern=r"^[^\x00]*$")]
# Of its own: parameters that share a Query share its default as well.
Each = Annotated[str, Query(max_length=2000, pattern=r"^[^\x00]*$")]
Lines = Annotated[list[str], Query(max_length=20)]
Number = Annotated[int | None, Query(ge=1, le=1_000_000)]
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


class PlainOut(Schema):
    """What a weighted figure reads without weights, of the same answers."""

    value: float | None
    low: float | None
    high: float | None


class WaveOut(Schema):
    """A wave whose score card a figure is weighted by; no method where its card has no margins to weigh to."""

    survey: str
    wave: str
    answers: int
    method: str | None
    by: list[str]
    design_effect: float | None


class FigureRow(Schema):
    """One group's figure; a suppressed one has neither value nor n. `reason` says why something is not there; `marks` are
    the failed audits that it rests on. Of a weighted KPI also what it reads without, and what its answers are worth.
    """

    group: dict[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str = ""
    definition_version: int | None = None
    marks: list[str] = []
    unweighted: PlainOut | None = None
    effective_n: float | None = None
    design_effect: float | None = None


class MarkOut(Schema):
    """A failed audit of answers: what it found wanting, by code, in those of a survey; `until` is not included."""

    audit: str
    survey: str
    since: datetime
    until: datetime
    failed: list[str]


class FigureOut(Schema):
    """A figure with all that says how it came about."""

    kpi: str
    name: str
    definition_version: int
    unit: str
    currency: str | None = None
    method: str
    level: float
    cutoff: datetime | None
    excluded: dict[str, int]
    settings: dict[str, Any]
    min_n: int
    target: float | None
    breaks: list[dict[str, Any]] = []
    marks: list[MarkOut] = []
    weights: list[WaveOut] = []
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
    version: Number = None,
    with_set_aside: bool = False,
) -> dict[str, Any]:
    """`by` names columns with commas; `set` is NAME=VALUE, repeatable; a `min_n` below the privacy policy's is raised
    to it; `version` reads it as that version defined it; `with_set_aside` counts answers that were set aside, too.
    """
    question = Question(
        moment_of(since), moment_of(until), where, settings_of(set), min_n, level, version, with_set_aside
    )
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
    version: Number = None,
) -> dict[str, Any]:
    """Each row's group has `period`, the first day of it in the organisation's time zone. A period is read as the version in
    force at its end defined it, and `breaks` says from which on another one measured otherwise; `version` reads all by one.
    """
    question = Question(moment_of(since), moment_of(until), where, settings_of(set), min_n, level, version)
    each: Period = check_period(period)
    return as_contract(show_published(key, _scope(request), question, by=_columns(by), period=each))


class RevisionOut(Schema):
    """How a figure moved between two stretches of time: `definition` and `real` add up to `published_change`."""

    kpi: str
    unit: str
    currency: str | None = None
    level: float
    cutoff: datetime | None
    marks: list[MarkOut] = []
    versions: dict[str, dict[str, Any]]
    before: dict[str, date]
    now: dict[str, date]
    figures: dict[str, dict[str, Any] | None]
    published_change: dict[str, Any]
    definition: dict[str, Any]
    real: dict[str, Any]
    by_the_older: dict[str, dict[str, Any]]
    weeks: list[dict[str, Any]]


@router.get("/{key}/revision", response=RevisionOut, summary="Two versions of a KPI beside one another")
def revision(
    request: HttpRequest,
    key: KeyPath,
    older: Number = None,
    newer: Number = None,
    since: Line = "",
    until: Line = "",
    where: Line = "",
    level: Level = 0.95,
) -> dict[str, Any]:
    """The newest version, also one that is only proposed, beside the one before it, unless others are named."""
    question = Question(moment_of(since), moment_of(until), where, level=level)
    found = compare(key, _scope(request), question, older=older, newer=newer)
    return cast(dict[str, Any], plain(revision_as_contract(found)))


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


class TensionsOut(Schema):
    """Every pair looked at, those found first. `per_tenth`: how satisfaction changes when efficiency improves by a tenth."""

    grain: str
    since: date | None
    until: date | None
    method: str
    false_share: float
    min_n: int
    looked_at: int
    left_out: dict[str, str]
    marks: list[MarkOut] = []
    pairs: list[dict[str, Any]]


@tensions_router.get("", response=TensionsOut, summary="KPIs that improve at the cost of others")
def kpi_tensions(
    request: HttpRequest,
    grain: GrainName = "team",
    weeks: Annotated[int, Query(ge=12, le=520)] = 78,
    where: Line = "",
) -> dict[str, Any]:
    """`grain` is team, agent, week or a column of the facts; agents are for who may see records."""
    asked = Asked(grain, weeks, where)
    told = kept_tensions(_scope(request), asked)
    assert told is not None
    return cast(dict[str, Any], plain(selection_tensions.as_contract(told)))


class SelectionOut(Schema):
    """Every KPI in force with its evidence and the proposal, and the set that was chosen."""

    grain: str
    since: date | None
    until: date | None
    min_n: int
    marks: list[MarkOut] = []
    against: str
    proposed: list[str]
    tensions: list[list[str]]
    choice: dict[str, Any] | None
    kpis: list[dict[str, Any]]


class ChoiceIn(Schema):
    """The KPIs chosen. `follows` is the version of the set that was seen when choosing; none where there was none."""

    members: list[str] = Field(min_length=1, max_length=40)
    owner: str = Field(min_length=1, max_length=120)
    note: str = Field("", max_length=1000)
    follows: int | None = None


class ChoiceOut(Schema):
    """The version that was recorded; `proposed` waits for somebody who may approve."""

    version: int
    state: str


@selection_router.get("", response=SelectionOut, summary="KPIs weighed against one another")
def kpi_selection(
    request: HttpRequest,
    grain: GrainName = "team",
    weeks: Annotated[int, Query(ge=12, le=520)] = 78,
    where: Line = "",
) -> dict[str, Any]:
    """Evidence for each KPI, a balanced set with a reason in or out for each, and the set in force."""
    told = kept_selection(_scope(request), Asked(grain, weeks, where))
    assert told is not None
    return cast(dict[str, Any], plain(selection_evidence.as_contract(told)))


@selection_router.post("/choices", response={201: ChoiceOut}, summary="Record the set that was chosen")
def choice(request: HttpRequest, body: ChoiceIn) -> tuple[int, dict[str, Any]]:
    """409 where somebody chose another set meanwhile."""
    scope = _scope(request)
    told = kept_selection(scope)
    assert told is not None
    number, state = choose_set(scope, set_body(told, body.members, body.owner, body.note), follows=body.follows)
    return 201, {"version": number, "state": state}


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
