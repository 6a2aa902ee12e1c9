"""Intervals of a mean: Student's t; linearised where rows have weights; and of a ratio of two sums."""

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import (
    NO_DENOMINATOR,
    NO_ROWS,
    NO_VARIATION,
    ONE_VALUE,
    Floats,
    check_level,
    divide,
    floats,
    masked,
    reasons,
)
from heed.stats.distributions import student_quantile
from heed.stats.intervals.result import Interval
from heed.stats.sufficient import CoMoments, Moments


def mean(moments: Moments, *, level: float = 0.95) -> Interval:
    """The mean with Student's t limits (Student 1908), by group, in the unit of the values.

    One value (`one_value`) or equal values (`no_variation`) have a mean and no limits; nothing measured has neither
    (`no_rows`).
    """
    n = moments.n
    se = np.sqrt(divide(moments.m2, n * (n - 1.0)))
    return _t(moments.mean, se, n, level, method="t", undefined=n == 0, reason_undefined=NO_ROWS)


def weighted_mean(sums: CoMoments, *, level: float = 0.95, origin: ArrayLike = 0.0) -> Interval:
    """Σw·value / Σw with linearised limits (Woodruff 1971), t with n - 1 degrees of freedom, by group.

    sums: co-moments of x = w·(value - origin) and y = w. An origin near the mean keeps the variance from cancelling
    where values are large beside their spread.
    """
    (start,) = floats("origin", origin)
    equal = bool(np.all(sums.equal_weights()))
    return _ratio(sums, level, "t" if equal else "linearised_t", start)


def ratio(sums: CoMoments, *, level: float = 0.95) -> Interval:
    """Σx / Σy of pairs, by linearisation (the delta method; Cochran 1977, 6.4), t with n - 1 degrees of freedom, by
    group.

    Σy = 0 gives no figure (`no_denominator`).
    """
    return _ratio(sums, level, "linearised_t", np.zeros(()))


def _ratio(sums: CoMoments, level: float, method: str, origin: Floats) -> Interval:
    undefined = (sums.n == 0) | (sums.mean_y == 0)
    se = np.sqrt(sums.ratio_variance())
    return _t(
        sums.ratio() + origin, se, sums.n, level, method=method, undefined=undefined, reason_undefined=NO_DENOMINATOR
    )


def _t(
    estimate: Floats, se: Floats, n: Floats, level: float, *, method: str, undefined: np.ndarray, reason_undefined: str
) -> Interval:
    half = student_quantile(np.maximum(n - 1.0, 1.0), 1.0 - (1.0 - check_level(level)) / 2.0) * se
    unlimited = undefined | (n < 2) | (se == 0)
    return Interval(
        estimate=masked(estimate, undefined),
        low=masked(estimate - half, unlimited),
        high=masked(estimate + half, unlimited),
        n=n.copy(),
        reason=reasons(
            n.shape, (n == 0, NO_ROWS), (undefined, reason_undefined), (n < 2, ONE_VALUE), (se == 0, NO_VARIATION)
        ),
        method=method,
        level=level,
    )
