"""How two figures move together in a panel of units and weeks, when what is steady about a unit and common to a week is
taken out of both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, require
from heed.stats.distributions import student_below, student_quantile

LEAST_CLUSTERS, LEAST_WEEKS = 3, 16
ROUNDS, CLOSE = 200, 1e-10


@dataclass(frozen=True)
class Slope:
    """y's change for one unit of x: t limits and a two-sided p. None, with a reason, where the panel is too thin."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    df: float
    n: int
    reason: str = ""
    error: float | None = None


def two_way_rest(values: Floats, weight: Floats) -> Floats:
    """What is left of a panel when each unit's and each week's weighted mean is taken out, by turns until nothing
    changes (Gaure 2013). Shape (units, weeks); weight 0 marks a cell that is not there, whose rest is 0.
    """
    rest = np.where(weight > 0, values, 0.0)
    scale = float(np.abs(rest).max(initial=0.0)) or 1.0
    across, along = weight.sum(axis=1, keepdims=True), weight.sum(axis=0, keepdims=True)
    for _ in range(ROUNDS):
        by_unit = (weight * rest).sum(axis=1, keepdims=True) / np.where(across > 0, across, 1.0)
        rest = np.where(weight > 0, rest - by_unit, 0.0)
        by_week = (weight * rest).sum(axis=0, keepdims=True) / np.where(along > 0, along, 1.0)
        rest = np.where(weight > 0, rest - by_week, 0.0)
        if max(np.abs(by_unit).max(initial=0.0), np.abs(by_week).max(initial=0.0)) <= CLOSE * scale:
            break
    return rest


def slope_within(
    x: Floats, y: Floats, weight: Floats, clusters: NDArray[np.intp] | None = None, *, level: float = 0.95
) -> Slope:
    """Weighted least squares of y on x with an effect of each unit and each week; panels of shape (units, weeks), weight 0
    where a cell is not there.

    The standard error is the jackknife over clusters of units (CR3; Bell and McCaffrey 2002), each unit one unless
    `clusters` (units,) says which belong together; t with as many degrees of freedom as there are effective clusters less
    one (Carter, Schnepel and Steigerwald 2017), so that a movement of one cluster alone proves little. Raises Invalid.
    """
    check_level(level)
    require(x.shape == y.shape == weight.shape and x.ndim == 2, "panel", "both must be units by weeks")
    group = np.arange(len(x), dtype=np.intp) if clusters is None else clusters
    n = int((weight > 0).sum())
    if len(np.unique(group[weight.sum(axis=1) > 0])) < LEAST_CLUSTERS:
        return Slope(None, None, None, None, 0.0, n, TOO_FEW)
    one, other = two_way_rest(x, weight), two_way_rest(y, weight)
    square = np.bincount(group, (weight * one * one).sum(axis=1))
    cross = np.bincount(group, (weight * one * other).sum(axis=1))
    total = square.sum()
    if total <= 1e-12 * float((weight * np.where(weight > 0, x, 0.0) ** 2).sum() or 1.0):
        return Slope(None, None, None, None, 0.0, n, NO_VARIATION)
    value, share = float(cross.sum() / total), square / total
    effective = float(1.0 / (share**2).sum())
    if effective - 1.0 < 1.0 or share.max() > 1.0 - 1e-9:
        return Slope(value, None, None, None, max(effective - 1.0, 0.0), n, TOO_FEW)
    without = (cross.sum() - cross) / (total - square)
    used = int((square > 0).sum())
    error = float(np.sqrt((used - 1) / used * ((without - value)[square > 0] ** 2).sum()))
    return limits_of(value, error, effective - 1.0, n, level)


def limits_of(value: float, error: float, df: float, n: int, level: float) -> Slope:
    """A slope with its t limits and p."""
    half = float(student_quantile(df, 0.5 + level / 2.0)) * error
    if error <= 0:
        return Slope(value, None, None, None, df, n, NO_VARIATION)
    p = float(2.0 * student_below(df, -abs(value / error)))
    return Slope(value, value - half, value + half, p, df, n, error=error)
