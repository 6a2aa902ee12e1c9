"""Two measures of the same facts beside one another: how far apart they read, and how sure that is.

A row that both measure is in both figures, so their own intervals would say far too much or too little. Rows are dealt
into groups by their key, the same group under both measures, and each group is left out in turn (delete-a-group jackknife:
Kott 2001, Journal of Official Statistics 17, 521-526).
"""

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from heed.metrics.cards import with_cards
from heed.metrics.measures import Count, Measure, Quantile
from heed.metrics.panels import parts_of
from heed.metrics.selection import STATUS, Slice, measured, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.stats.arrays import Floats, check_level
from heed.stats.distributions import student_quantile

PAIRED, INDEPENDENT, SAME = "delete_a_group_jackknife", "mover", "same_measure"
LEAST_GROUPS = 10
DIGITS = 2  # of the digest of a row's key: 256 groups


@dataclass(frozen=True)
class Apart:
    """How far the second of two figures is from the first: limits at the level asked for; None where too few rows tell."""

    low: float | None
    high: float | None
    method: str


def can_be_paired(one: Measure, other: Measure) -> bool:
    """Whether both add up over the same rows: a quantile and a count do not, and rows of another source are others."""
    return one.source == other.source and not any(isinstance(each, Count | Quantile) for each in (one, other))


def apart(
    engine: Engine, one: Measure, other: Measure, part: Slice, difference: float, *, level: float = 0.95
) -> Apart:
    """Limits around the difference (other less one) of two measures that can be paired, read of the same slice."""
    check_level(level)
    first, second = (_sums(engine, measure, part) for measure in (one, other))
    groups = sorted(set(first) | set(second))
    if len(groups) < LEAST_GROUPS:
        return Apart(None, None, PAIRED)
    without = _left_out(second, groups) - _left_out(first, groups)
    without = without[np.isfinite(without)]
    many = len(without)
    if many < LEAST_GROUPS:
        return Apart(None, None, PAIRED)
    error = math.sqrt((many - 1) / many * float(((without - without.mean()) ** 2).sum()))
    half = float(student_quantile(many - 1, 0.5 + level / 2.0)) * error
    return Apart(difference - half, difference + half, PAIRED)


def _sums(engine: Engine, measure: Measure, part: Slice) -> dict[str, tuple[float, float]]:
    """Group of rows -> what they bring above and below the line."""
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    rows = measured(source.shape, sliced(source.shape, with_cards(source.rows, measure, part.weights), part), measure)
    rows = rows.filter(rows[STATUS] == "")
    above, below = parts_of(rows, measure)
    key: ir.StringValue = rows[source.shape.key].cast("string")
    found = rows.select(
        group=key.hexdigest("md5").substr(0, DIGITS), above=above.cast("float64"), below=below.cast("float64")
    )
    table = engine.run(found.group_by("group").agg(above=found.above.sum(), below=found.below.sum()))
    return {row["group"]: (row["above"] or 0.0, row["below"] or 0.0) for row in table.to_pylist()}


def _left_out(sums: dict[str, tuple[float, float]], groups: list[str]) -> Floats:
    """The figure without each group; NaN where nothing is left."""
    above = np.array([sums.get(group, (0.0, 0.0))[0] for group in groups])
    below = np.array([sums.get(group, (0.0, 0.0))[1] for group in groups])
    rest = below.sum() - below
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rest > 0, (above.sum() - above) / rest, np.nan)


def currency_of(engine: Engine, source: str) -> str:
    """The currency most of a source's money is in, ISO 4217; empty where it has none."""
    opened = open_source(engine, source)
    if "currency" not in opened.shape.fields:
        return ""
    rows = opened.rows.filter(opened.rows.currency.notnull())
    if "main_currency" in opened.shape.fields:
        rows = rows.filter(rows.main_currency)
    counted = rows.group_by("currency").agg(n=rows.count()).order_by([ibis.desc("n"), "currency"]).limit(1)
    found = engine.run(counted).to_pylist()
    return str(found[0]["currency"]) if found else ""
