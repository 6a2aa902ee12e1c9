"""Reading links that many use: what one leads to, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.feedback.surveys.language import direction, told, words
from heed.feedback.surveys.models import SurveyLink
from heed.feedback.surveys.queries.surveys import answer_html, in_reach, plan_of_version, survey_in_force
from heed.feedback.surveys.rules.answering import FIELD, UNKNOWN, Asked, Submission
from heed.feedback.surveys.rules.branding import policy_with
from heed.feedback.surveys.rules.links import digest_of, link_path, link_token
from heed.feedback.surveys.rules.showing import AnswerPage, page_of
from heed.feedback.surveys.rules.spreading import framing_policy, widget_script


@dataclass(frozen=True)
class Found:
    """What an address leads to: the survey as it is now, and how the link is used."""

    asked: Asked
    key: str = ""
    sort: str = "web"
    language: str = ""
    sites: tuple[str, ...] = ()
    reset_seconds: int = 60


def asked_at(token: str) -> Found:
    """What an address that many use leads to. Its state is open, expired or unknown."""
    row = SurveyLink.objects.filter(token_digest=digest_of(token)).first()
    if row is None:
        return Found(UNKNOWN)
    found = survey_in_force(row.survey_key)
    if found is None:
        return Found(Asked("expired"), row.key, row.sort)
    survey, number = found
    asked = Asked(
        state="open" if is_open(row) else "expired",
        survey_key=row.survey_key,
        version=number,
        plan=plan_of_version(row.survey_key, number),
        language=row.language or survey.languages[0],
        organisation=survey.sender_name or organisation().name,
        about=row.context,
    )
    return Found(asked, row.key, row.sort, row.language, tuple(row.sites), row.reset_seconds)


TEMPLATES = {"kiosk": "surveys/kiosk.html"}
# Nobody closes a page at a kiosk: a page that says thanks goes back to the beginning. Who is warned of a reset has as long to
# ask for more time as the standard wants (WCAG 2.2.1).
WARN_SECONDS = 20


def link_html(found: Found, page: AnswerPage, action: str, home: str, submission: Submission | None = None) -> str:
    """A page at a link. `action` is where it is sent to, `home` where the next person begins."""
    more: dict[str, Any] = {"action": action, "template": TEMPLATES.get(found.sort, "surveys/answer.html")}
    if found.sort == "kiosk":
        # Nobody comes back to the same device to go on.
        page = replace(page, can_save=False, words={**page.words, "close": page.words["kiosk_next"]})
        is_home = action == home
        more |= {
            "home": home,
            "seconds": found.reset_seconds,
            "warn": WARN_SECONDS,
            "counts": page.words["kiosk_counts"].partition("{seconds}")[::2],
            "is_home": is_home and page.state != "again",
            # As the last person left it: there is nothing that the next one must not see.
            "is_fresh": is_home and submission is None and page.state != "again",
        }
    return answer_html("", page, submission, **more)


def link_policy(found: Found, page: AnswerPage | None = None) -> str:
    """The content policy of a page at a link: who may frame it, and the style it brings along."""
    policy = framing_policy(found.sites)
    return policy_with(policy, page.style) if page is not None and page.style else policy


def crowded_or_busy(
    found: Found, submission: Submission, language: str, *, is_door: bool, is_crowded: bool
) -> AnswerPage:
    """All that was typed, to be sent again: the store is busy, or too many came at once."""
    if found.asked.plan is not None and is_door:
        page = replace(page_of(found.asked, submission.given, language, 0), state="again")
    else:
        typed = tuple((f"{FIELD}{key}", value) for key, values in submission.given.items() for value in values)
        page = page_of(UNKNOWN, {}, language, submission.step, state="again", hidden=typed)
    return replace(page, words={**page.words, "again": page.words["crowded"]}) if is_crowded else page


def language_at(found: Found, asked_for: str, accepted: str) -> str:
    """Asked for in the address, the link's own, or what the browser wants."""
    wanted = accepted.partition(",")[0].partition(";")[0].strip()
    return asked_for[:60] or found.language or wanted[:20]


def widget_of(link: str) -> tuple[int, str]:
    """The script of a widget, with the status to answer with."""
    found = asked_at(link)
    survey = found.asked.survey
    if found.sort != "widget" or survey is None or found.asked.state != "open":
        return 200 if found.key else 404, "/* This survey has ended. */"
    tongues = {tag: told(survey.title, survey.languages, tag, words(tag)["title"]) for tag in survey.languages}
    first = survey.languages[0]
    address = current().public_url + link_path(link)
    return 200, widget_script(address, {**tongues, "": tongues[first]}, tongues[first], direction(first))


def is_open(row: SurveyLink) -> bool:
    return row.closed_at is None and (row.until is None or row.until > timezone.now())


def links(scope: Scope, survey_key: str = "") -> QuerySet[SurveyLink]:
    """Links within reach, newest first, each with how many began (`begun`) and ended (`answered`), and how many addresses for
    one answer each were made (`issued`).
    """
    rows: QuerySet[SurveyLink] = in_reach(scope, SurveyLink.objects.order_by("-id"), "ask")
    if survey_key:
        rows = rows.filter(survey_key=survey_key.replace("\0", ""))
    return rows.annotate(
        begun=Count("invitations", filter=~Q(invitations__once_key=None) | Q(invitations__state="answered")),
        answered=Count("invitations", filter=Q(invitations__state="answered")),
        issued=Count("invitations", filter=Q(invitations__once_key=None)),
    )


def link_in_reach(scope: Scope, key: str, permission: str = "ask") -> SurveyLink:
    """One link. Raises NotFound, also where it is out of reach."""
    row: SurveyLink | None = links(scope).filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such link.", code="unknown_link")
    return row


def reached_place(scope: Scope, context: Mapping[str, str]) -> None:
    """Who may ask in some units only makes links of those. Raises Invalid."""
    if scope.holds_everywhere("ask"):
        return
    units = scope.reaches.get("ask", frozenset())
    if not {context.get("team", ""), context.get("region", "")} & set(units):
        raise Invalid(
            "You may only ask in your own units.",
            code="unit_out_of_reach",
            hint="Name your team or region for the link.",
        )


def address_of(row: SurveyLink) -> str:
    """Where people answer. Everybody who may ask may see it: it stands on a wall."""
    return current().public_url + link_path(link_token(settings.SECRET_KEY, row.key))


def token_of_link(row: SurveyLink) -> str:
    return link_token(settings.SECRET_KEY, row.key)
