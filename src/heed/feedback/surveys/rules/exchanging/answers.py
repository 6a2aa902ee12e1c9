"""Answers in a CSV of Qualtrics, turned into a mapping: which column is what of a survey, and what has no place. Pure.

The file has three header rows: the export tags of the columns, what was asked in words, and JSON with the ImportId of each
(Qualtrics, "Understanding Your Dataset" and "Data Export Formats"). Values may be numbers (recode values) or the words of the choices.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.definition import Question, Survey
from heed.feedback.surveys.rules.exchanging.answer_targets import Meta, targets_of
from heed.feedback.surveys.rules.exchanging.report import Loss, Losses
from heed.feedback.surveys.rules.exchanging.words import bare
from heed.service.formats.rules.turning import Turning

# What Qualtrics tells of every answer: ImportId to what it is here. What says who somebody is never becomes an attribute.
META = {
    "_recordId": "id",
    "endDate": "at",
    "recordedDate": "recorded",
    "startDate": "started",
    "duration": "duration",
    "status": "status",
    "finished": "finished",
    "userLanguage": "language",
    "externalDataReference": "customer",
    "distributionChannel": "way",
    "progress": "progress",
    "ipAddress": "person",
    "recipientLastName": "person",
    "recipientFirstName": "person",
    "recipientEmail": "person",
    "locationLatitude": "person",
    "locationLongitude": "person",
}
NAMES = {
    "responseid": "id",
    "enddate": "at",
    "recordeddate": "recorded",
    "startdate": "started",
    "duration_in_seconds": "duration",
    "status": "status",
    "finished": "finished",
    "userlanguage": "language",
    "externalreference": "customer",
    "externaldatareference": "customer",
    "distributionchannel": "way",
    "progress": "progress",
    **dict.fromkeys(("ipaddress", "recipientlastname", "recipientfirstname", "recipientemail"), "person"),
    **dict.fromkeys(("locationlatitude", "locationlongitude"), "person"),
}
DERIVED = re.compile(r"(_NPS_GROUP|_DO(_\w+)?|_DO_\w+| - (Topics|Parent Topics|Sentiment\w*|.* Sentiment.*))$")
MOST_COLUMNS = 800


@dataclass(frozen=True)
class Heading:
    """The columns of a file: their names, and their ImportIds where the file has them."""

    names: tuple[str, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    labels: int = 0
    zone: str = ""


@dataclass(frozen=True)
class AnswersPlan:
    """How a file becomes answers: the body of a mapping, which column answers what, and what did not carry over."""

    body: dict[str, Any]
    matched: tuple[tuple[str, str], ...]
    losses: tuple[Loss, ...]
    form: str = "qualtrics"
    turning: Turning | None = None


def heading_of(names: Sequence[str], rows: Sequence[Mapping[str, str | None]]) -> Heading:
    """The heading of a file from its first row and those under it."""
    ids = [_import_ids(names, row) for row in rows[:2]]
    for labels, found in enumerate(ids, 1):
        if found:
            return Heading(tuple(names), found, labels, _zone(rows[labels - 1]))
    return Heading(tuple(names))


def _import_ids(names: Sequence[str], row: Mapping[str, str | None]) -> dict[str, str]:
    """The ImportIds a row holds; nothing where it is no such row."""
    found = {}
    for name in names:
        text = row.get(name) or ""
        if text.startswith("{") and "ImportId" in text:
            try:
                said = json.loads(text)
            except ValueError:
                continue
            found[name] = str(said.get("ImportId", "")) if isinstance(said, dict) else ""
    return found if len(found) * 2 > len(names) else {}


def _zone(row: Mapping[str, str | None]) -> str:
    """The time zone the dates of a file are in, as its third row tells it."""
    found = next(
        (match[1] for text in row.values() if (match := re.search(r'"timeZone":\s*"([\w/+-]+)"', text or ""))), ""
    )
    return "UTC" if found == "Z" else found


def answers_plan(
    survey: Survey,
    key: str,
    heading: Heading,
    *,
    columns: Mapping[str, str] | None = None,
    zone: str = "",
    system: str = "",
) -> AnswersPlan:
    """The mapping of a file to the answers of a survey.

    `columns` names questions for columns that do not go by their key (`Q1` is `likely`, `Q7_1` is `service.speed`); `system` is
    the one the external references are customers of. Raises Invalid where the file cannot be one of this survey's.
    """
    losses = Losses()
    meta = _meta(heading)
    asked = _answered(survey, heading, dict(columns or {}), meta, losses)
    kept = _kept(heading, meta, asked, losses)
    body = {
        "title": survey.name,
        "about": f"Answers to {key}, from a file of Qualtrics.",
        "format": "csv",
        "labels": heading.labels,
        "zone": zone or heading.zone or "UTC",
        "system": "qualtrics",
        "nulls": ["", "-99"],
        "columns": {name: _kind(asked.get(name)) for name in heading.names if name in {*asked, *meta.columns, *kept}},
        "personal": [meta.customer] if meta.customer else [],
        "targets": targets_of(survey, key, meta, asked, kept, system),
    }
    told = tuple((name, ".".join(filter(None, (question.key, part)))) for name, (question, part) in asked.items())
    return AnswersPlan(body, told, tuple(losses.found))


def _answered(
    survey: Survey, heading: Heading, named: dict[str, str], meta: Meta, losses: Losses
) -> dict[str, tuple[Question, str]]:
    """The columns with the questions they answer. Raises Invalid where the file cannot be one of this survey's."""
    if len(heading.names) > MOST_COLUMNS:
        raise Invalid(
            phrase(
                "The file has {count} columns; at most {most} are read.", count=len(heading.names), most=MOST_COLUMNS
            )
        )
    asked = _matched(survey, heading, named, meta, losses)
    if not asked:
        names = ", ".join(question.key for question in survey.questions[:8])
        raise Invalid(
            "No column of the file answers a question of this survey.",
            code="no_answers",
            hint=phrase("Columns go by the keys of the questions ({names}); name others: Q1=likely.", names=names),
        )
    if not meta.at:
        raise Invalid(
            "The file has no column with the day of the answer.",
            code="missing_columns",
            hint="Qualtrics calls it EndDate or RecordedDate.",
        )
    return asked


def _kind(asked: tuple[Question, str] | None) -> str:
    """How a column is read before anything else: a day must be one."""
    return "time" if asked and asked[0].type == "date" else "text"


def _meta(heading: Heading) -> Meta:
    found: dict[str, str] = {}
    people, spare = [], []
    for name in heading.names:
        what = META.get(heading.ids.get(name, "")) or NAMES.get(bare(name))
        if what == "person":
            people.append(name)
        elif what in ("started", "progress", "recorded"):
            spare.append(name)
        elif what:
            found.setdefault(what, name)
    recorded = next(
        (name for name in spare if heading.ids.get(name) == "recordedDate" or bare(name) == "recordeddate"), ""
    )
    # When somebody ended is when they answered; when it was recorded is told where that is not.
    found["at"] = found.get("at") or recorded
    spare = [name for name in spare if name != found["at"]]
    return Meta(**{name: found.get(name, "") for name in Meta.NAMED}, people=tuple(people), spare=tuple(spare))


def _matched(
    survey: Survey, heading: Heading, named: dict[str, str], meta: Meta, losses: Losses
) -> dict[str, tuple[Question, str]]:
    """Columns with the question each answers, and the part of it: an option, a row."""
    for column, wanted in named.items():
        if column not in heading.names:
            raise Invalid(phrase("The file has no column {name}.", name=column), code="missing_columns")
        if not any(wanted.partition(".")[0] == question.key for question in survey.questions):
            raise Invalid(phrase("The survey has no question {name}.", name=wanted), code="unknown_question")
    found: dict[str, tuple[Question, str]] = {}
    known = {*meta.columns, *meta.people, *meta.spare}
    for name in heading.names:
        if name in known:
            continue
        wanted = named.get(name, "")
        match = _named(survey, *wanted.partition(".")[::2]) if wanted else _by_name(survey, name)
        if match:
            found[name] = match
        elif wanted:
            raise Invalid(phrase("The survey has no question {name}.", name=wanted), code="unknown_question")
    for question in survey.questions:
        if question.key not in {match[0].key for match in found.values()}:
            losses.add(question.key, phrase("no column of the file answers it"), phrase("without answers"))
    return found


def _named(survey: Survey, key: str, part: str) -> tuple[Question, str] | None:
    question = next((each for each in survey.questions if each.key == key), None)
    if question is None:
        return None
    if not part:
        return (question, "") if question.type not in ("matrix", "ranking") else None
    found = part_of(question, part)
    return (question, found) if found else None


def _by_name(survey: Survey, name: str) -> tuple[Question, str] | None:
    """A column by its export tag: the question's key itself, or the key, _ and a part."""
    if DERIVED.search(name):
        return None
    told = bare(name)
    if found := _named(survey, told, ""):
        return found
    for question in sorted(survey.questions, key=lambda each: -len(each.key)):
        if told == f"{question.key}_text" and question.type == "text":
            return question, ""
        if told.startswith(f"{question.key}_") and (part := part_of(question, told[len(question.key) + 1 :])):
            return question, part
        if question.type == "matrix" and told in {bare(row.key) for row in question.rows}:
            return question, part_of(question, told)
    return None


def part_of(question: Question, told: str) -> str:
    """The option of several or of a ranking, or the row of a matrix, that a tag names by key or by place; empty where none."""
    parts = (
        question.rows
        if question.type == "matrix"
        else question.options
        if question.type in ("choices", "ranking")
        else ()
    )
    for part in parts:
        if told == part.key or bare(told) == bare(part.key):
            return part.key
    if told.isdigit() and 1 <= int(told) <= len(parts):
        return parts[int(told) - 1].key
    return ""


def _kept(heading: Heading, meta: Meta, asked: Mapping[str, Any], losses: Losses) -> list[str]:
    """Columns that are no answer and are kept beside them by name: embedded data. Answers to questions that are not here are not."""
    kept = []
    for name in heading.names:
        if name in asked or name in {*meta.columns, *meta.people, *meta.spare}:
            continue
        if DERIVED.search(name):
            losses.add(name, phrase("a column Qualtrics works out itself"))
        elif re.match(r"(\d+_)?QID\d", heading.ids.get(name, "")) or not heading.ids:
            losses.add(name, phrase("answers to a question that the survey has not"))
        else:
            kept.append(name)
    for name in meta.spare:
        losses.add(
            name,
            phrase("when it was begun and recorded, and how far it came"),
            phrase("the time taken stays, and whether it was finished"),
        )
    for name in meta.people:
        losses.add(name, phrase("what says who somebody is"), phrase("never kept"))
    return kept


def named_columns(lines: Iterable[str]) -> dict[str, str]:
    """`Q1=likely`, each a column and the question it answers. Raises Invalid."""
    found = {}
    for line in lines:
        column, sign, question = (part.strip() for part in line.partition("="))
        if line.strip() and not (sign and column and question):
            raise Invalid(
                phrase("{text} names no column.", text=line[:80]), code="invalid_column", hint="Such as Q1=likely."
            )
        if column:
            found[column] = question
    return found
