"""A source by its name, as a relation of the engine."""

from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from heed.metrics.sources.cases import cases
from heed.metrics.sources.contacts import contacts
from heed.metrics.sources.shapes import Shape, shape_of


class Engine(Protocol):
    """What is asked of an engine of facts (`heed.facts.engine`): tables and relations of Ibis in, Arrow out."""

    def table(self, name: str) -> ir.Table: ...

    def relation(self, table: pa.Table, name: str) -> ir.Table: ...

    def run(self, expr: Any) -> pa.Table: ...


DERIVED = {"cases": cases, "contacts": contacts}


def open_source(engine: Engine, name: str) -> tuple[Shape, ir.Table]:
    """The shape and the relation. Raises Invalid when there is no such source."""
    shape = shape_of(name)
    base = engine.table(shape.base)
    return shape, DERIVED[name](base) if name in DERIVED else base
