"""What each question of a survey becomes in a mapping: its columns as answers, and words as verbatims. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from heed.feedback.surveys.definition import Option, Question, Survey
from heed.service.formats.definition import condition_name

LANGUAGES = {"ZH-S": "zh-Hans", "ZH-T": "zh-Hant", "ES-ES": "es", "PB": "pt-BR"}
# Previews, tests and spam are kept, and left out of measures: Qualtrics' numbers and words for the status of a response.
STATUS = {
    "preview": ("1", "9", "17", "Survey Preview", "Spam - Survey Preview", "Offline Survey Preview"),
    "test": ("2", "Survey Test"),
    "spam": ("8", "12", "40", "48", "Spam", "Imported Spam", "Possible Spam"),
}
Asked = Mapping[str, tuple[Question, str]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Meta:
    """Columns that tell of the response as a whole; empty where the file has none."""

    NAMED: ClassVar[tuple[str, ...]] = ("id", "at", "duration", "status", "finished", "language", "customer", "way")

    id: str = ""
    at: str = ""
    duration: str = ""
    status: str = ""
    finished: str = ""
    language: str = ""
    customer: str = ""
    way: str = ""
    people: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(filter(None, (getattr(self, name) for name in self.NAMED)))


def targets_of(survey: Survey, key: str, meta: Meta, asked: Asked, kept: Sequence[str], system: str) -> list[Row]:
    """A target for each answer a row may hold, and one more for each that holds words."""
    attributes = [*kept, *filter(None, (meta.finished, meta.way))]
    made: list[Row] = []
    for column, (question, part) in asked.items():
        for number, answer in enumerate(_answers(question, column, part)):
            whole = {**_whole(survey, key, meta, system, "answered_at"), **answer["columns"]}
            made.append(_target("responses", meta, answer["part"], attributes, whole, answer, number))
        if question.type == "text":
            words = _whole(survey, key, meta, system, "said_at")
            words |= {
                "question_key": {"value": question.key},
                "direction": {"value": "inbound"},
                "text": {"from": column},
            }
            words.pop("duration_seconds", None)
            made.append(_target("verbatims", meta, question.key, attributes, words, {"needs": "text"}, 0))
    return made


def _target(table: str, meta: Meta, part: str, attributes: list[str], columns: Row, answer: Row, number: int) -> Row:
    made: Row = {"table": table, "part": part, "columns": columns, "attributes": attributes}
    if meta.id:
        made["key"] = [meta.id]
    for name in ("needs", "when"):
        if name in answer:
            made[name] = answer[name]
    if meta.status:
        said = condition_name(meta.status)
        made["excluded"] = [
            {"reason": reason, "when": f"{said} in [{', '.join(_quoted(word) for word in words)}]"}
            for reason, words in STATUS.items()
        ]
    return made


def _whole(survey: Survey, key: str, meta: Meta, system: str, at: str) -> Row:
    """Columns that every row of a response has."""
    made: Row = {
        "response_id": {"from": meta.id} if meta.id else {"row": True},
        at: {"from": meta.at, "formats": ["iso", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"]},
        "survey_key": {"value": key},
    }
    if meta.duration:
        made["duration_seconds"] = {"from": meta.duration, "least": 0}
    if meta.language:
        codes = {
            **LANGUAGES,
            **{tag.upper(): tag for tag in survey.languages},
            **{tag: tag for tag in survey.languages},
        }
        made["language"] = {"from": meta.language, "codes": codes, "otherwise": "keep"}
    if meta.customer and not survey.anonymous:
        made["customer_key"] = {"from": meta.customer, **({"system": system} if system else {})}
    return made


def _answers(question: Question, column: str, part: str) -> list[Row]:
    """The answers a column may hold, each with its part of the key, its columns, and when it is there."""
    scale = question.scale
    own: Row = {"question_key": {"value": question.key}, "instrument": {"value": question.counts_as}}
    if scale is not None:
        own |= {"scale_min": {"value": scale[0]}, "scale_max": {"value": scale[1]}}
    name = condition_name(column)
    if question.points or question.type == "number":
        least, most = question.points or (question.least, question.most)
        whole = {"convert": "count"} if question.points else {}
        score: Row = {"from": column, **whole} | {
            end: value for end, value in (("least", least), ("most", most)) if value is not None
        }
        return [{"part": question.key, "columns": {**own, "score": score}, "needs": "score"}]
    if question.type == "text":
        return [{"part": question.key, "columns": own, "when": f"has_{name}"}]
    if question.type == "date":
        return [{"part": question.key, "columns": {**own, "choice": {"from": column}}, "needs": "choice"}]
    if question.type == "ranking":
        places = {"from": column, "convert": "count", "least": 1, "most": question.places}
        return [
            {
                "part": f"{question.key}.{part}",
                "columns": {**own, "choice": {"value": part}, "score": places},
                "needs": "score",
            }
        ]
    if question.type == "choices":
        return _several(question, column, part, own)
    return [_chosen(question, column, part, own)]


def _chosen(question: Question, column: str, row: str, own: Row) -> Row:
    """A choice, or a row of a matrix: keys, recode values, places and words all name an option."""
    codes = {word: option.key for option, words in _words(question) for word in words}
    columns = {**own, "choice": {"from": column, "codes": codes}}
    if row:
        columns["question_key"] = {"value": f"{question.key}.{row}"}
    if any(option.score is not None for option in question.options):
        scores = {word: option.score for option, words in _words(question) for word in words}
        columns["score"] = {"from": column, "codes": scores}
    return {"part": f"{question.key}.{row}" if row else question.key, "columns": columns, "needs": "choice"}


def _several(question: Question, column: str, part: str, own: Row) -> list[Row]:
    """Several choices: one column with all that were chosen between commas, or a column for each."""
    name, found = condition_name(column), []
    if part:
        return [
            {
                "part": f"{question.key}.{part}",
                "columns": {**own, "choice": {"value": part}},
                "when": f'has_{name} && !({name} in ["0", "Off"])',
            }
        ]
    words = dict(_words_by_key(question))
    every = "|".join(words[option.key] for option in question.options)
    whole = f"^({every})(,({every}))*$"
    for place, option in enumerate(question.options):
        one = f"(^|,)({words[option.key]})(,|$)"
        columns: Row = {**own, "choice": {"value": option.key}}
        when = f"{name}.matches({_quoted(one)})"
        if option.score is not None:
            columns["score"] = {"value": option.score}
        if place == 0:
            # What names no option at all is a fault of the row, which the first of them tells.
            columns["choice"] = {
                "compute": f'{name}.matches({_quoted(whole)}) ? "{option.key}" : "?"',
                "allowed": [each.key for each in question.options],
            }
            when = f"{when} || !{name}.matches({_quoted(whole)})"
        found.append({"part": f"{question.key}.{option.key}", "columns": columns, "when": f"has_{name} && ({when})"})
    return found


def _words_by_key(question: Question) -> list[tuple[str, str]]:
    return [
        (option.key, "|".join(re.sub(r"([\\.^$|?*+(){}\[\]])", r"\\\1", word) for word in words))
        for option, words in _words(question)
    ]


def _words(question: Question) -> list[tuple[Option, list[str]]]:
    """What a file may call each option; what would name two names the first that has it by key, score, words and place."""
    named: dict[str, str] = {}
    figures = {option.key for option in question.options} | {_figure(option) for option in question.options}
    for option in question.options:
        named.setdefault(option.key, option.key)
    for option in question.options:
        for word in (_figure(option), *option.text.values()):
            if word:
                named.setdefault(word.strip(), option.key)
    for place, option in enumerate(question.options, 1):
        if not any(figure.lstrip("-").isdigit() for figure in figures):
            named.setdefault(str(place), option.key)
    return [(option, [word for word, key in named.items() if key == option.key]) for option in question.options]


def _figure(option: Option) -> str:
    return "" if option.score is None else f"{option.score:g}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
