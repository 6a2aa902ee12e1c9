"""Answers as a CSV of Qualtrics: its three header rows, and a row a response. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heed.feedback.surveys.definition import Question, Survey

# Column, what Qualtrics calls it in words, its ImportId, and where it stands here.
HEAD = (
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("ResponseId", "Response ID", "_recordId"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("UserLanguage", "User Language", "userLanguage"),
)
STATUS = {"preview": "1", "test": "2", "spam": "8"}


@dataclass(frozen=True)
class Column:
    """One column of answers: its tag, its ImportId, the question, the part of it, and how it is read."""

    tag: str
    import_id: str
    label: str
    question: str
    what: str
    choice: str = ""


def columns_of(survey: Survey, *, words: bool) -> list[Column]:
    """The columns of a survey, in its order; those with words only where they are given."""
    found: list[Column] = []
    for place, question in enumerate(survey.questions, 1):
        label, qid = question.text[survey.languages[0]], f"QID{place}"
        if question.type == "text":
            if words:
                found.append(Column(question.key, f"{qid}_TEXT", label, question.key, "words"))
        elif question.type == "matrix":
            found += [
                Column(
                    f"{question.key}_{row.key}",
                    f"{qid}_{number}",
                    f"{label} - {row.text[survey.languages[0]]}",
                    f"{question.key}.{row.key}",
                    "choice",
                )
                for number, row in enumerate(question.rows, 1)
            ]
        elif question.type == "ranking":
            found += [
                Column(
                    f"{question.key}_{option.key}",
                    f"{qid}_{number}",
                    f"{label} - {option.text[survey.languages[0]]}",
                    question.key,
                    "place",
                    option.key,
                )
                for number, option in enumerate(question.options, 1)
            ]
        else:
            found.append(Column(question.key, qid, label, question.key, _what(question)))
    return found


def _what(question: Question) -> str:
    return {"choice": "choice", "date": "choice", "choices": "choices"}.get(question.type, "score")


def header_rows(columns: Iterable[Column], zone: str = "Z") -> list[list[str]]:
    """The three header rows: tags, words, ImportIds."""
    listed = list(columns)

    def named(import_id: str) -> str:
        more = {"timeZone": zone} if import_id == "endDate" else {}
        return json.dumps({"ImportId": import_id, **more}, separators=(",", ":"))

    return [
        [*(name for name, _label, _id in HEAD), *(column.tag for column in listed)],
        [*(label for _name, label, _id in HEAD), *(column.label for column in listed)],
        [*(named(each) for _name, _label, each in HEAD), *(named(column.import_id) for column in listed)],
    ]


def answer_rows(
    columns: list[Column], sheet: Iterable[Mapping[str, Any]], said: Mapping[tuple[str, str], str]
) -> Iterator[list[str]]:
    """One row a response; `said` holds words by response and question."""
    for row in sheet:
        head = [
            row["answered_at"].strftime("%Y-%m-%d %H:%M:%S"),
            STATUS.get(row["excluded_reason"] or "", "0"),
            _figure(row["duration_seconds"]),
            "1" if row["finished"] else "0",
            str(row["response_id"]).removeprefix("qualtrics:"),
            row["customer_key"] or "",
            (row["language"] or "").upper(),
        ]
        answers = []
        for place, column in enumerate(columns):
            if column.what == "words":
                answers.append(said.get((row["response_id"], column.question), ""))
            else:
                answers.append(_figure(row[f"c{place}"]))
        yield [*head, *answers]


def _figure(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
