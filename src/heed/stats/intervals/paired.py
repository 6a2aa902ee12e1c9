"""Two shares of the same rows, such as two judges over one sample: their difference with limits, and McNemar's test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_ROWS, Floats, check_level, divide, floats, masked, reasons, require
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.result import Interval


@dataclass(frozen=True)
class PairedDifference:
    """Share of b less share of a over the same rows, and the chance of so uneven a split where both are alike.

    `p_mid` is McNemar's mid-p, two-sided (Fagerland, Lydersen and Laake 2013); `p_exact` the exact binomial one, which
    never rejects too often. Both are 1 where the two never differ.
    """

    interval: Interval
    p_mid: Floats
    p_exact: Floats


def paired_difference(
    both: ArrayLike, only_a: ArrayLike, only_b: ArrayLike, neither: ArrayLike, *, level: float = 0.95
) -> PairedDifference:
    """(only_b - only_a) / n by group, with Newcombe's limits for paired shares (1998, method 10).

    both, only_a, only_b, neither: counts of rows of one shape. A group without rows has no figure (`no_rows`). Raises
    Invalid on counts below nought.
    """
    e, f, g, h = floats("paired shares", both, only_a, only_b, neither)
    require((e >= 0) & (f >= 0) & (g >= 0) & (h >= 0), "paired shares", "a count is not below 0")
    n = e + f + g + h
    none = n == 0
    low, high = _newcombe(e, g, f, np.where(none, 1.0, h), check_level(level))
    interval = Interval(
        estimate=masked(divide(g - f, n), none),
        low=masked(low, none),
        high=masked(high, none),
        n=n,
        reason=reasons(n.shape, (none, NO_ROWS)),
        method="newcombe_paired",
        level=level,
    )
    return PairedDifference(interval, *_mcnemar(f, g))


def _newcombe(e: Floats, f: Floats, g: Floats, h: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of (f - g) / n: Wilson's limits of the two shares, put together by their correlation."""
    n = e + f + g + h
    one, two = proportion(e + f, n, level=level), proportion(e + g, n, level=level)
    p1, p2 = (e + f) / n, (e + g) / n
    phi = _phi(e, f, g, h)
    below1, above1 = p1 - one.low.data, one.high.data - p1
    below2, above2 = p2 - two.low.data, two.high.data - p2
    under = np.sqrt(np.maximum(below1**2 - 2 * phi * below1 * above2 + above2**2, 0.0))
    over = np.sqrt(np.maximum(above1**2 - 2 * phi * above1 * below2 + below2**2, 0.0))
    return np.clip(p1 - p2 - under, -1.0, 1.0), np.clip(p1 - p2 + over, -1.0, 1.0)


def _phi(e: Floats, f: Floats, g: Floats, h: Floats) -> Floats:
    """The correlation of the two, corrected towards 0 where it is above it, as Newcombe has it."""
    n, cross = e + f + g + h, e * h - f * g
    corrected = np.where(cross > n / 2, cross - n / 2, np.where(cross >= 0, 0.0, cross))
    return divide(corrected, np.sqrt((e + f) * (g + h) * (e + g) * (f + h)))


def _mcnemar(f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """The split of the rows where the two differ, against half and half."""
    from scipy.stats import binom

    many, least = f + g, np.minimum(f, g)
    exact = np.minimum(2 * binom.cdf(least, many, 0.5), 1.0)
    mid = np.where(f == g, 1.0 - 0.5 * binom.pmf(f, many, 0.5), exact - binom.pmf(least, many, 0.5))
    alike = many == 0
    return np.where(alike, 1.0, mid), np.where(alike, 1.0, exact)
