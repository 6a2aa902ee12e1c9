"""What the answer page shows: questions of a step with what was typed, in the customer's language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heed.feedback.surveys.definition import SCALES, Question, Survey
from heed.feedback.surveys.language import chosen, direction, native_name, spoken, told, words
from heed.feedback.surveys.rules.answering import (
    FIELD,
    Asked,
    Fault,
    Given,
    Plan,
    Standing,
    keys_of,
    standing,
    step_after,
    step_before,
)

STATES = ("open", "thanks", "answered", "expired", "unknown", "again")


@dataclass(frozen=True)
class Choice:
    """One answer to choose: its value, what is read, whether it is chosen. `spoken` is for ears, where it says more."""

    value: str
    label: str
    is_chosen: bool
    spoken: str = ""


@dataclass(frozen=True)
class Shown:
    """One question as it stands on the page. `typed` is what stands in its field."""

    name: str
    type: str
    text: str
    help: str
    is_required: bool
    choices: tuple[Choice, ...]
    typed: str
    low: str
    high: str
    error: str

    @property
    def first_id(self) -> str:
        """Where an error leads: the field itself, or the first of its choices."""
        return f"{self.name}-{self.choices[0].value}" if self.choices else self.name


@dataclass(frozen=True)
class Tongue:
    """A language to change to."""

    tag: str
    name: str
    direction: str
    is_current: bool


@dataclass(frozen=True)
class AnswerPage:
    """All that the template draws. `hidden` carries what was given in other steps, so that a post says everything."""

    state: str
    language: str
    direction: str
    words: Mapping[str, str]
    organisation: str = ""
    title: str = ""
    introduction: str = ""
    thanks: str = ""
    step: int = 0
    number: int = 1
    is_first: bool = True
    is_last: bool = True
    questions: tuple[Shown, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    tongues: tuple[Tongue, ...] = ()
    is_preview: bool = False

    @property
    def errors(self) -> tuple[Shown, ...]:
        return tuple(question for question in self.questions if question.error)

    @property
    def has_form(self) -> bool:
        """Whether something can be sent: questions, or what was typed before and could not be kept."""
        return bool(self.questions or (self.state == "again" and self.hidden))

    @property
    def marks_optional(self) -> bool:
        """Optional questions say so only beside required ones."""
        return any(question.is_required for question in self.questions)

    @property
    def heading(self) -> str:
        """What the page is, in a few words."""
        if self.state in ("open", "again"):
            return self.title if self.questions else self.words["again_title"]
        return self.words[f"{self.state}_title"]

    @property
    def body(self) -> str:
        """What there is to say where nothing is asked."""
        if self.state == "thanks":
            return self.words["preview_over"] if self.is_preview else self.thanks
        return self.words[self.state]


def page_of(
    asked: Asked,
    given: Given,
    language: str,
    step: int,
    *,
    errors: Mapping[str, Fault] | None = None,
    state: str = "",
    is_preview: bool = False,
    hidden: Sequence[tuple[str, str]] = (),
) -> AnswerPage:
    """The page of a step, or of the state the invitation is in. `given` is what was typed, right or wrong; `hidden` is
    what was typed where the questions cannot be read.
    """
    plan, survey = asked.plan, asked.survey
    if plan is None or survey is None:
        tongue = spoken(language or asked.language)
        return AnswerPage(**_frame(asked, state, tongue), step=step, hidden=tuple(hidden))
    tongue = chosen(survey.languages, language or asked.language)
    page = _frame(asked, state, tongue) | {
        "title": told(survey.title, survey.languages, tongue, words(tongue)["title"]),
        "thanks": told(survey.thanks, survey.languages, tongue, words(tongue)["thanks"]),
        "tongues": _tongues(survey, tongue),
        "is_preview": is_preview,
    }
    if page["state"] != "open":
        return AnswerPage(**page)
    now = standing(plan, given)
    step = _asking(plan, now, step)
    return AnswerPage(
        **page,
        introduction=told(survey.introduction, survey.languages, tongue) if step == 0 else "",
        step=step,
        number=1 + sum(1 for place in range(step) if set(keys_of(plan, place)) & set(now.shown)),
        is_first=step_before(plan, now.shown, step) is None,
        is_last=not _may_go_on(plan, now, step),
        questions=_questions(plan, now, given, step, tongue, errors or {}),
        hidden=_elsewhere(plan, given, step),
    )


def _frame(asked: Asked, state: str, tongue: str) -> dict[str, Any]:
    """What every page has, whatever is asked on it."""
    return {
        "state": state or asked.state,
        "language": tongue,
        "direction": direction(tongue),
        "words": words(tongue),
        "organisation": asked.organisation,
    }


def _asking(plan: Plan, now: Standing, step: int) -> int:
    """The step itself, or the nearest one before it in which something is asked."""
    step = max(0, min(step, len(plan.steps) - 1))
    while step > 0 and not set(keys_of(plan, step)) & set(now.shown):
        step -= 1
    return step


def _may_go_on(plan: Plan, now: Standing, step: int) -> bool:
    """Whether something may be asked after this step: it is shown already, or hangs on what is not answered yet."""
    if step_after(plan, now.shown, step) is not None:
        return True
    open_keys = set(keys_of(plan, step))
    for place in range(step + 1, len(plan.steps)):
        for key in keys_of(plan, place):
            if plan.conditions[key].field_names & open_keys:
                return True
    return False


def _questions(
    plan: Plan, now: Standing, given: Given, step: int, tongue: str, errors: Mapping[str, Fault]
) -> tuple[Shown, ...]:
    here = keys_of(plan, step)
    return tuple(
        _shown(plan.survey, question, given.get(question.key, ()), tongue, errors.get(question.key))
        for question in plan.survey.questions
        if question.key in here and question.key in now.shown
    )


def _shown(survey: Survey, question: Question, typed: Sequence[str], tongue: str, fault: Fault | None) -> Shown:
    def said(text: Mapping[str, str], otherwise: str = "") -> str:
        return told(text, survey.languages, tongue, otherwise)

    own = words(tongue)
    return Shown(
        name=f"{FIELD}{question.key}",
        type=question.type,
        text=said(question.text),
        help=said(question.help),
        is_required=question.required,
        choices=_choices(survey, question, typed, tongue),
        typed=typed[-1] if typed and question.type in ("text", "number") else "",
        low=said(question.low, own.get(f"{question.type}_low", own["csat_1"])) if question.type in SCALES else "",
        high=said(question.high, own.get(f"{question.type}_high", own["csat_5"])) if question.type in SCALES else "",
        error=own[fault.code].format(**fault.values) if fault else "",
    )


def _choices(survey: Survey, question: Question, typed: Sequence[str], tongue: str) -> tuple[Choice, ...]:
    if question.type in SCALES:
        least, most = SCALES[question.type]
        own, ends = words(tongue), {least: question.low, most: question.high}
        made = []
        for score in range(least, most + 1):
            spoken = own.get(f"{question.type}_{score}", "")
            spoken = told(ends.get(score, {}), survey.languages, tongue, spoken)
            made.append(Choice(str(score), str(score), str(score) in typed, spoken))
        return tuple(made)
    return tuple(
        Choice(option.key, told(option.text, survey.languages, tongue), option.key in typed)
        for option in question.options
    )


def _elsewhere(plan: Plan, given: Given, step: int) -> tuple[tuple[str, str], ...]:
    here = keys_of(plan, step)
    return tuple(
        (f"{FIELD}{question.key}", value)
        for question in plan.survey.questions
        if question.key not in here
        for value in given.get(question.key, ())
    )


def _tongues(survey: Survey, current: str) -> tuple[Tongue, ...]:
    if len(survey.languages) < 2:
        return ()
    return tuple(
        Tongue(language, native_name(language), direction(language), language == current)
        for language in survey.languages
    )
