"""The kind `survey`: questions in one or more languages, which of them are shown when, and the mail that asks."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from heed.core.definitions.rules import kind
from heed.core.errors.rules import nearest, phrase
from heed.feedback.surveys.logic import (
    Pipe,
    check_conditions,
    check_pipes,
    ends_when,
    fields_before,
    pipes_in,
    shown_when,
    words_of,
    wrong,
)
from heed.feedback.surveys.questions import (
    ABOUT_FIELDS,
    BOUNDED,
    CHOOSING,
    FROZEN,
    INSTRUMENTS,
    MOST_POINTS,
    RESERVED,
    SCALES,
    SCORING,
    Language,
    Option,
    Question,
    Row,
    Text,
    Type,
    question_of,
)

__all__ = [
    "ABOUT_FIELDS",
    "CHOOSING",
    "INSTRUMENTS",
    "RESERVED",
    "SCALES",
    "SCORING",
    "Brand",
    "Language",
    "Option",
    "Pipe",
    "Question",
    "Row",
    "Survey",
    "Text",
    "Type",
    "ends_when",
    "fields_before",
    "pipes_in",
    "question_of",
    "shown_when",
    "words_of",
]

MOST_LOGO = 65_536
# Options that a customer can still put in order, or that stand beside each other in a matrix.
MOST_RANKED = 20


class Brand(BaseModel):
    """How the answer page looks like the organisation that asks."""

    model_config = FROZEN

    colour: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")] = Field(
        "", description="Colour of buttons and links, such as #0d5f7d; shades that cannot be read are made darker."
    )
    logo: Annotated[str, Field(pattern=r"^(data:image/(png|jpeg|webp|gif|svg\+xml);base64,[A-Za-z0-9+/]+={0,2})?$")] = (
        Field("", max_length=MOST_LOGO, description="Picture above the questions, as a data: address.")
    )
    footer: Text = Field({}, description="Words below the questions, such as who is responsible, by language.")
    privacy: Annotated[str, Field(pattern=r"^(https://[^\s\"'<>]+)?$")] = Field(
        "", max_length=500, description="Address of the page that says how answers are used."
    )


@kind("survey", title="Survey", title_plural="Surveys")
class Survey(BaseModel):
    """What is asked of a customer after something happened, and how they are invited."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: After a call.")
    purpose: str = Field(
        "",
        max_length=1000,
        description="What the answers are for; people who approve it read this.",
        json_schema_extra={"typed": "long"},
    )
    languages: tuple[Language, ...] = Field(
        ("en",), min_length=1, max_length=40, description="Languages it is asked in; the first is what others fall to."
    )
    title: Text = Field({}, description="Heading of the answer page, by language; empty: heed's own.")
    introduction: Text = Field({}, description="Words above the first question, by language.")
    questions: tuple[Question, ...] = Field(min_length=1, max_length=60, description="What is asked, in this order.")
    thanks: Text = Field({}, description="Words after the last answer, by language; empty: heed's own.")
    anonymous: bool = Field(
        False, description="Whether answers are kept without the customer, so that nobody can tell who gave them."
    )
    paging: Literal["few", "each"] = Field(
        "few", description="few: a page holds all questions that can stand together; each: one question a page."
    )
    progress: bool = Field(True, description="Whether pages show how much is done, where there are several.")
    can_return: bool = Field(True, description="Whether customers may stop and go on later by the same link.")
    brand: Brand = Field(Brand.model_validate({}), description="Colour, logo and words of the organisation.")
    sender_name: str = Field("", max_length=120, description="Who writes the invitation; empty: the organisation.")
    subject: Text = Field({}, description="Subject of the invitation, by language; empty: heed's own.")
    invitation: Text = Field({}, description="Words of the invitation, by language; empty: heed's own.")
    expires_days: int = Field(30, ge=1, le=365, description="Days in which an invitation can be answered.")

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    def check(self) -> None:
        """Raises InvalidDefinition at the first thing that cannot be meant."""
        _refuse_twice("languages", self.languages)
        _refuse_twice("questions", [question.key for question in self.questions])
        for name in ("title", "introduction", "thanks", "subject", "invitation"):
            _check_text(name, getattr(self, name), self.languages, needed=False)
        _check_text("brand.footer", self.brand.footer, self.languages, needed=False)
        for name in ("title", "introduction", "thanks", "subject", "invitation"):
            check_pipes(name, getattr(self, name), ())
        for place, question in enumerate(self.questions):
            at = f"questions.{place}"
            _check_question(at, question, self.languages)
            check_conditions(at, self.questions, place)
            for field, text in words_of(question):
                check_pipes(f"{at}.{field}", text, self.questions[:place])


# Checks


def _refuse_twice(at: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise wrong(at, phrase("{key} is there twice.", key=key), "Give each a key of its own.", "duplicate_key")
        seen.add(key)


def _check_text(at: str, text: Mapping[str, str], languages: tuple[str, ...], *, needed: bool) -> None:
    for language in text:
        if language not in languages:
            raise wrong(
                at, phrase("{language} is no language of this survey.", language=language), nearest(language, languages)
            )
    if (needed or any(words.strip() for words in text.values())) and not text.get(languages[0], "").strip():
        raise wrong(
            at,
            phrase("the words in {language} are missing.", language=languages[0]),
            "Other languages fall back to the first.",
        )


def _check_question(at: str, question: Question, languages: tuple[str, ...]) -> None:
    if question.key in RESERVED or question.key.startswith("has_"):
        raise wrong(
            f"{at}.key",
            phrase("{key} means something else in conditions.", key=question.key),
            phrase("Such as {key}_asked.", key=question.key),
        )
    _check_text(f"{at}.text", question.text, languages, needed=True)
    for name in ("help", "low", "high"):
        _check_text(f"{at}.{name}", getattr(question, name), languages, needed=False)
    _check_options(at, question, languages)
    _check_rows(at, question, languages)
    _check_bounds(at, question)
    _check_days(at, question)
    _check_instrument(at, question)


def _check_instrument(at: str, question: Question) -> None:
    allowed = INSTRUMENTS[question.type]
    if question.instrument and question.instrument not in allowed:
        raise wrong(
            f"{at}.instrument",
            phrase(
                "a question of type {type} cannot count as {instrument}.",
                type=question.type,
                instrument=question.instrument,
            ),
            nearest(question.instrument, allowed),
        )
    scale = SCALES.get(question.instrument)
    if question.type == "rating" and scale and question.points != scale:
        raise wrong(
            f"{at}.instrument",
            phrase(
                "{instrument} goes from {least} to {most}.",
                instrument=question.instrument,
                least=scale[0],
                most=scale[1],
            ),
        )


def _check_options(at: str, question: Question, languages: tuple[str, ...]) -> None:
    if question.type not in CHOOSING:
        if question.options:
            raise wrong(
                f"{at}.options",
                phrase("a question of type {type} has no options.", type=question.type),
                "Make it a choice.",
            )
        return
    if len(question.options) < 2:
        raise wrong(f"{at}.options", phrase("a choice needs two options or more."))
    most = {"matrix": MOST_POINTS, "ranking": MOST_RANKED}.get(question.type)
    if most and len(question.options) > most:
        raise wrong(f"{at}.options", phrase("a {type} takes at most {most} options.", type=question.type, most=most))
    _refuse_twice(f"{at}.options", [option.key for option in question.options])
    for place, option in enumerate(question.options):
        _check_text(f"{at}.options.{place}.text", option.text, languages, needed=True)
        if option.score is not None and not math.isfinite(option.score):
            raise wrong(f"{at}.options.{place}.score", phrase("a score is a number."))


def _check_rows(at: str, question: Question, languages: tuple[str, ...]) -> None:
    if question.type != "matrix":
        if question.rows:
            raise wrong(f"{at}.rows", phrase("only a matrix has rows."))
        return
    if not question.rows:
        raise wrong(f"{at}.rows", phrase("a matrix needs a row or more."))
    _refuse_twice(f"{at}.rows", [row.key for row in question.rows])
    for place, row in enumerate(question.rows):
        _check_text(f"{at}.rows.{place}.text", row.text, languages, needed=True)


def _check_bounds(at: str, question: Question) -> None:
    least, most = question.least, question.most
    if question.type not in BOUNDED:
        if least is not None or most is not None:
            raise wrong(
                f"{at}.least", phrase("a question of type {type} has no least and no most.", type=question.type)
            )
        return
    if least is not None and most is not None and least > most:
        raise wrong(f"{at}.most", phrase("{most:g} is less than {least:g}.", most=most, least=least))
    if question.type == "number":
        return
    for name, bound in (("least", least), ("most", most)):
        if bound is not None and not (0 <= bound <= 100 and float(bound).is_integer()):
            raise wrong(f"{at}.{name}", phrase("must be a whole number from 0 to 100."))
    if question.type == "rating":
        low, high = question.points or (0, 0)
        if not 1 <= high - low < MOST_POINTS:
            raise wrong(f"{at}.most", phrase("a scale has from 2 to {most} points.", most=MOST_POINTS))
    elif max(least or 0, most or 0) > len(question.options) or most == 0:
        raise wrong(f"{at}.most", phrase("there are {count} options.", count=len(question.options)))


def _check_days(at: str, question: Question) -> None:
    days = {"earliest": question.earliest, "latest": question.latest}
    for name, day in days.items():
        if day and question.type != "date":
            raise wrong(f"{at}.{name}", phrase("only a date has an earliest and a latest day."))
        if day and not day.startswith("today"):
            try:
                date.fromisoformat(day)
            except ValueError:
                raise wrong(f"{at}.{name}", phrase("{day} is no day.", day=day), "Such as 2026-01-31.") from None
    if all(day and not day.startswith("today") for day in days.values()) and question.latest < question.earliest:
        raise wrong(
            f"{at}.latest", phrase("{latest} is before {earliest}.", latest=question.latest, earliest=question.earliest)
        )
