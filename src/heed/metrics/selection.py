"""Which rows a reading is taken of: population, period, reach and condition; and for each row its value, its weight
and why it is left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from heed.core.conditions.rules import compile_condition
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.conditions import to_ibis
from heed.metrics.cards import CARD, CARDED, CardWeights
from heed.metrics.measures import Measure, Nps, Rate
from heed.metrics.sources.shapes import Shape, field_of

STATUS, WEIGHT = "heed_status", "heed_weight"  # columns added to the relation, beside those of its shape


@dataclass(frozen=True)
class Slice:
    """What part of the facts is looked at. since is included, until is not. within: column -> values; a row is in
    reach when any of the columns holds one. with_set_aside: questionnaires that were set aside count, too. weights: those
    of score cards, for measures that are weighted by them.

    `within` None means everything; an empty mapping means nothing.
    """

    since: datetime | None = None
    until: datetime | None = None
    where: str = ""
    within: Mapping[str, Collection[str]] | None = field(default=None)
    with_set_aside: bool = False
    weights: CardWeights | None = field(default=None, repr=False, compare=False)


def value_of(shape: Shape, rows: ir.Table, source: str, returns: str) -> ir.Value:
    """A CEL expression over the source's fields, in the engine. Raises Invalid naming the nearest field."""
    return to_ibis(compile_condition(source, shape.fields, returns), rows)


def by_column(shape: Shape, rows: ir.Table, name: str) -> ir.Value:
    """A column of the relation, or, when it has none of that name, that key of its attributes. Raises Invalid where
    neither can be.
    """
    kind = shape.fields.get(name)
    if kind is None and "attributes" in shape.fields:
        return rows["attributes"].get(name)
    if field_of(shape, name) == "map":
        raise Invalid(
            phrase("{name} cannot be grouped by.", name=name),
            code="not_a_group",
            hint=nearest(name, set(shape.fields) - {name}),
        )
    return rows[name]


def sliced(shape: Shape, rows: ir.Table, part: Slice) -> ir.Table:
    """The rows of a slice."""
    at = rows[shape.time]
    if part.since is not None:
        rows = rows.filter(at >= ibis.literal(part.since, type="timestamp('UTC')"))
    if part.until is not None:
        rows = rows.filter(at < ibis.literal(part.until, type="timestamp('UTC')"))
    if part.where:
        rows = rows.filter(value_of(shape, rows, part.where, "flag"))
    if part.within is not None:
        reach = [
            rows[column].isin(sorted(values))
            for column, values in sorted(part.within.items())
            if column in shape.fields and values
        ]
        rows = rows.filter(reduce(or_, reach) if reach else ibis.literal(False))
    return rows


def measured(shape: Shape, rows: ir.Table, measure: Measure) -> ir.Table:
    """The rows a measure is about, with `heed_status` (empty = measured, else why not), its expressions by name, and
    `heed_weight` where it has one.
    """
    if measure.where:
        rows = rows.filter(value_of(shape, rows, measure.where, "flag"))
    values = {name: value_of(shape, rows, source, returns) for name, (source, returns) in measure.expressions.items()}
    if measure.weight_column:
        if field_of(shape, measure.weight_column) != "number":
            raise Invalid(
                phrase("{weight_column} is no number to weigh by.", weight_column=measure.weight_column),
                code="not_a_weight",
                hint="Name a number column.",
            )
        values[WEIGHT] = rows[measure.weight_column].fill_null(1.0)
    status = _status(shape, rows, measure, values)
    if measure.among:
        among = value_of(shape, rows, measure.among, "flag")
        rows = rows.filter((rows["excluded_reason"].fill_null("") != "") | among)
    return rows.mutate(
        **{f"heed_{name}" if name != WEIGHT else WEIGHT: value for name, value in values.items()}, **{STATUS: status}
    )


def _status(shape: Shape, rows: ir.Table, measure: Measure, values: Mapping[str, ir.Value]) -> ir.Value:
    """The first reason that holds: the row's own, the measure's in their order, then a value that is not there or not
    on the scale.
    """
    own = rows["excluded_reason"].fill_null("")
    branches = [(own != "", own)]
    branches += [
        (value_of(shape, rows, condition, "flag"), ibis.literal(reason)) for reason, condition in measure.exclusions
    ]
    missing = [value.isnull() for name, value in values.items() if name != WEIGHT]
    if missing and not isinstance(measure, Rate):
        branches.append((reduce(or_, missing), ibis.literal("no_value")))
    if measure.by_card:
        branches.append((rows[CARDED].isnull(), ibis.literal("no_weight")))
        branches.append((rows[CARD].isnull(), ibis.literal("no_margins")))
    if isinstance(measure, Nps):
        branches.append(((values["value"] < 0) | (values["value"] > 10), ibis.literal("off_scale")))
    if WEIGHT in values:
        branches.append(((values[WEIGHT] < 0) | values[WEIGHT].isnan(), ibis.literal("bad_weight")))
    return ibis.cases(*branches, else_=ibis.literal(""))
