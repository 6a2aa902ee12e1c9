"""The likelihood's limits of a share as R's survey 4.1 finds them, for comparison: the deviance on a grid of log odds, a
spline through it, straight lines between three points a step. They are off in the fourth digit (`profile` is exact).
"""

import math

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.survey_design.profile import signed_root

MOST_STEPS = 10
STEPS_TO_EDGE = 5
POINTS_A_STEP = 3
CONVERGED = 1e-8  # where the fit of the references stops


def grid_limits(holds: Floats, weights: Floats, se: float, t: float) -> tuple[float, float] | None:
    """Limits from rows (0 or 1) with weights, the share's standard error by design, and the quantile of t; None where
    the grid does not reach, or has too few points for a spline.
    """
    from scipy.special import expit, fdtri, ndtr

    n = holds.size
    odds, information = _fitted(holds, weights / weights.mean())
    p = float(expit(odds))
    spread = se / (p * (1.0 - p))
    reach = t * spread * math.sqrt(information)
    edge = math.sqrt(float(fdtri(1, n - 1, 1.0 - float(ndtr(-reach)) / 2.0)))
    dispersion = math.sqrt(n / (n - 1.0))
    places, roots = [odds], [0.0]
    for sign in (-1.0, 1.0):
        root, step = 0.0, 0
        while step + 1 < MOST_STEPS and abs(root) < edge:
            step += 1
            place = odds + sign * step * edge / STEPS_TO_EDGE * spread
            root = signed_root(place, p, n) / dispersion
            places.append(place)
            roots.append(root)
    order = np.argsort(places)
    x, z = np.array(places)[order], np.array(roots)[order]
    if x.size < 4 or not z[0] <= -reach <= reach <= z[-1]:
        return None
    fine = np.linspace(x[0], x[-1], POINTS_A_STEP * x.size)
    low, high = (float(expit(np.interp(at, _spline(x, z, fine), fine))) for at in (-reach, reach))
    return low, high


def _fitted(y: Floats, w: Floats) -> tuple[float, float]:
    """The log odds by iterated weighted least squares from the usual start, and the information of the last round but
    one: what the references scale by.
    """
    from scipy.special import expit, xlogy

    chance = (w * y + 0.5) / (w + 1.0)
    odds = np.log(chance / (1.0 - chance))
    before = math.inf
    for _ in range(100):
        slope = chance * (1.0 - chance)
        information = float((w * slope).sum())
        middle = float((w * slope * (odds + (y - chance) / slope)).sum()) / information
        odds = np.full(y.size, middle)
        chance = expit(odds)
        deviance = -2.0 * float((w * (xlogy(y, chance) + xlogy(1.0 - y, 1.0 - chance))).sum())
        if abs(deviance - before) / (abs(deviance) + 0.1) < CONVERGED:
            break
        before = deviance
    return middle, information


def _spline(x: Floats, y: Floats, at: Floats) -> Floats:
    """The cubic spline whose third derivative at each end is that of the cubic through the four points there (Forsythe,
    Malcolm and Moler 1977, 4.4).
    """
    h, n = np.diff(x), x.size
    slope = np.diff(y) / h
    system, right = np.zeros((n, n)), np.zeros(n)
    inner = np.arange(1, n - 1)
    system[inner, inner - 1], system[inner, inner + 1] = h[:-1], h[1:]
    system[inner, inner] = 2.0 * (h[:-1] + h[1:])
    right[inner] = 6.0 * np.diff(slope)
    for row, first, gap in ((0, 0, h[0]), (n - 1, n - 4, h[-1])):
        beside = 1 if row == 0 else n - 2
        system[row, row], system[row, beside] = (-1.0 / gap, 1.0 / gap) if row == 0 else (1.0 / gap, -1.0 / gap)
        right[row] = 6.0 * _third_difference(x[first : first + 4], y[first : first + 4])
    bend = np.linalg.solve(system, right)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, n - 2)
    before, after, gap = at - x[i], x[i + 1] - at, h[i]
    curved = (bend[i] * after**3 + bend[i + 1] * before**3) / (6.0 * gap)
    flat = (y[i] / gap - bend[i] * gap / 6.0) * after + (y[i + 1] / gap - bend[i + 1] * gap / 6.0) * before
    return np.asarray(curved + flat)


def _third_difference(x: Floats, y: Floats) -> float:
    first = np.diff(y) / np.diff(x)
    second = np.diff(first) / (x[2:] - x[:-2])
    return float((second[1] - second[0]) / (x[3] - x[0]))
