"""Whether items measure one thing: Cronbach's alpha, Guttman's lambda 6, McDonald's omega."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, floats, require

ROUNDS = 2000
STEADY = 1e-12


@dataclass(frozen=True)
class Consistency:
    """`alpha` with Feldt's limits; by item, alpha without it and its correlation with the sum of the others. `lambda6` is
    None where an item is a sum of others; all are None, with a reason, on thin data.
    """

    n: int
    items: int
    alpha: float | None
    standardised: float | None
    lambda6: float | None
    mean_correlation: float | None
    low: float | None
    high: float | None
    without: tuple[float | None, ...]
    item_rest: tuple[float | None, ...]
    level: float
    reason: str = ""


def consistency(answers: ArrayLike, *, level: float = 0.95) -> Consistency:
    """Cronbach 1951; limits by Feldt 1965; lambda 6 by Guttman 1945. answers: shape (people, items), complete."""
    (x,) = floats("consistency", answers)
    check_level(level)
    require(x.ndim == 2, "consistency", "answers must be a table, people by items")
    n, k = x.shape
    reason = TOO_FEW if n < 2 or k < 2 else NO_VARIATION if np.any(np.ptp(x, axis=0) == 0) else ""
    if reason:
        none = (None,) * k
        return Consistency(n, k, None, None, None, None, None, None, none, none, level, reason)
    covariance, correlation = np.asarray(np.cov(x, rowvar=False)), np.asarray(np.corrcoef(x, rowvar=False))
    alpha = _alpha(covariance)
    mean_r = float((correlation.sum() - k) / (k * (k - 1)))
    rest = x.sum(axis=1)[:, None] - x
    low, high = _feldt(alpha, n, k, level) if alpha < 1.0 - 1e-12 else (None, None)
    return Consistency(
        n,
        k,
        alpha,
        k * mean_r / (1 + (k - 1) * mean_r),
        _lambda6(correlation),
        mean_r,
        low,
        high,
        tuple(_alpha(np.delete(np.delete(covariance, at, 0), at, 1)) if k > 2 else None for at in range(k)),
        tuple(_correlation(x[:, at], rest[:, at]) for at in range(k)),
        level,
        NO_VARIATION if low is None else "",
    )


def _alpha(covariance: Floats) -> float:
    k = len(covariance)
    return float(k / (k - 1) * (1.0 - np.trace(covariance) / covariance.sum()))


def _correlation(one: Floats, other: Floats) -> float | None:
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(other) > 0 else None


def _lambda6(correlation: Floats) -> float | None:
    """1 - Σ(1 - squared multiple correlations) / the sum of all correlations."""
    if np.linalg.cond(correlation) > 1e12:
        return None
    return float(1.0 - (1.0 / np.diag(np.linalg.inv(correlation))).sum() / correlation.sum())


def _feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    from scipy.special import fdtri

    tail = (1.0 - level) / 2.0
    df1, df2 = n - 1, (n - 1) * (k - 1)
    return (
        float(1.0 - (1.0 - alpha) * fdtri(df1, df2, 1.0 - tail)),
        float(1.0 - (1.0 - alpha) * fdtri(df1, df2, tail)),
    )


def omega_total(answers: ArrayLike) -> float | None:
    """McDonald's (1999) omega of one factor: (Σ loadings)² over that plus Σ uniquenesses; loadings by iterated principal
    axes of the correlations. None on thin data, or where one factor does not settle. answers: shape (people, items).
    """
    (x,) = floats("omega", answers)
    if x.ndim != 2 or x.shape[0] < 3 or x.shape[1] < 3 or np.any(np.ptp(x, axis=0) == 0):
        return None
    correlation = np.asarray(np.corrcoef(x, rowvar=False))
    shared = np.max(np.abs(correlation - np.eye(len(correlation))), axis=0)
    for _ in range(ROUNDS):
        reduced = correlation.copy()
        np.fill_diagonal(reduced, shared)
        values, vectors = np.linalg.eigh(reduced)
        loadings = np.sqrt(max(values[-1], 0.0)) * vectors[:, -1]
        new = loadings**2
        if np.any(new > 1.0):
            return None
        settled = np.max(np.abs(new - shared)) < STEADY
        shared = new
        if settled:
            common = float(loadings.sum()) ** 2
            return common / (common + float((1.0 - shared).sum()))
    return None
