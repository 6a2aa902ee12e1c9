"""Conditions: CEL over the fields of a row, checked when they are written, never true by accident.

A field that is null, NaN or absent is an absent variable; whatever touches it is an error, and an error is None.
`has_<field>` is a flag for every field. heed.facts.conditions turns the same tree into an expression of the engine.
"""

import datetime
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from heed.core.conditions.language import (
    CEL_TYPES,
    CONSTANT_TEXT,
    FUNCTIONS,
    LARGEST_WHOLE,
    MOVES,
    OVERLOADS,
    RESULTS,
    WORDS,
)
from heed.core.conditions.spelling import (
    divides,
    division_depth,
    guarded,
    mixed_literals,
    split_types,
    whole_literals_beside_numbers,
    widen,
)
from heed.core.conditions.tree import Call, Items, Literal, Name, Node, Other, Select, read_tree, walk
from heed.core.errors.rules import Invalid, nearest, phrase, together

__all__ = [
    "FLAG_PREFIX",
    "MOVES",
    "Call",
    "Condition",
    "Fields",
    "Items",
    "Literal",
    "Name",
    "Node",
    "Other",
    "Select",
    "compile_condition",
    "written_constant",
]

CODE = "invalid_condition"
FLAG_PREFIX = "has_"
ERROR_LINE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?: \[INVALID_ARGUMENT\])?$", re.MULTILINE)
UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
DEEPEST_DIVISION = 4
DEEP = re.compile("recursion (depth|limit)")
NO_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
Fields = Mapping[str, str]
Value = bool | float | int | str | datetime.datetime | None


@dataclass(frozen=True)
class Condition:
    """A checked condition. Equal when source, fields and result are; safe to pickle."""

    source: str
    returns: str
    fields: tuple[tuple[str, str], ...]
    tree: Node = field(repr=False, compare=False)
    _run: Any = field(repr=False, compare=False)

    @property
    def field_names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.fields)

    def evaluate(self, row: Mapping[str, Any]) -> Value:
        """The value for one row; None where a needed field is absent or a step fails."""
        return _result(self._run.eval(data=self._variables(row)), self.returns)

    def holds(self, row: Mapping[str, Any]) -> bool:
        """True only when the condition is true: neither false nor unknown."""
        return self.evaluate(row) is True

    def _variables(self, row: Mapping[str, Any]) -> dict[str, Any]:
        variables: dict[str, Any] = {}
        for name, kind in self.fields:
            value = row.get(name)
            if value is not None:
                value = TO_CEL[kind](value)
            variables[FLAG_PREFIX + name] = value is not None
            if value is not None:
                variables[name] = value
        return variables

    def __reduce__(self) -> tuple[Callable[..., "Condition"], tuple[str, dict[str, str], str]]:
        return compile_condition, (self.source, dict(self.fields), self.returns)


def compile_condition(source: str, fields: Fields, returns: str = "flag") -> Condition:
    """The condition, or Invalid (code invalid_condition) saying what is wrong, where, and what was probably meant.

    `fields` gives each name its kind: text number count flag time day money map.
    """
    return _compile(source, tuple(sorted(fields.items())), returns)


@lru_cache(maxsize=4096)
def _compile(source: str, fields: tuple[tuple[str, str], ...], returns: str) -> Condition:
    if returns not in RESULTS:
        raise ValueError(f"a condition cannot return {returns}")
    checked, tree, places = _checked(source, fields)
    where = _Where(source, places)
    for node in walk(tree):
        _refuse_outside_language(node, where)
    _refuse_wrong_result(tree, returns, where)
    run = _guarded_run(tree, fields) if divides(tree) else checked
    used = {node.name for node in walk(tree) if isinstance(node, Name)}
    known = dict(fields)
    names = {name if name in known else name.removeprefix(FLAG_PREFIX) for name in used}
    return Condition(source, returns, tuple(sorted((name, known[name]) for name in names)), tree, run)


@lru_cache(maxsize=256)
def _environment(fields: tuple[tuple[str, str], ...]) -> Any:
    variables = {FLAG_PREFIX + name: cel.Type("bool") for name, _ in fields}
    variables |= {name: cel.Type(CEL_TYPES[kind]) for name, kind in fields}
    return cel.NewEnv(variables=variables)


def _checked(source: str, fields: tuple[tuple[str, str], ...]) -> tuple[Any, Node, list[int]]:
    """The checked expression, its tree, and where `.0` had to be put behind whole literals."""
    environment = _environment(fields)
    text, places = source, list[int]()
    while True:
        try:
            expression = environment.compile(text)
            tree = read_tree(expression.serialize())
            complaints: list[tuple[int, int, str]] = []
            wider, added = widen(text, mixed_literals(tree))
            if not added:
                return expression, tree, places
        except RuntimeError as error:
            if DEEP.search(str(error)):
                raise _too_deep() from None
            complaints = [(int(line), int(column), words) for line, column, words in ERROR_LINE.findall(str(error))]
            wider, added = widen(text, _clashing_literals(environment, text, complaints))
        if not added:
            raise _refusal(complaints, _Where(source, places), text, fields)
        places = sorted([place + 2 * sum(new < place for new in added) for place in places] + added)
        text = wider


def _guarded_run(tree: Node, fields: tuple[tuple[str, str], ...]) -> Any:
    if division_depth(tree) > DEEPEST_DIVISION:
        raise _too_deep()
    try:
        return _environment(fields).compile(guarded(tree))
    except RuntimeError as error:
        if DEEP.search(str(error)):
            raise _too_deep() from None
        raise


def _too_deep() -> Invalid:
    return _invalid("the condition is nested too deeply", "Write it as several rules, or with fewer parentheses.")


def _clashing_literals(environment: Any, text: str, complaints: list[tuple[int, int, str]]) -> list[int]:
    clashes = []
    for line, column, words in complaints:
        if found := NO_OVERLOAD.match(words):
            clashes.append((_offset(text, line, column), tuple(split_types(found.group(2)))))
    if not clashes:
        return []
    return whole_literals_beside_numbers(read_tree(environment.compile(text, disable_check=True).serialize()), clashes)


@dataclass(frozen=True)
class _Where:
    """Turns an offset of the rewritten text into a line and column of what was written."""

    source: str
    places: list[int]

    def __call__(self, offset: int) -> str:
        at = max(0, offset - 2 * sum(place < offset for place in self.places))
        before = self.source[:at]
        line, column = before.count("\n") + 1, at - before.rfind("\n")
        return phrase("line {line}, column {column}", line=line, column=column)


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1


def _refusal(
    complaints: list[tuple[int, int, str]], where: _Where, text: str, fields: tuple[tuple[str, str], ...]
) -> Invalid:
    """The first unknown name if there is one, else the first complaint, in words."""
    if not complaints:
        return _invalid("the condition cannot be read", "")
    complaints = sorted(complaints, key=lambda complaint: UNDECLARED.match(complaint[2]) is None)
    line, column, words = complaints[0]
    offset = _offset(text, line, column)
    if found := UNDECLARED.match(words):
        return _unknown_name(
            found.group(1), text[offset : offset + 1] == "(", where(offset), [name for name, _ in fields]
        )
    if found := NO_OVERLOAD.match(words):
        return _wrong_types(found.group(1), split_types(found.group(2)), where(offset))
    if words.startswith("has() "):
        return _unknown_name("has", True, where(offset), [])
    if "mismatched input '<EOF>'" in words:
        return _invalid("the condition ends too early", "Write one, such as score <= 6.", where(offset))
    hint = "Write == to compare." if re.search(r"token recognition error at: '=", words) else ""
    return _invalid(words.removeprefix("Syntax error: ").rstrip(), hint, where(offset))


def _unknown_name(name: str, called: bool, where: str, known: list[str]) -> Invalid:
    if called:
        if name == "has":
            return _invalid("has() is not used in conditions", "Write has_<field>.", where)
        return _invalid(phrase("unknown function {name}", name=name), nearest(name, FUNCTIONS), where)
    flags = [FLAG_PREFIX + field for field in known] if name.startswith(FLAG_PREFIX) else []
    return _invalid(phrase("unknown name {name}", name=name), nearest(name, flags or known), where)


def _wrong_types(function: str, types: list[str], where: str) -> Invalid:
    sign = {"@in": "in", "_?_:_": "? :", "_[_]": "[ ]"}.get(function, function.strip("_"))
    words = [phrase(WORDS.get(kind, kind.replace("list(", "list of ").rstrip(")"))) for kind in types]
    hint = ""
    if "null_type" in types:
        hint = "Write has_<field> to ask whether a field has a value."
    elif "double" in types and "int" in types:
        hint = "Write double(…) around the whole number."
    elif "string" in types and ("double" in types or "int" in types):
        hint = 'Text stands in quotes ("7"), numbers do not (7).'
    elif "google.protobuf.Timestamp" in types and "string" in types:
        hint = 'Write timestamp("2026-01-31T00:00:00Z").'
    return _invalid(phrase("{sign} does not take {types}", sign=sign, types=together(words)), hint, where)


def _refuse_outside_language(node: Node, where: _Where) -> None:
    """Raises for whatever CEL has and conditions do not take, so that one row and bulk always mean the same."""
    match node:
        case Other(what=what):
            raise _invalid(phrase("{what} is not used in conditions", what=what), "", where(node.at))
        case Select(test=True):
            hint = 'Write has_<field>, or "key" in field.'
            raise _invalid("has() is not used in conditions", hint, where(node.at))
        case Items(items=()):
            raise _invalid("an empty list holds nothing", "", where(node.at))
        case Literal(type="whole", value=int(value)) if abs(value) > LARGEST_WHOLE:
            hint = phrase("Whole numbers go to {most}.", most=LARGEST_WHOLE)
            raise _invalid(phrase("{value} is too large", value=value), hint, where(node.at))
        case Call():
            _refuse_call(node, where)
        case _:
            pass


def _refuse_call(call: Call, where: _Where) -> None:
    name = call.function.strip("_")
    if call.overload in ("divide_int64", "modulo_int64"):
        hint = "Write double(…), or 7.0 for 7."
        raise _invalid(phrase("{name} does not take whole numbers", name=name), hint, where(call.at))
    types = [arg.type for arg in call.args]
    if call.overload not in OVERLOADS or (call.function in ("_==_", "_!=_") and {"map", "list", "other"} & set(types)):
        said = phrase("{name} is not used in conditions for {types}", name=name, types=together(map(phrase, types)))
        raise _invalid(said, "", where(call.at))
    if call.overload == "in_list" and not isinstance(call.args[1], Items):
        raise _invalid("in takes a written list or a map", "", where(call.at))
    if call.overload in MOVES:
        for arg in call.args:
            if arg.type == "duration" and not (isinstance(arg, Call) and arg.overload == "string_to_duration"):
                hint = 'Write duration("24h").'
                raise _invalid("a time is moved by a written duration only", hint, where(call.at))
    _refuse_constant(call, where)


def _refuse_constant(call: Call, where: _Where) -> None:
    """Patterns, times, durations and time zones stand in the condition, and are tried now."""
    position = 1 if call.overload.endswith("_tz") else CONSTANT_TEXT.get(call.overload)
    if position is None:
        return
    constant = call.args[position]
    if not isinstance(constant, Literal):
        said = phrase("{function} takes a text written in the condition", function=call.function)
        raise _invalid(said, "", where(call.at))
    if position == 1 and call.overload.endswith("_tz"):
        try:
            ZoneInfo(str(constant.value))
        except (KeyError, ValueError, OSError):
            said = phrase("unknown time zone {zone}", zone=constant.value)
            raise _invalid(said, "Such as Europe/Berlin.", where(constant.at)) from None
        return
    if position == 1:
        readable = _alone(f'matches("", {guarded(constant)})') is not None
    else:
        readable = written_constant(call) is not None
    if not readable:
        said = phrase("{function} cannot read {value!r}", function=call.function, value=constant.value)
        raise _invalid(said, _shape_of(call.function), where(constant.at))


def written_constant(node: Node) -> str | datetime.timedelta | datetime.datetime | None:
    """The text, duration or time that stands in the condition; None when it cannot be read to the microsecond."""
    if isinstance(node, Literal):
        return str(node.value)
    source = guarded(node)
    found = _alone(source)
    if isinstance(found, datetime.timedelta):
        exact = f'duration("{found // datetime.timedelta(microseconds=1)}us")'
    elif isinstance(found, datetime.datetime):
        found = _aware(found).astimezone(datetime.UTC)
        exact = f'timestamp("{found:%Y-%m-%dT%H:%M:%S.%f}Z")'
    else:
        return None
    return found if _alone(f"{source} == {exact}") is True else None


def _alone(source: str) -> Any:
    """The value of an expression without fields, None when it fails."""
    outcome = cel.NewEnv().compile(source).eval(data={})
    return None if outcome.type() == cel.Type.ERROR else outcome.value()


def _shape_of(function: str) -> str:
    shapes = {
        "duration": 'Such as duration("1h30m") or duration("90s").',
        "timestamp": 'Such as "2026-01-31T00:00:00Z".',
    }
    return shapes.get(function, "It is an RE2 pattern.")


def _refuse_wrong_result(tree: Node, returns: str, where: _Where) -> None:
    if tree.type not in RESULTS[returns]:
        found = WORDS.get(tree.type, tree.type)
        hint = "Compare it with something." if returns == "flag" else ""
        said = phrase("this yields a {found}, a {returns} is wanted", found=phrase(found), returns=phrase(returns))
        raise _invalid(said, hint, where(0))


def _invalid(what: str, hint: str, at: str = "") -> Invalid:
    return Invalid(phrase("{what} ({at})", what=phrase(what), at=at) if at else what, code=CODE, hint=hint)


def _result(value: Any, returns: str) -> Value:
    if value.type() == cel.Type.ERROR:
        return None
    plain: Value = value.value()
    if returns in ("number", "money", "count"):
        number = plain.total_seconds() if isinstance(plain, datetime.timedelta) else float(plain)  # type: ignore[arg-type]
        if not math.isfinite(number):
            return None
        if returns == "count":
            return int(number) if number.is_integer() else None
        return number
    if isinstance(plain, datetime.datetime):
        return plain.replace(tzinfo=datetime.UTC) if plain.tzinfo is None else plain.astimezone(datetime.UTC)
    return plain


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _aware(value: Any) -> datetime.datetime:
    if not isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def _entries(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return {str(key): str(entry) for key, entry in pairs if entry is not None}


TO_CEL: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "number": _finite,
    "count": _finite,
    "money": _finite,
    "flag": bool,
    "time": _aware,
    "day": _aware,
    "map": _entries,
}
