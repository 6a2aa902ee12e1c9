"""The mail that asks: its words in the customer's language, and a link for each score of the first question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from heed.feedback.surveys.definition import SCALES, Survey
from heed.feedback.surveys.language import chosen, direction, said_day, told, words
from heed.feedback.surveys.rules.answering import FIELD

# Seconds before the second, third … try of a mail that was not taken; after the last it is given up.
PAUSES = (60, 300, 1_800, 7_200, 18_000, 36_000, 86_400)


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
    survey: Survey, language: str, *, organisation: str, link: str, expires_at: datetime, unsubscribe: str = ""
) -> Letter:
    """The invitation in a language. `organisation` is who asks, where the survey names nobody."""
    tongue = chosen(survey.languages, language)
    own, first = words(tongue), survey.questions[0]
    house = survey.sender_name or organisation

    def said(text: Mapping[str, str], otherwise: str = "") -> str:
        return told(text, survey.languages, tongue, otherwise)

    least, most = SCALES.get(first.type, (0, -1))
    asks = "&" if "?" in link else "?"
    return Letter(
        subject=said(survey.subject, own["mail_subject"]),
        language=tongue,
        direction=direction(tongue),
        words=own,
        organisation=house,
        text=said(survey.invitation, own["mail_text"]),
        question=said(first.text),
        scores=tuple((str(score), f"{link}{asks}{FIELD}{first.key}={score}") for score in range(least, most + 1)),
        low=said(first.low, own.get(f"{first.type}_low", own["csat_1"])),
        high=said(first.high, own.get(f"{first.type}_high", own["csat_5"])),
        link=link,
        expires=own["mail_expires"].format(day=said_day(tongue, expires_at)),
        why=own["mail_why"].format(organisation=house),
        unsubscribe=unsubscribe,
    )


def pause_after(attempts: int) -> int | None:
    """Seconds until a mail is tried again after so many tries; None when it is given up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
