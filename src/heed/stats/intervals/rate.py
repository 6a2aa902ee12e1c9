"""Intervals of a rate and of a count: exact Poisson limits (Garwood 1936), and gamma limits where events are weighted."""

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_DENOMINATOR, check_level, divide, floats, masked, reasons, require
from heed.stats.distributions import gamma_quantile
from heed.stats.intervals.result import Interval


def rate(events: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> Interval:
    """Events per unit of exposure with Garwood's exact Poisson limits, by group; `n` is the number of events.

    events >= 0; exposure >= 0 in any unit (customers, hours). No exposure gives no figure (`no_denominator`). Zero
    events give [0, upper].
    """
    x, size = floats("rate", events, exposure)
    require((x >= 0) & (size >= 0), "rate", "events and exposure must not be negative")
    tail = (1.0 - check_level(level)) / 2.0
    low = np.where(x == 0, 0.0, gamma_quantile(np.where(x == 0, 1.0, x), tail))
    high = gamma_quantile(x + 1.0, 1.0 - tail)
    none = size == 0
    return Interval(
        estimate=masked(divide(x, size), none),
        low=masked(divide(low, size), none),
        high=masked(divide(high, size), none),
        n=x.copy(),
        reason=reasons(x.shape, (none, NO_DENOMINATOR)),
        method="garwood",
        level=level,
    )


def count(events: ArrayLike, *, level: float = 0.95) -> Interval:
    """A count; the limits are those of the number expected from the process that made it, were it Poisson (Garwood
    1936).
    """
    (x,) = floats("count", events)
    return rate(x, np.ones(x.shape), level=level)


def weighted_rate(
    total: ArrayLike, squares: ArrayLike, largest: ArrayLike, exposure: ArrayLike, *, level: float = 0.95
) -> Interval:
    """Weighted events per unit of (weighted) exposure with gamma limits (Fay and Feuer 1997, eq. 4 and 5), by group.

    total: Σw of the events; squares: Σw² of the events; largest: the largest weight an event could have had. Equal
    weights give Garwood's limits. `n` is total² / squares, the number of equal events that would say as much.
    """
    y, v, most, size = floats("rate", total, squares, largest, exposure)
    require((y >= 0) & (v >= 0) & (most >= 0) & (size >= 0), "rate", "sums of weights must not be negative")
    tail = (1.0 - check_level(level)) / 2.0
    some = y > 0
    top = np.where(most > 0, most, 1.0)
    spread = np.where(some, divide(v, y), 1.0)
    low = np.where(some, spread * gamma_quantile(np.where(some, divide(y, spread), 1.0), tail), 0.0)
    above = divide(v + top * top, y + top)
    high = above * gamma_quantile(divide(y + top, above), 1.0 - tail)
    none = size == 0
    return Interval(
        estimate=masked(divide(y, size), none),
        low=masked(divide(low, size), none),
        high=masked(divide(high, size), none),
        n=divide(y * y, v),
        reason=reasons(y.shape, (none, NO_DENOMINATOR)),
        method="fay_feuer",
        level=level,
    )
