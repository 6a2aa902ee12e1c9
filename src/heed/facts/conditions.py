"""Conditions in bulk: the checked tree of a condition as an Ibis expression over a table of facts.

A null is an absent variable and an error is NULL, so for every row this is what `Condition.evaluate` gives.
"""

import datetime
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
from ibis.expr.types import Table, Value

from heed.core.conditions.rules import (
    FLAG_PREFIX,
    MOVES,
    Call,
    Condition,
    Fields,
    Items,
    Literal,
    Name,
    Node,
    Other,
    Select,
    written_constant,
)
from heed.facts.schema.tables import TABLES

LARGEST = 9.2233720368547e18
LARGEST_NUMBER = sys.float_info.max
HOUR, MINUTE, SECOND = 3_600_000_000, 60_000_000, 1_000_000


def fields_of(table: str) -> Fields:
    """The fields a condition over a fact table may name, with their kinds."""
    return {column.name: column.kind for column in TABLES[table].columns}


def to_ibis(condition: Condition, table: Table) -> Value:
    """The condition as a column of the table: true, false or NULL; for other results the value or NULL."""
    spoken = _Translator(table, dict(condition.fields))
    tree = condition.tree
    if condition.returns == "money" and isinstance(tree, Name) and spoken.kinds[tree.name] == "money":
        return table[tree.name]
    return _as_result(spoken.value(tree), tree, condition.returns)


@dataclass(frozen=True)
class _Translator:
    table: Table
    kinds: dict[str, str]

    def value(self, node: Node) -> Value:
        match node:
            case Literal(value=constant, type=kind):
                return ibis.literal(constant, type=LITERAL_TYPES[kind])
            case Name(name=name):
                return self._name(name)
            case Select(operand=operand, key=key):
                return self.value(operand).get(key)
            case Call(overload="string_to_duration" | "string_to_timestamp"):
                return _constant(node)
            case Call(overload="in_list", args=(needle, Items(items=items))):
                return self._in_list(needle, items)
            case Call(overload=overload) if overload.startswith("timestamp_to_"):
                return self._time_part(node)
            case Call(overload=overload) if overload in MOVES:
                return self._moved(node)
            case Call(overload=overload, args=args):
                return OPERATIONS[overload](*(self.value(arg) for arg in args))
            case Items() | Other():
                raise TypeError(f"{node} has no place in an expression")

    def _name(self, name: str) -> Value:
        if name in self.kinds:
            return self._field(name)
        return self._field(name.removeprefix(FLAG_PREFIX)).notnull()

    def _field(self, name: str) -> Value:
        column = self.table[name]
        kind = self.kinds[name]
        if kind == "day":
            return column.cast("timestamp('UTC')")
        if kind not in ("number", "count", "money"):
            return column
        if column.type().is_floating():
            return _finite(column.cast("float64"))
        return column.cast("float64")

    def _in_list(self, needle: Node, items: tuple[Node, ...]) -> Value:
        sought, offered = self.value(needle), [self.value(item) for item in items]
        if all(isinstance(item, Literal) for item in items):
            return sought.isin(offered)
        known = reduce(lambda left, right: left & right, [value.notnull() for value in offered])
        found = reduce(lambda left, right: left | right, [sought == value for value in offered])
        return ibis.cases((known, found))

    def _time_part(self, node: Call) -> Value:
        at = self.value(node.args[0])
        if node.overload.endswith("_tz"):
            zone = written_constant(node.args[1])
            at = _local(self.table)(at, str(zone))
        return TIME_PARTS[node.overload.removeprefix("timestamp_to_").removesuffix("_tz").removesuffix("_with")](at)

    def _moved(self, node: Call) -> Value:
        """A time moved by a written duration; `duration + time` is the same as `time + duration`."""
        moves = [arg for arg in node.args if arg.type == "duration"]
        starts = [arg for arg in node.args if arg.type != "duration"]
        step = written_constant(moves[0])
        assert isinstance(step, datetime.timedelta)
        if node.overload.startswith("subtract"):
            step = -step
        return self.value(starts[0]) + ibis.interval(microseconds=step // datetime.timedelta(microseconds=1))


def _constant(node: Call) -> Value:
    value = written_constant(node)
    if isinstance(value, datetime.timedelta):
        return ibis.literal(value // datetime.timedelta(microseconds=1), type="int64")
    return ibis.literal(value, type="timestamp('UTC')")


def _within(result: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    """Whole-number arithmetic that is NULL instead of a failed query when it overflows."""

    def checked(left: Value, right: Value) -> Value:
        size = result(left.cast("float64"), right.cast("float64")).abs()
        return ibis.cases((size < LARGEST, result(left, right)))

    return checked


def _finite(number: Value) -> Value:
    """NULL for NaN and infinity: every engine here orders NaN above all numbers."""
    return ibis.cases((number.abs() <= LARGEST_NUMBER, number))


def _truncated(number: Value) -> Value:
    toward_zero = ibis.cases((number >= 0, number.floor()), else_=number.ceil())
    return ibis.cases((number.abs() < LARGEST, toward_zero.cast("int64")))


def _whole_parts(microseconds: Value, part: int) -> Value:
    return ((microseconds - microseconds % part).cast("float64") / part).cast("int64")


def _as_result(value: Value, tree: Node, returns: str) -> Value:
    if returns not in ("number", "money", "count"):
        return value
    number = value.cast("float64")
    if tree.type == "duration":
        number = number / SECOND
    if tree.type == "number":
        number = _finite(number)
    if returns == "count":
        return ibis.cases(((number.abs() < LARGEST) & (number == number.floor()), number.cast("int64")))
    return number


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore
def _timezone(zone: str, at: ibis.expr.datatypes.Timestamp("UTC")) -> ibis.expr.datatypes.Timestamp():  # type: ignore
    """DuckDB: the wall clock of a zone."""


@ibis.udf.scalar.builtin(name="from_utc_timestamp")  # type: ignore
def _from_utc(at: ibis.expr.datatypes.Timestamp("UTC"), zone: str) -> ibis.expr.datatypes.Timestamp():  # type: ignore
    """Spark: the wall clock of a zone, in a session that keeps UTC."""


def _local(table: Table) -> Callable[[Value, str], Value]:
    try:
        engine = table.get_backend().name
    except ibis.IbisError:
        engine = "duckdb"
    if engine == "pyspark":
        return lambda at, zone: _from_utc(at, zone)
    return lambda at, zone: _timezone(zone, at)


LITERAL_TYPES: dict[str, str] = {"flag": "boolean", "whole": "int64", "number": "float64", "text": "string"}

TIME_PARTS: dict[str, Callable[[Any], Value]] = {
    "year": lambda at: at.year().cast("int64"),
    "month": lambda at: at.month().cast("int64") - 1,
    "day_of_month": lambda at: at.day().cast("int64") - 1,
    "day_of_month_1_based": lambda at: at.day().cast("int64"),
    "day_of_week": lambda at: (at.day_of_week.index().cast("int64") + 1) % 7,
    "day_of_year": lambda at: at.day_of_year().cast("int64") - 1,
    "hours": lambda at: at.hour().cast("int64"),
    "minutes": lambda at: at.minute().cast("int64"),
    "seconds": lambda at: at.second().cast("int64"),
}


def _orders(kind: str) -> dict[str, Callable[..., Value]]:
    return {
        f"less_{kind}": lambda left, right: left < right,
        f"less_equals_{kind}": lambda left, right: left <= right,
        f"greater_{kind}": lambda left, right: left > right,
        f"greater_equals_{kind}": lambda left, right: left >= right,
    }


OPERATIONS: dict[str, Callable[..., Value]] = {
    "logical_and": lambda left, right: left & right,
    "logical_or": lambda left, right: left | right,
    "logical_not": lambda value: ~value,
    "conditional": lambda test, yes, no: ibis.cases((test, yes), (~test, no)),
    "equals": lambda left, right: left == right,
    "not_equals": lambda left, right: left != right,
    **_orders("double"),
    **_orders("int64"),
    **_orders("string"),
    **_orders("timestamp"),
    **_orders("duration"),
    "add_double": lambda left, right: left + right,
    "subtract_double": lambda left, right: left - right,
    "multiply_double": lambda left, right: left * right,
    "divide_double": lambda left, right: left / right.nullif(0.0),
    "negate_double": lambda value: -value,
    "add_int64": _within(lambda left, right: left + right),
    "subtract_int64": _within(lambda left, right: left - right),
    "multiply_int64": _within(lambda left, right: left * right),
    "negate_int64": lambda value: -value,
    "int64_to_double": lambda value: value.cast("float64"),
    "double_to_int64": _truncated,
    "add_string": lambda left, right: left + right,
    "size_string": lambda value: value.length().cast("int64"),
    "string_size": lambda value: value.length().cast("int64"),
    "contains_string": lambda value, part: value.contains(part),
    "starts_with_string": lambda value, part: value.startswith(part),
    "ends_with_string": lambda value, part: value.endswith(part),
    "matches": lambda value, pattern: value.re_search(pattern),
    "matches_string": lambda value, pattern: value.re_search(pattern),
    "subtract_timestamp_timestamp": lambda left, right: left.delta(right, unit="microsecond"),
    "add_duration_duration": _within(lambda left, right: left + right),
    "subtract_duration_duration": _within(lambda left, right: left - right),
    "duration_to_hours": lambda value: _whole_parts(value, HOUR),
    "duration_to_minutes": lambda value: _whole_parts(value, MINUTE),
    "duration_to_seconds": lambda value: _whole_parts(value, SECOND),
    "in_map": lambda key, entries: ibis.cases((entries.notnull() & key.notnull(), entries.get(key).notnull())),
    "index_map": lambda entries, key: entries.get(key),
}
