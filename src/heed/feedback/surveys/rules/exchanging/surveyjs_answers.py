"""Results of SurveyJS (a list of result objects, or one a line), turned into a sheet. Pure.

Source: SurveyJS, "Access Survey Results" (docs/handle-survey-results-access.md of github.com/surveyjs/survey-library): a value by question
name; a list for a checkbox or a ranking, an object for a matrix or a box of several texts, `name-Comment` for what was typed beside it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import Question, Survey
from heed.feedback.surveys.rules.exchanging.answers import AnswersPlan
from heed.feedback.surveys.rules.exchanging.turned_answers import (
    Cells,
    Sheet,
    coded,
    figure,
    one,
    pairs_of,
    ranked,
    reader_of,
    several,
)
from heed.feedback.surveys.rules.exchanging.words import option_key, question_key

# Names of what is stored beside results, without case and signs: SurveyJS leaves it to who keeps them.
META = {
    **dict.fromkeys(("id", "instanceid", "resultid", "responseid", "submissionid", "uuid"), "id"),
    **dict.fromkeys(("happenedat", "happendat", "completedat", "submittedat", "createdat", "submitdate"), "at"),
    **dict.fromkeys(("enddate", "endtime", "timestamp", "savedat", "created", "date"), "at"),
    **dict.fromkeys(("startedat", "startdate", "starttime"), "started"),
    **dict.fromkeys(("timespent", "duration", "durationseconds"), "duration"),
    **dict.fromkeys(("locale", "language", "lang"), "language"),
    **dict.fromkeys(("completed", "iscompleted", "finished"), "finished"),
}
PEOPLE = frozenset(("ip", "ipaddress", "email", "useragent", "clientip", "username", "phone"))
# Objects in which results stand beside what is told of them, and what MongoDB says of a value.
WRAPPED = re.compile(r"(data|result|results|answers|response|json)\.", re.IGNORECASE)
TYPED = re.compile(r"\.\$(oid|date|numberInt|numberLong|numberDouble)$")
COMMENT = "-Comment"
LISTED = re.compile(rb'\{\s*"(data|results|responses|items|answers)"\s*:\s*\[', re.IGNORECASE)


def shape_of(head: bytes) -> tuple[str, str]:
    """How JSON lies there by its first bytes: the form, and the name of the list where the objects stand in one."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"["):
        return "json", ""
    listed = LISTED.match(text)
    return ("json", listed[1].decode()) if listed else ("jsonl", "")


def surveyjs_plan(
    survey: Survey,
    key: str,
    names: Sequence[str],
    *,
    columns: Mapping[str, str],
    shape: tuple[str, str],
    zone: str = "",
    system: str = "",
) -> AnswersPlan:
    """The plan for results with these names, of objects in objects with a dot. Raises Invalid where they answer nothing."""
    return _Reader(survey, key, names, columns).plan(zone, system, shape)


class _Reader:
    def __init__(self, survey: Survey, key: str, names: Sequence[str], columns: Mapping[str, str]) -> None:
        self.names = names
        self.sheet = Sheet(survey, key, "surveyjs")
        self.named = pairs_of(columns, names, survey)
        self.by_key = {question.key: question for question in survey.questions}

    def plan(self, zone: str, system: str, shape: tuple[str, str]) -> AnswersPlan:
        for name in self.names:
            self._column(name)
        self.sheet.placed.append((self.sheet.whole.get("at", ""), _when))
        if "finished" in self.sheet.whole:
            self.sheet.placed.append((self.sheet.whole["finished"], _finished))
        return self.sheet.plan(zone=zone, customers=system, wanted=self.names, form=shape[0], records=shape[1])

    def _column(self, name: str) -> None:
        losses = self.sheet.losses
        if name in self.named:
            what = self.named[name]
            if isinstance(what, str):
                self.sheet.whole[what] = name
            else:
                self._place(name, *what)
            return
        told = TYPED.sub("", name)
        if self._answer(name, told) or (WRAPPED.match(told) and self._answer(name, WRAPPED.sub("", told, count=1))):
            return
        word = re.sub(r"[^a-z]", "", told.rpartition(".")[2].lower())
        if word in META and self.sheet.tells(META[word], name):
            return
        if word in PEOPLE:
            losses.add(name, phrase("what says who somebody is"), phrase("never kept"))
        else:
            losses.add(name, phrase("answers to a question that the survey has not"))

    def _question(self, name: str) -> Question | None:
        return self.by_key.get(question_key(name, ()))

    def _answer(self, name: str, told: str) -> bool:
        question = self._question(told)
        if question is not None and question.type != "matrix":
            self._place(name, question, "")
            return True
        if told.endswith(COMMENT) and (owner := self._question(told.removesuffix(COMMENT))):
            words = self.by_key.get(f"{owner.key}_other") or self.by_key.get(f"{owner.key}_comment")
            if words is not None:
                self._place(name, words, "")
                return True
        return any(self._inner(name, told[:place], told[place + 1 :]) for place, sign in enumerate(told) if sign == ".")

    def _inner(self, name: str, outer: str, inner: str) -> bool:
        """A line of a matrix, or one text of several."""
        question = self._question(outer)
        if question is not None and question.type == "matrix":
            row = row_of(question, inner)
            if row:
                self._place(name, question, row)
            return bool(row)
        field = self.by_key.get(question_key(f"{outer}_{inner}", ()))
        if field is not None:
            self._place(name, field, "")
        return field is not None

    def _place(self, name: str, question: Question, part: str) -> None:
        columns, read = self.sheet.columns_of(question), self._read(question)
        if question.type == "choices":
            place = several(columns[""], lambda text: [read(each) for each in listed(text)])
        elif question.type == "ranking":
            place = ranked(columns, lambda text: [(n, read(each)) for n, each in enumerate(listed(text), 1)])
        else:
            place = one(columns[part], read)
        self.sheet.answers(name, question, place, part)

    def _read(self, question: Question) -> Callable[[str], str]:
        if question.type not in ("choice", "choices", "matrix", "ranking"):
            return reader_of(question, {})
        codes = {words: option.key for option in question.options for words in option.text.values()}
        codes |= {option.key: option.key for option in question.options}
        if question.type == "choice" and {option.score for option in question.options} == {0.0, 1.0}:
            codes |= {("true" if option.score else "false"): option.key for option in question.options}
        return lambda text: coded(question, codes)(figure(text))


def row_of(question: Question, told: str) -> str:
    """The line of a matrix that goes by these words or by what its key was made of; empty where none does."""
    for row in question.rows:
        if told == row.key or told in row.text.values():
            return row.key
    made, keys = option_key(told, (), "row"), [row.key for row in question.rows]
    return made if made in keys and f"{made[:35]}_2" not in keys else ""


def listed(text: str) -> list[str]:
    """The values of a list as it stands in a cell; of a list of objects with one value each, those. A bare value is a list of it."""
    if not text.startswith("["):
        return [text]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [_value(each) for each in found]


def _value(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _when(cells: Cells, text: str) -> None:
    """Milliseconds since 1970, as JavaScript and MongoDB keep times, told as such."""
    from datetime import UTC, datetime

    if re.fullmatch(r"\d{12,13}", text):
        cells["EndDate"] = datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
    begun = cells.pop("StartDate", None)
    if begun and "Duration" not in cells:
        try:
            ended = datetime.fromisoformat(cells["EndDate"] or "")
            seconds = (ended - datetime.fromisoformat(begun)).total_seconds()
        except (ValueError, TypeError):
            return
        cells["Duration"] = f"{seconds:g}" if seconds >= 0 else None


def _finished(cells: Cells, text: str) -> None:
    cells["Finished"] = "0" if text.lower() in ("false", "0", "no") else "1"
