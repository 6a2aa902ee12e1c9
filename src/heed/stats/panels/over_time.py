"""One series after another figure stepped: what moved at those weeks beside a trend, a season and what lasts from week to week.

There is nobody beside a single series. What a step can be mistaken for is taken out of it instead, at the price of power.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Refused
from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, require
from heed.stats.change_points.penalised import segment
from heed.stats.distributions import student_below, student_quantile
from heed.stats.panels.steps import MARGIN, Step
from heed.stats.panels.within import LEAST_WEEKS, Slope, limits_of
from heed.stats.regression.least_squares import Fit, fit, newey_west, rss

YEAR = 365.2425 / 7.0
# A change of level must save this many log n of squared errors: about five standard errors in a year of weeks.
PRICE = 6.0
# The season is taken out unless there is next to nothing of one: a weak one that is left in makes steps. Chosen on simulated
# series of 78 weeks (seeds 1000 to 2599): at 1 up to 4 of 100 were blamed without harm, at 0.5 up to 2.5, at 0 twice as much
# true harm was missed.
SEASON_F = 0.5
NORMAL_MAD = 0.6744897501960817


@dataclass(frozen=True)
class Moved:
    """A rise of the first series (as `gain`) and what the second did across the same week (as `moved`)."""

    gain: Step
    moved: Step


def changes_of_level(y: Floats) -> tuple[int, ...]:
    """Places at which a series without gaps changes its level: the cheapest cut (`change_points.penalised`) with six weeks at
    least between changes, in units of the noise from one week to the next.
    """
    noise = float(np.median(np.abs(np.diff(y)))) / NORMAL_MAD / np.sqrt(2.0) if y.size > 1 else 0.0
    if y.size < max(2 * MARGIN, LEAST_WEEKS) or noise <= 0:
        return ()
    return segment(y / noise, PRICE * float(np.log(y.size)), statistic="mean", least=MARGIN).ends[:-1]


def slow_columns(weeks: Floats, y: Floats, others: Floats) -> Floats:
    """A constant and a trend; and one wave a year where, beside `others`, it explains anything worth the name (F above SEASON_F).

    weeks: place of each value in time; others: (n, k) columns that explain y as well.
    """
    plain = np.column_stack([np.ones(y.size), np.linspace(-1.0, 1.0, y.size)])
    turn = 2.0 * np.pi * weeks / YEAR
    waves = np.column_stack([plain, np.sin(turn), np.cos(turn)])
    left = y.size - waves.shape[1] - others.shape[1]
    if left < MARGIN:
        return plain
    with_season = rss(y, np.column_stack([others, waves]))
    saved = rss(y, np.column_stack([others, plain])) - with_season
    return waves if saved / 2.0 > SEASON_F * with_season / left else plain


def lasting(found: Fit, weeks: Floats) -> tuple[Floats, float]:
    """Covariance of least squares whose errors hang together from week to week (autoregressive of order one), and the degrees
    of freedom that are left. The correlation of residuals is too small by about (k + 1) / n for k columns; that is put right.
    """
    rest, near = found.residuals, np.diff(weeks) == 1.0
    total = float(rest @ rest)
    raw = float((rest[1:] * rest[:-1])[near].sum()) / total if total > 0 else 0.0
    r = min(max(raw + (found.x.shape[1] + 1.0) / found.n, 0.0), 0.9)
    apart = np.abs(np.subtract.outer(weeks, weeks))
    middle = found.x.T @ (r**apart) @ found.x * (total / found.df)
    return np.asarray(found.bread @ middle @ found.bread), max(found.df * (1.0 - r) / (1.0 + r), 2.0)


def slope_over_time(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Slope:
    """Least squares of y on x, a straight trend and, where there is one, a season; weeks in order, both without gaps; shape
    (weeks,).

    Newey and West 1987 with a lag of 1.3 √T and t with 1.5 T / lag degrees of freedom, which is honest about what lasts
    from week to week (Lazarus, Lewis, Stock and Watson 2018). Raises Invalid.
    """
    check_level(level)
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    require(a.shape == b.shape and a.ndim == 1, "series", "both must be as long")
    n = a.size
    if n < LEAST_WEEKS:
        return Slope(None, None, None, None, 0.0, n, TOO_FEW)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return Slope(None, None, None, None, 0.0, n, NO_VARIATION)
    spread = float(a.std())
    moves = ((a - a.mean()) / spread)[:, None]
    found = fit(b, np.column_stack([moves, slow_columns(np.arange(n, dtype=np.float64), b, moves)]))
    lag = int(np.ceil(1.3 * np.sqrt(n)))
    error = float(np.sqrt(max(newey_west(found, lag, small_sample=True)[0, 0], 0.0)))
    return limits_of(float(found.coefficients[0]) / spread, error / spread, 1.5 * n / (lag + 1), n, level)


def moved_at_rises(x: Floats, y: Floats, variance: Floats, *, level: float = 0.95) -> tuple[Moved, ...]:
    """Each week at which x rose to another level, and what y did across it, all changes of x reckoned with at once.

    x, y: (weeks,), NaN where there is none; variance: of the sampling of y. The weeks are chosen by x alone, so that what y
    did there is judged honestly; p is multiplied by the rises looked at (Bonferroni). Empty without a rise or enough weeks.
    """
    check_level(level)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    a, b, weeks = x[known], y[known], known.astype(np.float64)
    cuts = changes_of_level(a)
    if not cuts:
        return ()
    steps = np.column_stack([(np.arange(a.size) >= cut).astype(np.float64) for cut in cuts])
    bounds = [0, *cuts, a.size]
    means = [float(a[low:high].mean()) for low, high in pairwise(bounds)]
    rises = [place for place in range(len(cuts)) if means[place + 1] > means[place]]
    read = _read(b, weeks, steps, variance[known])
    if read is None:
        return ()
    coefficients, errors, df = read
    quantile = float(student_quantile(df, 0.5 + level / 2.0))
    found = []
    for place in rises:
        at, n = int(known[cuts[place]]), int(a.size)
        gain = means[place + 1] - means[place]
        before = float(b[bounds[place] : cuts[place]].mean())
        moved = _step(at, before, float(coefficients[place]), float(errors[place]), df, quantile, n, len(rises))
        found.append(Moved(Step(at, means[place], means[place + 1], gain, gain, gain, 0.0, 1.0, n), moved))
    return tuple(found)


def _step(
    at: int, before: float, change: float, error: float, df: float, quantile: float, n: int, looked_at: int
) -> Step:
    """What y did at a week, its chances multiplied by the rises looked at."""
    half, fall = quantile * error, float(student_below(df, change / error))
    p_fall, p_rise = (min(1.0, p * looked_at) for p in (fall, 1.0 - fall))
    limits = change - half, change + half
    return Step(at, before, before + change, change, *limits, p_rise, p_fall, n, looked_at, error, df)


def _read(y: Floats, weeks: Floats, steps: Floats, variance: Floats) -> tuple[Floats, Floats, float] | None:
    """What y did at each step, the standard error of it, never less than sampling leaves, and the degrees of freedom."""
    columns = np.column_stack([steps, slow_columns(weeks, y, steps)])
    try:
        found = fit(y, columns)
    except Refused:
        return None
    covariance, df = lasting(found, weeks)
    sampling = found.bread @ (columns.T * np.nan_to_num(variance)) @ columns @ found.bread
    errors = np.sqrt(np.maximum(np.diag(covariance), np.diag(sampling))[: steps.shape[1]])
    return (found.coefficients[: steps.shape[1]], errors, df) if (errors > 0).all() else None
