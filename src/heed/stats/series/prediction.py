"""Whether one series helps to predict another, and what is left in the residuals of a regression over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, floats, require
from heed.stats.regression.least_squares import Fit, rss


@dataclass(frozen=True)
class Granger:
    """F test that lags of the cause add nothing to the effect's own. None, with a reason, on thin data."""

    f: float | None
    df1: int
    df2: int
    p: float | None
    reason: str = ""


def granger(cause: ArrayLike, effect: ArrayLike, lags: int) -> Granger:
    """Granger 1969; series in order of time, shape (n,). It tells what precedes, not what causes. Raises Invalid."""
    from scipy.special import fdtrc

    x, y = floats("granger", cause, effect)
    require(lags >= 1, "granger", "the lags must be at least 1")
    rows = x.size - lags
    df2 = rows - 2 * lags - 1
    if df2 < 1:
        return Granger(None, lags, df2, None, TOO_FEW)
    own = np.column_stack([np.ones(rows), *(y[lags - step : y.size - step] for step in range(1, lags + 1))])
    both = np.column_stack([own, *(x[lags - step : x.size - step] for step in range(1, lags + 1))])
    now = y[lags:]
    alone, together = rss(now, own), rss(now, both)
    if together <= 1e-12 * float(((now - now.mean()) ** 2).sum()):
        return Granger(None, lags, df2, None, NO_VARIATION)
    f = (alone - together) / lags / (together / df2)
    return Granger(f, lags, df2, float(fdtrc(lags, df2, max(f, 0.0))))


def durbin_watson(found: Fit) -> float | None:
    """Σ (e_t - e_(t-1))² / Σ e² (Durbin and Watson 1950): 2 without correlation; None where nothing is left over."""
    return float((np.diff(found.residuals) ** 2).sum() / found.rss) if found.rss > 0 else None


def breusch_godfrey(found: Fit, order: int) -> tuple[float, float]:
    """n R² of the residuals on the columns and their own lags, zeros before the start (Breusch 1978; Godfrey 1978), and
    its chi-squared p. Raises Invalid.
    """
    from scipy.special import chdtrc

    require(1 <= order < found.n and found.rss > 0, "breusch-godfrey", "the order must be under the number of rows")
    e = found.residuals
    lagged = [np.concatenate((np.zeros(step), e[:-step])) for step in range(1, order + 1)]
    left = rss(e, np.column_stack([found.x, *lagged]))
    statistic = found.n * (1.0 - left / found.rss)
    return statistic, float(chdtrc(order, statistic))
