"""Where the columns of an expression come from: which column of which table of facts, through whatever stands between."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ibis.expr.operations as ops

from heed.facts.schema.tables import TABLES

# What names a record or a customer. Its rows lie under one root or are told to be shared.
IDS = frozenset(
    {"customer_key", "case_id", "interaction_id", "response_id", "verbatim_id", "reply_to"}
    | {table.key for table in TABLES.values()}
)
# Tables in which no row is about a person: what the operation changed. Their rows may be put together.
FREE = frozenset(name for name, table in TABLES.items() if all(column.personal == "no" for column in table.columns))


@dataclass(frozen=True)
class Origin:
    """A column of a table of facts."""

    table: str
    column: str

    @property
    def keeps_whole(self) -> bool:
        """Whether the rows of one value may be expected under one root."""
        return self.column in IDS or self.column == "region"

    @property
    def is_told(self) -> bool:
        """Whether its values may leave a root: they name no customer and no record, and are nobody's words."""
        return self.column not in IDS and TABLES[self.table].column(self.column).personal != "text"


@lru_cache(maxsize=4096)
def fact_tables(node: Any) -> frozenset[str]:
    """The tables of facts an expression reads."""
    return frozenset(each.name for each in node.find(ops.DatabaseTable) if each.name in TABLES)


def is_free(node: Any) -> bool:
    return fact_tables(node) <= FREE


def origins(value: Any) -> tuple[Origin, ...]:
    """The columns of facts that a value is, unchanged or through steps that keep different values different or the same
    as they are; of a computed value all it is computed from.
    """
    return tuple(sorted(_origins(value), key=lambda each: (each.table, each.column)))


@lru_cache(maxsize=16_384)
def _origins(value: Any) -> frozenset[Origin]:
    if isinstance(value, ops.Field):
        return _field_origins(value.rel, value.name)
    found: frozenset[Origin] = frozenset()
    for each in value.args:
        for inner in each if isinstance(each, tuple) else (each,):
            if isinstance(inner, ops.Value):
                found |= _origins(inner)
    return found


def _field_origins(relation: Any, name: str) -> frozenset[Origin]:
    if isinstance(relation, ops.PhysicalTable):
        return frozenset({Origin(relation.name, name)}) if relation.name in TABLES else frozenset()
    if isinstance(relation, ops.Reference):
        return _field_origins(relation.parent, name)
    if isinstance(relation, ops.Set):
        return _field_origins(relation.left, name) | _field_origins(relation.right, name)
    value = relation.values[name]
    return _origins(value)


def linked(*values: Any) -> tuple[Origin, ...]:
    """The columns two sides are compared by; none where one side is no column of facts."""
    found = [origins(value) for value in values]
    return tuple(dict.fromkeys(origin for each in found for origin in each)) if all(found) else ()


# What gives another value for each of its own: what it is made of can be read from it.
_SPEAKING = (ops.Cast, ops.TryCast, ops.Hash)


@lru_cache(maxsize=16_384)
def is_told(value: Any) -> bool:
    """Whether a value may leave a root: it is no name of a customer or record and nobody's words, nor made of them. A flag
    or number worked out of them may.
    """
    if isinstance(value, ops.Field):
        return _field_is_told(value.rel, value.name)
    if isinstance(value, ops.SearchedCase):
        return all(map(is_told, (*value.results, value.default)))
    if isinstance(value, ops.IfElse):
        return is_told(value.true_expr) and is_told(value.false_null_expr)
    if not isinstance(value, _SPEAKING) and (value.dtype.is_boolean() or value.dtype.is_numeric()):
        return not isinstance(value, ops.Min | ops.Max | ops.ArgMin | ops.ArgMax) or is_told(value.arg)
    parts = (inner for each in value.args for inner in (each if isinstance(each, tuple) else (each,)))
    return all(is_told(each) for each in parts if isinstance(each, ops.Value))


def _field_is_told(relation: Any, name: str) -> bool:
    if isinstance(relation, ops.PhysicalTable):
        return relation.name not in TABLES or Origin(relation.name, name).is_told
    if isinstance(relation, ops.Reference):
        return _field_is_told(relation.parent, name)
    if isinstance(relation, ops.Set):
        return _field_is_told(relation.left, name) and _field_is_told(relation.right, name)
    return is_told(relation.values[name])


def keeps_whole(value: Any) -> bool:
    """Whether the rows of one value of this lie under one root by where rows belong: it is the region itself."""
    found = origins(value)
    return isinstance(value, ops.Field) and bool(found) and all(origin.column == "region" for origin in found)
