"""Sufficient statistics as Ibis aggregates, one set a kind of measure, and their way back into `heed.stats`.

Only aggregates every engine has and computes without cancelling (mean, variance, covariance, sum) are used. A
weighted value is counted from an origin near the mean of all rows, so that its variance does not drown in its size.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from heed.metrics.measures import Count, Mean, Measure, Nps, Proportion, Rate, Ratio
from heed.metrics.selection import WEIGHT
from heed.stats.arrays import Floats
from heed.stats.intervals.mean import mean, ratio, weighted_mean
from heed.stats.intervals.nps import nps, weighted_nps
from heed.stats.intervals.proportion import proportion, weighted_proportion
from heed.stats.intervals.rate import count, rate, weighted_rate
from heed.stats.intervals.result import Interval
from heed.stats.sufficient import CoMoments, Moments, NpsCounts

Columns = Mapping[str, Floats]


@dataclass(frozen=True)
class Sums:
    """What to aggregate, and how the interval is read from the result (one entry a group)."""

    aggregates: dict[str, ir.Value]
    interval: Callable[[Columns, float], Interval]


def sums_of(measure: Measure, rows: ir.Table, origin: float = 0.0) -> Sums:
    """The sums of a measure over rows made by `selection.measured`. Quantiles are read in `heed.metrics.quantiles`."""
    match measure:
        case Proportion():
            return _proportion(rows, bool(measure.weight))
        case Mean():
            return _weighted_mean(rows, origin) if measure.weight else _mean(rows)
        case Nps():
            return _nps(rows, bool(measure.weight))
        case Ratio():
            return _ratio(rows, bool(measure.weight))
        case Rate():
            return _weighted_rate(rows) if measure.weight else _rate(rows)
        case Count():
            return _weighted_count(rows) if measure.weight else _count(rows)
    raise TypeError(f"no sums for {type(measure).__name__}")


def _number(flag: ir.Value) -> ir.Value:
    return flag.cast("float64")


def _proportion(rows: ir.Table, weighted: bool) -> Sums:
    success = _number(rows.heed_success)
    if weighted:
        aggregates = _pair(rows[WEIGHT] * success, rows[WEIGHT], rows)
        return Sums(aggregates, lambda got, level: weighted_proportion(_co_moments(got), level=level).interval)
    aggregates = {"n": rows.count(), "successes": success.sum()}
    return Sums(aggregates, lambda got, level: proportion(got["successes"], got["n"], level=level))


def _mean(rows: ir.Table) -> Sums:
    value = rows.heed_value
    aggregates = {"n": rows.count(), "mean": value.mean(), "variance": value.var(how="sample")}

    def interval(got: Columns, level: float) -> Interval:
        return mean(Moments(got["n"], got["mean"], got["variance"] * np.maximum(got["n"] - 1, 0)), level=level)

    return Sums(aggregates, interval)


def _weighted_mean(rows: ir.Table, origin: float) -> Sums:
    aggregates = _pair(rows[WEIGHT] * (rows.heed_value - origin), rows[WEIGHT], rows)
    return Sums(aggregates, lambda got, level: weighted_mean(_co_moments(got), level=level, origin=origin))


def _nps(rows: ir.Table, weighted: bool) -> Sums:
    score = rows.heed_value
    promoter, detractor = _number(score >= 9), _number(score < 7)
    if not weighted:
        aggregates = {"n": rows.count(), "promoters": promoter.sum(), "detractors": detractor.sum()}

        def plain(got: Columns, level: float) -> Interval:
            passives = got["n"] - got["promoters"] - got["detractors"]
            return nps(NpsCounts(got["promoters"], passives, got["detractors"]), level=level)

        return Sums(aggregates, plain)
    weight = rows[WEIGHT]
    aggregates = {
        **_pair(weight * (promoter - detractor), weight, rows),
        "promoters": (weight * promoter).sum(),
        "detractors": (weight * detractor).sum(),
        "passives": (weight * (1.0 - promoter - detractor)).sum(),
    }

    def interval(got: Columns, level: float) -> Interval:
        counts = NpsCounts(got["promoters"], got["passives"], got["detractors"])
        return weighted_nps(_co_moments(got), counts, level=level).interval

    return Sums(aggregates, interval)


def _ratio(rows: ir.Table, weighted: bool) -> Sums:
    above, below = rows.heed_numerator, rows.heed_denominator
    if weighted:
        above, below = rows[WEIGHT] * above, rows[WEIGHT] * below
    return Sums(_pair(above, below, rows), lambda got, level: ratio(_co_moments(got), level=level))


def _rate(rows: ir.Table) -> Sums:
    aggregates = {"n": rows.count(), "events": _number(rows.heed_event).sum(), "exposure": rows.heed_exposure.sum()}
    return Sums(aggregates, lambda got, level: rate(got["events"], np.maximum(got["exposure"], 0.0), level=level))


def _weighted_rate(rows: ir.Table) -> Sums:
    aggregates = {
        "n": rows.count(),
        **_weights(rows[WEIGHT], _number(rows.heed_event)),
        "exposure": (rows[WEIGHT] * rows.heed_exposure).sum(),
    }

    def interval(got: Columns, level: float) -> Interval:
        exposure = np.maximum(got["exposure"], 0.0)
        return weighted_rate(got["total"], got["squares"], got["largest"], exposure, level=level)

    return Sums(aggregates, interval)


def _count(rows: ir.Table) -> Sums:
    return Sums({"n": rows.count()}, lambda got, level: count(got["n"], level=level))


def _weighted_count(rows: ir.Table) -> Sums:
    aggregates = {"n": rows.count(), **_weights(rows[WEIGHT], ibis.literal(1.0))}

    def interval(got: Columns, level: float) -> Interval:
        one = np.ones(got["total"].shape)
        return weighted_rate(got["total"], got["squares"], got["largest"], one, level=level)

    return Sums(aggregates, interval)


def _weights(weight: ir.Value, event: ir.Value) -> dict[str, ir.Value]:
    counted = weight * event
    return {"total": counted.sum(), "squares": (weight * counted).sum(), "largest": weight.max()}


def _pair(x: ir.Value, y: ir.Value, rows: ir.Table) -> dict[str, ir.Value]:
    return {
        "n": rows.count(),
        "mean_x": x.mean(),
        "mean_y": y.mean(),
        "var_x": x.var(how="sample"),
        "cov_xy": x.cov(y, how="sample"),
        "var_y": y.var(how="sample"),
        "least_y": y.min(),
        "most_y": y.max(),
    }


def _co_moments(got: Columns) -> CoMoments:
    n = got["n"]
    freedom = np.maximum(n - 1.0, 0.0)
    # An engine that adds up parts may leave a trace of variance in a column of equal values, and then weights that are
    # all equal would be taken for weights.
    equal = got["least_y"] == got["most_y"]
    mean_y = np.where(equal, got["least_y"], got["mean_y"])
    cov_xy, var_y = (np.where(equal, 0.0, got[name] * freedom) for name in ("cov_xy", "var_y"))
    return CoMoments(n, got["mean_x"], mean_y, got["var_x"] * freedom, cov_xy, var_y)
