"""Intervals of a share: Wilson (shown by default), Clopper-Pearson, Jeffreys, Agresti-Coull; Wilson at the effective
n where rows have weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import (
    NO_DENOMINATOR,
    NO_ROWS,
    Floats,
    check_level,
    divide,
    floats,
    masked,
    normal_quantile,
    reasons,
    require,
)
from heed.stats.distributions import beta_quantile
from heed.stats.intervals.result import Interval
from heed.stats.sufficient import CoMoments

Method = Literal["wilson", "clopper_pearson", "jeffreys", "jeffreys_raw", "agresti_coull", "wald"]


def proportion(successes: ArrayLike, n: ArrayLike, *, level: float = 0.95, method: Method = "wilson") -> Interval:
    """The share successes / n and its limits, by group; shares in 0..1.

    successes, n: arrays of one shape, 0 <= successes <= n; need not be whole (effective numbers). n = 0 gives no
    figure, reason `no_rows`. `wald` is there to be compared with and is never shown: its width is zero at the ends.
    Raises Invalid on numbers out of range.
    """
    x, size = floats("proportion", successes, n)
    require((x >= 0) & (x <= size), "proportion", "successes must lie between 0 and n")
    low, high = _METHODS[method](x, np.where(size > 0, size, 1.0), check_level(level))
    none = size == 0
    return Interval(
        estimate=masked(divide(x, size), none),
        low=masked(low, none),
        high=masked(high, none),
        n=size.copy(),
        reason=reasons(size.shape, (none, NO_ROWS)),
        method=method,
        level=level,
    )


def _wilson(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Wilson 1927, the two roots in the form that does not cancel: exactly 0 at x = 0 and exactly 1 at x = n."""
    z2 = normal_quantile(level) ** 2
    p, q = x / n, (n - x) / n
    half = np.sqrt(z2 * (p * q / n + z2 / (4 * n * n)))
    middle = z2 / (2 * n) + half
    return p * p / (p + middle), 1.0 - q * q / (q + middle)


def _clopper_pearson(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson 1934, by the beta quantile; never covers less than the level."""
    tail = (1.0 - level) / 2.0
    low = np.where(x == 0, 0.0, beta_quantile(np.where(x == 0, 1.0, x), n - x + 1.0, tail))
    high = np.where(x == n, 1.0, beta_quantile(x + 1.0, np.where(x == n, 1.0, n - x), 1.0 - tail))
    return low, high


def _jeffreys_raw(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Equal tails of the Beta(x + 1/2, n - x + 1/2) posterior."""
    tail = (1.0 - level) / 2.0
    return beta_quantile(x + 0.5, n - x + 0.5, tail), beta_quantile(x + 0.5, n - x + 0.5, 1.0 - tail)


def _jeffreys(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Jeffreys as Brown, Cai and DasGupta 2001 give it: the lower limit is 0 at x = 0, the upper 1 at x = n."""
    low, high = _jeffreys_raw(x, n, level)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def _agresti_coull(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Agresti and Coull 1998: Wald around Wilson's midpoint, cut to 0..1."""
    z2 = normal_quantile(level) ** 2
    size = n + z2
    p = (x + z2 / 2) / size
    half = np.sqrt(z2 * p * (1 - p) / size)
    return np.clip(p - half, 0.0, 1.0), np.clip(p + half, 0.0, 1.0)


def _wald(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    p = x / n
    half = normal_quantile(level) * np.sqrt(p * (1 - p) / n)
    return np.clip(p - half, 0.0, 1.0), np.clip(p + half, 0.0, 1.0)


_METHODS: dict[str, Callable[[Floats, Floats, float], tuple[Floats, Floats]]] = {
    "wilson": _wilson,
    "clopper_pearson": _clopper_pearson,
    "jeffreys": _jeffreys,
    "jeffreys_raw": _jeffreys_raw,
    "agresti_coull": _agresti_coull,
    "wald": _wald,
}


@dataclass(frozen=True)
class WeightedProportion:
    """A weighted share: its interval, its linearised variance, and what the weights cost.

    `deff` is that variance over the variance of a simple random sample of the same n; `deff_kish` is 1 +
    cv²(weights), which knows only the weights.
    """

    interval: Interval
    variance: Floats
    deff: Floats
    deff_kish: Floats
    n_effective: Floats


def weighted_proportion(sums: CoMoments, *, level: float = 0.95) -> WeightedProportion:
    """A weighted share Σwy / Σw with y in {0, 1}: Wilson at the effective n (Korn and Graubard 1998; Franco et al.
    2019).

    sums: co-moments of x = w·y (above) and y = w (below the line), rows drawn independently with replacement.
    variance = n/(n-1) Σ w²(y - p)² / (Σw)² (Taylor linearisation, Woodruff 1971). n_effective = n / deff, at most n;
    where the share is 0 or 1, or one row stands alone, the linearised variance knows nothing and Kish's (Σw)² / Σw²
    (1965) stands in. With equal weights the result is Wilson's at n.
    """
    n = sums.n
    share = np.clip(divide(sums.sum_x, sums.sum_y), 0.0, 1.0)
    variance = sums.ratio_variance()
    simple = divide(share * (1.0 - share), n - 1.0)
    kish = sums.kish_deff()
    usable = (simple > 0) & (variance > 0) & (n > 1)
    deff = np.where(usable, divide(variance, simple), kish)
    # Equal weights must give Wilson at n to the last digit, not to rounding.
    deff = np.where(sums.equal_weights(), 1.0, deff)
    effective = np.where(n > 0, n / np.maximum(deff, 1.0), 0.0)
    at_effective = proportion(share * effective, effective, level=level)
    none = (n == 0) | (sums.sum_y <= 0)
    interval = Interval(
        estimate=masked(share, none),
        low=masked(at_effective.low.data, none),
        high=masked(at_effective.high.data, none),
        n=n.copy(),
        reason=reasons(n.shape, (n == 0, NO_ROWS), (none, NO_DENOMINATOR)),
        method="wilson" if bool(np.all(sums.equal_weights())) else "wilson_effective_n",
        level=level,
    )
    return WeightedProportion(interval, variance, deff, kish, effective)
