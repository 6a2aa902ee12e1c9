"""The tree of a condition: what the CEL compiler understood, as plain frozen values.

CEL hands its tree out as protobuf (cel.expr.ParsedExpr, cel.expr.CheckedExpr); it is read here field by field.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

Type: TypeAlias = OneOf["number", "whole", "text", "flag", "time", "duration", "map", "list", "null", "other"]
Constant: TypeAlias = "float | int | str | bool | None"


@dataclass(frozen=True)
class Literal:
    value: Constant
    type: Type
    at: int = 0


@dataclass(frozen=True)
class Name:
    name: str
    type: Type
    at: int = 0


@dataclass(frozen=True)
class Select:
    """`attributes.key`: one entry of a map; `test` is what `has(attributes.key)` becomes."""

    operand: "Node"
    key: str
    test: bool
    type: Type
    at: int = 0


@dataclass(frozen=True)
class Call:
    """`function` is CEL's name (`_>_`), `overload` its meaning for these types (`greater_double`); empty unchecked."""

    function: str
    overload: str
    member: bool
    args: tuple["Node", ...]
    type: Type
    at: int = 0


@dataclass(frozen=True)
class Items:
    items: tuple["Node", ...]
    type: Type = "list"
    at: int = 0


@dataclass(frozen=True)
class Other:
    """Something the language has and conditions do not take: a macro, a message, bytes."""

    what: str
    type: Type = "other"
    at: int = 0


Node: TypeAlias = Literal | Name | Select | Call | Items | Other
Fields: TypeAlias = dict[int, list["int | bytes"]]

PRIMITIVES: dict[int, Type] = {1: "flag", 2: "whole", 4: "number", 5: "text"}
WELL_KNOWN: dict[int, Type] = {2: "time", 3: "duration"}


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, outermost first."""
    yield node
    match node:
        case Select(operand=operand):
            yield from walk(operand)
        case Call(args=below) | Items(items=below):
            for child in below:
                yield from walk(child)


def read_tree(serialized: bytes) -> Node:
    """The tree of a serialised CEL expression; nodes carry their code point offset in the source."""
    wrapper = _message(serialized)
    checked = _text(wrapper, 1).endswith("CheckedExpr")
    body = _message(_bytes(wrapper, 2))
    root, source_info = (4, 5) if checked else (2, 3)
    positions = {_int(entry, 1): _int(entry, 2) for entry in _messages(_message(_bytes(body, source_info)), 4)}
    types = {_int(entry, 1): _type(_message(_bytes(entry, 2))) for entry in _messages(body, 3)} if checked else {}
    overloads = (
        {_int(entry, 1): _overload(_message(_bytes(entry, 2))) for entry in _messages(body, 2)} if checked else {}
    )
    return _Reader(positions, types, overloads).node(_message(_bytes(body, root)))


@dataclass(frozen=True)
class _Reader:
    positions: dict[int, int]
    types: dict[int, Type]
    overloads: dict[int, str]

    def node(self, expression: Fields) -> Node:
        number = _int(expression, 2)
        at, kind = self.positions.get(number, 0), self.types.get(number, "other")
        if 3 in expression:
            return _literal(_message(_bytes(expression, 3)), at)
        if 4 in expression:
            return Name(_text(_message(_bytes(expression, 4)), 1), kind, at)
        if 5 in expression:
            select = _message(_bytes(expression, 5))
            operand = self.node(_message(_bytes(select, 1)))
            return Select(operand, _text(select, 2), bool(_int(select, 3)), kind, at)
        if 6 in expression:
            call = _message(_bytes(expression, 6))
            target = [self.node(_message(_bytes(call, 1)))] if 1 in call else []
            args = (*target, *(self.node(arg) for arg in _messages(call, 3)))
            return Call(_text(call, 2), self.overloads.get(number, ""), bool(target), args, kind, at)
        if 7 in expression:
            return Items(tuple(self.node(item) for item in _messages(_message(_bytes(expression, 7)), 1)), "list", at)
        return Other("a macro" if 9 in expression else "a message", "other", at)


def _literal(constant: Fields, at: int) -> Node:
    if 2 in constant:
        return Literal(bool(_int(constant, 2)), "flag", at)
    if 3 in constant:
        raw = _int(constant, 3)
        return Literal(raw - 2**64 if raw >= 2**63 else raw, "whole", at)
    if 5 in constant:
        return Literal(struct.unpack("<d", _bytes(constant, 5))[0], "number", at)
    if 6 in constant:
        return Literal(_text(constant, 6), "text", at)
    if 1 in constant:
        return Literal(None, "null", at)
    return Other("bytes" if 7 in constant else "an unsigned number", "other", at)


def _type(field: Fields) -> Type:
    if 3 in field:
        return PRIMITIVES.get(_int(field, 3), "other")
    if 5 in field:
        return WELL_KNOWN.get(_int(field, 5), "other")
    if 6 in field:
        return "list"
    return "map" if 7 in field else "null" if 2 in field else "other"


def _overload(reference: Fields) -> str:
    found = [value.decode() for value in reference.get(3, []) if isinstance(value, bytes)]
    return "|".join(found)


def _message(data: bytes) -> Fields:
    """The fields of one protobuf message by number, in order."""
    fields: Fields = {}
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        value: int | bytes
        match key & 7:
            case 0:
                value, position = _varint(data, position)
            case 1:
                value, position = data[position : position + 8], position + 8
            case 2:
                size, position = _varint(data, position)
                value, position = data[position : position + size], position + size
            case wire:
                raise ValueError(f"unknown protobuf wire type {wire}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7


def _bytes(fields: Fields, number: int) -> bytes:
    value = fields.get(number, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def _int(fields: Fields, number: int) -> int:
    value = fields.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def _text(fields: Fields, number: int) -> str:
    return _bytes(fields, number).decode()


def _messages(fields: Fields, number: int) -> list[Fields]:
    return [_message(value) for value in fields.get(number, []) if isinstance(value, bytes)]
