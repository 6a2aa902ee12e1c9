"""Negotiations over the API: the room as one's side sees it, offers, signatures, leaving; and the back-test."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from heed.core.access.rules import Scope
from heed.goals.slas.actions import (
    Party,
    make_offer,
    open_negotiation,
    set_reservation,
    sign_offer,
    withdraw_negotiation,
)
from heed.goals.slas.queries.backtests import MOST_WEEKS, WEEKS, backtest_of, told_backtest
from heed.goals.slas.queries.negotiations import Grounds, Tried, room_of, told_room, try_terms
from heed.goals.slas.rules.bargaining import Terms

router = Router(tags=["slas"])
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-4]):[0-5]\d)?$")]
Plain = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]


class PartyIn(Schema):
    """One side: a unit by its key, and a person of it where one speaks alone."""

    title: Plain = ""
    unit: Plain
    person: Plain = ""


class OpeningIn(Schema):
    """Who talks with whom, and on which grounds."""

    provider: PartyIn
    customer: PartyIn
    weeks: int = Field(13, ge=1, le=104)
    queues_by: Literal["region", "team", "channel", ""] = "region"
    cost_per_hour: Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=2)] | None = None
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    shrinkage: float = Field(0, ge=0, le=0.95, allow_inf_nan=False)
    hours_per_person: float = Field(38, ge=1, le=168, allow_inf_nan=False)
    seed: int = Field(1, ge=0, le=2_000_000_000)


class OfferIn(Schema):
    """Terms, and the number of the offer they answer (0: none)."""

    seen: int = Field(ge=0, le=1_000_000)
    target: float = Field(gt=0, lt=1, allow_inf_nan=False)
    within_seconds: float = Field(gt=0, le=86_400 * 366, allow_inf_nan=False)
    head_count: Annotated[Decimal, Field(gt=0, le=100_000, max_digits=9, decimal_places=2)]
    money: Money
    in_force_on: date
    days: list[Day] = Field([], max_length=7)
    opens: Clock = ""
    closes: Clock = ""
    days_open: int = Field(14, ge=1, le=90)


class TermsIn(Schema):
    """Terms to be played: people full time, and what differs from the SLA in force. `days`: such as monday,tuesday."""

    people: Annotated[Decimal, Field(gt=0, le=100_000, max_digits=9, decimal_places=2)]
    target: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    within_seconds: Annotated[float, Field(gt=0, le=86_400 * 366, allow_inf_nan=False)] | None = None
    days: str = Field("", max_length=80, pattern=r"^[a-z,]*$")
    opens: Clock = ""
    closes: Clock = ""
    weeks: int = Field(13, ge=1, le=104)
    cost_per_hour: Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=2)] | None = None
    shrinkage: float = Field(0, ge=0, le=0.95, allow_inf_nan=False)
    hours_per_person: float = Field(38, ge=1, le=168, allow_inf_nan=False)
    seed: int = Field(1, ge=0, le=2_000_000_000)


class SignatureIn(Schema):
    """The number of the offer that is signed."""

    number: int = Field(ge=1, le=1_000_000)


class RoomOut(Schema):
    """A negotiation as the side of who asks sees it; the reservation is one's own side's."""

    key: str
    sla_key: str
    base_version: int
    provider_title: str
    provider_unit: str
    customer_title: str
    customer_unit: str
    weeks: int
    history_until: Any
    seed: int
    currency: str
    cost_per_hour: str
    shrinkage: float
    hours_per_person: float
    definition_version: int | None
    state: str
    side: str | None
    offers: list[dict[str, Any]]
    reservation: dict[str, Any] | None


class ReservationIn(Schema):
    """How far one's own side would go; nobody of the other reads it."""

    target: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    money: Money | None = None


class ScoreOut(Schema):
    """What terms are predicted to keep; `needed` and `rungs`: people and money that targets take. Of cases: the work of one, the
    people there were, and how well past weeks were foretold.
    """

    sla: str
    target: float
    within_seconds: float
    head_count: str
    currency: str
    cost: str
    holds: str
    method: str
    calls: int
    predicted: dict[str, Any] | None
    needed: dict[str, Any] | None
    rungs: list[dict[str, Any]]
    work: dict[str, Any] | None = None
    was: dict[str, Any] | None = None
    past: list[dict[str, Any]] = []


class BacktestOut(Schema):
    """Breach rates predicted before each week and achieved in it."""

    method: str
    weeks: list[dict[str, Any]]
    bias: float | None
    mean_error: float | None
    inside: int


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


def _room(scope: Scope, key: str) -> dict[str, Any]:
    return told_room(room_of(scope, key))


def _of(scope: Scope, key: str) -> str:
    return str(_room(scope, key)["key"])


@router.get("/{key}/negotiation", response=RoomOut, summary="The newest negotiation of an SLA")
def negotiation(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    return _room(_scope(request), key)


@router.post("/{key}/negotiation", response={201: RoomOut}, summary="Open a negotiation")
def opening(request: HttpRequest, key: KeyPath, given: OpeningIn) -> tuple[int, dict[str, Any]]:
    provider, customer = (Party(each.title, each.unit, each.person) for each in (given.provider, given.customer))
    grounds = Grounds(**given.model_dump(exclude={"provider", "customer"}))
    open_negotiation(_scope(request), key, provider, customer, grounds)
    return 201, _room(_scope(request), key)


@router.post("/{key}/negotiation/offers", response={201: RoomOut}, summary="Offer terms, or counter them")
def offers(request: HttpRequest, key: KeyPath, given: OfferIn) -> tuple[int, dict[str, Any]]:
    scope = _scope(request)
    told = given.model_dump(exclude={"seen", "days_open"})
    terms = Terms(**{**told, "days": tuple(told["days"])})
    make_offer(scope, _of(scope, key), terms, seen=given.seen, days_open=given.days_open)
    return 201, _room(scope, key)


@router.post("/{key}/negotiation/signature", response=RoomOut, summary="Sign the offer on the table for one's side")
def signature(request: HttpRequest, key: KeyPath, given: SignatureIn) -> dict[str, Any]:
    scope = _scope(request)
    sign_offer(scope, _of(scope, key), number=given.number)
    return _room(scope, key)


@router.post("/{key}/negotiation/withdrawal", response=RoomOut, summary="Leave the table")
def withdrawal(request: HttpRequest, key: KeyPath) -> dict[str, Any]:
    scope = _scope(request)
    withdraw_negotiation(scope, _of(scope, key))
    return _room(scope, key)


@router.put("/{key}/negotiation/reservation", response=RoomOut, summary="Keep how far one's own side would go")
def reservation(request: HttpRequest, key: KeyPath, given: ReservationIn) -> dict[str, Any]:
    scope = _scope(request)
    set_reservation(scope, _of(scope, key), target=given.target, money=given.money)
    return _room(scope, key)


@router.post("/{key}/scores", response=ScoreOut, summary="Play terms on history without offering them")
def score(request: HttpRequest, key: KeyPath, given: TermsIn) -> dict[str, Any]:
    hours = tuple(each for each in given.days.split(",") if each), given.opens, given.closes
    tried = Tried(given.people, given.target, given.within_seconds, *hours)
    grounds = Grounds(
        given.weeks,
        cost_per_hour=given.cost_per_hour,
        shrinkage=given.shrinkage,
        hours_per_person=given.hours_per_person,
        seed=given.seed,
    )
    return try_terms(_scope(request), key, tried, grounds)


@router.get("/{key}/backtest", response=BacktestOut, summary="Predicted against achieved, on past weeks")
def backtest(
    request: HttpRequest, key: KeyPath, weeks: Annotated[int, Query(ge=1, le=MOST_WEEKS)] = WEEKS
) -> dict[str, Any]:
    return told_backtest(backtest_of(_scope(request), key, weeks))
