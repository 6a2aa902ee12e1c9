"""The Net Promoter Score and its limits, in points -100..100: adjusted Wald (shown by default), multinomial Wald and
t (references).
"""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import (
    NO_DENOMINATOR,
    NO_ROWS,
    NO_VARIATION,
    ONE_VALUE,
    Floats,
    check_level,
    divide,
    masked,
    normal_quantile,
    reasons,
)
from heed.stats.distributions import student_quantile
from heed.stats.intervals.result import Interval
from heed.stats.sufficient import CoMoments, NpsCounts

PSEUDO_ANSWERS = 3.0  # Rocks 2016: 3/4 promoter, 3/2 passives, 3/4 detractor


def nps(counts: NpsCounts, *, level: float = 0.95) -> Interval:
    """NPS = 100 (promoters - detractors) / n, with the adjusted Wald limits of Rocks 2016, by group.

    Three pseudo-answers (3/4 promoter, 3/2 passives, 3/4 detractor) are added before Wald's formula, and the limits
    are cut to -100..100 and never leave the score outside; below a level of 0.95 the pseudo-answers shrink with z²,
    which keeps coverage there. The width is never zero. No answers: `no_rows`.
    """
    return _adjusted_wald(counts, level, counts.n, "adjusted_wald")


def _adjusted_wald(counts: NpsCounts, level: float, rows: Floats, method: str) -> Interval:
    z = normal_quantile(level)
    pseudo = PSEUDO_ANSWERS * min(1.0, (z / normal_quantile(0.95)) ** 2)
    n = counts.n
    size = n + pseudo
    p, d = (counts.promoters + pseudo / 4) / size, (counts.detractors + pseudo / 4) / size
    half = z * np.sqrt((p + d - (p - d) ** 2) / size)
    score = _score(counts)
    none = n == 0
    return Interval(
        estimate=masked(100 * score, none),
        low=masked(100 * np.minimum(np.maximum(p - d - half, -1.0), score), none),
        high=masked(100 * np.maximum(np.minimum(p - d + half, 1.0), score), none),
        n=rows.copy(),
        reason=reasons(n.shape, (none, NO_ROWS)),
        method=method,
        level=level,
    )


def _score(counts: NpsCounts) -> Floats:
    return divide(counts.promoters - counts.detractors, counts.n)


def variance_unit(counts: NpsCounts) -> Floats:
    """p + d - (p - d)² of one answer scored +1, 0, -1; 0 where there are no answers."""
    p, d = divide(counts.promoters, counts.n), divide(counts.detractors, counts.n)
    return np.maximum(p + d - (p - d) ** 2, 0.0)


def se_multinomial(counts: NpsCounts) -> Floats:
    """Standard error in points, by the delta method on multinomial counts: 100 √(variance / n)."""
    return 100 * np.sqrt(divide(variance_unit(counts), counts.n))


def se_sample(counts: NpsCounts) -> Floats:
    """Standard error in points of the mean of scores +100, 0, -100 with n - 1 below the line; 0 where n < 2."""
    return 100 * np.sqrt(divide(variance_unit(counts), counts.n - 1)) * (counts.n > 1)


def nps_multinomial(counts: NpsCounts, *, level: float = 0.95) -> Interval:
    """Plain Wald on the multinomial standard error, not cut to -100..100. A reference: its width is zero when all
    answers are of one class.
    """
    return _symmetric(counts, normal_quantile(level) * se_multinomial(counts), counts.n == 0, "multinomial", level)


def nps_t(counts: NpsCounts, *, level: float = 0.95) -> Interval:
    """Student's t on the sample standard error, not cut to -100..100. A reference, with the same fault as
    `nps_multinomial`.
    """
    quantile = student_quantile(np.maximum(counts.n - 1, 1), 1 - (1 - check_level(level)) / 2)
    return _symmetric(counts, quantile * se_sample(counts), counts.n < 2, "t", level)


def _symmetric(counts: NpsCounts, half: Floats, unlimited: np.ndarray, method: str, level: float) -> Interval:
    score = 100 * _score(counts)
    none = counts.n == 0
    flat = variance_unit(counts) == 0
    return Interval(
        estimate=masked(score, none),
        low=masked(score - half, unlimited),
        high=masked(score + half, unlimited),
        n=counts.n,
        reason=reasons(counts.n.shape, (none, NO_ROWS), (unlimited, ONE_VALUE), (flat, NO_VARIATION)),
        method=method,
        level=level,
    )


@dataclass(frozen=True)
class WeightedNps:
    """A weighted NPS: its interval, the linearised variance of the score (in 1 = 100 points), and what the weights
    cost.
    """

    interval: Interval
    variance: Floats
    deff: Floats
    deff_kish: Floats
    n_effective: Floats


def weighted_nps(sums: CoMoments, weight: NpsCounts, *, level: float = 0.95) -> WeightedNps:
    """NPS of weighted answers: adjusted Wald at the effective number of answers.

    sums: co-moments of x = w·s with s = +1, 0, -1, and y = w. weight: the weights summed by class. The variance is
    linearised as for any weighted mean (Woodruff 1971); n_effective = n / deff, at most n, with Kish's deff where
    that variance knows nothing. Equal weights give the unweighted result.
    """
    n = sums.n
    total = weight.n
    variance = sums.ratio_variance()
    simple = divide(variance_unit(weight), n - 1.0)
    kish = sums.kish_deff()
    usable = (simple > 0) & (variance > 0) & (n > 1)
    deff = np.where(sums.equal_weights(), 1.0, np.where(usable, divide(variance, simple), kish))
    effective = np.where((n > 0) & (total > 0), n / np.maximum(deff, 1.0), 0.0)
    scale = divide(effective, total)
    at_effective = NpsCounts(weight.promoters * scale, weight.passives * scale, weight.detractors * scale)
    plain = bool(np.all(sums.equal_weights()))
    interval = _adjusted_wald(at_effective, level, n, "adjusted_wald" if plain else "adjusted_wald_effective_n")
    interval.reason[(n > 0) & (total <= 0)] = NO_DENOMINATOR
    return WeightedNps(interval, variance, deff, kish, effective)
