"""Correlations in time and beside other variables: lagged, prewhitened, partial, of a series with itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, floats, normal_quantile, require
from heed.stats.regression.least_squares import fit


def lagged_correlation(x: ArrayLike, y: ArrayLike, max_lag: int) -> Floats:
    """cor(x[t + k], y[t]) for k = -max_lag .. max_lag with divisor n at every lag (Box and Jenkins 1976, 11.1); negative
    k: x leads. Shape (2 max_lag + 1,); zeros where a series does not vary. Raises Invalid.
    """
    a, b = floats("lagged correlation", x, y)
    require(
        a.ndim == 1 and 0 <= max_lag < max(a.size, 1), "lagged correlation", "the series must be longer than the lag"
    )
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    n = a.size
    values = [a[max(k, 0) : n + min(k, 0)] @ b[max(-k, 0) : n - max(k, 0)] for k in range(-max_lag, max_lag + 1)]
    return np.array(values) / scale if scale else np.zeros(len(values))


@dataclass(frozen=True)
class CrossCorrelation:
    """`lags`, correlations of the raw series and of the prewhitened ones, the latter's band of no correlation (±)."""

    lags: tuple[int, ...]
    raw: Floats
    prewhitened: Floats
    autoregression: Floats
    n_used: int
    band: float
    level: float


def cross_correlation(x: ArrayLike, y: ArrayLike, *, order: int, max_lag: int, level: float = 0.95) -> CrossCorrelation:
    """Both series filtered by x's own autoregression of an order (least squares, demeaned), then correlated (Box and
    Jenkins 1976, 11.2): so two slow series do not seem to go together. Raises Invalid, Refused.
    """
    a, b = floats("cross-correlation", x, y)
    require(order >= 1 and a.size > 2 * order + max_lag, "cross-correlation", "the series is too short for this order")
    weights = autoregression(a, order)
    filtered = [_filter(series - series.mean(), weights) for series in (a, b)]
    used = a.size - order
    return CrossCorrelation(
        tuple(range(-max_lag, max_lag + 1)),
        lagged_correlation(a, b, max_lag),
        lagged_correlation(filtered[0], filtered[1], max_lag),
        weights,
        used,
        normal_quantile(level) / float(np.sqrt(used)),
        level,
    )


def autoregression(x: Floats, order: int) -> Floats:
    """Least-squares coefficients of x on its own last values, after its mean is taken out, without intercept."""
    rest = x - x.mean()
    lags = np.column_stack([rest[order - step : rest.size - step] for step in range(1, order + 1)])
    return fit(rest[order:], lags).coefficients


def _filter(x: Floats, weights: Floats) -> Floats:
    order = weights.size
    return x[order:] - sum(
        (weight * x[order - step : x.size - step] for step, weight in enumerate(weights, 1)), np.zeros(x.size - order)
    )


@dataclass(frozen=True)
class Partial:
    """r of x and y when what others explain is taken out of both; t test with n - 2 - k; limits by Fisher's z. None,
    with a reason, where nothing is left to vary or n is too small.
    """

    r: float | None
    n: int
    t: float | None
    df: int
    p: float | None
    low: float | None
    high: float | None
    level: float
    reason: str = ""


def partial_correlation(x: ArrayLike, y: ArrayLike, given: Sequence[ArrayLike], *, level: float = 0.95) -> Partial:
    """Fisher 1924. x, y and each of `given`: shape (n,). Raises Invalid."""
    a, b, *others = floats("partial correlation", x, y, *given)
    check_level(level)
    k, n = len(others), a.size
    df = n - 2 - k
    if df < 1:
        return Partial(None, n, None, df, None, None, None, level, TOO_FEW)
    design = np.column_stack([np.ones(n), *others])
    one, other = (series - design @ np.linalg.lstsq(design, series, rcond=None)[0] for series in (a, b))
    scale = float(np.sqrt((one @ one) * (other @ other)))
    whole = float(np.sqrt(((a - a.mean()) ** 2).sum() * ((b - b.mean()) ** 2).sum()))
    if scale <= 1e-12 * whole or whole == 0:
        return Partial(None, n, None, df, None, None, None, level, NO_VARIATION)
    return _tested(float(np.clip(one @ other / scale, -1.0, 1.0)), n, k, level)


def _tested(r: float, n: int, k: int, level: float) -> Partial:
    from heed.stats.distributions import student_below

    df = n - 2 - k
    t = r * float(np.sqrt(df / (1.0 - r * r))) if abs(r) < 1.0 else None
    p = float(2.0 * student_below(df, -abs(t))) if t is not None else 0.0
    if n - k - 3 < 1 or abs(r) == 1.0:
        return Partial(r, n, t, df, p, None, None, level, TOO_FEW if abs(r) < 1.0 else NO_VARIATION)
    z, half = float(np.arctanh(r)), normal_quantile(level) / float(np.sqrt(n - k - 3))
    return Partial(r, n, t, df, p, float(np.tanh(z - half)), float(np.tanh(z + half)), level)


def ranks(values: ArrayLike) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), dtype=np.float64)


@dataclass(frozen=True)
class LjungBox:
    """Whether a series is correlated with its own past at all, up to a lag."""

    statistic: float | None
    df: int
    p: float | None
    n: int
    reason: str = ""


def ljung_box(x: ArrayLike, lag: int) -> LjungBox:
    """n (n + 2) Σ r_k² / (n - k), chi-squared with `lag` degrees of freedom (Ljung and Box 1978). Raises Invalid."""
    from scipy.special import chdtrc

    (a,) = floats("ljung-box", x)
    require(lag >= 1, "ljung-box", "the lag must be at least 1")
    if a.size <= lag or np.ptp(a) == 0:
        return LjungBox(None, lag, None, a.size, TOO_FEW if a.size <= lag else NO_VARIATION)
    n = a.size
    r = lagged_correlation(a, a, lag)[lag + 1 :]
    statistic = float(n * (n + 2) * (r**2 / (n - np.arange(1, lag + 1))).sum())
    return LjungBox(statistic, lag, float(chdtrc(lag, statistic)), n)


def kendall_trend(x: ArrayLike) -> float | None:
    """Kendall's tau-b of a series with time (Kendall 1945; Mann 1945); None where it does not vary."""
    from scipy.stats import kendalltau

    (a,) = floats("kendall", x)
    if a.size < 2 or np.ptp(a) == 0:
        return None
    return float(kendalltau(np.arange(a.size), a).statistic)
