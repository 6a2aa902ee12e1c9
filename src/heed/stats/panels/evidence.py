"""What a panel says of a figure itself and of two beside one another: how much it repeats another, the smallest change it
shows, and how much of its spread lies between units.
"""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, normal_quantile
from heed.stats.distributions import student_quantile
from heed.stats.panels.within import LEAST_CLUSTERS

POWER_80 = 0.8416212335729143  # the standard normal quantile of 0.8


@dataclass(frozen=True)
class Estimate:
    """A value with its limits; None, with a reason, where a panel is too thin."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def correlation(x: Floats, y: Floats, weight: Floats, *, level: float = 0.95) -> Estimate:
    """Pearson's r over the cells of two panels (units, weeks), weighted; limits by the jackknife over units of Fisher's z, as
    the weeks of a unit are not independent. With one unit the jackknife is over blocks of four weeks. n: cells.
    """
    check_level(level)
    here = weight > 0
    n = int(here.sum())
    blocks = [here & (np.arange(len(x))[:, None] == unit) for unit in range(len(x))]
    if len(x) < LEAST_CLUSTERS:
        blocks = [here & (np.arange(x.shape[1])[None, :] // 4 == block) for block in range(-(-x.shape[1] // 4))]
    blocks = [block for block in blocks if block.any()]
    if n < 8 or len(blocks) < LEAST_CLUSTERS:
        return Estimate(None, None, None, n, TOO_FEW)
    whole = _moments(x, y, weight, here)
    r = _pearson(whole)
    if r is None:
        return Estimate(None, None, None, n, NO_VARIATION)
    z = np.arctanh(np.clip(r, -0.999999, 0.999999))
    left = [_pearson(whole - _moments(x, y, weight, block)) for block in blocks]
    without = np.array([np.arctanh(np.clip(each, -0.999999, 0.999999)) for each in left if each is not None])
    many = len(without)
    if many < LEAST_CLUSTERS:
        return Estimate(r, None, None, n, TOO_FEW)
    error = float(np.sqrt((many - 1) / many * ((without - without.mean()) ** 2).sum()))
    half = float(student_quantile(many - 1, 0.5 + level / 2.0)) * error
    return Estimate(r, float(np.tanh(z - half)), float(np.tanh(z + half)), n)


def _moments(x: Floats, y: Floats, weight: Floats, cells: np.ndarray) -> Floats:
    w, a, b = weight[cells], x[cells], y[cells]
    return np.array([w.sum(), (w * a).sum(), (w * b).sum(), (w * a * a).sum(), (w * b * b).sum(), (w * a * b).sum()])


def _pearson(sums: Floats) -> float | None:
    w, a, b, aa, bb, ab = sums
    if w <= 0:
        return None
    one, other = aa / w - (a / w) ** 2, bb / w - (b / w) ** 2
    if one <= 1e-12 * max(aa / w, 1e-300) or other <= 1e-12 * max(bb / w, 1e-300):
        return None
    return float(np.clip((ab / w - a * b / w**2) / np.sqrt(one * other), -1.0, 1.0))


def smallest_change(series: Floats, variance: Floats, weeks: int = 4, *, level: float = 0.95) -> float | None:
    """The smallest change between the means of two stretches of so many weeks that a two-sided test of this level finds
    four times of five (80 % power): (z + 0.84) √(2 V / weeks).

    V is the larger of the sampling variance of a week and of what the weeks vary by around their own trend, with what
    hangs together over up to three weeks (Newey and West 1987). series and variance: (weeks,), NaN where there is none.
    None with fewer than twelve weeks.
    """
    known = np.isfinite(series)
    y = series[known]
    if y.size < 12:
        return None
    design = np.column_stack([np.ones(y.size), np.arange(y.size) - y.size / 2.0])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    lasting = float(rest @ rest) / (y.size - 2)
    for lag in (1, 2, 3):
        lasting += 2.0 * (1.0 - lag / 4.0) * float(rest[lag:] @ rest[:-lag]) / (y.size - 2)
    sampling = float(np.nanmean(variance[known])) if np.isfinite(variance[known]).any() else 0.0
    return (normal_quantile(level) + POWER_80) * float(np.sqrt(2.0 * max(lasting, sampling) / weeks))


@dataclass(frozen=True)
class Shares:
    """How the spread of a panel's cells divides: between units, within units over time, and by sampling; they add up to 1.
    `between` with jackknife limits: what is not sampling and not the same for all is what a unit can move.
    """

    between: Estimate
    within: float | None
    sampling: float | None


def shares_of_variance(values: Floats, variance: Floats, *, level: float = 0.95) -> Shares:
    """Variance components of units and weeks by analysis of variance with unequal group sizes (Searle, Casella and
    McCulloch 1992, 3.6); what is common to a week is taken out first, and the known sampling variance is told apart.
    """
    check_level(level)
    rest = values - _by_week(values)
    n = int(np.isfinite(rest).sum())
    units = [place for place in range(len(rest)) if np.isfinite(rest[place]).sum() >= 2]
    if len(units) < LEAST_CLUSTERS:
        return Shares(Estimate(None, None, None, n, TOO_FEW), None, None)
    parts = _components(rest[units], variance[units])
    total = sum(parts)
    if total <= 0:
        return Shares(Estimate(None, None, None, n, NO_VARIATION), None, None)
    without = []
    for unit in range(len(units)):
        kept = [place for index, place in enumerate(units) if index != unit]
        less = _components(rest[kept], variance[kept])
        without.append(less[0] / sum(less) if sum(less) > 0 else 0.0)
    many, share = len(without), parts[0] / total
    spread = np.array(without)
    error = float(np.sqrt((many - 1) / many * ((spread - spread.mean()) ** 2).sum()))
    half = float(student_quantile(many - 1, 0.5 + level / 2.0)) * error
    between = Estimate(share, max(0.0, share - half), min(1.0, share + half), n)
    return Shares(between, parts[1] / total, parts[2] / total)


def _by_week(values: Floats) -> Floats:
    """Each week's mean over units, zero where nobody was measured."""
    known = np.isfinite(values)
    many = known.sum(axis=0)
    return np.where(many > 0, np.where(known, values, 0.0).sum(axis=0) / np.where(many > 0, many, 1), 0.0)


def _components(rest: Floats, variance: Floats) -> tuple[float, float, float]:
    """Between, within and sampling; none below zero."""
    known = np.isfinite(rest)
    sizes = known.sum(axis=1).astype(np.float64)
    filled = np.where(known, rest, 0.0)
    means = filled.sum(axis=1) / sizes
    total, groups = sizes.sum(), len(sizes)
    within = float((np.where(known, rest - means[:, None], 0.0) ** 2).sum() / (total - groups))
    middle = float(filled.sum() / total)
    square = float((sizes * (means - middle) ** 2).sum() / (groups - 1))
    size = (total - (sizes**2).sum() / total) / (groups - 1)
    between = max((square - within) / size, 0.0)
    sampling = min(float(np.nanmean(np.where(known, variance, np.nan))), within)
    return between, within - sampling, sampling
