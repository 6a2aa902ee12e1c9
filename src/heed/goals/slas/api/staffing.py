"""Staffing over the API: the frontier of an ordinary week, and weekdays with too few people."""

from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest
from ninja import Query, Router, Schema

from heed.core.access.rules import Scope
from heed.goals.slas.queries.calls import MOST_WEEKS, PHONE, WEEKS, Asked
from heed.goals.slas.queries.planned import Priced, frontier_told, weekdays_told

router = Router(tags=["staffing"])
Where = Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")]
Weeks = Annotated[int, Query(ge=1, le=MOST_WEEKS)]
Within = Annotated[float, Query(ge=0, le=86_400, allow_inf_nan=False)]
By = Literal["region", "team", "channel", ""]


class FrontierOut(Schema):
    """The frontier with all it rests on; money is text, so that no digit is lost."""

    learned: bool
    where: str
    by: str
    law: str
    since: Any
    cutoff: Any
    calls: int
    span: str
    within_seconds: float
    observed: dict[str, float]
    patience: dict[str, Any]
    wait_curve: dict[str, Any]
    marks: list[dict[str, Any]] = []
    currency: str
    cost_per_hour: str
    shrinkage: float
    hours_per_person: float
    points: list[dict[str, Any]]
    now: dict[str, Any] | None
    runs: int
    seed: int


class CoverOut(Schema):
    """One weekday (Monday = 0) of a queue: hours a day needed and scheduled, the cover beside the other weekdays, and who
    gives up.
    """

    queue: str
    weekday: int
    dates: int
    needed_hours: float
    scheduled_hours: float
    cover: float
    beside: float
    low: float
    high: float
    abandonment: float
    abandonment_others: float
    callers: int
    is_short: bool


class CoversOut(Schema):
    """Every weekday of every queue, the shortest of people first."""

    items: list[CoverOut]


@router.get("/frontier", response=FrontierOut, summary="Service level against agents against money")
def frontier(
    request: HttpRequest,
    where: Where = PHONE,
    by: By = "region",
    weeks: Weeks = WEEKS,
    within: Within = 20.0,
    law: Literal["exponential", "seen"] = "exponential",
    cost: Annotated[Decimal | None, Query(gt=0, lt=1_000_000, max_digits=9, decimal_places=2)] = None,
    currency: Annotated[str, Query(pattern=r"^([A-Z]{3})?$")] = "",
    shrinkage: Annotated[float, Query(ge=0, le=0.95)] = 0.0,
    hours: Annotated[float, Query(ge=1, le=168)] = 38.0,
) -> dict[str, Any]:
    scope = cast(Scope, request.scope)  # type: ignore[attr-defined]
    return frontier_told(scope, Asked(where, weeks, by, within, law=law), Priced(cost, currency, shrinkage, hours))


@router.get("/weekdays", response=CoversOut, summary="Scheduled against needed agents, by queue and weekday")
def weekdays(
    request: HttpRequest,
    where: Where = PHONE,
    by: By = "region",
    weeks: Weeks = WEEKS,
    within: Within = 20.0,
    target: Annotated[float, Query(ge=0.01, le=0.99)] = 0.8,
) -> dict[str, Any]:
    scope = cast(Scope, request.scope)  # type: ignore[attr-defined]
    return {"items": weekdays_told(scope, Asked(where, weeks, by, within), target)["weekdays"]}
