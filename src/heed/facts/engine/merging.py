"""Aggregates in parts that add up, and how they are put together: counts, sums, least and most, means, variances, covariances.

Means and squares are put together by their differences (Chan, Golub and LeVeque 1983), so that they do not cancel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from heed.facts.engine.seam import Engine
from heed.facts.engine.tracing import Origin, is_told, origins

AddsUp = Callable[[tuple[Origin, ...]], bool]
Whole = Callable[[ibis.Table], ibis.Value]


class Unmergeable(Exception):
    """An aggregate that has no parts that add up, such as a quantile; its text names it."""


@dataclass
class Parts:
    """What is asked of each root, and how each figure is made of all answers (rows with the means of all beside them)."""

    node: Any
    partial: Any
    wholes: dict[Any, Whole]
    means: dict[str, tuple[str, str]] = field(default_factory=dict)


def parts_of(node: Any, adds_up: AddsUp) -> Parts:
    """The aggregate in parts. Raises Unmergeable."""
    asked: dict[str, Any] = {}
    parts = Parts(node, None, {})
    for reduction in dict.fromkeys(each for value in node.metrics.values() for each in _outermost(value)):
        place = f"p{len(parts.wholes)}"
        if isinstance(reduction, ops.Min | ops.Max) and not is_told(reduction.arg):
            raise Unmergeable(type(reduction).__name__)
        if isinstance(reduction, ops.CountDistinct) and not adds_up(origins(reduction.arg)):
            raise Unmergeable("CountDistinct")
        parts.wholes[reduction] = _part(reduction, place, asked, parts.means)
    groups = {f"g{at}": value for at, value in enumerate(node.groups.values())}
    parts.partial = ops.Aggregate(node.parent, groups=groups, metrics=asked)
    return parts


def _outermost(value: Any) -> list[Any]:
    if isinstance(value, ops.Reduction):
        return [value]
    return [inner for each in value.args if isinstance(each, ops.Value) for inner in _outermost(each)]


def _part(reduction: Any, place: str, asked: dict[str, Any], means: dict[str, tuple[str, str]]) -> Whole:
    match reduction:
        case ops.Count() | ops.CountStar() | ops.CountDistinct():
            asked[place] = reduction
            return lambda rows: rows[place].sum().fill_null(0).cast("int64")
        case ops.Sum():
            asked[place] = reduction
            return lambda rows: rows[place].sum().cast(reduction.dtype)
        case ops.Min():
            asked[place] = reduction
            return lambda rows: rows[place].min()
        case ops.Max():
            asked[place] = reduction
            return lambda rows: rows[place].max()
        case ops.Any():
            asked[place] = reduction
            return lambda rows: rows[place].any()
        case ops.All():
            asked[place] = reduction
            return lambda rows: rows[place].all()
        case ops.Mean():
            asked[f"{place}n"] = ops.Count(reduction.arg, where=reduction.where)
            asked[f"{place}m"] = reduction
            return lambda rows: _mean(rows, f"{place}m", f"{place}n")
        case ops.Variance() | ops.StandardDev():
            return _spread(reduction, place, asked, means)
        case ops.Covariance():
            return _together(reduction, place, asked, means)
    raise Unmergeable(type(reduction).__name__)


def _mean(rows: ibis.Table, mean: str, n: str) -> ibis.Value:
    return (rows[mean] * rows[n]).sum() / rows[n].sum().nullif(0)


def _spread(reduction: Any, place: str, asked: dict[str, Any], means: dict[str, tuple[str, str]]) -> Whole:
    n, mean, squares = f"{place}n", f"{place}m", f"{place}v"
    asked[n] = ops.Count(reduction.arg, where=reduction.where)
    asked[mean] = ops.Mean(reduction.arg, where=reduction.where)
    asked[squares] = ops.Variance(reduction.arg, how="pop", where=reduction.where)
    means[f"{place}a"] = (mean, n)

    def whole(rows: ibis.Table) -> ibis.Value:
        off = rows[mean] - rows[f"{place}a"]
        found = _shared_out((rows[n] * (rows[squares] + off * off)).sum(), rows[n].sum(), reduction.how)
        return found.sqrt() if isinstance(reduction, ops.StandardDev) else found

    return whole


def _together(reduction: Any, place: str, asked: dict[str, Any], means: dict[str, tuple[str, str]]) -> Whole:
    left, right = reduction.left, reduction.right
    both = ops.And(ops.NotNull(left), ops.NotNull(right))
    where = both if reduction.where is None else ops.And(both, reduction.where)
    n, x, y, products = (f"{place}{part}" for part in "nxyc")
    asked[n] = ops.Sum(ops.Cast(where, "int64"))
    asked[x], asked[y] = ops.Mean(left, where=where), ops.Mean(right, where=where)
    asked[products] = ops.Covariance(left, right, how="pop", where=reduction.where)
    means[f"{place}a"], means[f"{place}b"] = (x, n), (y, n)

    def whole(rows: ibis.Table) -> ibis.Value:
        off = (rows[x] - rows[f"{place}a"]) * (rows[y] - rows[f"{place}b"])
        return _shared_out((rows[n] * (rows[products] + off)).sum(), rows[n].sum(), reduction.how)

    return whole


def _shared_out(total: ibis.Value, n: ibis.Value, how: str) -> ibis.Value:
    if how == "pop":
        return total / n.nullif(0)
    return ibis.ifelse(n > 1, total / (n - 1), ibis.null("float64"))


def merge(engine: Engine, parts: Parts, found: Sequence[pa.Table]) -> pa.Table:
    """The figures over all roots, with the columns of the aggregate."""
    rows = ibis.memtable(pa.concat_tables(found, promote_options="permissive"), schema=parts.partial.schema)
    keys = [f"g{at}" for at in range(len(parts.node.groups))]
    if parts.means:
        rows = rows.mutate(
            **{
                name: (rows[mean] * rows[n]).sum().over(group_by=keys) / rows[n].sum().over(group_by=keys).nullif(0)
                for name, (mean, n) in parts.means.items()
            }
        )
    wholes = {f"w{at}": whole(rows) for at, whole in enumerate(parts.wholes.values())}
    if wholes:
        merged = rows.group_by(keys).agg(**wholes) if keys else rows.agg(**wholes)
    else:
        merged = rows.select(keys).distinct()
    return engine.run(_finished(parts, merged))


def _finished(parts: Parts, merged: ibis.Table) -> ibis.Table:
    """The metrics as they were asked, made of the reductions that were put together."""
    given = {reduction: ops.Field(merged, f"w{at}") for at, reduction in enumerate(parts.wholes)}
    given |= {value: ops.Field(merged, f"g{at}") for at, value in enumerate(parts.node.groups.values())}
    told: dict[str, Any] = {}
    for name, value in {**parts.node.groups, **parts.node.metrics}.items():
        told[name] = ops.Cast(given[value] if value in given else value.replace(given), value.dtype)
    return ops.Project(merged, told).to_expr()
