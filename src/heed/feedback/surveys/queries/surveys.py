"""Reading surveys, invitations and responses: what a link leads to, and what the house sees of them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, cast
from urllib.parse import urlencode, urlsplit

from django.db.models import Count, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from heed.channels.mail import Mail
from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force, in_force, newest, version, versions
from heed.core.definitions.rules import validate
from heed.core.errors.rules import NotFound
from heed.core.journal.rules import Entry
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.facts.projections import completes
from heed.feedback.surveys.definition import Survey, question_of
from heed.feedback.surveys.events import ResponseReceived
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.answering import KEEP, UNKNOWN, Asked, Plan, Submission, plan_of, resume_step
from heed.feedback.surveys.rules.figures import Figure, Funnel, response_rate
from heed.feedback.surveys.rules.letters import Letter, letter
from heed.feedback.surveys.rules.links import answer_path, context_of, digest_of
from heed.feedback.surveys.rules.oneclick import TEMPLATE, only_first
from heed.feedback.surveys.rules.replies import Given, Reply, told_answers, typed_as
from heed.feedback.surveys.rules.showing import AnswerPage
from heed.service.customers.queries import unsubscribe_url


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
    given = given_in(plan.survey, replies)
    return Asked(
        state=state_of(row, response),
        invitation=row.key,
        survey_key=row.survey_key,
        version=row.survey_version,
        plan=plan,
        language=response.language if response else row.language,
        given=given,
        started_at=response.started_at if response else None,
        organisation=plan.survey.sender_name or organisation().name,
        about=row.context,
        resume=resume_step(plan, given, row.context) if given else 0,
        expires_at=row.expires_at,
    )


def click_html(token: str, page: AnswerPage, **more: Any) -> str:
    """The page behind an answer in the mail: that question alone, and a button that keeps the answer."""
    return answer_html(token, only_first(page), template=TEMPLATE, move=KEEP, **more)


def answer_html(
    token: str,
    page: AnswerPage,
    submission: Submission | None = None,
    template: str = "surveys/answer.html",
    **more: Any,
) -> str:
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
    return render_to_string(template, context)


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
        if question := questions.get(question_of(reply.question_key)):
            given.setdefault(question.key, []).append(typed_as(question, reply))
    return given


def received(row: Invitation, response: Response, plan: Plan, replies: Iterable[Reply]) -> ResponseReceived:
    """What the journal tells of an ended response: answers without words; of an anonymous one not who was asked, nor when."""
    assert response.answered_at is not None
    is_anonymous = plan.survey.anonymous
    return ResponseReceived(
        response=response.key,
        survey=row.survey_key,
        version=row.survey_version,
        invitation="" if is_anonymous else row.key,
        customer="" if is_anonymous else row.customer_key,
        language=response.language,
        complete=response.state == "complete",
        invited_at="" if is_anonymous else (row.sent_at or row.decided_at).isoformat(),
        answered_at=response.answered_at.isoformat(),
        duration_seconds=response.duration_seconds,
        answers=told_answers(plan.survey, replies),
        context=context_of(row.context, is_anonymous),
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


class _Policy(Protocol):
    """What a privacy policy must say here."""

    @property
    def min_n_customers(self) -> int: ...


def least_shown() -> int:
    """The smallest group of customers that may be shown: the strictest policy in force."""
    policies = [cast(_Policy, found.body) for found in all_in_force("privacy_policy")]
    return max((policy.min_n_customers for policy in policies), default=10)


@dataclass(frozen=True)
class SurveyLine:
    """A survey in the list: as it holds, or as it was proposed last."""

    key: str
    name: str
    languages: tuple[str, ...]
    questions: int
    version: int | None
    funnel: Funnel
    rate: Figure


def surveys(scope: Scope) -> list[SurveyLine]:
    """Every survey that is in force or proposed, by name, with what became of its invitations."""
    scope.demand("see_figures")
    counted, least = funnels(scope), least_shown()
    lines = []
    for row in newest("survey"):
        found = survey_in_force(row.key)
        body = found[0] if found else Survey.model_validate(row.body)
        funnel = counted.get(row.key, Funnel())
        rate = response_rate(funnel, least)
        lines.append(
            SurveyLine(
                row.key, body.name, body.languages, len(body.questions), found[1] if found else None, funnel, rate
            )
        )
    return sorted(lines, key=lambda line: line.name.lower())


def funnels(scope: Scope, key: str = "") -> dict[str, Funnel]:
    """How far invitations came, by survey."""
    rows = in_reach(scope, Invitation.objects.all(), "see_figures")
    if key:
        rows = rows.filter(survey_key=key)
    # An invitation whose anonymous answers were parted from it still says that it was answered, and whether to the end.
    is_sent, is_parted = ~Q(sent_at=None), Q(state="answered", response=None)
    is_complete = Q(response__state="complete") | (is_parted & ~Q(nonce=""))
    counted = rows.values("survey_key").annotate(
        due=Count("pk", filter=Q(state="due")),
        sent=Count("pk", filter=is_sent),
        started=Count("pk", filter=is_sent & (Q(response__isnull=False) | is_parted)),
        answered=Count("pk", filter=is_sent & is_complete),
        failed=Count("pk", filter=Q(state="failed")),
        expired=Count("pk", filter=Q(state="expired")),
        withdrawn=Count("pk", filter=Q(state="withdrawn")),
    )
    return {row.pop("survey_key"): Funnel(**row) for row in counted.order_by()}


def survey(key: str, number: int | None = None) -> tuple[Survey, int, bool]:
    """A survey for the house: a version, or the one in force, or the newest; its number, and whether it is in force."""
    found = survey_in_force(key)
    if number is None and found:
        return (*found, True)
    row = version("survey", key, number) if number else versions("survey", key)[0]
    body = validate("survey", row.body)
    assert isinstance(body, Survey)
    return body, row.number, bool(found and found[1] == row.number)


@dataclass(frozen=True)
class Words:
    """What a customer wrote, masked, and where it may be opened as it came in, which is noted in the journal."""

    masked: str
    at: datetime | None
    team: str
    href: str


def latest_words(scope: Scope, key: str, limit: int = 8) -> list[Words]:
    """What customers wrote last, newest first, masked; nothing where words may not be read."""
    if not scope.may("see_words"):
        return []
    rows = Answer.objects.filter(response__survey_key=key).exclude(words="").exclude(response__answered_at=None)
    reached = in_reach(scope, Response.objects.filter(survey_key=key), "see_words")
    rows = rows.filter(response__in=reached).select_related("response").order_by("-response__answered_at", "-id")
    return [
        Words(masked_words(row.words), row.response.answered_at, row.response.team, _opened_at(row))
        for row in rows[:limit]
    ]


def _opened_at(row: Answer) -> str:
    """The page of the same words as a verbatim."""
    return f"{reverse('verbatim')}?{urlencode({'key': f'{row.response.key}:{row.question_key}'})}"


def masked_words(words: str) -> str:
    """What a customer wrote without what says who somebody is."""
    from heed.text.masking.mask import mask

    return mask(words).text


def invitations(scope: Scope, *, survey_key: str = "", state: str = "") -> QuerySet[Invitation]:
    """Invitations within reach, newest first."""
    rows = in_reach(scope, Invitation.objects.order_by("-id"))
    given = {"survey_key": survey_key.replace("\0", ""), "state": state.replace("\0", "")}
    return rows.filter(**{name: value for name, value in given.items() if value})


def invitation(scope: Scope, key: str) -> Invitation:
    """One invitation. Raises NotFound, also where it is out of reach."""
    row = in_reach(scope, Invitation.objects.filter(key=key.replace("\0", ""))).first()
    if row is None:
        raise NotFound("There is no such invitation.", code="unknown_invitation")
    return cast(Invitation, row)


def responses(scope: Scope, *, survey_key: str = "") -> QuerySet[Response]:
    """Questionnaires that ended, within reach, newest first."""
    rows = in_reach(scope, Response.objects.exclude(answered_at=None).order_by("-id")).prefetch_related("answers")
    return rows.filter(survey_key=survey_key.replace("\0", "")) if survey_key else rows


def answered_among(once_keys: Iterable[Any]) -> int:
    """How many invitations made by these once_keys, given as a query too, brought an answer."""
    rows = Invitation.objects.filter(once_key__in=once_keys)
    return rows.filter(Q(state="answered") | Q(response__isnull=False)).count()


def response(scope: Scope, key: str) -> Response:
    """One questionnaire that ended. Raises NotFound, also where it is out of reach."""
    row = responses(scope).filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such response.", code="unknown_response")
    return row


def invitation_mail(row: Invitation, token: str) -> Mail:
    """An invitation as a mail. The same one sent twice is known as the same by its id; a reminder has one of its own."""
    plan = plan_of_version(row.survey_key, row.survey_version)
    unsubscribe = unsubscribe_url(row.customer_key)
    link = current().public_url + answer_path(token)
    host = urlsplit(current().public_url).hostname or "localhost"
    name = f"{row.key}.{timezone.now():%Y%m%d}" if row.sent_at else row.key
    written = letter(
        plan,
        row.language,
        organisation=organisation().name,
        link=link,
        expires_at=row.expires_at,
        unsubscribe=unsubscribe,
        about=row.context,
    )
    return _mail(written, row.address, f"<{name}@{host}>")


def trial_mail(key: str, language: str, address: str) -> Mail:
    """The same mail to somebody of the house; its link leads to the preview, in which nothing is kept."""
    body, number, _ = survey(key)
    query = urlencode({"language": language, "version": number})
    link = f"{current().public_url}{reverse('survey-preview', args=[key])}?{query}"
    expires_at = timezone.now() + timedelta(days=body.expires_days)
    written = letter(plan_of(body), language, organisation=organisation().name, link=link, expires_at=expires_at)
    return _mail(written, address, "")


def _mail(written: Letter, to: str, message_id: str) -> Mail:
    return Mail(
        to=to,
        subject=written.subject,
        text=render_to_string("surveys/mail/invitation.txt", {"letter": written}),
        html=render_to_string("surveys/mail/invitation.html", {"letter": written}),
        sender_name=written.organisation,
        headers={"Content-Language": written.language},
        unsubscribe_url=written.unsubscribe,
        message_id=message_id,
    )
