"""The advisor and behaviour over the API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from heed.feedback.triggers.queries.advising import DAYS, LEAST_DAYS, MOST_DAYS, Asked, advising
from heed.feedback.triggers.queries.advising import as_contract as advice_told
from heed.feedback.triggers.queries.behaviour import as_contract as behaviour_told
from heed.feedback.triggers.queries.behaviour import behaviour

router = Router(tags=["instruments"])
Outcome = Literal["", "left", "lapse", "downgrade", "complaint", "recontact"]
Split = Literal["segment", "touchpoint", "region", "product", "channel"]


class SignOut(Schema):
    """How well a sign foretells the outcome at a touchpoint; `reason`: why there are no limits."""

    sign: str
    asked: bool
    verdict: str
    concordance: float | None
    low: float | None
    high: float | None
    adjusted_p: float | None
    events: int
    others: int
    customers: int
    left_out: int
    reason: str


class HeadroomOut(Schema):
    """Contacts against the asks there were; `further`: what the rest period would have let besides."""

    contacts: int
    customers: int
    weeks: float
    rested_share: float | None
    asked: int
    further: int
    possible_a_week: float


class TouchpointOut(Schema):
    """Advice for a touchpoint: ask, ask_longer, behaviour, no_headroom, nothing_foretells or not_enough_data."""

    touchpoint: str
    advice: str
    sign: str
    as_good: list[str]
    weeks_for_a_figure: float | None
    customers_missing: int | None
    response_rate: float
    response_rate_supposed: bool
    answers_a_week: float
    headroom: HeadroomOut
    signs: list[SignOut]


class AdviceOut(Schema):
    """Advice by touchpoint. `withheld`: touchpoints of fewer than `min_n` customers."""

    outcome: str
    outcomes: list[str]
    since: datetime
    until: datetime
    rest_days: int
    level: float
    min_n: int
    withheld: int
    marks: list[dict[str, Any]] = []
    touchpoints: list[TouchpointOut]


class GroupOut(Schema):
    group: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str = ""


class IndicatorOut(Schema):
    """A KPI of behaviour, for all and by group."""

    kpi: str
    name: str
    unit: str
    direction: str
    definition_version: int
    method: str
    cutoff: datetime | None
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str = ""
    groups: list[GroupOut]


class BehaviourOut(Schema):
    """What customers do, with nobody asked. `missing`: KPIs of behaviour that are not in force."""

    by: str
    since: date | None
    until: date | None
    min_n: int
    missing: list[str]
    indicators: list[IndicatorOut]


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@router.get("/advice", response=AdviceOut, summary="Which instrument each touchpoint should have")
def get_advice(
    request: HttpRequest,
    outcome: Outcome = "",
    days: Annotated[int, Query(ge=LEAST_DAYS, le=MOST_DAYS)] = DAYS,
    until: date | None = None,
) -> Any:
    found = advising(_scope(request), Asked(outcome, days, until))
    assert found is not None
    return advice_told(found)


@router.get("/behaviour", response=BehaviourOut, summary="What customers do, with nobody asked")
def get_behaviour(
    request: HttpRequest, by: Split = "segment", since: date | None = None, until: date | None = None
) -> Any:
    return behaviour_told(behaviour(_scope(request), by, since, until))
