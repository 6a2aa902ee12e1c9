"""Ordered answers explained by drivers: the proportional-odds logit model."""

from dataclasses import dataclass

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import NO_VARIATION, Floats, require

ROUNDS = 100
STEADY = 1e-11
FORESEEN = 1e-7


@dataclass(frozen=True)
class ProportionalOdds:
    """logit P(Y <= j) = threshold_j - x'b: a positive coefficient moves answers up. None, with a reason, where answers
    do not vary or the data separate.
    """

    coefficients: Floats
    se: Floats
    thresholds: Floats
    threshold_se: Floats
    loglik: float | None
    aic: float | None
    n: float
    reason: str = ""


def proportional_odds(answers: Floats, x: Floats, weights: Floats | None = None) -> ProportionalOdds:
    """McCullagh 1980, by Newton's method; standard errors from the observed information. answers: whole numbers 0..k-1,
    each level answered, shape (n,); x: (n, terms) without intercept; weights (n,) count rows. Raises Invalid, Refused.
    """
    w = np.ones(answers.size) if weights is None else np.asarray(weights, dtype=np.float64)
    require(w >= 0, "proportional odds", "weights must not be negative")
    used = w > 0
    y, w, table = answers[used].astype(np.intp), w[used], x[used]
    counts = np.bincount(y, weights=w)
    none = np.zeros(0)
    if counts.size < 2:
        return ProportionalOdds(none, none, none, none, None, None, float(w.sum()), NO_VARIATION)
    require(counts > 0, "proportional odds", "each level must have been answered")
    if np.linalg.matrix_rank(np.column_stack([np.ones(y.size), table])) <= table.shape[1]:
        raise Refused("Some columns are sums of others.", code="collinear", hint="Leave one of them out.")
    upper, lower = _linear(y, table, counts.size)
    below = np.cumsum(counts)[:-1] / counts.sum()
    start = np.concatenate([np.log(below / (1 - below)), np.zeros(table.shape[1])])
    found = _newton(start, upper, lower, y, counts.size, w)
    if found is None:
        return ProportionalOdds(none, none, none, none, None, None, float(w.sum()), "separated")
    point, loglik, covariance = found
    se, cut = np.sqrt(np.diag(covariance)), counts.size - 1
    aic = -2.0 * loglik + 2.0 * point.size
    return ProportionalOdds(point[cut:], se[cut:], point[:cut], se[:cut], loglik, aic, float(w.sum()))


def _linear(y: np.ndarray, x: Floats, levels: int) -> tuple[Floats, Floats]:
    """The rows that give threshold_y - x'b and threshold_(y-1) - x'b."""
    cut = levels - 1
    upper, lower = np.zeros((y.size, cut + x.shape[1])), np.zeros((y.size, cut + x.shape[1]))
    rows = np.arange(y.size)
    upper[rows[y < cut], y[y < cut]] = 1.0
    lower[rows[y > 0], y[y > 0] - 1] = 1.0
    upper[:, cut:] = lower[:, cut:] = -x
    return upper, lower


def _newton(
    point: Floats, upper: Floats, lower: Floats, y: np.ndarray, levels: int, w: Floats
) -> tuple[Floats, float, Floats] | None:
    value, gradient, hessian = _likelihood(point, upper, lower, y, levels, w)
    for _ in range(ROUNDS):
        try:
            step = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        while size > 1e-8:
            tried = _likelihood(point + size * step, upper, lower, y, levels, w)
            if np.isfinite(tried[0]) and tried[0] >= value - 1e-12 * abs(value):
                break
            size /= 2.0
        point = point + size * step
        value, gradient, hessian = tried
        # All answers foreseen for certain: the likelihood has no maximum, it only nears one.
        if not np.isfinite(value) or value > -FORESEEN * w.sum():
            return None
        if np.max(np.abs(step)) < STEADY * (1.0 + np.max(np.abs(point))):
            covariance = np.asarray(np.linalg.inv(-hessian), dtype=np.float64)
            return (point, value, covariance) if np.all(np.diag(covariance) > 0) else None
    return None


def _likelihood(
    point: Floats, upper: Floats, lower: Floats, y: np.ndarray, levels: int, w: Floats
) -> tuple[float, Floats, Floats]:
    from scipy.special import expit

    last, first = y == levels - 1, y == 0
    high, low = expit(upper @ point), expit(lower @ point)
    high, low = np.where(last, 1.0, high), np.where(first, 0.0, low)
    chance = high - low
    if np.any(chance <= 0):
        return -np.inf, np.zeros(point.size), -np.eye(point.size)
    slope_high, slope_low = high * (1 - high), low * (1 - low)
    score = (upper * slope_high[:, None] - lower * slope_low[:, None]) / chance[:, None]
    bend_high, bend_low = slope_high * (1 - 2 * high), slope_low * (1 - 2 * low)
    hessian = upper.T @ (upper * (w * bend_high / chance)[:, None]) - lower.T @ (
        lower * (w * bend_low / chance)[:, None]
    )
    hessian = hessian - score.T @ (score * w[:, None])
    return float(w @ np.log(chance)), score.T @ w, hessian
