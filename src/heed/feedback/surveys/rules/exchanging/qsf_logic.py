"""Display, branch and skip logic of Qualtrics: sets of expressions about choices, read into `logic` and written from it. Pure.

A set is a list of expressions joined by `Conjuction` (spelt so in the files), `And` before `Or`; sets are joined by AndIf and OrIf.
"""

import re
from collections.abc import Mapping
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import SCORING
from heed.feedback.surveys.rules.exchanging.fitting import Asked
from heed.feedback.surveys.rules.exchanging.logic import Every, Logic, Test, both, either, groups_of, opposite, unsaid

LOCATOR = re.compile(r"q://(QID[\w#]+)/(\w+)(?:/([\w-]+))?(?:/([\w-]+))?")
OPERATORS = {"EqualTo": "is", "NotEqualTo": "is_not", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "LessThan": "<"}
OPERATORS |= {"LessThanOrEqual": "<=", "Contains": "has", "DoesNotContain": "has_not"}
EMPTY = {"Empty": "empty", "NotEmpty": "answered", "IsEmpty": "empty", "IsNotEmpty": "answered"}
TYPED = ("text", "number", "date")
Row = Mapping[str, Any]


def listed(value: Any) -> dict[str, Any]:
    """What the files write as a map by number, or as a list where the numbers run from 0."""
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(value)}
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def read_logic(source: Any, keys: Mapping[str, str], asked: Mapping[str, Asked]) -> Logic | None:
    """A `DisplayLogic` or `BranchLogic`. `keys` leads from QID to key. Raises NotCarried."""
    found: Logic | None = None
    for number, group in sorted(listed(source).items()):
        if not number.isdigit() or not isinstance(group, dict):
            continue
        logic = _group(group, keys, asked)
        if logic is None:
            continue
        if found is None:
            found = logic
        else:
            found = both([found, logic]) if str(group.get("Type")) == "AndIf" else either([found, logic])
    return found


def _group(group: Row, keys: Mapping[str, str], asked: Mapping[str, Asked]) -> Logic | None:
    alternatives: list[list[Logic]] = []
    for number, item in sorted(group.items(), key=lambda pair: str(pair[0]).zfill(4)):
        if not str(number).isdigit() or not isinstance(item, dict):
            continue
        logic = read_test(item, keys, asked)
        if alternatives and str(item.get("Conjuction", item.get("Conjunction", "And"))) != "Or":
            alternatives[-1].append(logic)
        else:
            alternatives.append([logic])
    return either([whole for part in alternatives if (whole := both(part)) is not None])


def read_test(item: Row, keys: Mapping[str, str], asked: Mapping[str, Asked]) -> Logic:
    """One expression; of a skip logic the operator is called Condition."""
    if item.get("LogicType", "Question") != "Question":
        raise unsaid(phrase("logic by {sort}", sort=item.get("LogicType")))
    locator = str(item.get("LeftOperand") or item.get("ChoiceLocator") or item.get("Locator") or "")
    match = LOCATOR.match(locator.replace("\\/", "/"))
    if match is None or match[1] not in keys:
        raise unsaid(locator or phrase("a question that is not asked before"))
    operator = str(item.get("Operator") or item.get("Condition") or "")
    return _test(asked[keys[match[1]]], match[2], match[3], match[4], operator, item.get("RightOperand"))


def _test(about: Asked, what: str, first: str | None, second: str | None, operator: str, right: Any) -> Logic:
    row = about.rows.get(first or "", "") if about.type in ("matrix", "ranking") else ""
    choice = (second if row else first) or ""
    if operator in ("Selected", "NotSelected") and choice and what.startswith("Selectable"):
        # The number of a choice on a scale is not its figure; what figure it has is in `values`.
        value: str | float = about.values.get(choice, choice) if about.type in ("nps", "rating") else choice
        test = Test(about.key, "is", value, row)
        return test if operator == "Selected" else opposite(test)
    if operator in EMPTY:
        return Test(about.key, EMPTY[operator], row=row)
    if (
        operator in OPERATORS
        and right is not None
        and what
        in (
            "ChoiceTextEntryValue",
            "ChoiceNumericEntryValue",
            "SelectedChoicesRecode",
        )
    ):
        return Test(about.key, OPERATORS[operator], _plain(right), row)
    raise unsaid(f"{what} {operator}")


def _plain(value: Any) -> str | float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


# The other way


def write_logic(
    logic: Logic, ids: Mapping[str, str], choices: Mapping[str, Mapping[str, str]], types: Mapping[str, str]
) -> Row:
    """A `DisplayLogic`. `ids` leads from key to QID, `choices` from key and option to the number of the choice. Raises NotCarried."""
    found: dict[str, Any] = {}
    for number, group in enumerate(groups_of(_spread(logic, choices, types))):
        made: dict[str, Any] = {}
        for place, test in enumerate(group):
            made[str(place)] = _written(test, ids[test.question], choices[test.question], types[test.question])
            if place:
                made[str(place)]["Conjuction"] = "And"
        found[str(number)] = {**made, "Type": "OrIf" if number else "If"}
    return {**found, "Type": "BooleanExpression", "inPage": False}


def _spread(logic: Logic, choices: Mapping[str, Mapping[str, str]], types: Mapping[str, str]) -> Logic:
    """Whether something was chosen at all, said choice by choice."""
    if not isinstance(logic, Test):
        parts = [_spread(part, choices, types) for part in logic.parts]
        found = both(parts) if isinstance(logic, Every) else either(parts)
    elif (
        logic.how in ("answered", "empty")
        and not logic.row
        and types[logic.question] not in (*TYPED, "matrix", "ranking")
    ):
        figures = sorted(float(name) for name in choices[logic.question] if name.isdigit())
        if logic.how == "answered" and types[logic.question] in SCORING:
            return Test(logic.question, ">=", figures[0])
        several = types[logic.question] == "choices"
        how = ("has" if several else "is") if logic.how == "answered" else ("has_not" if several else "is_not")
        tests: list[Logic] = [Test(logic.question, how, name) for name in choices[logic.question]]
        found = either(tests) if logic.how == "answered" else both(tests)
    else:
        return logic
    assert found is not None
    return found


def _written(test: Test, qid: str, choices: Mapping[str, str], sort: str) -> dict[str, Any]:
    base = {
        "LogicType": "Question",
        "QuestionID": qid,
        "QuestionIsInLoop": "no",
        "QuestionIDFromLocator": qid,
        "Type": "Expression",
    }
    if test.row and sort == "matrix" and test.how in ("is", "is_not") and str(test.value) in choices:
        at = f"q://{qid}/SelectableChoice/{choices['.' + test.row]}/{choices[str(test.value)]}"
    elif test.row or test.how in ("says_not",) or sort in ("ranking", "matrix"):
        raise unsaid(f"{test.question} {test.how}")
    elif test.how in ("answered", "empty"):
        if sort not in TYPED:
            raise unsaid(phrase("whether {key} was answered", key=test.question))
        how = "NotEmpty" if test.how == "answered" else "Empty"
        return {**base, "LeftOperand": f"q://{qid}/ChoiceTextEntryValue", "Operator": how}
    elif test.how in ("is", "is_not", "has", "has_not") and _id(test, choices):
        at = f"q://{qid}/SelectableChoice/{_id(test, choices)}"
    else:
        what = "ChoiceTextEntryValue" if sort in TYPED else "SelectedChoicesRecode"
        operator = next(name for name, how in OPERATORS.items() if how == {"says": "has"}.get(test.how, test.how))
        value = f"{test.value:g}" if isinstance(test.value, float) else str(test.value)
        return {**base, "LeftOperand": f"q://{qid}/{what}", "Operator": operator, "RightOperand": value}
    operator = "NotSelected" if test.how in ("is_not", "has_not") else "Selected"
    return {**base, "ChoiceLocator": at, "LeftOperand": at, "Operator": operator}


def _id(test: Test, choices: Mapping[str, str]) -> str:
    value = f"{test.value:g}" if isinstance(test.value, float) else str(test.value)
    return choices.get(value, "")
