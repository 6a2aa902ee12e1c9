"""Addresses under which many people answer: made, closed, and the first step of somebody who begins there."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, Refused, Unavailable, phrase
from heed.core.journal.actions import record
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import asked_now
from heed.feedback.surveys.events import LinkClosed, LinkMade, LinksIssued
from heed.feedback.surveys.language import chosen
from heed.feedback.surveys.models import Invitation, SurveyLink, new_invitation_key, new_link_key
from heed.feedback.surveys.queries.links import asked_at, link_in_reach, reached_place
from heed.feedback.surveys.rules.answering import Submission, Taken, judge
from heed.feedback.surveys.rules.links import digest_of, link_token, token_of
from heed.feedback.surveys.rules.spreading import checked_link, checked_sites

MOST_AT_ONCE = 5_000
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class LinkWish:
    """A link as somebody wants it. `sites`: origins in which a widget may be shown; `until`: when it ends."""

    name: str
    sort: str = "web"
    language: str = ""
    context: Mapping[str, str] | None = None
    sites: Sequence[str] = ()
    most_a_minute: int = 60
    reset_seconds: int = 60
    until: datetime | None = None


def make_link(scope: Scope, survey_key: str, wish: LinkWish) -> SurveyLink:
    """Give a survey in force an address that many may use. Raises Invalid, NotFound, Forbidden."""
    scope.demand("ask")
    survey, _number = asked_now(survey_key)
    context = checked_link(wish.name, wish.sort, wish.context or {}, wish.most_a_minute, wish.reset_seconds)
    if wish.until is not None and wish.until <= timezone.now():
        raise Invalid("The end lies in the past.", code="past_end", hint="Give a day to come, or none.")
    reached_place(scope, context)
    key = new_link_key()
    with transaction.atomic():
        row = SurveyLink.objects.create(
            key=key,
            token_digest=digest_of(link_token(settings.SECRET_KEY, key)),
            survey_key=survey_key,
            name=wish.name.strip(),
            sort=wish.sort,
            language=chosen(survey.languages, wish.language) if wish.language else "",
            context=context,
            region=context.get("region", "")[:60],
            team=context.get("team", "")[:60],
            sites=checked_sites(wish.sites) if wish.sort == "widget" else [],
            most_a_minute=wish.most_a_minute,
            reset_seconds=wish.reset_seconds,
            actor=scope.person,
            until=wish.until,
        )
        record(LinkMade(row.key, survey_key, row.sort), actor=scope.person, subject=("survey_link", row.key))
    return row


def close_link(scope: Scope, key: str) -> SurveyLink:
    """End a link: who comes later reads that the survey has ended; who has begun may finish. Twice changes nothing."""
    scope.demand("ask")
    with transaction.atomic():
        link_in_reach(scope, key, "ask")
        row = SurveyLink.objects.select_for_update().get(key=key)
        if row.closed_at is None:
            row.closed_at = timezone.now()
            row.save(update_fields=["closed_at"])
            record(LinkClosed(row.key, row.survey_key), actor=scope.person, subject=("survey_link", row.key))
    return row


def issue_links(scope: Scope, key: str, many: int) -> list[str]:
    """Addresses that each take one answer, to be printed or handed out. Returns their secret parts, which are told once."""
    scope.demand("ask")
    if not 1 <= many <= MOST_AT_ONCE:
        raise Invalid(
            phrase("Between 1 and {most} at once.", most=MOST_AT_ONCE), code="too_many", hint="Make them in parts."
        )
    with transaction.atomic():
        row = link_in_reach(scope, key, "ask")
        if row.closed_at is not None:
            raise Refused("This link is closed.", code="link_closed", hint="Make another one.")
        made = [_begun(row, row.language, None) for _ in range(many)]
        Invitation.objects.bulk_create(made, batch_size=500)
        record(LinksIssued(row.key, row.survey_key, many), actor=scope.person, subject=("survey_link", row.key))
    return [token_of(settings.SECRET_KEY, each.key) for each in made]


def _begun(row: SurveyLink, language: str, once_key: str | None) -> Invitation:
    """A questionnaire at a link, of nobody that heed knows. Nothing was sent, so it counts in no response rate."""
    survey, number = asked_now(row.survey_key)
    key, now = new_invitation_key(), timezone.now()
    return Invitation(
        key=key,
        once_key=once_key,
        token_digest=digest_of(token_of(settings.SECRET_KEY, key)),
        survey_key=row.survey_key,
        survey_version=number,
        customer_key="",
        language=chosen(survey.languages, language),
        channel=row.sort,
        reason="link",
        context=row.context,
        region=row.region,
        team=row.team,
        state="sent",
        decided_at=now,
        due_at=now,
        expires_at=now + timedelta(days=survey.expires_days),
        link=row,
    )


class Crowded(Unavailable):
    """More people began at a link within a minute than it takes."""

    code = "crowded"


def begin(token: str, submission: Submission) -> tuple[str, Taken]:
    """Take the first step of somebody at a link. Returns the secret part of the address they go on at, and what became of it.

    Nothing is kept of a step that is wrong. The same step sent twice, by a double click, is the same questionnaire.
    Raises Crowded.
    """
    found = asked_at(token)
    if found.asked.plan is None or found.asked.state != "open":
        return "", Taken(found.asked.state)
    judged = judge(found.asked.plan, {}, submission, found.asked.about)
    if judged.state == "invalid":
        return "", Taken("invalid", "", judged.standing.faults, judged.step)
    once = f"link:{found.key}:{submission.nonce or secrets.token_urlsafe(12)}"
    with transaction.atomic():
        # Whoever begins at a link waits for the others there, so that the limit holds exactly.
        row = SurveyLink.objects.select_for_update().get(key=found.key)
        begun = Invitation.objects.filter(once_key=once).first()
        if begun is None:
            _refuse_crowd(row)
            begun = _begun(row, submission.language or row.language, once)
            begun.save(force_insert=True)
        secret = token_of(settings.SECRET_KEY, begun.key)
        (taken,) = take([replace(submission, token=secret)])
    return secret, taken


@dataclass(frozen=True)
class Beginning:
    """The first step of somebody at a link, as the front hands it in."""

    link: str
    submission: Submission


def begin_all(batch: Sequence[Beginning]) -> list[tuple[str, Taken] | Crowded]:
    """The first steps of several, in the caller's transaction. Who finds a link crowded does not take the others down; an
    outcome that is Crowded is theirs alone. Raises only what concerns all.
    """
    # In one order, so that two groups on PostgreSQL never wait for each other's links in a ring.
    order = sorted(range(len(batch)), key=lambda place: batch[place].link)
    found: dict[int, tuple[str, Taken] | Crowded] = {}
    for place in order:
        try:
            found[place] = begin(batch[place].link, batch[place].submission)
        except Crowded as crowded:
            found[place] = crowded
    return [found[place] for place in range(len(batch))]


def _refuse_crowd(row: SurveyLink) -> None:
    since = timezone.now() - MINUTE
    rows = Invitation.objects.filter(link=row, decided_at__gt=since).exclude(once_key=None)
    if rows.count() >= row.most_a_minute:
        raise Crowded("There are too many answers at this link just now.", hint="Try again in a minute.")
