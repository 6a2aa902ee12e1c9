"""One click in the mail: the link shows the answer that was chosen, and a button keeps it. Opening it keeps nothing, so that
scanners which open every link of a mail answer nothing. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from heed.feedback.surveys.definition import SCALES, Question
from heed.feedback.surveys.rules.answering import FIELD, Asked
from heed.feedback.surveys.rules.showing import AnswerPage

MOST_LINKS = 11
TEMPLATE = "surveys/first.html"


def clickable(question: Question) -> tuple[str, ...]:
    """The answers of a question that fit into a mail as links, as they would be typed; none where they do not fit."""
    ends = question.scale
    if question.type in (*SCALES, "rating") and ends is not None and ends[1] - ends[0] < MOST_LINKS:
        return tuple(str(score) for score in range(int(ends[0]), int(ends[1]) + 1))
    if question.type == "choice" and len(question.options) <= MOST_LINKS:
        return tuple(option.key for option in question.options)
    return ()


def is_click(asked: Asked, query: Mapping[str, Sequence[str]]) -> bool:
    """Whether an address is that of an answer in the mail: the first question answered in it, and no step asked for."""
    if asked.survey is None or asked.state != "open" or "step" in query:
        return False
    first = asked.survey.questions[0]
    named = [name for name in query if name.startswith(FIELD)]
    return named == [f"{FIELD}{first.key}"] and any(value in clickable(first) for value in query[named[0]])


def only_first(page: AnswerPage) -> AnswerPage:
    """The page with its first question alone; what was answered beside it before travels along."""
    others = tuple(field for question in page.questions[1:] for field in question.fields)
    return replace(page, questions=page.questions[:1], hidden=page.hidden + others, introduction="")
