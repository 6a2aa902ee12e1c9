"""Reading surveys, invitations and responses: what a link leads to, and what the house sees of them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import in_force, version
from heed.core.definitions.rules import validate
from heed.core.journal.rules import Entry
from heed.core.people.queries import organisation
from heed.facts.projections import completes
from heed.feedback.surveys.definition import Question, Survey
from heed.feedback.surveys.events import ResponseReceived
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.answering import (
    UNKNOWN,
    Asked,
    Given,
    Plan,
    Reply,
    Submission,
    plan_of,
    told_answers,
)
from heed.feedback.surveys.rules.links import answer_path, digest_of
from heed.feedback.surveys.rules.showing import AnswerPage


@lru_cache(maxsize=256)
def plan_for(key: str, number: int, digest: str) -> Plan:
    """A version of a survey, made ready. A version never changes; the digest tells stores apart."""
    body = validate("survey", version("survey", key, number).body)
    assert isinstance(body, Survey)
    return plan_of(body)


def plan_of_version(key: str, number: int) -> Plan:
    """A version of a survey, made ready."""
    return plan_for(key, number, version("survey", key, number).digest)


def survey_in_force(key: str) -> tuple[Survey, int] | None:
    """A survey as it holds now, and its version."""
    found = in_force("survey", key)
    if found is None:
        return None
    assert isinstance(found.body, Survey)
    return found.body, found.version


def asked(token: str) -> Asked:
    """What a link leads to."""
    row = Invitation.objects.filter(token_digest=digest_of(token)).first()
    if row is None:
        return UNKNOWN
    response = Response.objects.filter(invitation=row).first()
    plan = plan_of_version(row.survey_key, row.survey_version)
    replies = list(Answer.objects.filter(response=response)) if response and not response.answered_at else []
    return Asked(
        state=state_of(row, response),
        invitation=row.key,
        survey_key=row.survey_key,
        version=row.survey_version,
        plan=plan,
        language=response.language if response else row.language,
        given=given_in(plan.survey, replies),
        started_at=response.started_at if response else None,
        organisation=plan.survey.sender_name or organisation().name,
    )


def answer_html(token: str, page: AnswerPage, submission: Submission | None = None, **more: Any) -> str:
    """The answer page as HTML. A form drawn again keeps its mark and its beginning: sent twice, it is known again."""
    lasted = submission.duration_seconds if submission else None
    context = {
        "page": page,
        "action": answer_path(token),
        "nonce": (submission.nonce if submission else "") or secrets.token_urlsafe(12),
        "started": int(timezone.now().timestamp() - (lasted or 0)),
        "move": submission.move if submission else "next",
        **more,
    }
    return render_to_string("surveys/answer.html", context)


def state_of(row: Invitation, response: Response | None) -> str:
    """open, answered or expired."""
    if row.state == "answered" or (response and response.answered_at):
        return "answered"
    is_over = row.state in ("expired", "withdrawn") or row.expires_at <= timezone.now()
    return "expired" if is_over else "open"


def given_in(survey: Survey, replies: Iterable[Answer]) -> Given:
    """Answers that are kept, as they would be typed."""
    questions = {question.key: question for question in survey.questions}
    given: dict[str, list[str]] = {}
    for reply in replies:
        if reply.question_key in questions:
            given.setdefault(reply.question_key, []).append(_typed(questions[reply.question_key], reply))
    return given


def _typed(question: Question, reply: Answer) -> str:
    if question.options:
        return reply.choice
    if question.type == "text":
        return reply.words
    return f"{reply.score:.15g}" if reply.score is not None else ""


def received(row: Invitation, response: Response, plan: Plan, replies: Iterable[Reply]) -> ResponseReceived:
    """What the journal tells of an ended response: answers without words."""
    assert response.answered_at is not None
    return ResponseReceived(
        response=response.key,
        survey=row.survey_key,
        version=row.survey_version,
        invitation=row.key,
        customer=row.customer_key,
        language=response.language,
        complete=response.state == "complete",
        invited_at=(row.sent_at or row.decided_at).isoformat(),
        answered_at=response.answered_at.isoformat(),
        duration_seconds=response.duration_seconds,
        answers=told_answers(plan, replies),
        context=row.context,
    )


def decided(row: Invitation) -> dict[str, Any]:
    """What the journal tells of an invitation, sent or not."""
    return {
        "invitation": row.key,
        "survey": row.survey_key,
        "version": row.survey_version,
        "trigger": row.trigger_key,
        "customer": row.customer_key,
        "channel": row.channel,
        "language": row.language,
        "decided_at": row.decided_at.isoformat(),
        "probability": row.probability,
        "context": row.context,
    }


@completes(ResponseReceived, fields=("words",))
def words_written(entries: Sequence[Entry]) -> Mapping[int, Mapping[str, Any]]:
    """What customers wrote, by question; nothing of a response that was erased."""
    keys = {entry.id: str((entry.payload or {})["response"]) for entry in entries}
    found: dict[str, dict[str, str]] = {
        key: {} for key in Response.objects.filter(key__in=keys.values()).values_list("key", flat=True)
    }
    rows: QuerySet[Answer, tuple[str, str, str]] = (
        Answer.objects.filter(response__key__in=found)
        .exclude(words="")
        .values_list("response__key", "question_key", "words")
    )
    for key, question, words in rows:
        found[key][question] = words
    return {entry: {"words": found[key]} for entry, key in keys.items() if key in found}


# What the house sees


def in_reach(scope: Scope, rows: QuerySet[Any], permission: str = "see_records") -> QuerySet[Any]:
    """Invitations or responses of the units a permission is held in; all of them where it is held over the organisation."""
    scope.demand(permission)
    if scope.holds_everywhere(permission):
        return rows
    units = scope.reaches.get(permission, frozenset())
    return rows.filter(Q(team__in=units) | Q(region__in=units))
