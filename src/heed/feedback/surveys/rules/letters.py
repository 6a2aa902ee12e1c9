"""The mail that asks: its words in the customer's language, and a link for each answer of the first question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from heed.feedback.surveys.language import chosen, direction, said_day, words
from heed.feedback.surveys.rules.answering import FIELD, Plan, standing
from heed.feedback.surveys.rules.oneclick import clickable
from heed.feedback.surveys.rules.wording import Wording

# Seconds before the second, third … try of a mail that was not taken; after the last it is given up.
PAUSES = (60, 300, 1_800, 7_200, 18_000, 36_000, 86_400)
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    """An invitation as it is written."""

    subject: str
    language: str
    direction: str
    words: Mapping[str, str]
    organisation: str
    text: str
    question: str
    scores: tuple[tuple[str, str], ...]
    low: str
    high: str
    link: str
    expires: str
    why: str
    unsubscribe: str


def letter(
    plan: Plan,
    language: str,
    *,
    organisation: str,
    link: str,
    expires_at: datetime,
    unsubscribe: str = "",
    about: Mapping[str, str] | None = None,
) -> Letter:
    """The invitation in a language. `organisation` is who asks, where the survey names nobody; `about` what it is about, which
    words between braces say: nothing of it was answered yet.
    """
    survey = plan.survey
    tongue = chosen(survey.languages, language)
    own, first = words(tongue), survey.questions[0]
    house, said = survey.sender_name or organisation, wording(plan, tongue, about)
    asks = "&" if "?" in link else "?"
    labels = {option.key: said(option.text) for option in first.options}
    return Letter(
        # What it is about may be of any length and on any number of lines.
        subject=" ".join(said(survey.subject, own["mail_subject"]).split())[:LONGEST_SUBJECT],
        language=tongue,
        direction=direction(tongue),
        words=own,
        organisation=house,
        text=said(survey.invitation, own["mail_text"]),
        question=said(first.text),
        scores=tuple((labels.get(each, each), f"{link}{asks}{FIELD}{first.key}={each}") for each in clickable(first)),
        low="" if labels else said(first.low, own.get(f"{first.type}_low", own["csat_1"])),
        high="" if labels else said(first.high, own.get(f"{first.type}_high", own["csat_5"])),
        link=link,
        expires=own["mail_expires"].format(day=said_day(tongue, expires_at)),
        why=own["mail_why"].format(organisation=house),
        unsubscribe=unsubscribe,
    )


def wording(plan: Plan, language: str, about: Mapping[str, str] | None) -> Wording:
    """The words of a survey before anything was answered."""
    return Wording(plan, language, standing(plan, {}, about).values)


def pause_after(attempts: int) -> int | None:
    """Seconds until a mail is tried again after so many tries; None when it is given up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def text_message(
    plan: Plan, language: str, *, organisation: str, link: str, stop_link: str, about: Mapping[str, str] | None = None
) -> str:
    """The invitation as a text message. `stop_link`: where to say no more; empty where an answer STOP is heard."""
    survey = plan.survey
    tongue = chosen(survey.languages, language)
    own = words(tongue)
    asks = wording(plan, tongue, about)(survey.title, own["title"])
    house = survey.sender_name or organisation
    stop = own["sms_stop_link"].format(link=stop_link) if stop_link else own["sms_stop_reply"]
    return f"{house}: {asks} {link} {stop}"
