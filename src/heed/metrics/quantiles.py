"""Quantiles in the engine, exact on every one: the point by the engine's own exact quantile, the limits by order
statistics read in a second pass.

The second pass ranks the measured rows of each group and picks the values at the ranks (or, with weights, the shares
of weight) that `heed.stats` names.
"""

import threading
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from heed.metrics.grouping import Groups
from heed.metrics.measures import Quantile
from heed.metrics.selection import STATUS, WEIGHT
from heed.metrics.sources.opening import Engine
from heed.stats.arrays import Floats
from heed.stats.intervals.quantile import from_order_statistics, order_statistic_ranks, weighted_shares
from heed.stats.intervals.result import Interval

MARKS = ("low", "high", "point")


def quantile_aggregates(measure: Quantile, rows: ir.Table) -> dict[str, ir.Value]:
    """What the first pass counts of each group."""
    value = rows.heed_value
    found = {"n": rows.count(), "least": value.min(), "most": value.max()}
    if measure.weight:
        weight = rows[WEIGHT]
        return {**found, "weight": weight.sum(), "squares": (weight * weight).sum()}
    return {**found, "point": value.quantile(measure.quantile)}


def quantile_interval(
    engine: Engine, measure: Quantile, rows: ir.Table, keys: list[str], groups: Groups, level: float
) -> Interval:
    """The quantile of each group with its limits. rows: the measured rows of every status, with their group columns."""
    got = groups.columns
    flat = got["least"] == got["most"]
    marks, has_low, has_high = _marks(measure, got, level)
    if groups.table.num_rows == 0:
        none = np.zeros(len(groups.keys))
        return from_order_statistics(groups.n, none, none, none, none, none, none, level=level)
    values = _values_at(engine, rows.filter(rows[STATUS] == ""), bool(measure.weight), keys, groups, marks)
    point = values["point"] if measure.weight else got["point"]
    method = "woodruff" if measure.weight else "order_statistics"
    return from_order_statistics(
        groups.n, point, values["low"], values["high"], has_low, has_high, flat, level=level, method=method
    )


def _marks(measure: Quantile, got: dict[str, Floats], level: float) -> tuple[dict[str, Floats], Any, Any]:
    """How far along the ordered rows (in rows, or in weight) each wanted value stands; and which limits exist."""
    q = measure.quantile
    if not measure.weight:
        ranks = order_statistic_ranks(got["n"], q, level=level)
        middle = np.ceil(got["n"] * q)
        return (
            {"low": ranks.low * 1.0, "high": ranks.high * 1.0, "point": middle},
            ranks.low >= 1,
            ranks.high <= got["n"],
        )
    effective = np.where(
        got["squares"] > 0, got["weight"] ** 2 / np.where(got["squares"] > 0, got["squares"], 1.0), 0.0
    )
    low, high = weighted_shares(effective, q, level=level)
    # What adding up weights in another order can change must not move a mark past the row it stands on.
    slack = 1.0 - 1e-12
    at = {
        name: share * got["weight"] * slack
        for name, share in (("low", low), ("high", high), ("point", np.full(low.shape, q)))
    }
    whole = np.floor(effective)
    enough = order_statistic_ranks(whole, q, level=level)
    return at, enough.low >= 1, enough.high <= whole


def _values_at(
    engine: Engine, rows: ir.Table, weighted: bool, keys: list[str], groups: Groups, marks: dict[str, Floats]
) -> dict[str, Floats]:
    """The least value of each group at or beyond each mark."""
    columns = {key: groups.table[key] for key in keys} | {f"mark_{name}": pa.array(marks[name]) for name in MARKS}
    ordered = [rows[key] for key in keys], [rows.heed_value]
    if weighted:
        along = (
            rows[WEIGHT].sum().over(ibis.window(group_by=ordered[0], order_by=ordered[1], preceding=None, following=0))
        )
    else:
        along = ibis.row_number().over(group_by=ordered[0], order_by=ordered[1]) + 1
    ranked = rows.select(*keys, "heed_value", heed_along=along.cast("float64"))
    if keys:
        wanted = engine.relation(pa.table(columns), f"heed_marks_{threading.get_ident()}")
        # Groups may be null, and null is a group like another.
        wanted = wanted.rename({f"mark_{key}": key for key in keys})
        ranked = ranked.join(wanted, [ranked[key].identical_to(wanted[f"mark_{key}"]) for key in keys])
        limits = {name: ranked[f"mark_{name}"] for name in MARKS}
    else:
        limits = {name: ibis.literal(float(marks[name][0])) for name in MARKS}
    picked = {name: ranked.heed_value.min(where=ranked.heed_along >= limit) for name, limit in limits.items()}
    table = engine.run(ranked.group_by(keys).agg(**picked) if keys else ranked.agg(**picked))
    found = {tuple(row[key] for key in keys): row for row in table.to_pylist()}
    return {name: np.array([found.get(key, {}).get(name) or 0.0 for key in groups.keys]) for name in MARKS}
