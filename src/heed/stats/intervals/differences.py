"""Differences of two independent shares, or of two NPS, b - a, with limits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_ROWS, Floats, check_level, divide, floats, masked, normal_quantile, reasons, require
from heed.stats.distributions import normal_below, student_below, student_quantile
from heed.stats.intervals.nps import PSEUDO_ANSWERS, nps_multinomial, se_multinomial, se_sample
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.result import Interval
from heed.stats.intervals.score_difference import score_limits, statsmodels_score_limits
from heed.stats.sufficient import NpsCounts

Method = Literal["newcombe", "agresti_caffo", "score", "score_statsmodels", "wald"]
Limits = tuple[Floats, Floats]


def proportion_difference(
    x_a: ArrayLike, n_a: ArrayLike, x_b: ArrayLike, n_b: ArrayLike, *, level: float = 0.95, method: Method = "newcombe"
) -> Interval:
    """x_b / n_b - x_a / n_a and its limits, by group; `n` is n_a + n_b.

    newcombe: hybrid of two Wilson intervals (Newcombe 1998, method 10), shown by default. agresti_caffo: 2000. score:
    Miettinen and Nurminen 1985. score_statsmodels (the same with the slip of statsmodels 0.15) and wald are
    references only. A group with an empty side has no figure (`no_rows`).
    """
    xa, na, xb, nb = floats("difference of shares", x_a, n_a, x_b, n_b)
    require(
        (xa >= 0) & (xa <= na) & (xb >= 0) & (xb <= nb), "difference of shares", "successes must lie between 0 and n"
    )
    none = (na == 0) | (nb == 0)
    safe = np.where(none, 1.0, na), np.where(none, 1.0, nb)
    low, high = _METHODS[method](np.where(none, 0.0, xa), safe[0], np.where(none, 0.0, xb), safe[1], check_level(level))
    return Interval(
        estimate=masked(divide(xb, nb) - divide(xa, na), none),
        low=masked(low, none),
        high=masked(high, none),
        n=na + nb,
        reason=reasons(na.shape, (none, NO_ROWS)),
        method=method,
        level=level,
    )


def _newcombe(xa: Floats, na: Floats, xb: Floats, nb: Floats, level: float) -> Limits:
    a, b = proportion(xa, na, level=level), proportion(xb, nb, level=level)
    pa, pb = xa / na, xb / nb
    below = np.sqrt((pb - b.low.data) ** 2 + (a.high.data - pa) ** 2)
    above = np.sqrt((b.high.data - pb) ** 2 + (pa - a.low.data) ** 2)
    return pb - pa - below, pb - pa + above


def _wald(xa: Floats, na: Floats, xb: Floats, nb: Floats, level: float) -> Limits:
    pa, pb = xa / na, xb / nb
    half = normal_quantile(level) * np.sqrt(pa * (1 - pa) / na + pb * (1 - pb) / nb)
    return pb - pa - half, pb - pa + half


def _agresti_caffo(xa: Floats, na: Floats, xb: Floats, nb: Floats, level: float) -> Limits:
    return _wald(xa + 1, na + 2, xb + 1, nb + 2, level)


_METHODS: dict[str, Callable[[Floats, Floats, Floats, Floats, float], Limits]] = {
    "newcombe": _newcombe,
    "agresti_caffo": _agresti_caffo,
    "score": score_limits,
    "score_statsmodels": statsmodels_score_limits,
    "wald": _wald,
}


@dataclass(frozen=True)
class NpsDifference:
    """NPS b - a in points. `interval` is what heed shows; z and Welch's t are references (p values two-sided; 1 where
    nothing varies and nothing differs).
    """

    interval: Interval
    se_multinomial: Floats
    z: Floats
    p_z: Floats
    low_z: Floats
    high_z: Floats
    se_sample: Floats
    welch_t: Floats
    welch_df: Floats
    welch_p: Floats
    low_welch: Floats
    high_welch: Floats


def nps_difference(a: NpsCounts, b: NpsCounts, *, level: float = 0.95) -> NpsDifference:
    """NPS of b minus NPS of a for independent samples, by group.

    Shown: adjusted Wald with the pseudo-answers of Rocks 2016 in each sample, cut to -200..200. Beside it the delta-
    method z and Welch 1947.
    """
    difference = _points(b) - _points(a)
    delta = np.hypot(se_multinomial(a), se_multinomial(b))
    sample = np.hypot(se_sample(a), se_sample(b))
    z, t = divide(difference, delta), divide(difference, sample)
    df = _welch_df(a, b)
    half_z = normal_quantile(level) * delta
    half_t = student_quantile(df, 1 - (1 - level) / 2) * sample
    return NpsDifference(
        interval=_adjusted(a, b, difference, level),
        se_multinomial=delta,
        z=z,
        p_z=np.where((delta == 0) & (difference != 0), 0.0, 2 * normal_below(-np.abs(z))),
        low_z=difference - half_z,
        high_z=difference + half_z,
        se_sample=sample,
        welch_t=t,
        welch_df=df,
        welch_p=np.where((sample == 0) & (difference != 0), 0.0, 2 * student_below(df, -np.abs(t))),
        low_welch=difference - half_t,
        high_welch=difference + half_t,
    )


def _points(counts: NpsCounts) -> Floats:
    return nps_multinomial(counts).estimate.filled(0.0)


def _welch_df(a: NpsCounts, b: NpsCounts) -> Floats:
    va, vb = se_sample(a) ** 2, se_sample(b) ** 2
    parts = divide(va**2, a.n - 1) * (a.n > 1) + divide(vb**2, b.n - 1) * (b.n > 1)
    return np.maximum(divide((va + vb) ** 2, parts), 1.0)


def _adjusted(a: NpsCounts, b: NpsCounts, difference: Floats, level: float) -> Interval:
    z = normal_quantile(level)
    pseudo = PSEUDO_ANSWERS * min(1.0, (z / normal_quantile(0.95)) ** 2)
    more = [
        NpsCounts(side.promoters + pseudo / 4, side.passives + pseudo / 2, side.detractors + pseudo / 4)
        for side in (a, b)
    ]
    middle = _points(more[1]) - _points(more[0])
    half = z * np.hypot(se_multinomial(more[0]), se_multinomial(more[1]))
    none = (a.n == 0) | (b.n == 0)
    return Interval(
        estimate=masked(difference, none),
        low=masked(np.minimum(np.maximum(middle - half, -200.0), difference), none),
        high=masked(np.maximum(np.minimum(middle + half, 200.0), difference), none),
        n=a.n + b.n,
        reason=reasons(difference.shape, (none, NO_ROWS)),
        method="adjusted_wald",
        level=level,
    )
