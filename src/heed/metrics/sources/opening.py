"""A source by its name, as a relation of the engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from heed.facts.schema.tables import TABLES
from heed.facts.set_aside import answers
from heed.metrics.sources.cases import case_contacts, cases
from heed.metrics.sources.contacts import contacts
from heed.metrics.sources.following import asks, payments, uses
from heed.metrics.sources.shapes import ASKS, CASE_CONTACTS, CONTACT_COSTS, DEMAND, PAYMENTS, USES, Shape, shape_of
from heed.metrics.sources.together import contact_costs, demand


class Engine(Protocol):
    """What is asked of an engine of facts (`heed.facts.engine`): tables and relations of Ibis in, Arrow out."""

    def table(self, name: str) -> ir.Table: ...

    def holds(self, name: str) -> bool: ...

    def relation(self, table: pa.Table, name: str) -> ir.Table: ...

    def run(self, expr: Any) -> pa.Table: ...


@dataclass(frozen=True)
class Source:
    """A relation of the engine, its shape, and the table of facts it is read from."""

    shape: Shape
    rows: ir.Table
    base: ir.Table


def open_source(engine: Engine, name: str, since: datetime | None = None, *, with_set_aside: bool = False) -> Source:
    """Raises Invalid, naming the nearest, when there is no such source. Rows before `since` may be left out where
    that is quicker. `with_set_aside`: questionnaires that were set aside count like all others.
    """
    shape = shape_of(name)
    base = engine.table(shape.base)
    return Source(shape, _rows(engine, name, base, since, with_set_aside), base)


def _rows(engine: Engine, name: str, base: ir.Table, since: datetime | None, with_set_aside: bool) -> ir.Table:
    match name:
        case "cases" | "resolved_cases":
            return cases(base)
        case "contacts":
            return contacts(base, since)
        case CASE_CONTACTS.name:
            return case_contacts(base, engine.table("interactions"))
        case ASKS.name:
            return asks(base, answers(engine, "responses", with_set_aside=with_set_aside))
        case USES.name:
            return uses(base)
        case PAYMENTS.name:
            return payments(base)
        case DEMAND.name:
            return demand(base, engine.table("usage"))
        case CONTACT_COSTS.name:
            return contact_costs(base, engine.table("workforce"), engine.table("finance"))
    return answers(engine, name, with_set_aside=with_set_aside)


def span(engine: Engine, source: Source) -> tuple[datetime | None, datetime | None]:
    """The first and the last time of the facts a source is read from; None where there are none."""
    at = source.base[TABLES[source.shape.base].time]
    (found,) = engine.run(source.base.agg(first=at.min(), last=at.max())).to_pylist()
    return found["first"], found["last"]


def kept_beside(engine: Engine, source: Source, most_values: int = 50, most: int = 12) -> list[str]:
    """Names of what files brought beside the columns (keys of `attributes`) that are worth a split: two to `most_values`
    different values. In order of the alphabet, at most `most`.
    """
    if "attributes" not in source.shape.fields:
        return []
    held = source.base.filter(source.base.attributes.notnull()).select("attributes")
    seen = engine.run(held.select(key=held.attributes.keys().unnest()).distinct().limit(500))
    names = sorted(key for key in seen["key"].to_pylist() if key)
    if not names:
        return []
    (counts,) = engine.run(
        held.agg(**{f"n_{index}": held.attributes[name].nunique() for index, name in enumerate(names)})
    ).to_pylist()
    return [name for index, name in enumerate(names) if 2 <= counts[f"n_{index}"] <= most_values][:most]
