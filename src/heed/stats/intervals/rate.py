"""Intervals of a rate and of a count: exact Poisson limits (Garwood 1936)."""

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
