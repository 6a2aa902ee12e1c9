"""Models that read words over the API: versions, promotions, training."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from heed.feedback.verbatims.actions.promoting import promote
from heed.feedback.verbatims.actions.retraining import ask_retraining
from heed.feedback.verbatims.api.shapes import MOST, scope_of
from heed.feedback.verbatims.queries.versions import Version, one, promotions, versions

router = Router(tags=["verbatims"])


class ModelsOut(Schema):
    """A page of the versions of what reads words, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[Version]
    next: int | None


class PromotionIn(Schema):
    """Why; wanted to go back to an older model. `reading` is the name of the one that reads, as it was last seen."""

    reason: Annotated[str, Field(max_length=300)] = ""
    reading: Annotated[str, Field(max_length=100)] = ""


class PromotionOut(Schema):
    """Which model was made the one that reads, by whom, when and why."""

    number: Annotated[int, Field(alias="model_id")]
    at: datetime
    by: str
    reason: str
    is_rollback: bool


class PromotionsOut(Schema):
    """Which model read since when, newest first; `next` is the cursor of the following page."""

    items: list[PromotionOut]
    next: int | None


class RetrainingOut(Schema):
    """A training that was asked for, and what came of it."""

    asked_at: datetime
    done_at: datetime | None
    cause: str
    outcome: str


@router.get("", response=ModelsOut, summary="Models that read words")
def model_list(
    request: HttpRequest,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    rows = versions(scope_of(request), limit + 1, cursor)
    return {"items": rows[:limit], "next": rows[limit - 1].number if len(rows) > limit else None}


@router.get("/promotions", response=PromotionsOut, by_alias=False, summary="Which model read since when")
def promotion_list(
    request: HttpRequest,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    rows = promotions(scope_of(request), limit + 1, cursor)
    return {"items": rows[:limit], "next": rows[limit - 1].pk if len(rows) > limit else None}


@router.get("/{int:number}", response=Version, summary="One model")
def model_one(request: HttpRequest, number: int) -> Version:
    return one(scope_of(request), number)


@router.post("/{int:number}/promotions", response={201: Version}, summary="Have a model read, or go back to it")
def model_promotion(request: HttpRequest, number: int, body: PromotionIn) -> Any:
    """Of two at once one is refused, where they tell what read before."""
    row = promote(scope_of(request), number, reason=body.reason, reading=body.reading)
    return 201, one(scope_of(request), row.pk)


@router.post("/retrainings", response={202: RetrainingOut}, summary="Train anew")
def model_retraining(request: HttpRequest) -> Any:
    """The worker trains within seconds; the newest of the list says what came of it."""
    return 202, ask_retraining(scope_of(request))
