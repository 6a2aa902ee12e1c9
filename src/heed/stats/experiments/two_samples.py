"""Tests of two samples: shares by z, chi-squared and Fisher; ranks by Mann and Whitney."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, floats, require
from heed.stats.distributions import normal_below
from heed.stats.experiments.conditional_odds import EXACT, conditional_odds_ratio


@dataclass(frozen=True)
class PooledZ:
    """z of treatment less control with the variance of both together; p of any difference, and of treatment larger."""

    z: float | None
    p: float | None
    p_larger: float | None
    reason: str = ""


def pooled_z(x_control: float, n_control: float, x_treatment: float, n_treatment: float) -> PooledZ:
    """The z test of two shares. All alike: no z, and a reason. Raises Invalid."""
    _check(x_control, n_control, x_treatment, n_treatment)
    share = (x_control + x_treatment) / (n_control + n_treatment)
    spread = share * (1.0 - share) * (1.0 / n_control + 1.0 / n_treatment)
    if spread == 0:
        return PooledZ(None, None, None, NO_VARIATION)
    z = (x_treatment / n_treatment - x_control / n_control) / math.sqrt(spread)
    return PooledZ(z, float(2.0 * normal_below(-abs(z))), float(normal_below(-z)))


def _check(x_control: float, n_control: float, x_treatment: float, n_treatment: float) -> None:
    require(n_control > 0 and n_treatment > 0, "two shares", "nobody is in one of the arms")
    require(0 <= x_control <= n_control and 0 <= x_treatment <= n_treatment, "two shares", "0 <= successes <= n")


@dataclass(frozen=True)
class TwoShares:
    """Chi-squared without and with Yates' correction, Fisher's exact test, and the odds ratio of treatment to control
    that makes the table likeliest given its margins (infinite where a cell is empty). None where all are alike.
    """

    difference: float
    chi2: float | None
    p: float | None
    chi2_corrected: float | None
    p_corrected: float | None
    fisher_p: float
    odds_ratio: float | None
    reason: str = ""


def two_shares(
    x_control: float, n_control: float, x_treatment: float, n_treatment: float, *, tolerance: float = EXACT
) -> TwoShares:
    """Pearson 1900; Yates 1934; Fisher 1935. Whole counts; tolerance: of the odds ratio. Raises Invalid."""
    from scipy.special import chdtrc
    from scipy.stats import fisher_exact

    _check(x_control, n_control, x_treatment, n_treatment)
    require(
        all(float(x).is_integer() for x in (x_control, n_control, x_treatment, n_treatment)), "two shares", "counts"
    )
    table = np.array([[x_treatment, n_treatment - x_treatment], [x_control, n_control - x_control]])
    difference = x_treatment / n_treatment - x_control / n_control
    exact = float(fisher_exact(table.astype(int)).pvalue)
    margins = table.sum(axis=0)
    if not margins.all():
        return TwoShares(difference, None, None, None, None, 1.0, None, NO_VARIATION)
    expected = np.outer(table.sum(axis=1), margins) / table.sum()
    off = np.abs(table - expected)
    plain = float((off**2 / expected).sum())
    less = float(((off - min(0.5, float(off.min()))) ** 2 / expected).sum())
    return TwoShares(
        difference=difference,
        chi2=plain,
        p=float(chdtrc(1, plain)),
        chi2_corrected=less,
        p_corrected=float(chdtrc(1, less)),
        fisher_p=min(exact, 1.0),
        odds_ratio=conditional_odds_ratio(table, tolerance=tolerance),
    )


@dataclass(frozen=True)
class RankSum:
    """`u` counts the pairs in which the first is larger, ties by half; p by the normal approximation, corrected for
    ties and continuity.
    """

    u: float | None
    p: float | None
    reason: str = ""


def rank_sum(first: ArrayLike, second: ArrayLike) -> RankSum:
    """Mann and Whitney 1947. Values of two independent samples, shape (n,), (m,)."""
    from scipy.stats import mannwhitneyu

    (a,), (b,) = floats("rank sum", first), floats("rank sum", second)
    if not a.size or not b.size or np.ptp(np.concatenate([a, b])) == 0:
        return RankSum(None, None, NO_VARIATION)
    found = mannwhitneyu(a, b, use_continuity=True, method="asymptotic")
    return RankSum(float(found.statistic), float(found.pvalue))
