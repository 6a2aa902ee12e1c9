"""Quantiles: Hyndman-Fan 7 for the point, order statistics for the limits (no assumption about the distribution),
Woodruff where rows have weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.stats.arrays import (
    NO_ROWS,
    NO_VARIATION,
    TIED,
    TOO_FEW,
    Floats,
    check_level,
    floats,
    masked,
    reasons,
    require,
)
from heed.stats.distributions import binomial_quantile
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.result import Interval


@dataclass(frozen=True)
class Ranks:
    """Which order statistics bound a quantile of n values: 1-based ranks; 0 where no low limit exists at this level,
    n + 1 where no high one.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]


def order_statistic_ranks(n: ArrayLike, q: float, *, level: float = 0.95) -> Ranks:
    """Ranks l < u such that [x(l), x(u)] covers the q-quantile with at least the level, and each tail with at most
    half of the rest.

    Exact, from the binomial distribution (Hahn and Meeker 1991, 5.2; Conover 1999, 3.2). n: numbers of values, any
    shape. 0 < q < 1.
    """
    (size,) = floats("quantile", n)
    require(0.0 < q < 1.0, "quantile", "q must lie between 0 and 1")
    tail = (1.0 - check_level(level)) / 2.0
    distinct, place = np.unique(size, return_inverse=True)
    low = binomial_quantile(tail, np.maximum(distinct, 1.0), q)
    high = binomial_quantile(1.0 - tail, np.maximum(distinct, 1.0), q) + 1
    shape = size.shape
    return Ranks(
        low[place].reshape(shape).astype(np.int64),
        np.minimum(high, distinct + 1)[place].reshape(shape).astype(np.int64),
    )


def weighted_shares(n_effective: ArrayLike, q: float, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Cumulative shares of weight whose values bound the q-quantile of weighted rows (Woodruff 1952), Wilson's limits
    of q at the effective n.

    0 where there is no weight.
    """
    (size,) = floats("quantile", n_effective)
    around = proportion(q * size, size, level=level)
    return around.low.filled(0.0), around.high.filled(0.0)


def quantile(values: ArrayLike, q: float, *, level: float = 0.95) -> Interval:
    """The q-quantile of one group's values (1-d) with its limits; arrays of shape (1,) in the result."""
    (x,) = floats("quantile", values)
    ordered = np.sort(x)
    ranks = order_statistic_ranks([x.size], q, level=level)
    point = np.quantile(ordered, [q], method="linear") if x.size else np.zeros(1)
    low = ordered[np.clip(ranks.low - 1, 0, x.size - 1)] if x.size else np.zeros(1)
    high = ordered[np.clip(ranks.high - 1, 0, x.size - 1)] if x.size else np.zeros(1)
    flat = [bool(x.size) and bool(ordered[0] == ordered[-1])]
    return from_order_statistics(
        np.array([float(x.size)]), point, low, high, ranks.low >= 1, ranks.high <= x.size, flat, level=level
    )


def from_order_statistics(
    n: Floats,
    point: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    has_low: ArrayLike,
    has_high: ArrayLike,
    flat: ArrayLike,
    *,
    level: float,
    method: str = "order_statistics",
) -> Interval:
    """The result from order statistics read elsewhere, by group.

    Values where `has_low`, `has_high` is false are not looked at; `flat` says that all values of the group are equal,
    which gives no limits.
    """
    none = n == 0
    lower, upper, level_ = np.asarray(has_low, dtype=bool), np.asarray(has_high, dtype=bool), check_level(level)
    same = np.asarray(flat, dtype=bool)
    tied = lower & upper & (np.asarray(low) == np.asarray(high))
    return Interval(
        estimate=masked(point, none),
        low=masked(low, none | ~lower | same),
        high=masked(high, none | ~upper | same),
        n=n.copy(),
        reason=reasons(n.shape, (none, NO_ROWS), (~lower | ~upper, TOO_FEW), (same, NO_VARIATION), (tied, TIED)),
        method=method,
        level=level_,
    )
