"""Panels: a measure by unit and week, adjusted for the mix of what came in; one aggregate of the engine each.

The mix is adjusted for by indirect standardisation: what a unit's week would read if each of its strata read what the
stratum reads over all units and weeks is taken from what it did read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from heed.metrics.cards import CARD, with_cards
from heed.metrics.grouping import UTC_ZONE
from heed.metrics.measures import Count, Mean, Measure, Nps, Proportion, Quantile, Rate, Ratio
from heed.metrics.periods import period_index, period_start
from heed.metrics.selection import STATUS, WEIGHT, Slice, by_column, measured, sliced
from heed.metrics.sources.opening import Engine, open_source, span
from heed.metrics.sources.shapes import Shape, shape_of
from heed.stats.arrays import Floats

MIX = ("topic", "channel", "product", "priority")
LEAST_IN_STRATUM = 30  # rows; a smaller stratum would be compared with itself, so it is read like the whole
SUMS = ("n", "above", "below", "expected", "above_above", "above_below", "below_below")


@dataclass(frozen=True)
class Panel:
    """Readings by unit (rows) and week (columns), NaN where nothing was measured.

    value: as measured; adjusted: for the mix, at the level of the whole; variance: of the sampling of a cell's value
    (delta method for a ratio, Cochran 1977, 6.3); n: rows. `mix` names what it was adjusted for. A quantile is read as
    the mean of log(1 + value), which adds up.
    """

    units: tuple[str, ...]
    weeks: tuple[date, ...]
    n: Floats
    weight: Floats
    value: Floats
    adjusted: Floats
    variance: Floats
    mix: tuple[str, ...]
    logarithmic: bool = False

    @property
    def is_empty(self) -> bool:
        return self.n.size == 0 or not (self.n > 0).any()


def can_be_panelled(measure: Measure, unit: str = "") -> bool:
    """Whether a measure adds up over rows, and its source knows the unit."""
    fields = shape_of(measure.source).fields
    return not isinstance(measure, Count) and (not unit or unit in fields or "attributes" in fields)


def panel(
    engine: Engine, measure: Measure, *, unit: str = "", part: Slice | None = None, zone: ZoneInfo = UTC_ZONE
) -> Panel:
    """The panel of a measure by a unit (a column, or a key of `attributes`; empty = all together) and full weeks.

    Rows without a unit are left out. Raises Invalid where a name is unknown.
    """
    part = part or Slice()
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    first, last = span(engine, source)
    if first is None or last is None:
        return _empty()
    since, until = (min(max(moment, first), last) for moment in (part.since or first, part.until or last))
    rows = measured(source.shape, sliced(source.shape, with_cards(source.rows, measure, part.weights), part), measure)
    rows = rows.filter(rows[STATUS] == "")
    by: ir.Value = by_column(source.shape, rows, unit).cast("string") if unit else ibis.literal("")
    week = period_index(rows[source.shape.time], "week", zone, since, until)
    mix = _mix(source.shape, measure, unit)
    above, below = parts_of(rows, measure)
    found = rows.select(
        unit=by,
        week=week.cast("int64"),
        above=above.cast("float64"),
        below=below.cast("float64"),
        **{f"mix_{name}": rows[name].cast("string").fill_null("") for name in mix},
    )
    found = found.filter(found.unit.notnull() & found.week.notnull())
    return _arranged(engine.run(_cells(found, [f"mix_{name}" for name in mix])), mix, isinstance(measure, Quantile))


def _mix(shape: Shape, measure: Measure, unit: str) -> tuple[str, ...]:
    """What the mix is of. The two sides of a ratio may be rows of different kinds, which share no stratum."""
    if isinstance(measure, Ratio | Rate):
        return ()
    return tuple(name for name in MIX if name in shape.fields and name != unit)


def parts_of(rows: ir.Table, measure: Measure, *, weighted: bool = True) -> tuple[ir.Value, ir.Value]:
    """What a row brings above and below the line; times its weight, where it has one."""
    one: ir.Value = ibis.literal(1.0)
    match measure:
        case Proportion():
            above, below = rows.heed_success.cast("float64"), one
        case Nps():
            score = rows.heed_value
            above, below = 100.0 * ((score >= 9).cast("float64") - (score < 7).cast("float64")), one
        case Ratio():
            above, below = rows.heed_numerator, rows.heed_denominator
        case Rate():
            above, below = rows.heed_event.cast("float64").fill_null(0.0), rows.heed_exposure.fill_null(0.0)
        case Quantile():
            above, below = (1.0 + ibis.greatest(rows.heed_value.cast("float64"), 0.0)).ln(), one
        case Mean():
            above, below = rows.heed_value, one
        case _:
            raise TypeError(f"no panel of {type(measure).__name__}")
    if not weighted or not (measure.by_card or measure.weight_column):
        return above, below
    weight = rows[CARD] if measure.by_card else rows[WEIGHT]
    return weight * above, weight * below


def _cells(rows: ir.Table, mix: Sequence[str]) -> ir.Table:
    cells = rows.group_by(["unit", "week", *mix]).agg(
        n=rows.count().cast("float64"),
        above=rows.above.sum(),
        below=rows.below.sum(),
        above_above=(rows.above * rows.above).sum(),
        above_below=(rows.above * rows.below).sum(),
        below_below=(rows.below * rows.below).sum(),
    )
    everywhere, stratum = ibis.window(), ibis.window(group_by=list(mix)) if mix else ibis.window()
    cells = cells.mutate(
        all_above=cells.above.sum().over(everywhere),
        all_below=cells.below.sum().over(everywhere),
        norm_above=cells.above.sum().over(stratum),
        norm_below=cells.below.sum().over(stratum),
        norm_n=cells.n.sum().over(stratum),
    )
    usual = cells.all_above / cells.all_below.nullif(0.0)
    own = cells.norm_above / cells.norm_below.nullif(0.0)
    norm = ibis.ifelse(cells.norm_n >= LEAST_IN_STRATUM, own.fill_null(usual), usual)
    cells = cells.mutate(expected=cells.below * norm)
    return cells.group_by(["unit", "week"]).agg(**{name: cells[name].sum() for name in SUMS})


def _arranged(table: pa.Table, mix: tuple[str, ...], logarithmic: bool) -> Panel:
    if table.num_rows == 0:
        return _empty()
    names, weeks = table["unit"].to_pylist(), np.asarray(table["week"].to_numpy(), dtype=np.int64)
    units = sorted(set(names))
    place = {name: index for index, name in enumerate(units)}
    row = np.array([place[name] for name in names], dtype=np.intp)
    column = weeks - weeks.min()
    shape = (len(units), int(column.max()) + 1)
    sums = {}
    for name in SUMS:
        sums[name] = np.zeros(shape)
        sums[name][row, column] = np.nan_to_num(table[name].to_numpy().astype(np.float64))
    starts = tuple(period_start(int(weeks.min()) + step, "week") for step in range(shape[1]))
    return _read(sums, tuple(units), starts, mix, logarithmic)


def _read(
    sums: dict[str, Floats], units: tuple[str, ...], weeks: tuple[date, ...], mix: tuple[str, ...], logarithmic: bool
) -> Panel:
    n, below = sums["n"], sums["below"]
    usual = sums["above"].sum() / below.sum() if below.sum() else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(below > 0, sums["above"] / below, np.nan)
        adjusted = value - sums["expected"] / below + usual
        # Around the whole's value: a cell of few rows knows its own spread badly.
        spread = sums["above_above"] - 2.0 * value * sums["above_below"] + value**2 * sums["below_below"]
        pooled = np.nansum(spread) / max(n.sum(), 1.0)
        variance = np.where(below > 0, n * pooled / below**2, np.nan)
    return Panel(units, weeks, n, below, value, adjusted, variance, mix, logarithmic)


def _empty() -> Panel:
    none = np.zeros((0, 0))
    return Panel((), (), none, none, none, none, none, ())


def belonging(engine: Engine, source: str, unit: str, above: str, most: int = 100_000) -> dict[str, str]:
    """unit -> what it belonged to most often, by a source's rows."""
    opened = open_source(engine, source)
    rows = opened.rows.select(
        unit=by_column(opened.shape, opened.rows, unit).cast("string"),
        above=by_column(opened.shape, opened.rows, above).cast("string"),
    )
    rows = rows.filter(rows.unit.notnull() & rows.above.notnull())
    counted = rows.group_by(["unit", "above"]).agg(n=rows.count())
    found = engine.run(counted.group_by("unit").agg(above=counted.above.argmax(counted.n)).limit(most)).to_pylist()
    return {row["unit"]: row["above"] for row in found}
