"""Answering a survey: which questions are shown in which step, what was answered, what is wrong with it. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heed.core.conditions.rules import Condition
from heed.feedback.surveys.definition import SCALES, Question, Survey, shown_when

LONGEST_WORDS = 10_000
LONGEST_SECONDS = 7 * 86_400
LARGEST = 1e12
FIELD = "q_"
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_SCORE = re.compile(r"[0-9]{1,2}")
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Plan:
    """A survey made ready: its steps (places of questions) and its conditions by question."""

    survey: Survey
    steps: tuple[tuple[int, ...], ...]
    conditions: Mapping[str, Condition]


def plan_of(survey: Survey) -> Plan:
    """A new step begins where a question depends on an answer of the step before, because a page cannot change by itself."""
    conditions = {
        question.key: shown_when(question, survey.questions[:place])
        for place, question in enumerate(survey.questions)
        if question.show_when.strip()
    }
    steps: list[list[int]] = [[]]
    here: set[str] = set()
    for place, question in enumerate(survey.questions):
        condition = conditions.get(question.key)
        if condition and condition.field_names & here:
            steps.append([])
            here = set()
        steps[-1].append(place)
        here.add(question.key)
    return Plan(survey, tuple(tuple(step) for step in steps), conditions)


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer: a code of the words of the answer page, and what stands in them."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer as it is kept; a question with several choices has one for each."""

    question: str
    instrument: str
    score: float | None = None
    choice: str = ""
    words: str = ""


@dataclass(frozen=True)
class Standing:
    """How a questionnaire stands: the questions shown so far, their answers, and what is wrong with some."""

    shown: tuple[str, ...]
    replies: Mapping[str, tuple[Reply, ...]]
    faults: Mapping[str, Fault]


def standing(plan: Plan, given: Given) -> Standing:
    """Go through the questions in order: one whose condition is not true is not asked, and what was answered there is left out."""
    shown: list[str] = []
    replies: dict[str, tuple[Reply, ...]] = {}
    faults: dict[str, Fault] = {}
    row: dict[str, Any] = {}
    for question in plan.survey.questions:
        condition = plan.conditions.get(question.key)
        if condition is not None and not condition.holds(row):
            continue
        shown.append(question.key)
        found = read_answer(question, given.get(question.key, ()))
        if isinstance(found, Fault):
            faults[question.key] = found
        elif found:
            replies[question.key] = found
            row[question.key] = _value(question, found)
        elif question.required:
            faults[question.key] = Fault("required")
    return Standing(tuple(shown), replies, faults)


def _value(question: Question, found: Sequence[Reply]) -> Any:
    """An answer as conditions see it."""
    if question.type == "choices":
        return {reply.choice: reply.choice for reply in found}
    if question.type == "choice":
        return found[0].choice
    return found[0].words if question.type == "text" else found[0].score


def read_answer(question: Question, values: Sequence[str]) -> tuple[Reply, ...] | Fault:
    """What was typed, as replies: none where nothing was. A Fault when it cannot be an answer."""
    typed = [_UNKEPT.sub("", value).replace("\r\n", "\n") for value in values]
    typed = [value for value in typed if value.strip()]
    if not typed:
        return ()
    if question.type in SCALES:
        return _scored(question, typed[-1].strip())
    if question.type == "number":
        return _number(question, typed[-1])
    if question.type == "text":
        over = len(typed[-1]) - LONGEST_WORDS
        words = Reply(question.key, question.counts_as, words=typed[-1].strip())
        return Fault("too_long", {"over": over}) if over > 0 else (words,)
    return _chosen(question, typed if question.type == "choices" else typed[-1:])


def _scored(question: Question, typed: str) -> tuple[Reply, ...] | Fault:
    least, most = SCALES[question.type]
    if not _SCORE.fullmatch(typed) or not least <= int(typed) <= most:
        return Fault("choose")
    return (Reply(question.key, question.counts_as, score=float(typed)),)


def _number(question: Question, typed: str) -> tuple[Reply, ...] | Fault:
    text = re.sub(r"[\s\u00a0\u202f']", "", typed).replace("٫", ".")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return Fault("not_a_number")
    least = -LARGEST if question.least is None else question.least
    most = LARGEST if question.most is None else question.most
    if number != number:
        return Fault("not_a_number")
    if number < least:
        return Fault("too_small", {"least": f"{least:g}"})
    if number > most:
        return Fault("too_large", {"most": f"{most:g}"})
    return (Reply(question.key, question.counts_as, score=number),)


def _chosen(question: Question, typed: Sequence[str]) -> tuple[Reply, ...] | Fault:
    scores = {option.key: option.score for option in question.options}
    if any(value not in scores for value in typed):
        return Fault("choose")
    keys = [key for key in scores if key in typed]
    return tuple(Reply(question.key, question.counts_as, score=scores[key], choice=key) for key in keys)


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


def keys_of(plan: Plan, step: int) -> tuple[str, ...]:
    """The questions of a step, shown or not."""
    return tuple(plan.survey.questions[place].key for place in plan.steps[step])


def _asks(plan: Plan, shown: Sequence[str], step: int) -> bool:
    return any(key in shown for key in keys_of(plan, step))


@dataclass(frozen=True)
class Asked:
    """What a link leads to: the survey as it was when the customer was invited, and what they gave so far."""

    state: str
    invitation: str = ""
    survey_key: str = ""
    version: int = 0
    plan: Plan | None = None
    language: str = "en"
    given: Given = field(default_factory=dict)
    started_at: datetime | None = None
    organisation: str = ""

    @property
    def survey(self) -> Survey | None:
        return self.plan.survey if self.plan else None

    @property
    def languages(self) -> tuple[str, ...]:
        return self.plan.survey.languages if self.plan else (self.language,)


UNKNOWN = Asked("unknown")


@dataclass(frozen=True)
class Submission:
    """One posted step. `move` is what the customer pressed: next, back, or language:<tag>. `step` counts from 0."""

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
    """What became of a submission: kept (complete), partial, invalid, answered (before), expired or unknown; `step` is the one to show."""

    state: str
    response_key: str = ""
    errors: Mapping[str, Fault] = field(default_factory=dict)
    step: int = 0


def submission_of(token: str, form: Mapping[str, Sequence[str]], received_at: datetime) -> Submission:
    """A posted form as a submission. Nothing in it is believed: what is odd counts as absent."""

    def last(name: str) -> str:
        values = form.get(name) or ("",)
        return values[-1][:60]

    step, started = last("step"), last("started")
    since = received_at.timestamp() - int(started) if re.fullmatch(r"[0-9]{1,12}", started) else -1.0
    return Submission(
        token=token,
        language=last("language"),
        given={name.removeprefix(FIELD): tuple(values) for name, values in form.items() if name.startswith(FIELD)},
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


def judge(plan: Plan, before: Given, submission: Submission) -> Judged:
    """Whether a step is complete, and what comes next. What a step leaves out of its own questions was taken back."""
    known = {question.key for question in plan.survey.questions}
    step = min(submission.step, len(plan.steps) - 1)
    given = {key: tuple(values) for key, values in before.items() if key in known}
    given |= {key: tuple(values) for key, values in submission.given.items() if key in known}
    for key in keys_of(plan, step):
        if key not in submission.given:
            given.pop(key, None)
    now = standing(plan, given)
    if submission.move == "back":
        return Judged(given, now, "partial", step_before(plan, now.shown, step) or 0)
    if submission.move.startswith("language:"):
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
        found = read_answer(question, judged.given.get(question.key, ()))
        kept.extend(found if isinstance(found, tuple) else ())
    return kept


def told_answers(plan: Plan, replies: Iterable[Reply]) -> list[dict[str, Any]]:
    """Answers as the journal tells them: without words."""
    scales = {question.key: question.scale or (None, None) for question in plan.survey.questions}
    return [
        {
            "question": reply.question,
            "instrument": reply.instrument,
            "score": reply.score,
            "scale_min": scales[reply.question][0],
            "scale_max": scales[reply.question][1],
            "choice": reply.choice,
        }
        for reply in replies
    ]
