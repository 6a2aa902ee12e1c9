"""Logic fitted to the questions it speaks of: values of the file become keys and numbers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import ABOUT_FIELDS
from heed.feedback.surveys.questions import FIELD_KINDS
from heed.feedback.surveys.rules.exchanging.logic import NEGATIVE, Every, Logic, Test, both, either, read, unsaid

NUMBERS = ("nps", "csat", "ces", "rating", "number")
ORDER = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@dataclass
class Asked:
    """A question as logic needs it. `values` leads from what the file calls an answer to heed's key."""

    key: str
    type: str
    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)


def fitted(logic: Logic, asked: Mapping[str, Asked]) -> Logic:
    """The logic in heed's keys and kinds; questions are named by key already. Raises NotCarried."""
    if isinstance(logic, Test):
        found = asked.get(logic.question)
        if found is None:
            raise unsaid(logic.question)
        return _fitted(logic, found)
    parts = [fitted(part, asked) for part in logic.parts]
    made = both(parts) if isinstance(logic, Every) else either(parts)
    assert made is not None
    return made


def _fitted(test: Test, asked: Asked) -> Logic:
    if test.how in ("answered", "empty"):
        return test
    if test.how in ("has", "has_not") and test.value in asked.values.values() and asked.type == "choices":
        return test
    if asked.type in NUMBERS:
        return Test(asked.key, _single(test.how), _number(test.value))
    if asked.type == "text":
        hows = {"has": "says", "has_not": "says_not"}
        return Test(asked.key, hows.get(test.how, test.how), _text(test.value))
    if asked.type == "date" or asked.type not in ("choice", "choices", "matrix", "ranking"):
        raise unsaid(phrase("{key} {how} {value}", key=asked.key, how=test.how, value=test.value))
    if asked.type == "ranking":
        return Test(asked.key, test.how, _text(test.value), test.row)
    if test.how in ORDER:
        return _ordered(test, asked)
    key = asked.values.get(_text(test.value))
    if key is None:
        raise unsaid(phrase("{key} {how} {value}", key=asked.key, how=test.how, value=test.value))
    if asked.type == "choices":
        return Test(asked.key, "has_not" if test.how in NEGATIVE else "has", key)
    return Test(asked.key, _single(test.how), key, test.row)


def _ordered(test: Test, asked: Asked) -> Logic:
    """Codes that are numbers may be compared as such."""
    bound = _number(test.value)
    found = []
    for value, key in asked.values.items():
        try:
            holds = ORDER[test.how](float(value), bound)
        except ValueError:
            continue
        if holds:
            found.append(Test(asked.key, "has" if asked.type == "choices" else "is", key, test.row))
    made = either(list(found))
    if made is None:
        raise unsaid(phrase("{key} {how} {value}", key=asked.key, how=test.how, value=test.value))
    return made


def _single(how: str) -> str:
    return {"has": "is", "has_not": "is_not"}.get(how, how)


def _number(value: str | float | None) -> float:
    try:
        return float(value if value is not None else "")
    except ValueError as error:
        raise unsaid(str(value)) from error


def _text(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


# The other way: conditions of a survey, for writers


def said(condition: str, questions: list[dict[str, Any]]) -> Logic:
    """What a condition says, with entries of a matrix told from those of several choices. Raises NotCarried."""
    types = {question["key"]: question["type"] for question in questions}
    kinds = {key: FIELD_KINDS.get(sort, "number") for key, sort in types.items()}
    return _entries(read(condition, {**ABOUT_FIELDS, **kinds}), types)


def _entries(logic: Logic, types: Mapping[str, str]) -> Logic:
    if isinstance(logic, Test):
        if logic.question not in types:
            raise unsaid(logic.question)
        if logic.how in ("has", "has_not") and types[logic.question] in ("matrix", "ranking"):
            return Test(logic.question, "answered" if logic.how == "has" else "empty", row=str(logic.value))
        return logic
    parts = [_entries(part, types) for part in logic.parts]
    made = both(parts) if isinstance(logic, Every) else either(parts)
    assert made is not None
    return made
