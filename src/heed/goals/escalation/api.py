"""Escalations over the API: look at them, acknowledge, hand up, stand down; rotas, swaps, and who carries the load."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status

from heed.goals.escalation.actions import working
from heed.goals.escalation.queries import as_told, escalation, escalations, history, rotas, steps

router = Router(tags=["escalations"])
rota_router = Router(tags=["escalations"])
load_router = Router(tags=["escalations"])
MOST = 2**63 - 1
Key = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,24}$", description="Key of the escalation.")]
Cursor = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]
Words = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
Named = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]


class EscalationOut(Schema):
    """An escalation as it stands; `incident` is the key of the major incident it is part of."""

    key: str
    case: str
    number: str
    state: str
    severity: str
    severe: bool
    impact: float
    customers: int
    protocol: str
    protocol_version: int | None
    level: str
    person: str
    region: str
    team: str
    incident: str | None
    leads: bool
    words_sentiment: float | None
    words_urgency: str
    wanted_at: datetime | None
    given_at: datetime | None
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    deferred_until: datetime | None
    times_deferred: int
    ended_at: datetime | None


class EscalationsOut(Schema):
    """A page of escalations; `next` is the cursor of the following page."""

    items: list[EscalationOut]
    next: int | None


class StepOut(Schema):
    """One thing that happened; words are null for who may not read them."""

    at: datetime
    actor: str
    verb: str
    level: str
    person: str
    reason: str
    words: str | None


class StepsOut(Schema):
    """What happened to an escalation, newest first."""

    items: list[StepOut]


class WordsIn(Schema):
    """Why."""

    words: Words


class TurnOut(Schema):
    """Who is on call on a day."""

    day: date
    people: list[str]


class RotaOut(Schema):
    """A level of a protocol and its next turns; none where a role is held instead."""

    protocol: str
    level: str
    name: str
    role: str
    acknowledge_seconds: int
    turns: list[TurnOut]


class RotasOut(Schema):
    """Every level in force."""

    items: list[RotaOut]


class SwapIn(Schema):
    """Somebody stands in for another, from a day to a day, both included."""

    protocol: Named
    level: Named
    person: Named
    substitute: Named
    since: date
    until: date


class SwapOut(SwapIn):
    """A swap as it is kept."""

    key: str


class UnitLoadOut(Schema):
    """A unit's escalations of the last weeks and its busiest person."""

    unit: str
    n: int
    per_week: float
    per_week_before: float
    people: int
    busiest: str
    share: float
    low: float
    high: float
    fair: float
    hours: float | None
    hours_elsewhere: float | None
    waiting: int
    overloaded: bool
    since: date | None


class LoadOut(Schema):
    """Who carried past escalations, the overloaded first."""

    until: datetime | None
    weeks: int
    items: list[UnitLoadOut]


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@router.get("", response=EscalationsOut, summary="Escalations of your units, newest first")
def every(
    request: HttpRequest,
    tab: Literal["mine", "open", "unattended", "deferred", "incidents", "ended"] = "open",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    found, following = escalations(_scope(request), tab, cursor, limit)
    return {"items": [as_told(row) for row in found], "next": following}


@router.get("/{key}", response=EscalationOut, summary="One escalation")
def one(request: HttpRequest, key: Key) -> dict[str, Any]:
    return as_told(escalation(_scope(request), key))


@router.get("/{key}/steps", response=StepsOut, summary="What happened to it, newest first")
def its_steps(request: HttpRequest, key: Key) -> dict[str, Any]:
    scope = _scope(request)
    reads = scope.may("see_words")
    return {
        "items": [
            {
                "at": step.at, "actor": step.actor, "verb": step.verb, "level": step.level_key, "person": step.person,
                "reason": step.reason, "words": step.words if reads else None,
            }
            for step in steps(escalation(scope, key))
        ]
    }  # fmt: skip


@router.post("/{key}/acknowledgement", response={201: EscalationOut}, summary="Take it up")
def acknowledge(request: HttpRequest, key: Key) -> Status[dict[str, Any]]:
    return Status(201, as_told(working.acknowledge(_scope(request), key)))


@router.post("/{key}/hand-ups", response={201: EscalationOut}, summary="Bring it to the level above, with a reason")
def hand_up(request: HttpRequest, key: Key, body: WordsIn) -> Status[dict[str, Any]]:
    return Status(201, as_told(working.hand_up(_scope(request), key, body.words)))


@router.post("/{key}/stand-down", response={201: EscalationOut}, summary="End it, with a reason")
def stand_down(request: HttpRequest, key: Key, body: WordsIn) -> Status[dict[str, Any]]:
    return Status(201, as_told(working.stand_down(_scope(request), key, body.words)))


@rota_router.get("", response=RotasOut, summary="Who is on call in the days to come")
def all_rotas(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_cases")
    return {
        "items": [
            {
                "protocol": each.protocol_key,
                "level": each.level.key,
                "name": each.level.name,
                "role": each.level.role,
                "acknowledge_seconds": each.level.acknowledge_seconds,
                "turns": [{"day": turn.day, "people": [key for key, _ in turn.people]} for turn in each.turns],
            }
            for each in rotas(timezone.now())
        ]
    }


@rota_router.post("/swaps", response={201: SwapOut}, summary="Somebody stands in for another")
def swap(request: HttpRequest, body: SwapIn) -> Status[dict[str, Any]]:
    row = working.swap_duty(_scope(request), **body.dict())
    return Status(201, {**body.dict(), "key": row.key})


@rota_router.delete("/swaps/{key}", response={204: None}, summary="Take a swap back")
def withdraw(request: HttpRequest, key: Key) -> Status[None]:
    working.withdraw_swap(_scope(request), key)
    return Status(204, None)


@load_router.get("", response=LoadOut, summary="Who carried past escalations, by unit")
def load(request: HttpRequest, weeks: Annotated[int, Query(ge=1, le=104)] = 8) -> dict[str, Any]:
    found = history(_scope(request), weeks)
    return {"until": found.until, "weeks": found.weeks, "items": [each.as_dict() for each in found.units]}
