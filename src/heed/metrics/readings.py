"""A reading: a measure over a slice of facts, by group and period, with intervals, what was left out, and small
groups withheld.

One aggregate of the engine gives every group's sufficient statistics and every reason's count at once; `heed.stats`
does the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.metrics.carded import NO_MARGINS, Carded, carded_figures
from heed.metrics.cards import with_cards
from heed.metrics.doubts import Doubt, doubted
from heed.metrics.grouping import UTC_ZONE, Groups, Split, check_attributes, groups_of, split_rows
from heed.metrics.measures import Mean, Measure, Quantile
from heed.metrics.periods import Period, period_start
from heed.metrics.quantiles import quantile_aggregates, quantile_interval
from heed.metrics.selection import STATUS, Slice, measured, sliced
from heed.metrics.sources.opening import Engine, open_source, span
from heed.metrics.sums import Sums, sums_of
from heed.metrics.suppression import suppressed_cells
from heed.stats.arrays import TOO_FEW, check_level
from heed.stats.intervals.result import Interval

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Row:
    """One group's figure. A suppressed row has no value, limits or n. `reason` says why a figure, or a limit, is not
    there; `doubts`: keys of the failed audits it rests on. Weighted by a score card it says what the same rows read without
    (`plain`: value, low, high), and what they are worth.
    """

    group: dict[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool = False
    reason: str = ""
    period: date | None = None
    doubts: tuple[str, ...] = ()
    plain: tuple[float | None, float | None, float | None] | None = None
    effective_n: float | None = None
    design_effect: float | None = None


@dataclass(frozen=True)
class Reading:
    """Rows in order of group and period; `excluded` counts rows left out, by reason; `cutoff` is the newest time of
    the facts it was read from.
    """

    rows: tuple[Row, ...]
    excluded: dict[str, int]
    cutoff: datetime | None
    method: str
    level: float
    min_n: int
    sql: str = field(default="", repr=False)


def _bounds(part: Slice, first: datetime | None, last: datetime | None) -> tuple[datetime, datetime]:
    """The first and last time a row of the slice may have: where there are facts, whatever span was asked for."""
    if first is None or last is None:
        return NEVER, NEVER
    since, until = (min(max(moment, first), last) for moment in (part.since or first, part.until or last))
    return since, until


def read(
    engine: Engine,
    measure: Measure,
    *,
    by: Sequence[str] = (),
    part: Slice | None = None,
    min_n: int,
    level: float = 0.95,
    period: Period | None = None,
    zone: ZoneInfo = UTC_ZONE,
    with_sql: bool = False,
    doubts: Sequence[Doubt] = (),
) -> Reading:
    """Take a reading. by: columns, or keys of `attributes`; period: day, week (from Monday) or month of the zone;
    min_n >= 1.

    Without `by` and `period` there is one row, empty or not. `with_sql` adds the query the sums came from; `doubts` are
    looked for in each group's rows. Raises Invalid where a name is unknown, naming the nearest.
    """
    _check(min_n, level)
    part, split = part or Slice(), Split(tuple(by), period, zone)
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    first, last = span(engine, source)
    chosen = measured(source.shape, sliced(source.shape, with_cards(source.rows, measure, part.weights), part), measure)
    rows = split_rows(source.shape, chosen, split, *_bounds(part, first, last))
    sums = _sums(engine, measure, rows)
    question = rows.group_by([*split.keys, STATUS]).agg(**sums.aggregates)
    check_attributes(engine, source.shape, source.rows, split, table := engine.run(question))
    groups, excluded = groups_of(table, split)
    if isinstance(measure, Quantile):
        interval = quantile_interval(engine, measure, rows, split.keys, groups, level)
    else:
        interval = sums.interval(groups.columns, level)
    told = _rows(groups, interval, split, min_n, doubted(engine, source.shape, rows, split, doubts))
    sql = str(ibis.to_sql(question)) if with_sql else ""
    if not measure.by_card:
        return Reading(told, excluded, last, interval.method, level, min_n, sql)
    carded = carded_figures(engine, measure, rows, groups, split.keys, part, level)
    told = tuple(_weighted(row, carded, place, excluded) for place, row in enumerate(told))
    return Reading(told, excluded, last, carded.method, level, min_n, sql)


def _check(min_n: int, level: float) -> None:
    check_level(level)
    if min_n < 1:
        raise Invalid(
            phrase("min-n is {min_n}.", min_n=min_n), code="invalid_min_n", hint="Give 1 to show every group, or more."
        )


def _weighted(row: Row, carded: Carded, place: int, excluded: Mapping[str, int]) -> Row:
    """A group's figure with the weights of score cards, beside what it reads without."""
    if row.suppressed:
        return row
    if not row.n:
        return replace(row, reason=NO_MARGINS) if excluded.get(NO_MARGINS) else row
    value, low, high, worth, effect = (
        float(each[place]) if np.isfinite(each[place]) else None
        for each in (carded.value, carded.low, carded.high, carded.effective_n, carded.design_effect)
    )
    reason = "" if low is not None else row.reason or TOO_FEW
    plain = (row.value, row.low, row.high)
    return replace(
        row, value=value, low=low, high=high, reason=reason, plain=plain, effective_n=worth, design_effect=effect
    )


def _sums(engine: Engine, measure: Measure, rows: ir.Table) -> Sums:
    if isinstance(measure, Quantile):
        return Sums(quantile_aggregates(measure, rows), _no_interval)
    origin = 0.0
    if isinstance(measure, Mean) and measure.weight:
        (found,) = engine.run(rows.agg(origin=rows.heed_value.mean())).to_pylist()
        origin = found["origin"] or 0.0
    return sums_of(measure, rows, origin)


def _no_interval(columns: Any, level: float) -> Interval:
    raise TypeError("quantiles are read in a second pass")


def _rows(
    groups: Groups, interval: Interval, split: Split, min_n: int, doubts: Mapping[tuple[Any, ...], tuple[str, ...]]
) -> tuple[Row, ...]:
    withheld = suppressed_cells(groups.keys, groups.n.tolist(), min_n)
    rows = []
    for key, figure, n, hidden in zip(groups.keys, interval.figures(), groups.n.tolist(), withheld, strict=True):
        group = dict(zip(split.by, key, strict=False))
        start = period_start(int(key[-1]), split.period) if split.period else None
        if hidden:
            rows.append(Row(group, None, None, None, None, True, SUPPRESSED, start))
        else:
            held = doubts.get(key, ())
            rows.append(Row(group, figure.value, figure.low, figure.high, int(n), False, figure.reason, start, held))
    return tuple(rows)
