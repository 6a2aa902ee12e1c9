"""Answers of systems whose rows must be turned first: which columns of a file make which cells of a sheet heed can map. Pure.

The sheet has a column a question, `question.row` for a matrix, `question.option` with the place for a ranking, keys between commas for
several choices. What a file says that names nothing stays as it is, so that the row waits in quarantine with its fault.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.surveys.definition import Question, Survey
from heed.feedback.surveys.rules.exchanging.answer_targets import Meta, targets_of
from heed.feedback.surveys.rules.exchanging.answers import MOST_COLUMNS, AnswersPlan
from heed.feedback.surveys.rules.exchanging.report import Losses
from heed.feedback.surveys.rules.exchanging.words import language_of, option_key
from heed.service.formats.definition import condition_name
from heed.service.formats.rules.turning import Turning, Values

# What a file may tell of a response as a whole, and the column of the sheet it stands in.
WHOLE = {
    "id": "ResponseId",
    "at": "EndDate",
    "started": "StartDate",
    "duration": "Duration",
    "finished": "Finished",
    "language": "UserLanguage",
    "customer": "ExternalReference",
}
SYSTEMS = {"limesurvey": "LimeSurvey", "surveyjs": "SurveyJS"}
Cells = dict[str, str | None]
Place = Callable[[Cells, str], None]
Coded = Callable[[str], str]


@dataclass
class Sheet:
    """What is gathered of a file: which of its columns goes where, and what has no place."""

    survey: Survey
    key: str
    system: str
    losses: Losses = field(default_factory=Losses)
    placed: list[tuple[str, Place]] = field(default_factory=list)
    whole: dict[str, str] = field(default_factory=dict)
    asked: dict[str, tuple[Question, str]] = field(default_factory=dict)
    matched: list[tuple[str, str]] = field(default_factory=list)

    def columns_of(self, question: Question) -> dict[str, str]:
        """The columns of a question in the sheet, by part; "" where it has one. No two are called alike in conditions."""
        rows = [row.key for row in question.rows] if question.type == "matrix" else []
        parts = rows or ([option.key for option in question.options] if question.type == "ranking" else [])
        names = {part: f"{question.key}.{part}" for part in parts} or {"": question.key}
        found = {}
        for part, name in names.items():
            column = next((own for own, at in self.asked.items() if at == (question, part)), "") or self._free(name)
            self.asked[column] = (question, part)
            found[part] = column
        return found

    def _free(self, name: str) -> str:
        taken = {condition_name(other) for other in (*self.asked, *WHOLE.values())}
        taken |= {question.key for question in self.survey.questions if question.key != name}
        return next(one for n in range(1, 999) if condition_name(one := name if n == 1 else f"{name}.{n}") not in taken)

    def answers(self, column: str, question: Question, place: Place, part: str = "") -> None:
        self.placed.append((column, place))
        self.matched.append((column, ".".join(filter(None, (question.key, part)))))

    def tells(self, what: str, column: str) -> bool:
        """The column tells this of the response, unless another did before."""
        return self.whole.setdefault(what, column) == column

    def plan(
        self, *, zone: str, customers: str, wanted: Sequence[str], form: str = "", records: str = ""
    ) -> AnswersPlan:
        """The mapping of the sheet, and how rows become rows of it. Raises Invalid where there is nothing to map."""
        self._check()
        answered = {told.partition(".")[0] for _column, told in self.matched}
        for question in self.survey.questions:
            if question.key not in answered:
                self.losses.add(question.key, phrase("no column of the file answers it"), phrase("without answers"))
        meta = self._meta()
        body = {
            "title": self.survey.name,
            "about": f"Answers to {self.key}, from a file of {SYSTEMS[self.system]}.",
            "format": "csv",
            "zone": zone or "UTC",
            "system": self.system,
            "columns": {
                **dict.fromkeys(meta.columns, "text"),
                **{name: _kind(at[0]) for name, at in self.asked.items()},
            },
            "personal": [meta.customer] if meta.customer else [],
            "targets": targets_of(self.survey, self.key, meta, self.asked, [], customers),
        }
        turning = Turning((*meta.columns, *self.asked), self._row, tuple(wanted), form, records)
        return AnswersPlan(body, tuple(self.matched), tuple(self.losses.found), self.system, turning)

    def _meta(self) -> Meta:
        told = {*self.whole, "finished"} | ({"duration"} if "started" in self.whole else set())
        id_, at, seconds, finished, language, customer = (
            WHOLE[what] if what in told else "" for what in ("id", "at", "duration", "finished", "language", "customer")
        )
        return Meta(id=id_, at=at, duration=seconds, finished=finished, language=language, customer=customer)

    def _check(self) -> None:
        if len(self.asked) > MOST_COLUMNS:
            raise Invalid(
                phrase(
                    "The file has {count} columns; at most {most} are read.", count=len(self.asked), most=MOST_COLUMNS
                )
            )
        if not self.matched:
            names = ", ".join(question.key for question in self.survey.questions[:8])
            raise Invalid(
                "No column of the file answers a question of this survey.",
                code="no_answers",
                hint=phrase("Columns go by the keys of the questions ({names}); name others: Q1=likely.", names=names),
            )
        if "at" not in self.whole:
            raise Invalid(
                "The file has no column with the day of the answer.",
                code="missing_columns",
                hint="Name it, such as created=at; in LimeSurvey export the date of submission along.",
            )

    def _row(self, values: Values) -> Cells:
        cells: Cells = {}
        for what, name in self.whole.items():
            if text := (values.get(name) or "").strip():
                cells[WHOLE[what]] = text
        if "ResponseId" in cells:
            # Numbers of both systems begin again with each survey.
            cells["ResponseId"] = f"{self.key}:{cells['ResponseId']}"
        if tag := language_of(cells.get("UserLanguage")):
            cells["UserLanguage"] = tag
        for name, place in self.placed:
            if text := (values.get(name) or "").strip():
                place(cells, text)
        return cells


def _kind(question: Question) -> str:
    return "time" if question.type == "date" else "text"


def named_part(survey: Survey, wanted: str) -> tuple[Question, str] | str:
    """What a person named a column for: a question with a part of it, or a word of WHOLE. Raises Invalid."""
    key, _, part = wanted.partition(".")
    question = next((each for each in survey.questions if each.key == key), None)
    if question is None:
        if wanted in WHOLE:
            return wanted
        known = [*(each.key for each in survey.questions), *WHOLE]
        raise Invalid(
            phrase("The survey has no question {name}.", name=wanted),
            code="unknown_question",
            hint=nearest(wanted, known),
        )
    parts = {row.key for row in question.rows} or {option.key for option in question.options}
    needs = question.type == "matrix"
    if (part and part not in parts) or (needs and not part):
        raise Invalid(phrase("The survey has no question {name}.", name=wanted), code="unknown_question")
    return question, part


# What a cell of the file becomes


def coded(question: Question, codes: Mapping[str, str]) -> Coded:
    """How answers of a file are read as options: codes of their own first, then what a key was made of. Others stay."""
    keys = [option.key for option in question.options]
    # Of keys that were told apart by a number it is not known which was made of what.
    alone = {key for key in keys if f"{key[:35]}_2" not in keys}

    def read(text: str) -> str:
        if text in codes:
            return codes[text]
        made = option_key(text, ())
        return made if made in alone else text

    return read


def one(column: str, read: Coded) -> Place:
    def place(cells: Cells, text: str) -> None:
        cells[column] = read(text)

    return place


def several(column: str, found: Callable[[str], Sequence[str]]) -> Place:
    """Options between commas; columns of one question add up."""

    def place(cells: Cells, text: str) -> None:
        options = [*filter(None, (cells.get(column) or "").split(",")), *found(text)]
        cells[column] = ",".join(dict.fromkeys(options)) or None

    return place


def ranked(columns: Mapping[str, str], order: Callable[[str], Sequence[tuple[int, str]]]) -> Place:
    """The place of each option. One that is none, or there twice, is kept as a place that is none, so that it is a fault."""

    def place(cells: Cells, text: str) -> None:
        for number, option in order(text):
            column = columns.get(option)
            if column is None:
                cells[next(iter(columns.values()))] = option
            else:
                cells[column] = str(number) if cells.get(column) is None else f"{cells[column]}, {number}"

    return place


def figure(text: str) -> str:
    """`3.0000000000` is 3."""
    return re.sub(r"\.?0+$", "", text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def day(text: str) -> str:
    """A day without the time that stands beside it."""
    return text[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}[ T]00:00(:00(\.0+)?Z?)?", text) else text


def unmasked(text: str) -> str:
    """Words as they were written: the apostrophe that keeps a spreadsheet from running them goes."""
    return text[1:] if re.match(r"'[=+\-@\t\r]", text) else text


def reader_of(question: Question, codes: Mapping[str, str]) -> Coded:
    """How one cell of a question is read."""
    if question.type == "text":
        return unmasked
    if question.type == "date":
        return day
    if question.points or question.type == "number":
        return figure
    return coded(question, codes)


def pairs_of(columns: Mapping[str, str], names: Sequence[str], survey: Survey) -> dict[str, Any]:
    """Columns a person named, with what they named them for. Raises Invalid."""
    for column in columns:
        if column not in names:
            raise Invalid(
                phrase("The file has no column {name}.", name=column),
                code="missing_columns",
                hint=nearest(column, names),
            )
    return {column: named_part(survey, wanted) for column, wanted in columns.items()}
