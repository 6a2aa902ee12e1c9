"""Answers with signs over the API, setting them aside, and putting them back."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from heed.feedback.quality.actions.settling import MOST_AT_ONCE, keep, put_back, set_aside, set_proposed_aside
from heed.feedback.quality.models import AnswerFlag, Exclusion
from heed.feedback.quality.queries import answers as queries

router = Router(tags=["quality"])
MOST = 2**63 - 1
SurveyName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Code = Annotated[str, Query(max_length=20, pattern=r"^[a-z_]*$")]
Cursor = Annotated[int | None, Query(ge=0, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]
Why = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]


class FlagOut(Schema):
    """A questionnaire with signs: sign → what was measured. `state` is open, kept, set_aside or cleared."""

    response: str
    survey: str
    answered_at: datetime
    team: str
    region: str
    signs: dict[str, float]
    proposed: bool
    state: str
    kept_at: datetime | None
    kept_by: str
    kept_why: str


class FlagsOut(Schema):
    """A page of them, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[FlagOut]
    next: int | None


class SignOut(Schema):
    """One sign: how many answers show it, and what became of them."""

    sign: str
    answers: int
    proposed: int
    open: int
    kept: int
    set_aside: int


class FigureOut(Schema):
    """A figure with 95 % limits; without any where too few answered."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    method: str
    suppressed: bool
    reason: str


class BesideOut(Schema):
    """A question: all answers, those that count now, and without what is proposed, too."""

    question: str
    instrument: str
    whole: FigureOut
    counted: FigureOut
    proposed: FigureOut


class SignsOut(Schema):
    """The signs of a survey's answers, and its figures with and without."""

    survey: str
    signs: list[SignOut]
    figures: list[BesideOut]


class ExclusionOut(Schema):
    """A questionnaire set aside, by whom and why; and put back, by whom and why."""

    key: str
    response: str
    survey: str
    sign: str
    excluded_at: datetime
    excluded_by: str
    why: str
    put_back_at: datetime | None
    put_back_by: str
    put_back_why: str


class ExclusionsOut(Schema):
    """A page of them, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[ExclusionOut]
    next: int | None


class ExcludeIn(Schema):
    """What to set aside, and why: responses by id, or with `proposed` all that is proposed and undecided."""

    model_config = ConfigDict(extra="forbid")

    survey: Id
    responses: list[Id] = Field([], max_length=MOST_AT_ONCE)
    proposed: bool = False
    why: Why


class PutBackIn(Schema):
    """Exclusions by key, and why they end."""

    model_config = ConfigDict(extra="forbid")

    exclusions: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    why: Why


class KeepIn(Schema):
    """Responses with signs that count all the same, and why."""

    model_config = ConfigDict(extra="forbid")

    survey: Id
    responses: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    why: Why


class DoneOut(Schema):
    """What was done, by key or id."""

    done: list[str]


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@router.get("/answers", response=FlagsOut, summary="Answers of a survey that show signs")
def answers(
    request: HttpRequest,
    survey: SurveyName,
    sign: Code = "",
    state: Code = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    """By id, newest first, within reach."""
    rows = queries.flags(_scope(request), survey, sign=sign, state=state).order_by("-id")
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    some = list(rows[: limit + 1])
    return FlagsOut(items=[_flag(row) for row in some[:limit]], next=some[limit - 1].pk if len(some) > limit else None)


def _flag(row: AnswerFlag) -> FlagOut:
    aside = getattr(row, "aside", False)
    state = "set_aside" if aside else "kept" if row.kept_at else "cleared" if row.cleared_at else "open"
    return FlagOut(
        response=row.response_id,
        survey=row.survey_key,
        answered_at=row.answered_at,
        team=row.team,
        region=row.region,
        signs=row.signs,
        proposed=row.proposed,
        state=state,
        kept_at=row.kept_at,
        kept_by=row.kept_by,
        kept_why=row.kept_why,
    )


@router.get("/signs", response=SignsOut, summary="Signs of a survey's answers, and its figures with and without")
def signs(request: HttpRequest, survey: SurveyName) -> Any:
    """Figures are those of the days the last audit looked at; none before the first."""
    scope = _scope(request)
    lines = queries.sign_lines(scope, survey)
    return {"survey": survey, "signs": lines, "figures": queries.last_beside(scope, survey)}


@router.get("/exclusions", response=ExclusionsOut, summary="Questionnaires set aside, and put back")
def exclusions(request: HttpRequest, survey: SurveyName, cursor: Cursor = None, limit: Limit = 100) -> Any:
    rows = queries.exclusions(_scope(request), survey).order_by("-id")
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    some = list(rows[: limit + 1])
    told = [_exclusion(row) for row in some[:limit]]
    return ExclusionsOut(items=told, next=some[limit - 1].pk if len(some) > limit else None)


def _exclusion(row: Exclusion) -> ExclusionOut:
    same = {name: getattr(row, name) for name in ExclusionOut.model_fields if name not in ("response", "survey")}
    return ExclusionOut(response=row.response_id, survey=row.survey_key, **same)


@router.post("/exclusions", response={201: DoneOut}, summary="Set questionnaires aside")
def exclude(request: HttpRequest, body: ExcludeIn) -> Any:
    """Gives the exclusions' keys. 409 where all of them were set aside already."""
    scope = _scope(request)
    if body.proposed and not body.responses:
        made = set_proposed_aside(scope, body.survey, body.why)
    else:
        made = set_aside(scope, body.survey, body.responses, body.why)
    return 201, {"done": [row.key for row in made]}


@router.post("/returns", response={201: DoneOut}, summary="Put questionnaires back")
def give_back(request: HttpRequest, body: PutBackIn) -> Any:
    """Gives the exclusions that ended. 409 where all of them had ended already."""
    return 201, {"done": [row.key for row in put_back(_scope(request), body.exclusions, body.why)]}


@router.post("/kept", response={201: DoneOut}, summary="Let questionnaires with signs count")
def kept(request: HttpRequest, body: KeepIn) -> Any:
    keep(_scope(request), body.survey, body.responses, body.why)
    return 201, {"done": body.responses}
