"""When a question is shown, free of the language it was written in: read from conditions, written as conditions. Pure.

Three things differ between formats and are made the same here: what holds of a question nobody answered (nothing, and its
opposite all), how an option of several is told (`is` against `has`), and how deep and- and or-groups may lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from heed.core.conditions.rules import Call, Literal, Name, Node, compile_condition
from heed.core.errors.rules import Invalid, phrase

OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "has": "has_not",
    "has_not": "has",
    "answered": "empty",
    "empty": "answered",
}
OPPOSITE |= {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "says": "says_not", "says_not": "says"}
SIGNS = {"_==_": "is", "_!=_": "is_not", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
NEGATIVE = ("is_not", "has_not", "says_not")
MOST_GROUPS = 24


@dataclass(frozen=True)
class Test:
    """One thing said of one question. `how`: is, is_not, has, has_not, <, <=, >, >=, says, says_not, answered, empty."""

    question: str
    how: str
    value: str | float | None = None
    row: str = ""


@dataclass(frozen=True)
class Every:
    """Each part holds."""

    parts: tuple["Logic", ...]


@dataclass(frozen=True)
class Some:
    """One part holds at least."""

    parts: tuple["Logic", ...]


Logic = Test | Every | Some


class NotCarried(Exception):
    """This cannot be said in the other language; the words say what."""


def unsaid(what: str) -> NotCarried:
    return NotCarried(what)


def both(parts: "list[Logic]") -> Logic | None:
    """Every of them; None where there is none."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Every) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else Every(tuple(flat))


def either(parts: "list[Logic]") -> Logic | None:
    """One of them; None where there is none."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Some) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else Some(tuple(flat))


def opposite(logic: Logic) -> Logic:
    """What holds where this does not."""
    if isinstance(logic, Test):
        if logic.how in TURNED and logic.how in OPPOSITE:
            # Nobody's answer is not below six, so the opposite of below six holds of it.
            turned = Test(logic.question, OPPOSITE[logic.how], logic.value, logic.row)
            return Some((Test(logic.question, "empty", row=logic.row), turned))
        return Test(logic.question, OPPOSITE[logic.how], logic.value, logic.row)
    parts = tuple(opposite(part) for part in logic.parts)
    return Some(parts) if isinstance(logic, Every) else Every(parts)


def strictly_opposite(logic: Logic) -> Logic:
    """As conditions of heed mean it: what touches a question nobody answered is neither true nor false."""
    if isinstance(logic, Test):
        turned = Test(logic.question, OPPOSITE[logic.how], logic.value, logic.row)
        return asked_and(turned) if turned.how in NEGATIVE else turned
    parts = tuple(strictly_opposite(part) for part in logic.parts)
    return Some(parts) if isinstance(logic, Every) else Every(parts)


def asked_and(test: Test) -> Logic:
    """It was answered, and not so."""
    return Every((Test(test.question, "answered", row=test.row), test))


def tests_of(logic: Logic) -> "list[Test]":
    """Every test in it."""
    return [logic] if isinstance(logic, Test) else [test for part in logic.parts for test in tests_of(part)]


def groups_of(logic: Logic) -> "list[tuple[Test, ...]]":
    """The same as an or of ands, which is as deep as some formats go. Raises NotCarried where that gets too long."""
    if isinstance(logic, Test):
        return [(logic,)]
    inner = [groups_of(part) for part in logic.parts]
    if isinstance(logic, Some):
        found = [group for groups in inner for group in groups]
    else:
        found = [tuple(test for group in choice for test in group) for choice in product(*inner)]
    if len(found) > MOST_GROUPS:
        raise unsaid(phrase("a condition of more than {most} alternatives", most=MOST_GROUPS))
    return found


# As conditions of heed


def written(logic: Logic, *, inside: bool = False) -> str:
    """The condition. What says that something is not so also holds of a question nobody answered."""
    if isinstance(logic, Test):
        return _said(logic)
    if isinstance(logic, Every):
        texts = _together(list(logic.parts))
        return texts[0] if len(texts) == 1 else _bracketed(" && ".join(texts), inside)
    return _bracketed(" || ".join(written(part, inside=True) for part in logic.parts), inside)


def _bracketed(text: str, inside: bool) -> str:
    return f"({text})" if inside else text


def _together(parts: "list[Logic]") -> list[str]:
    """The parts of an and. Beside something that is said of an answer, `it was answered` says nothing more."""
    tests = [part for part in parts if isinstance(part, Test)]
    told = {(test.question, test.row) for test in tests if test.how not in ("answered", "empty")}
    answered = {(test.question, test.row) for test in tests if test.how == "answered"}
    texts = []
    for part in parts:
        if not isinstance(part, Test):
            texts.append(written(part, inside=True))
        elif part.how != "answered" or (part.question, part.row) not in told:
            texts.append(_said(part, is_asked=(part.question, part.row) in answered))
    return texts


def _said(test: Test, *, is_asked: bool = False) -> str:
    name, value = test.question, test.value
    if test.how in ("answered", "empty"):
        said = f'"{test.row}" in {name}' if test.row else f"has_{name}"
        return said if test.how == "answered" else f"!({said})" if test.row else f"!{said}"
    if test.row:
        asked, name = f'"{test.row}" in {name}', f'{name}["{test.row}"]'
    else:
        asked = f"has_{test.question}"
    spelt = _constant(value)
    said = {
        "is": f"{name} == {spelt}",
        "is_not": f"{name} != {spelt}",
        "has": f"{spelt} in {name}",
        "has_not": f"!({spelt} in {name})",
        "says": f"{name}.contains({spelt})",
        "says_not": f"!{name}.contains({spelt})",
    }.get(test.how, f"{name} {test.how} {spelt}")
    return f"(!{_alone(asked)} || {said})" if test.how in NEGATIVE and not is_asked else said


def _constant(value: str | float | None) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return repr(float(value or 0))


# From conditions of heed


def read(condition: str, fields: Mapping[str, str]) -> Logic:
    """What a condition says of questions. Raises NotCarried where it says more than other formats can."""
    try:
        return _of(compile_condition(condition, fields).tree)
    except Invalid as fault:
        raise unsaid(fault.message) from fault


def _of(node: Node) -> Logic:
    match node:
        case Call(function="_&&_", args=args):
            found = both([_of(arg) for arg in args])
        case Call(function="_||_", args=args):
            found = _guarded([_of(arg) for arg in args])
        case Call(function="!_", args=(inner,)):
            found = strictly_opposite(_of(inner))
        case Name(name=name, type="flag") if name.startswith("has_"):
            return Test(name.removeprefix("has_"), "answered")
        case Call(function="@in", args=(left, right)):
            return _in(left, right)
        case Call(function="contains", args=(Name(name=name), Literal(value=str(words)))):
            return Test(name, "says", words)
        case Call(function=sign, args=(left, right)) if sign in SIGNS:
            return _compared(SIGNS[sign], left, right)
        case _:
            raise unsaid(_called(node))
    assert found is not None
    return found


def _guarded(parts: "list[Logic]") -> Logic | None:
    """An or; `nobody answered, or it is not so` is what other formats mean by `is not so`."""
    empty = {(part.question, part.row) for part in parts if isinstance(part, Test) and part.how == "empty"}
    kept: list[Logic] = []
    settled: set[tuple[str, str]] = set()
    for part in parts:
        match part:
            case Every(parts=(Test(how="answered"), Test(how=how) as test)) if how in NEGATIVE:
                if (test.question, test.row) in empty:
                    settled.add((test.question, test.row))
                    kept.append(test)
                    continue
        kept.append(part)
    return either(
        [
            part
            for part in kept
            if not (isinstance(part, Test) and part.how == "empty" and (part.question, part.row) in settled)
        ]
    )


def _in(left: Node, right: Node) -> Logic:
    match left, right:
        case Literal(value=str(value)), Name(name=name):
            return Test(name, "has", value)
        case Name(name=name), _ if hasattr(right, "items"):
            values = [item.value for item in right.items if isinstance(item, Literal)]
            if len(values) == len(right.items) and values:
                found = either([Test(name, "is", _plain(value)) for value in values])
                assert found is not None
                return found
    raise unsaid(_called(left))


def _compared(how: str, left: Node, right: Node) -> Logic:
    if isinstance(left, Literal):
        left, right, how = right, left, TURNED.get(how, how)
    if isinstance(right, Literal):
        value = _plain(right.value)
        match left:
            case Name(name=name) if name.startswith("has_") and isinstance(right.value, bool):
                return Test(name.removeprefix("has_"), "answered" if right.value == (how == "is") else "empty")
            case Name(name=name):
                found = Test(name, how, value)
                return asked_and(found) if how == "is_not" else found
            case Call(function="_[_]", args=(Name(name=name), Literal(value=str(key)))):
                found = Test(name, how, value, key)
                return asked_and(found) if how == "is_not" else found
    raise unsaid(_called(left))


def _plain(value: object) -> str | float:
    if isinstance(value, bool) or value is None:
        raise unsaid(str(value))
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _called(node: Node) -> str:
    return {"Call": getattr(node, "function", "")}.get(type(node).__name__, type(node).__name__.lower())


def _alone(text: str) -> str:
    """Text that a `!` before it means as a whole."""
    return f"({text})" if " " in text else text
