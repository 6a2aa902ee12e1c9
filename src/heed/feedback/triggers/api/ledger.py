"""The attention ledger over the API: one customer's, the coverage, contacts of other channels, and what stops asking."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from heed.core.console.rules import plain
from heed.feedback.triggers.actions import keeping
from heed.feedback.triggers.models import AskingPause
from heed.feedback.triggers.queries.coverage import cell_told, coverage_lines, pauses
from heed.feedback.triggers.queries.person import person_ledger, person_told
from heed.feedback.triggers.queries.precision import Precise, precision, precision_told

router = Router(tags=["asking"])
Key = Annotated[str, Path(max_length=64, pattern=r"^[^\x00-\x1f]+$")]
Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Named = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]


class ClockOut(Schema):
    """A rest period: of a purpose, or the shared one (empty)."""

    purpose: str
    rest_days: int
    last_at: datetime | None
    until: datetime | None


class BudgetOut(Schema):
    """Contacts in the last so many days, planned ones included, and the most there may be."""

    days: int
    used: int
    most: int


class ContactOut(Schema):
    """A contact that counts: `sort` is ask, reminder or other."""

    key: str
    at: datetime
    sort: str
    channel: str
    survey: str


class StandingOut(Schema):
    """What a trigger in force would do now; an empty reason: ask."""

    trigger: str
    survey: str
    reason: str
    rested_until: datetime | None


class LedgerOut(Schema):
    """How a customer stands: `obstacle` is why they cannot be asked at all, `next_at` when they may be asked next."""

    customer: str
    obstacle: str
    stopped_at: datetime | None
    time_zone: str
    next_at: datetime | None
    clocks: list[ClockOut]
    budgets: list[BudgetOut]
    contacts: list[ContactOut]
    triggers: list[StandingOut]


class CellOut(Schema):
    """A cell of the coverage in its period so far, and the share it is asked with today."""

    cell: str
    segment: str
    touchpoint: str
    wanted: int
    supposed_rate: float
    came: int
    asked: int
    answered: int
    least_probability: float | None
    greatest_probability: float | None
    probability_today: float | None
    arrivals_a_day: float
    days_left: int
    expected: float
    short: bool


class CoverageOut(Schema):
    cells: list[CellOut]


class PrecisionOut(Schema):
    """A KPI of answers by segment: customers as clusters (`plain`), and helped by what is known of every contact (`assisted`)."""

    kpi: str
    unit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    level: float = 0.95
    margin: float | None = None
    helped_by: list[str] = []
    outside: int = 0
    min_n: int = 0
    segments: list[dict[str, Any]]


class ContactIn(Schema):
    """A contact that something other than heed made; the same `once` counts once."""

    customer: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
    channel: Named
    at: datetime | None = None
    once: Named = ""


class StopIn(Schema):
    why: Words


class PauseIn(Schema):
    """Nobody of a region, or of all (empty), is asked, for so many hours or until it is ended."""

    why: Words
    region: Named = ""
    hours: Annotated[float | None, Field(gt=0, le=24 * 366)] = None


class PauseOut(Schema):
    key: str
    region: str
    incident: str
    why: str
    since: datetime
    until: datetime | None


class PausesOut(Schema):
    items: list[PauseOut]


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


def _pause(row: AskingPause) -> PauseOut:
    return PauseOut(
        key=row.key, region=row.region, incident=row.incident, why=row.why, since=row.since, until=row.until
    )


@router.get("/customers/{key}", response=LedgerOut, summary="How one customer stands with the ledger")
def one_ledger(request: HttpRequest, key: Key) -> Any:
    return person_told(person_ledger(_scope(request), key))


@router.put("/customers/{key}/stop", response=LedgerOut, summary="Never ask a customer from now on")
def put_stop(request: HttpRequest, key: Key, body: StopIn) -> Any:
    keeping.leave_alone(_scope(request), key, body.why)
    return person_told(person_ledger(_scope(request), key))


@router.delete("/customers/{key}/stop", response=LedgerOut, summary="Take back that a customer is not to be asked")
def delete_stop(request: HttpRequest, key: Key) -> Any:
    keeping.ask_again(_scope(request), key)
    return person_told(person_ledger(_scope(request), key))


@router.get("/coverage", response=CoverageOut, summary="What the triggers cover, by segment and touchpoint")
def coverage(request: HttpRequest) -> Any:
    return {"cells": [cell_told(each) for each in coverage_lines(_scope(request))]}


@router.get("/precision", response=PrecisionOut, summary="How closely each segment is known")
def get_precision(
    request: HttpRequest,
    kpi: Annotated[str, Query(max_length=80, pattern=r"^([a-z0-9][a-z0-9_.-]*)?$")] = "",
    weeks: Annotated[int, Query(ge=1, le=104)] = 13,
    until: date | None = None,
) -> Any:
    """Contacts whose draw was recorded in so many weeks up to the day `until` (today), and the answers about them."""
    return plain(precision_told(precision(_scope(request), Precise(kpi, weeks, until))))


@router.post("/contacts", response={201: ContactOut}, summary="Count a contact of another channel")
def post_contact(request: HttpRequest, body: ContactIn) -> Status[ContactOut]:
    at = body.at
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    row = keeping.note_contact(_scope(request), body.customer, body.channel, at, body.once)
    told = ContactOut(key=row.key, at=row.at, sort=row.sort, channel=row.channel, survey=row.survey_key)
    return Status(201, told)


@router.get("/pauses", response=PausesOut, summary="Times in which nobody is asked, those that run first")
def all_pauses(request: HttpRequest) -> PausesOut:
    return PausesOut(items=[_pause(row) for row in pauses(_scope(request))])


@router.post("/pauses", response={201: PauseOut}, summary="Ask nobody for a time")
def post_pause(request: HttpRequest, body: PauseIn) -> Status[PauseOut]:
    return Status(201, _pause(keeping.pause_asking(_scope(request), body.region, body.why, body.hours)))


@router.put("/pauses/{key}/end", response=PauseOut, summary="End a pause now; again changes nothing")
def end_pause(request: HttpRequest, key: Key) -> PauseOut:
    return _pause(keeping.resume_asking(_scope(request), key))
