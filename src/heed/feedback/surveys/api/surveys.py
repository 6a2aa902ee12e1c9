"""Surveys, invitations and responses over the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from heed.core.definitions.rules import checked_key
from heed.feedback.surveys.actions.invitations import withdraw
from heed.feedback.surveys.models import Invitation, Response
from heed.feedback.surveys.queries.surveys import (
    funnels,
    invitation,
    invitations,
    masked_words,
    response,
    responses,
    survey,
    surveys,
)
from heed.feedback.surveys.rules.figures import Figure, Funnel

survey_router = Router(tags=["surveys"])
invitation_router = Router(tags=["surveys"])
response_router = Router(tags=["surveys"])
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
Key = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
State = Literal["", "due", "sent", "failed", "answered", "expired", "withdrawn"]


class FigureOut(Schema):
    """A figure; null where it is suppressed or does not exist."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    reason: str


class FunnelOut(Schema):
    """What became of the invitations of a survey."""

    due: int
    sent: int
    started: int
    answered: int
    failed: int
    expired: int
    withdrawn: int


class SurveyOut(Schema):
    """A survey, as it holds; `version` is null where none is in force."""

    key: str
    name: str
    languages: list[str]
    questions: int
    version: int | None
    invitations: FunnelOut
    response_rate: FigureOut


class SurveysOut(Schema):
    """Every survey."""

    items: list[SurveyOut]


class SurveyBodyOut(Schema):
    """A survey with all that it asks."""

    key: str
    version: int
    in_force: bool
    definition: dict[str, Any]
    invitations: FunnelOut


class InvitationOut(Schema):
    """An invitation; no address is told."""

    key: str
    survey: str
    version: int
    customer: str
    language: str
    channel: str
    trigger: str
    reason: str
    state: str
    context: dict[str, str]
    decided_at: datetime
    due_at: datetime
    sent_at: datetime | None
    expires_at: datetime
    attempts: int
    last_error: str


class InvitationsOut(Schema):
    """A page of invitations; `next` is the cursor of the following page."""

    items: list[InvitationOut]
    next: int | None


class AnswerOut(Schema):
    """One answer; words only for those who may read them, masked (`/verbatims/openings` gives them as they came in)."""

    question: str
    instrument: str
    score: float | None
    choice: str
    words: str | None


class ResponseOut(Schema):
    """A questionnaire that ended."""

    key: str
    survey: str
    version: int
    invitation: str
    customer: str
    language: str
    complete: bool
    started_at: datetime
    answered_at: datetime
    duration_seconds: float | None
    context: dict[str, str]
    answers: list[AnswerOut]


class ResponsesOut(Schema):
    """A page of responses; `next` is the cursor of the following page."""

    items: list[ResponseOut]
    next: int | None


def _figure(row: Figure) -> FigureOut:
    return FigureOut(value=row.value, low=row.low, high=row.high, n=row.n, suppressed=row.suppressed, reason=row.reason)


def _funnel(row: Funnel) -> FunnelOut:
    return FunnelOut(**vars(row))


def _invitation(row: Invitation) -> InvitationOut:
    return InvitationOut(
        key=row.key,
        survey=row.survey_key,
        version=row.survey_version,
        customer=row.customer_key,
        language=row.language,
        channel=row.channel,
        trigger=row.trigger_key,
        reason=row.reason,
        state=row.state,
        context=row.context,
        decided_at=row.decided_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        last_error=row.last_error,
    )


def _response(row: Response, may_read: bool) -> ResponseOut:
    assert row.answered_at is not None
    return ResponseOut(
        key=row.key,
        survey=row.survey_key,
        version=row.survey_version,
        invitation=row.invitation.key if row.invitation else "",
        customer=row.customer_key,
        language=row.language,
        complete=row.state == "complete",
        started_at=row.started_at,
        answered_at=row.answered_at,
        duration_seconds=row.duration_seconds,
        context=row.context,
        answers=[
            AnswerOut(
                question=answer.question_key,
                instrument=answer.instrument,
                score=answer.score,
                choice=answer.choice,
                words=masked_words(answer.words) if may_read else None,
            )
            for answer in sorted(row.answers.all(), key=lambda each: each.pk)
        ],
    )


def _paged(rows: QuerySet[Any], cursor: int | None, limit: int) -> tuple[list[Any], int | None]:
    page = list((rows.filter(pk__lt=cursor) if cursor else rows)[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


@survey_router.get("", response=SurveysOut, summary="Surveys, by name")
def all_surveys(request: HttpRequest) -> SurveysOut:
    lines = surveys(request.scope)  # type: ignore[attr-defined]
    return SurveysOut(
        items=[
            SurveyOut(
                key=line.key,
                name=line.name,
                languages=list(line.languages),
                questions=line.questions,
                version=line.version,
                invitations=_funnel(line.funnel),
                response_rate=_figure(line.rate),
            )
            for line in lines
        ]
    )


@survey_router.get("/{key}", response=SurveyBodyOut, summary="One survey")
def one_survey(request: HttpRequest, key: Key) -> SurveyBodyOut:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand("see_figures")
    body, number, holds = survey(checked_key(key))
    funnel = funnels(scope, key).get(key, Funnel())
    return SurveyBodyOut(
        key=key, version=number, in_force=holds, definition=body.model_dump(mode="json"), invitations=_funnel(funnel)
    )


@invitation_router.get("", response=InvitationsOut, summary="Invitations, newest first")
def all_invitations(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, survey: Word = "", state: State = ""
) -> InvitationsOut:
    rows = invitations(request.scope, survey_key=survey, state=state)  # type: ignore[attr-defined]
    page, following = _paged(rows, cursor, limit)
    return InvitationsOut(items=[_invitation(row) for row in page], next=following)


@invitation_router.get("/{key}", response=InvitationOut, summary="One invitation")
def one_invitation(request: HttpRequest, key: Key) -> InvitationOut:
    return _invitation(invitation(request.scope, key))  # type: ignore[attr-defined]


@invitation_router.delete("/{key}", response=InvitationOut, summary="Take an invitation back; its link ends")
def take_back(request: HttpRequest, key: Key) -> InvitationOut:
    return _invitation(withdraw(request.scope, key))  # type: ignore[attr-defined]


@response_router.get("", response=ResponsesOut, summary="Questionnaires that ended, newest first")
def all_responses(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, survey: Word = "") -> ResponsesOut:
    scope = request.scope  # type: ignore[attr-defined]
    page, following = _paged(responses(scope, survey_key=survey).select_related("invitation"), cursor, limit)
    return ResponsesOut(items=[_response(row, scope.may("see_words")) for row in page], next=following)


@response_router.get("/{key}", response=ResponseOut, summary="One questionnaire that ended")
def one_response(request: HttpRequest, key: Key) -> ResponseOut:
    scope = request.scope  # type: ignore[attr-defined]
    return _response(response(scope, key), scope.may("see_words"))
