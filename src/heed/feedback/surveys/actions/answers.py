"""Answers are taken, many at once; questionnaires left idle are ended."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from heed.core.journal.actions import record_all
from heed.core.rows import insert_keyed, insert_rows
from heed.feedback.surveys.language import chosen
from heed.feedback.surveys.models import Answer, Invitation, Response, new_response_key
from heed.feedback.surveys.queries.surveys import given_in, plan_of_version, received, state_of
from heed.feedback.surveys.rules.answering import (
    Judged,
    Plan,
    Submission,
    Taken,
    final_replies,
    judge,
    kept_replies,
    standing,
)
from heed.feedback.surveys.rules.links import context_of, digest_of
from heed.feedback.surveys.rules.replies import Reply

log = logging.getLogger("heed.surveys")
CUSTOMER = "customer"
IDLE_HOURS = 24
CHANGING = ("invitation_id", "language", "touched_at", "saved_at", "answered_at", "duration_seconds", "state", "nonce")
# The store is full, busy or away: no fault of an answer.
AWAY = (OperationalError, InterfaceError)
KEPT = ("key", "survey_key", "survey_version", "started_at", "customer_key", "region", "team")
CHANGED = ("invitation", *CHANGING[1:])
TOLD = ("context", *KEPT, *CHANGING)
ANSWERED = ("response_id", "question_key", "instrument", "score", "choice", "words")
Entry = tuple[Any, str, tuple[str, str]]


def take(batch: Sequence[Submission]) -> list[Taken]:
    """Take posted steps, all in one transaction. One that cannot be kept does not take the others down.

    What is returned was committed. Raises only what concerns all: a store that is full, busy or away.
    """
    if not batch:
        return []
    try:
        with transaction.atomic():
            return _Batch(batch).take()
    except AWAY:
        raise
    except Exception as error:
        log.warning("a batch of %d answers was refused (%s); taking them one by one", len(batch), type(error).__name__)
    return [_take_alone(submission) for submission in batch]


def _take_alone(submission: Submission) -> Taken:
    try:
        with transaction.atomic():
            return _Batch([submission]).take()[0]
    except AWAY:
        raise
    except Exception:
        log.exception("an answer could not be taken")
        return Taken("invalid", step=submission.step)


@dataclass
class _Held:
    """One invitation of a batch: its response as it stands, and what must be written."""

    row: Invitation
    plan: Plan
    response: Response | None
    given: dict[str, tuple[str, ...]]
    is_touched: bool = False
    is_ended: bool = False
    replies: list[Reply] = field(default_factory=list)


class _Batch:
    """Some submissions, the rows they concern read together, judged in order, and written together."""

    def __init__(self, batch: Sequence[Submission]) -> None:
        self.batch = batch
        self.now = timezone.now()
        self.held: dict[str, _Held] = {}

    def take(self) -> list[Taken]:
        self._read()
        taken = [self._one(submission) for submission in self.batch]
        self._write()
        return taken

    def _read(self) -> None:
        digests = {digest_of(submission.token) for submission in self.batch}
        # In one order, so that two batches on PostgreSQL never wait for each other in a ring.
        rows = Invitation.objects.filter(token_digest__in=digests).order_by("id")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        found = list(rows)
        responses = {row.invitation_id: row for row in Response.objects.filter(invitation__in=found)}
        begun = [row.pk for row in responses.values() if row.answered_at is None]
        answers: dict[int, list[Answer]] = {}
        for answer in Answer.objects.filter(response__in=begun):
            answers.setdefault(answer.response_id, []).append(answer)
        plans: dict[tuple[str, int], Plan] = {}
        for row in found:
            named = (row.survey_key, row.survey_version)
            plan = plans.get(named) or plans.setdefault(named, plan_of_version(*named))
            response = responses.get(row.pk)
            kept = answers.get(response.pk, []) if response else []
            given = {key: tuple(values) for key, values in given_in(plan.survey, kept).items()}
            self.held[row.token_digest] = _Held(row, plan, response, given)

    def _one(self, submission: Submission) -> Taken:
        held = self.held.get(digest_of(submission.token))
        if held is None:
            return Taken("unknown")
        state = state_of(held.row, held.response)
        if state == "answered":
            # The same post again, by a double click or a retry: it was kept, and that is what is said.
            last = held.response.nonce if held.response else held.row.nonce
            is_same = bool(submission.nonce) and last == submission.nonce
            return Taken("kept" if is_same else "answered", held.response.key if held.response else "")
        if state == "expired":
            return Taken("expired")
        judged = judge(held.plan, held.given, submission, held.row.context)
        response = self._note(held, submission, judged)
        return Taken(
            judged.state, response.key, judged.standing.faults if judged.state == "invalid" else {}, judged.step
        )

    def _note(self, held: _Held, submission: Submission, judged: Judged) -> Response:
        """Keep in mind what must be written of a step."""
        response = held.response or _begun(held, submission)
        response.language = chosen(held.plan.survey.languages, submission.language or held.row.language)
        response.touched_at = submission.received_at
        response.saved_at = submission.received_at if judged.state == "saved" else None
        held.response, held.given, held.is_touched = response, judged.given, True
        if judged.state == "kept":
            held.is_ended, held.replies = True, final_replies(held.plan, judged)
            end_response(held.row, response, submission.received_at, is_complete=True, nonce=submission.nonce)
        else:
            held.replies = kept_replies(held.plan, judged)
        return response

    def _write(self) -> None:
        touched = [held for held in self.held.values() if held.is_touched and held.response]
        for held in touched:
            if held.is_ended and held.response and held.plan.survey.anonymous:
                part_from(held.row, held.response)
        responses = [held.response for held in touched if held.response]
        old = [row for row in responses if row.pk]
        if old:
            Answer.objects.filter(response__in=old).delete()
            Response.objects.bulk_update(old, CHANGED)
        new = [_told(row) for row in responses if not row.pk]
        numbers = {row.key: row.pk for row in old} | insert_keyed(Response, TOLD, new, "key")
        insert_rows(
            Answer,
            ANSWERED,
            [
                (numbers[held.response.key], each.question, each.instrument, each.score, each.choice, each.words)
                for held in touched
                if held.response
                for each in held.replies
            ],
        )
        ended = [held for held in touched if held.is_ended]
        if ended:
            Invitation.objects.filter(pk__in=[held.row.pk for held in ended]).update(state="answered", address="")
        if unnamed := [held.row for held in ended if held.plan.survey.anonymous]:
            Invitation.objects.bulk_update(unnamed, ["nonce"])
        record_all([_received(held.row, held.response, held.plan, held.replies) for held in ended if held.response])


def _begun(held: _Held, submission: Submission) -> Response:
    """A new response. Of an anonymous one is known where it came from, not from whom."""
    row, is_anonymous = held.row, held.plan.survey.anonymous
    return Response(
        key=new_response_key(),
        invitation=row,
        survey_key=row.survey_key,
        survey_version=row.survey_version,
        started_at=submission.received_at - timedelta(seconds=submission.duration_seconds or 0),
        customer_key="" if is_anonymous else row.customer_key,
        context=context_of(row.context, is_anonymous),
        region=row.region,
        team=row.team,
    )


def part_from(row: Invitation, response: Response) -> None:
    """Take away from an ended response what says who was asked; nothing is written."""
    row.nonce = (response.nonce or "-") if response.state == "complete" else ""
    response.nonce, response.invitation = "", None


def _received(row: Invitation, response: Response, plan: Plan, replies: Iterable[Reply]) -> Entry:
    return received(row, response, plan, replies), CUSTOMER, ("response", response.key)


def end_response(row: Invitation, response: Response, at: datetime, *, is_complete: bool, nonce: str = "") -> None:
    """Set what an ended response says of itself; nothing is written."""
    row.state, row.address = "answered", ""
    response.state = "complete" if is_complete else "partial"
    response.answered_at, response.nonce = at, nonce
    response.duration_seconds = max((response.touched_at - response.started_at).total_seconds(), 0.0)


def _told(response: Response) -> tuple[Any, ...]:
    """A new response as it is written."""
    return (json.dumps(response.context), *(getattr(response, name) for name in TOLD[1:]))


def close_idle(limit: int = 200) -> int:
    """End questionnaires that nobody went on with for a day, or until the invitation ended where the customer wanted to go on
    later: what was answered there counts. Returns how many.
    """
    with transaction.atomic():
        now = timezone.now()
        is_idle = Q(saved_at=None, touched_at__lt=now - timedelta(hours=IDLE_HOURS))
        is_over = Q(saved_at__isnull=False, invitation__expires_at__lte=now)
        rows = Response.objects.filter(is_idle | is_over, answered_at=None, invitation__isnull=False).order_by("id")
        invitations = Invitation.objects.filter(pk__in=list(rows.values_list("invitation", flat=True)[:limit]))
        if connection.features.has_select_for_update:
            invitations = invitations.order_by("id").select_for_update()
        held = {row.pk: row for row in invitations}
        # Asked again under the lock: somebody may have gone on in the meantime.
        ended = list(rows.filter(invitation__in=held).prefetch_related("answers"))
        # Of an anonymous one the invitation is not known any more once it is closed.
        asked = [held[response.invitation_id] for response in ended if response.invitation_id]
        told = [_close(row, response) for row, response in zip(asked, ended, strict=True)]
        if ended:
            Response.objects.bulk_update(ended, CHANGED)
            Invitation.objects.filter(pk__in=[row.pk for row in asked]).update(state="answered", address="")
        record_all(told)
    return len(ended)


def _close(row: Invitation, response: Response) -> Entry:
    """End one idle questionnaire with the answers to the questions that were shown."""
    plan = plan_of_version(row.survey_key, row.survey_version)
    found = standing(plan, given_in(plan.survey, response.answers.all()), row.context).replies
    replies = [reply for question in plan.survey.questions for reply in found.get(question.key, ())]
    end_response(row, response, response.touched_at, is_complete=False)
    if plan.survey.anonymous:
        part_from(row, response)
    return _received(row, response, plan, replies)
