"""Answering a survey: which questions are shown in which step, what was answered, what is wrong with it. Pure."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from heed.core.conditions.rules import Condition
from heed.feedback.surveys.definition import (
    ABOUT_FIELDS,
    Pipe,
    Question,
    Survey,
    ends_when,
    pipes_in,
    shown_when,
    words_of,
)
from heed.feedback.surveys.rules.replies import Fault, Given, Reply, folded, read_answer, storable, value_of

LONGEST_SECONDS = 7 * 86_400
FIELD = "q_"
# The move of who answered one question of a step, such as in the mail: kept, whatever the step still wants.
KEEP = "keep"
# The move of who stops here and goes on later.
SAVE = "save"


@dataclass(frozen=True)
class Plan:
    """A survey made ready: its steps (places of questions), its conditions by question, and the answers said again by words."""

    survey: Survey
    steps: tuple[tuple[int, ...], ...]
    conditions: Mapping[str, Condition]
    ends: Mapping[str, Condition] = field(default_factory=dict)
    pipes: Mapping[str, tuple[Pipe, ...]] = field(default_factory=dict)


def plan_of(survey: Survey) -> Plan:
    """A new step begins where a question depends on an answer of the step before, because a page cannot change by itself."""
    questions = survey.questions
    before = {question.key: questions[:place] for place, question in enumerate(questions)}
    conditions = {q.key: shown_when(q, before[q.key]) for q in questions if q.show_when.strip()}
    ends = {q.key: ends_when(q, before[q.key]) for q in questions if q.end_when.strip()}
    pipes: dict[str, tuple[Pipe, ...]] = {}
    for text in (survey.title, survey.introduction, survey.thanks, survey.subject, survey.invitation):
        _add_pipes(pipes, text, ())
    needs: dict[str, set[str]] = {}
    for question in questions:
        said = [pipe for _, text in words_of(question) for pipe in _add_pipes(pipes, text, before[question.key])]
        needs[question.key] = {name for pipe in said for name in pipe.names}
        if condition := conditions.get(question.key):
            needs[question.key] |= condition.field_names
    return Plan(survey, _steps(survey, needs, set(ends)), conditions, ends, pipes)


def _add_pipes(pipes: dict[str, tuple[Pipe, ...]], text: Mapping[str, str], before: Sequence[Question]) -> list[Pipe]:
    """Read what stands between braces in some words; what is found there."""
    found = {words: pipes_in(words, before) for words in text.values() if "{{" in words}
    pipes.update({words: pipe for words, pipe in found.items() if pipe})
    return [pipe for piped in found.values() for pipe in piped]


def _steps(survey: Survey, needs: Mapping[str, set[str]], ending: set[str]) -> tuple[tuple[int, ...], ...]:
    steps: list[list[int]] = [[]]
    here: set[str] = set()
    for place, question in enumerate(survey.questions):
        is_apart = question.new_page or survey.paging == "each" or bool(here & (needs[question.key] | ending))
        if is_apart and steps[-1]:
            steps.append([])
            here = set()
        steps[-1].append(place)
        here.add(question.key)
    return tuple(tuple(step) for step in steps)


@dataclass(frozen=True)
class Standing:
    """How a questionnaire stands: the questions shown so far, their answers, what is wrong with some, and what conditions see."""

    shown: tuple[str, ...]
    replies: Mapping[str, tuple[Reply, ...]]
    faults: Mapping[str, Fault]
    values: Mapping[str, Any] = field(default_factory=dict)


def standing(plan: Plan, given: Given, about: Mapping[str, str] | None = None, today: date | None = None) -> Standing:
    """Go through the questions in order: one whose condition is not true is not asked, and what was answered there is left out.

    `about` is what the survey is about, by column (topic, channel …)."""
    shown: list[str] = []
    replies: dict[str, tuple[Reply, ...]] = {}
    faults: dict[str, Fault] = {}
    row: dict[str, Any] = {name: (about or {}).get(name.removeprefix("about_")) or None for name in ABOUT_FIELDS}
    for question in plan.survey.questions:
        condition = plan.conditions.get(question.key)
        if condition is not None and not condition.holds(row):
            continue
        shown.append(question.key)
        found = read_answer(question, given.get(question.key, ()), today)
        if isinstance(found, Fault):
            faults[question.key] = found
        elif found:
            replies[question.key] = found
            row[question.key] = value_of(question, found)
        elif question.required:
            faults[question.key] = Fault("required")
        end = plan.ends.get(question.key)
        if end is not None and question.key not in faults and end.holds(row):
            break
    return Standing(tuple(shown), replies, faults, row)


def step_after(plan: Plan, shown: Sequence[str], step: int) -> int | None:
    """The next step in which something is asked; None when the questionnaire is over."""
    return next((place for place in range(step + 1, len(plan.steps)) if _asks(plan, shown, place)), None)


def step_before(plan: Plan, shown: Sequence[str], step: int) -> int | None:
    """The step before in which something is asked; None at the first."""
    return next((place for place in range(step - 1, -1, -1) if _asks(plan, shown, place)), None)


def step_of(plan: Plan, key: str) -> int:
    """The step a question stands in."""
    place = next(place for place, question in enumerate(plan.survey.questions) if question.key == key)
    return next(number for number, step in enumerate(plan.steps) if place in step)


def resume_step(plan: Plan, given: Given, about: Mapping[str, str]) -> int:
    """Where who comes back goes on: the step they answered last, or the one behind it where nothing of it is left open. A
    question that was passed over before does not call them back.
    """
    now = standing(plan, given, about)
    answered = [key for key in now.shown if given.get(key)]
    if not answered:
        return 0
    step = step_of(plan, answered[-1])
    is_open = any(key in now.shown and key not in now.replies for key in keys_of(plan, step))
    following = None if is_open else step_after(plan, now.shown, step)
    return step if following is None else following


def keys_of(plan: Plan, step: int) -> tuple[str, ...]:
    """The questions of a step, shown or not."""
    return tuple(plan.survey.questions[place].key for place in plan.steps[step])


def _asks(plan: Plan, shown: Sequence[str], step: int) -> bool:
    return any(key in shown for key in keys_of(plan, step))


@dataclass(frozen=True)
class Asked:
    """What a link leads to: the survey as it was when the customer was invited, what it is about, what they gave so far, and
    the step at which they go on.
    """

    state: str
    invitation: str = ""
    survey_key: str = ""
    version: int = 0
    plan: Plan | None = None
    language: str = "en"
    given: Given = field(default_factory=dict)
    started_at: datetime | None = None
    organisation: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    resume: int = 0
    expires_at: datetime | None = None

    @property
    def survey(self) -> Survey | None:
        return self.plan.survey if self.plan else None

    @property
    def languages(self) -> tuple[str, ...]:
        return self.plan.survey.languages if self.plan else (self.language,)


UNKNOWN = Asked("unknown")


@dataclass(frozen=True)
class Submission:
    """One posted step. `move` is what the customer pressed: next, back, keep, save, or language:<tag>. `step` counts from
    0.
    """

    token: str
    language: str
    given: Given
    step: int
    received_at: datetime
    move: str = "next"
    duration_seconds: float | None = None
    nonce: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of a submission: kept (complete), partial, saved (to go on later), invalid, answered (before), expired or
    unknown; `step` is the one to show.
    """

    state: str
    response_key: str = ""
    errors: Mapping[str, Fault] = field(default_factory=dict)
    step: int = 0


def reached(state: str, query: Container[str]) -> str:
    """What a page says after something was kept: the address tells of it, and what is kept says whether it is so."""
    if state == "answered" and "thanks" in query:
        return "thanks"
    return "saved" if state == "open" and "saved" in query else state


def given_of(form: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The answers in a form or an address."""
    return folded({name.removeprefix(FIELD): tuple(values) for name, values in form.items() if name.startswith(FIELD)})


def submission_of(token: str, form: Mapping[str, Sequence[str]], received_at: datetime) -> Submission:
    """A posted form as a submission. Nothing in it is believed: what is odd counts as absent."""

    def last(name: str) -> str:
        values = form.get(name) or ("",)
        return storable(values[-1])[:60]

    step, started = last("step"), last("started")
    since = received_at.timestamp() - int(started) if re.fullmatch(r"[0-9]{1,12}", started) else -1.0
    return Submission(
        token=token,
        language=last("language"),
        given=given_of(form),
        step=int(step) if re.fullmatch(r"[0-9]{1,2}", step) else 0,
        received_at=received_at,
        move=last("move") or "next",
        duration_seconds=since if 0 <= since <= LONGEST_SECONDS else None,
        nonce=last("nonce")[:40],
    )


@dataclass(frozen=True)
class Judged:
    """A submission held against what was given before: all that is given now, how it stands, and where to go."""

    given: dict[str, tuple[str, ...]]
    standing: Standing
    state: str
    step: int


def judge(plan: Plan, before: Given, submission: Submission, about: Mapping[str, str] | None = None) -> Judged:
    """Whether a step is complete, and what comes next. What a step leaves out of its own questions was taken back."""
    known = {question.key for question in plan.survey.questions}
    step = min(submission.step, len(plan.steps) - 1)
    given = {key: tuple(values) for key, values in before.items() if key in known}
    given |= {key: tuple(values) for key, values in submission.given.items() if key in known}
    for key in keys_of(plan, step):
        if key not in submission.given:
            given.pop(key, None)
    now = standing(plan, given, about, submission.received_at.date())
    if submission.move == SAVE:
        return Judged(given, now, "saved", step)
    if submission.move == "back":
        return Judged(given, now, "partial", step_before(plan, now.shown, step) or 0)
    if submission.move.startswith("language:"):
        return Judged(given, now, "partial", step)
    if submission.move == KEEP and set(keys_of(plan, step)) & set(now.shown) - set(submission.given):
        return Judged(given, now, "partial", step)
    done = {key for place in range(step + 1) for key in keys_of(plan, place)}
    wrong = [key for key in now.faults if key in done]
    if wrong:
        return Judged(given, now, "invalid", step_of(plan, wrong[0]))
    following = step_after(plan, now.shown, step)
    return Judged(given, now, "kept", step) if following is None else Judged(given, now, "partial", following)


def final_replies(plan: Plan, judged: Judged) -> list[Reply]:
    """The answers of a finished questionnaire: of the questions that were shown, in their order."""
    found = judged.standing.replies
    return [reply for question in plan.survey.questions for reply in found.get(question.key, ())]


def kept_replies(plan: Plan, judged: Judged) -> list[Reply]:
    """Whatever can be kept of a questionnaire that is not finished, also of questions that are not shown just now."""
    kept: list[Reply] = []
    for question in plan.survey.questions:
        found = read_answer(question, judged.given.get(question.key, ()), is_half=True)
        kept.extend(found if isinstance(found, tuple) else ())
    return kept
