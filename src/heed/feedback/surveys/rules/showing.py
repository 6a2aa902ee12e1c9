"""What the answer page shows: questions of a step with what was typed, in the customer's language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from heed.feedback.surveys.definition import SCALES, Question, Survey
from heed.feedback.surveys.language import chosen, direction, native_name, said_day, spoken, words
from heed.feedback.surveys.rules.answering import (
    FIELD,
    Asked,
    Plan,
    Standing,
    keys_of,
    standing,
    step_after,
    step_before,
)
from heed.feedback.surveys.rules.branding import style_of
from heed.feedback.surveys.rules.replies import Fault, Given, day_of, folded
from heed.feedback.surveys.rules.wording import Wording

STATES = ("open", "thanks", "saved", "answered", "expired", "unknown", "again")


@dataclass(frozen=True)
class Choice:
    """One answer to choose: its value, what is read, whether it is chosen. `spoken` is for ears, where it says more."""

    value: str
    label: str
    is_chosen: bool
    spoken: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a matrix with its choices, or one option of a ranking with the places it may have."""

    name: str
    id: str
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Shown:
    """One question as it stands on the page. `typed` is what stands in its field; `points` is how many its scale has."""

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
    lines: tuple[Line, ...] = ()
    points: int = 0
    earliest: str = ""
    latest: str = ""
    says_more: str = ""

    @property
    def first_id(self) -> str:
        """Where an error leads: the field itself, or the first of its choices."""
        if self.lines and self.type == "matrix":
            return f"{self.lines[0].id}-{self.lines[0].choices[0].value}"
        if self.lines:
            return self.lines[0].id
        return f"{self.name}-{self.choices[0].value}" if self.choices else self.name

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What a browser would send of it: names and values."""
        parts = (*((self.name, self.choices),), *((line.name, line.choices) for line in self.lines))
        chosen_ones = [(name, choice.value) for name, found in parts for choice in found if choice.is_chosen]
        found = [*chosen_ones, (self.name, self.typed)]
        return tuple((name, value) for name, value in found if value)


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
    done: int | None = None
    can_save: bool = False
    notice: str = ""
    saved: str = ""
    style: str = ""
    logo: str = ""
    footer: str = ""
    privacy: str = ""

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
    def done_said(self) -> str:
        """How much is done, in words."""
        return self.words["done_share"].format(share=self.done)

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
        return self.saved if self.state == "saved" else self.words[self.state]


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
    now = standing(plan, folded(given), asked.about)
    said = Wording(plan, tongue, now.values)
    page = _frame(asked, state, tongue) | _dressed(asked, survey, said) | {"is_preview": is_preview}
    if page["state"] != "open":
        return AnswerPage(**page)
    step = _asking(plan, now, step)
    return AnswerPage(
        **page,
        introduction=said(survey.introduction) if step == 0 else "",
        notice=words(tongue)["anonymous"] if survey.anonymous and step == 0 else "",
        step=step,
        number=1 + sum(1 for place in range(step) if set(keys_of(plan, place)) & set(now.shown)),
        is_first=step_before(plan, now.shown, step) is None,
        is_last=not _may_go_on(plan, now, step),
        questions=_questions(plan, now, folded(given), step, said, errors or {}),
        hidden=_elsewhere(plan, folded(given), step),
        done=100 * plan.steps[step][0] // len(survey.questions) if survey.progress and len(plan.steps) > 1 else None,
        can_save=survey.can_return and len(plan.steps) > 1,
    )


def _dressed(asked: Asked, survey: Survey, said: Wording) -> dict[str, Any]:
    """What pages of a survey have beside its questions: its own words, languages, colour and logo."""
    tongue = said.language
    own, until = words(tongue), asked.expires_at
    return {
        "title": said(survey.title, own["title"]),
        "thanks": said(survey.thanks, own["thanks"]),
        "saved": own["saved"].format(day=said_day(tongue, until)) if until else own["saved_plain"],
        "tongues": _tongues(survey, tongue),
        "style": style_of(survey.brand.colour),
        "logo": survey.brand.logo,
        "footer": said(survey.brand.footer),
        "privacy": survey.brand.privacy,
    }


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
    if step + 1 < len(plan.steps) and open_keys & set(plan.ends):
        return True
    later = [key for place in range(step + 1, len(plan.steps)) for key in keys_of(plan, place)]
    return any(key in plan.conditions and plan.conditions[key].field_names & open_keys for key in later)


def _questions(
    plan: Plan, now: Standing, given: Given, step: int, said: Wording, errors: Mapping[str, Fault]
) -> tuple[Shown, ...]:
    here = keys_of(plan, step)
    return tuple(
        _shown(question, given.get(question.key, ()), said, errors.get(question.key))
        for question in plan.survey.questions
        if question.key in here and question.key in now.shown
    )


def _shown(question: Question, typed: Sequence[str], said: Wording, fault: Fault | None) -> Shown:
    own, points = words(said.language), question.points
    is_known = question.type in SCALES
    return Shown(
        name=f"{FIELD}{question.key}",
        type=question.type,
        text=said(question.text),
        help=said(question.help),
        is_required=question.required,
        choices=_choices(question, typed, said),
        typed=typed[-1] if typed and question.type in ("text", "number", "date") else "",
        low=said(question.low, own.get(f"{question.type}_low", own["csat_1"]) if is_known else "") if points else "",
        high=said(question.high, own.get(f"{question.type}_high", own["csat_5"]) if is_known else "") if points else "",
        error=_fault_said(fault, said.language) if fault else "",
        lines=_lines(question, typed, said),
        points=points[1] - points[0] + 1 if points else len(question.options),
        earliest=_iso(question.earliest),
        latest=_iso(question.latest),
        says_more=_more(question, own),
    )


def _fault_said(fault: Fault, tongue: str) -> str:
    values = {
        name: said_day(tongue, value) if isinstance(value, date) else value for name, value in fault.values.items()
    }
    return words(tongue)[fault.code].format(**values)


def _more(question: Question, own: Mapping[str, str]) -> str:
    """What is to be known before answering, where the survey itself says nothing."""
    if question.type == "ranking":
        return own["rank"].format(places=question.places)
    if question.type != "choices":
        return ""
    return own["choose_most"].format(most=f"{question.most:g}") if question.most else own["choose_many"]


def _iso(bound: str) -> str:
    """A written bound for the browser's own check; one that counts from today is left to the server."""
    day = day_of(bound, None)
    return day.isoformat() if day else ""


def _choices(question: Question, typed: Sequence[str], said: Wording) -> tuple[Choice, ...]:
    if question.points:
        least, most = question.points
        own, ends = words(said.language), {least: question.low, most: question.high}
        made = []
        for score in range(least, most + 1):
            spoken = said(ends.get(score, {}), own.get(f"{question.type}_{score}", ""))
            made.append(Choice(str(score), str(score), str(score) in typed, spoken))
        return tuple(made)
    if question.type in ("matrix", "ranking"):
        return ()
    return tuple(Choice(option.key, said(option.text), option.key in typed) for option in question.options)


def _lines(question: Question, typed: Sequence[str], said: Wording) -> tuple[Line, ...]:
    name, found = f"{FIELD}{question.key}", dict(value.partition(":")[::2] for value in typed)
    if question.type == "matrix":
        labels = [(option.key, said(option.text)) for option in question.options]
        return tuple(
            Line(
                f"{name}.{row.key}",
                f"{name}.{row.key}",
                said(row.text),
                tuple(Choice(key, label, found.get(row.key) == key) for key, label in labels),
            )
            for row in question.rows
        )
    if question.type != "ranking":
        return ()
    places = [str(place) for place in range(1, question.places + 1)]
    return tuple(
        Line(
            name,
            f"{name}-{option.key}",
            said(option.text),
            tuple(Choice(f"{option.key}:{place}", place, found.get(option.key) == place) for place in places),
        )
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
