"""What a customer typed in answer to one question, read as replies or as a fault; and replies as conditions and forms see them. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from heed.feedback.surveys.definition import Question, Survey, question_of

LONGEST_WORDS = 10_000
LARGEST = 1e12
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_SCORE = re.compile(r"[0-9]{1,3}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
# With dots the day comes first wherever people write days so.
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer: a code of the words of the answer page, and what stands in them."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer as it is kept; a question with several choices, rows or places has one for each. A row of a matrix is
    named `question.row`; the score of a ranked option is its place; a day is kept as its choice.
    """

    question: str
    instrument: str
    score: float | None = None
    choice: str = ""
    words: str = ""


Found = tuple[Reply, ...] | Fault


def storable(typed: str) -> str:
    """What a store can keep of a text."""
    return _UNKEPT.sub("", typed)


def folded(form: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Fields by question: what stands in `service.speed` is an answer `speed:…` to `service`."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in form.items():
        question, dot, row = name.partition(".")
        typed = tuple(f"{row}:{value}" for value in values if value) if dot else tuple(values)
        found[question] = found.get(question, ()) + typed
    return found


def read_answer(
    question: Question, values: Sequence[str], today: date | None = None, *, is_half: bool = False
) -> Found:
    """What was typed, as replies: none where nothing was. A Fault when it cannot be an answer.

    Bounds that count from `today` are left out where it is not given; what is only half done is taken where `is_half`.
    """
    typed = [storable(value).replace("\r\n", "\n") for value in values]
    typed = [value for value in typed if value.strip()]
    if not typed:
        return ()
    if question.points:
        return _scored(question, typed[-1].strip())
    match question.type:
        case "number":
            return _number(question, typed[-1])
        case "text":
            return _words(question, typed[-1])
        case "date":
            return _day(question, typed[-1].strip(), today)
        case "matrix":
            return _rows(question, typed, is_half)
        case "ranking":
            return _places(question, typed, is_half)
        case _:
            return _chosen(question, typed if question.type == "choices" else typed[-1:], is_half)


def _scored(question: Question, typed: str) -> Found:
    least, most = question.points or (0, 0)
    if not _SCORE.fullmatch(typed) or not least <= int(typed) <= most:
        return Fault("choose")
    return (Reply(question.key, question.counts_as, score=float(typed)),)


def _words(question: Question, typed: str) -> Found:
    over = len(typed) - LONGEST_WORDS
    words = Reply(question.key, question.counts_as, words=typed.strip())
    return Fault("too_long", {"over": over}) if over > 0 else (words,)


def _number(question: Question, typed: str) -> Found:
    text = re.sub(r"[\s\u00a0\u202f']", "", typed).replace("٫", ".")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return Fault("not_a_number")
    number = float(text)
    least = -LARGEST if question.least is None else question.least
    most = LARGEST if question.most is None else question.most
    if number < least:
        return Fault("too_small", {"least": f"{least:g}"})
    if number > most:
        return Fault("too_large", {"most": f"{most:g}"})
    return (Reply(question.key, question.counts_as, score=number),)


def _day(question: Question, typed: str, today: date | None) -> Found:
    if found := _DAY.fullmatch(typed):
        year, month, number = (int(part) for part in found.groups())
    elif found := _DOTTED.fullmatch(typed):
        number, month, year = (int(part) for part in found.groups())
    else:
        return Fault("not_a_day")
    try:
        day = date(year, month, number)
    except ValueError:
        return Fault("not_a_day")
    earliest, latest = day_of(question.earliest, today), day_of(question.latest, today)
    # Who answers may be a day ahead of the clock here, or behind it.
    slack_before, slack_after = _slack(question.earliest), _slack(question.latest)
    if earliest and day < earliest - slack_before:
        return Fault("too_early", {"day": earliest})
    if latest and day > latest + slack_after:
        return Fault("too_late", {"day": latest})
    return (Reply(question.key, question.counts_as, choice=day.isoformat()),)


def day_of(written: str, today: date | None) -> date | None:
    """A bound as a day: 2026-01-31, today, today-30. None where there is none, or where it counts from an unknown today."""
    if not written.startswith("today"):
        return date.fromisoformat(written) if written else None
    return today + timedelta(days=int(written.removeprefix("today") or 0)) if today else None


def _slack(written: str) -> timedelta:
    return timedelta(days=1 if written.startswith("today") else 0)


def _chosen(question: Question, typed: Sequence[str], is_half: bool) -> Found:
    scores = {option.key: option.score for option in question.options}
    if any(value not in scores for value in typed):
        return Fault("choose")
    keys = [key for key in scores if key in typed]
    if question.least is not None and len(keys) < question.least and not is_half:
        return Fault("too_few", {"least": f"{question.least:g}"})
    if question.most is not None and len(keys) > question.most and not is_half:
        return Fault("too_many", {"most": f"{question.most:g}"})
    return tuple(Reply(question.key, question.counts_as, score=scores[key], choice=key) for key in keys)


def _rows(question: Question, typed: Sequence[str], is_half: bool) -> Found:
    scores = {option.key: option.score for option in question.options}
    chosen = dict(value.partition(":")[::2] for value in typed)
    known = [row.key for row in question.rows]
    if any(row not in known or option not in scores for row, option in chosen.items()):
        return Fault("choose")
    if question.required and len(chosen) < len(known) and not is_half:
        return Fault("each_row")
    return tuple(
        Reply(f"{question.key}.{row}", question.counts_as, score=scores[chosen[row]], choice=chosen[row])
        for row in known
        if row in chosen
    )


def _places(question: Question, typed: Sequence[str], is_half: bool) -> Found:
    """Options in the order they were put in: places from 1 on, each once."""
    keys = [option.key for option in question.options]
    places = dict(value.partition(":")[::2] for value in typed if value.partition(":")[2])
    if any(key not in keys or not _SCORE.fullmatch(place) for key, place in places.items()):
        return Fault("choose")
    order = {key: int(place) for key, place in places.items()}
    if fault := None if is_half or not order else _misplaced(question, list(order.values())):
        return fault
    ranked = sorted(order, key=lambda key: order[key])
    return tuple(Reply(question.key, question.counts_as, score=float(order[key]), choice=key) for key in ranked)


def _misplaced(question: Question, places: Sequence[int]) -> Fault | None:
    if sorted(places) != list(range(1, len(places) + 1)):
        return Fault("each_place")
    wanted = question.places if question.least is None else int(question.least)
    if len(places) < wanted:
        return Fault("more_places", {"places": wanted})
    return Fault("fewer_places", {"places": question.places}) if len(places) > question.places else None


def value_of(question: Question, found: Sequence[Reply]) -> Any:
    """An answer as conditions see it: maps of options chosen, of rows with their options, of options with their places."""
    match question.type:
        case "choices":
            return {reply.choice: reply.choice for reply in found}
        case "matrix":
            return {reply.question.partition(".")[2]: reply.choice for reply in found}
        case "ranking":
            return {reply.choice: f"{reply.score:g}" for reply in found}
        case "choice":
            return found[0].choice
        case "date":
            return date.fromisoformat(found[0].choice)
        case "text":
            return found[0].words
        case _:
            return found[0].score


def typed_as(question: Question, reply: Any) -> str:
    """A kept answer (question_key, score, choice, words) as it would be typed."""
    if question.type == "matrix":
        return f"{reply.question_key.partition('.')[2]}:{reply.choice}"
    if question.type == "ranking":
        return f"{reply.choice}:{reply.score:g}"
    if question.options or question.type == "date":
        return str(reply.choice)
    if question.type == "text":
        return str(reply.words)
    return f"{reply.score:.15g}" if reply.score is not None else ""


def told_answers(survey: Survey, replies: Iterable[Reply]) -> list[dict[str, Any]]:
    """Answers as the journal tells them: without words."""
    scales = {question.key: question.scale or (None, None) for question in survey.questions}
    return [
        {
            "question": reply.question,
            "instrument": reply.instrument,
            "score": reply.score,
            "scale_min": scales[question_of(reply.question)][0],
            "scale_max": scales[question_of(reply.question)][1],
            "choice": reply.choice,
        }
        for reply in replies
    ]
