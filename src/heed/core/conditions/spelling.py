"""Two rewritings of a condition before it runs: whole literals beside numbers, and division by zero as an error."""

import json
import re
from collections.abc import Iterable

from heed.core.conditions.tree import Call, Items, Literal, Name, Node, Other, Select, walk

DIGITS = re.compile(r"[-\s]*\d+")
LITERAL_STEPS = frozenset({"_+_", "_-_", "_*_", "_/_", "-_"})
FAILS = 'double("")'


def whole_literals_beside_numbers(tree: Node, clashes: Iterable[tuple[int, tuple[str, ...]]]) -> list[int]:
    """Offsets of whole literals that must be read as numbers, for the calls whose argument types the checker refused.

    `wait_seconds > 20` has a number on one side and the literal 20 on the other: a literal, a list of literals,
    a branch of `? :` and plain sums of literals are read as numbers. A function that yields whole numbers is not.
    """
    wanted = {at: types for at, types in clashes if any("double" in kind for kind in types)}
    found: set[int] = set()
    for node in walk(tree):
        if not isinstance(node, Call) or node.at not in wanted or len(node.args) != len(wanted[node.at]):
            continue
        for argument, kind in zip(node.args, wanted[node.at], strict=True):
            if kind in ("int", "list(int)"):
                found.update(_literals(argument))
    return sorted(found)


def mixed_literals(tree: Node) -> list[int]:
    """Offsets of the whole literals in written lists that also hold numbers, which the checker lets pass."""
    found: set[int] = set()
    for node in walk(tree):
        if isinstance(node, Items) and any(item.type == "number" for item in node.items):
            found.update(at for item in node.items if item.type == "whole" for at in _literals(item))
    return sorted(found)


def _literals(node: Node) -> list[int]:
    """Offsets of the whole literals of a subtree made of nothing else; none when it holds anything else."""
    match node:
        case Literal(type="whole"):
            return [node.at]
        case Items(items=below):
            pass
        case Call(function=function, args=below) if function in LITERAL_STEPS:
            pass
        case Call(function="_?_:_", args=(_, *rest)):
            below = tuple(rest)
        case _:
            return []
    found = [_literals(child) for child in below]
    return [at for offsets in found for at in offsets] if all(found) else []


def widen(source: str, offsets: Iterable[int]) -> tuple[str, list[int]]:
    """The source with `.0` after each literal at the offsets, and the places in the new text where it was put."""
    pieces, places, last, added = [], [], 0, 0
    for offset in sorted(offsets):
        literal = DIGITS.match(source, offset)
        if literal is None or source[literal.end() : literal.end() + 1] in ("x", "X", "u", "U"):
            continue
        pieces += [source[last : literal.end()], ".0"]
        places.append(literal.end() + added)
        last, added = literal.end(), added + 2
    return "".join([*pieces, source[last:]]), places


def divides(tree: Node) -> bool:
    """True when a division by something that may be zero is in the tree."""
    return any(
        isinstance(node, Call) and node.overload == "divide_double" and _may_be_zero(node.args[1])
        for node in walk(tree)
    )


def division_depth(node: Node) -> int:
    """How often a divisor holds a division that holds a division …: each level doubles the guarded source."""
    match node:
        case Call(overload="divide_double", args=(above, below)):
            return max(division_depth(above), division_depth(below) + _may_be_zero(below))
        case Call(args=below) | Items(items=below):
            return max((division_depth(child) for child in below), default=0)
        case Select(operand=operand):
            return division_depth(operand)
        case _:
            return 0


def _may_be_zero(node: Node) -> bool:
    return not (isinstance(node, Literal) and node.value)


def guarded(node: Node) -> str:
    """CEL source for the tree in which a division by zero is an error instead of infinity."""
    match node:
        case Literal():
            return _spell(node)
        case Name(name=name):
            return name
        case Select(operand=operand, key=key):
            return f"{guarded(operand)}[{_quoted(key)}]"
        case Items(items=items):
            return "[" + ", ".join(guarded(item) for item in items) + "]"
        case Call():
            return _guarded_call(node)
        case Other(what=what):
            raise ValueError(f"{what} has no spelling")


def _guarded_call(node: Call) -> str:
    args = [guarded(arg) for arg in node.args]
    if node.overload == "divide_double" and _may_be_zero(node.args[1]):
        args[1] = f"({args[1]} == 0.0 ? {FAILS} : {args[1]})"
    match node.function:
        case "_?_:_":
            return f"({args[0]} ? {args[1]} : {args[2]})"
        case "_[_]":
            return f"{args[0]}[{args[1]}]"
        case "@in":
            return f"({args[0]} in {args[1]})"
        case "-_" | "!_":
            return f"({node.function[0]}{args[0]})"
        case function if function.startswith("_") and function.endswith("_"):
            return f"({args[0]} {function[1:-1]} {args[1]})"
        case function if node.member:
            return f"{args[0]}.{function}({', '.join(args[1:])})"
        case function:
            return f"{function}({', '.join(args)})"


def _spell(literal: Literal) -> str:
    if literal.type == "flag":
        return "true" if literal.value else "false"
    if literal.type == "text":
        return _quoted(str(literal.value))
    if literal.type == "number":
        return f"({float(literal.value or 0.0)!r})"
    return f"({literal.value})"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def split_types(types: str) -> list[str]:
    """`bool, list(int), map(string, string)` as its parts."""
    parts, depth, current = [], 0, ""
    for sign in types:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += sign
    return [*parts, current.strip()]
