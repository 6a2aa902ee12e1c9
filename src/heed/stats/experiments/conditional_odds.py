"""The odds ratio of a 2x2 table that makes it likeliest given its margins (Fisher 1935)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats

EXACT = 1e-14
# Where R's search stops, so that its figure is off in the sixth digit.
SEARCH_OF_R = float(np.finfo(np.float64).eps) ** 0.25


def conditional_odds_ratio(table: Floats, *, tolerance: float = EXACT) -> float:
    """Of the first row to the second; 0 or infinite where the table is at the end of what its margins allow. tolerance:
    how near the search for the odds ratio, or for its inverse above one, must come. table: counts, shape (2, 2).
    """
    from scipy.special import gammaln

    x, first, second, chosen = table[0, 0], table[0].sum(), table[1].sum(), table[:, 0].sum()
    least, most = max(0.0, chosen - second), min(chosen, first)
    if x in (least, most):
        return 0.0 if x == least else math.inf
    possible = np.arange(least, most + 1.0)
    ways = -(gammaln(possible + 1) + gammaln(first - possible + 1))
    ways = ways - (gammaln(chosen - possible + 1) + gammaln(second - chosen + possible + 1))

    def mean(log_odds: float) -> float:
        if log_odds == -math.inf:
            return float(least)
        weights = ways + log_odds * possible
        weights = np.exp(weights - weights.max())
        return float(weights @ possible / weights.sum())

    at_one = mean(0.0)
    if at_one == x:
        return 1.0
    if at_one > x:
        return zero(lambda odds: mean(math.log(odds) if odds > 0 else -math.inf) - x, 0.0, 1.0, tolerance)
    inverse = zero(lambda odds: mean(-math.log(odds)) - x, float(np.finfo(np.float64).eps), 1.0, tolerance)
    return 1.0 / inverse


@dataclass
class _Bracket:
    """The best point so far, the one before it, and the other end of the interval that holds the zero."""

    best: tuple[float, float]
    before: tuple[float, float]
    other: tuple[float, float]

    def interpolated(self) -> tuple[float, float]:
        """The step to the zero of a line or an inverse parabola, as numerator and (positive numerator's) denominator."""
        (b, fb), (a, fa), (c, fc) = self.best, self.before, self.other
        if a == c:
            above, below = (c - b) * fb / fa, 1.0 - fb / fa
        else:
            q, r, s = fa / fc, fb / fc, fb / fa
            above, below = s * ((c - b) * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0)
        return (above, -below) if above > 0 else (-above, below)


def zero(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """A zero between two ends whose signs differ, by Brent 1973, chapter 4; within the tolerance."""
    start, end = (low, function(low)), (high, function(high))
    state = _Bracket(best=end, before=start, other=start)
    while True:
        if abs(state.other[1]) < abs(state.best[1]):
            state = _Bracket(best=state.other, before=state.best, other=state.best)
        b, fb = state.best
        near = 2.0 * float(np.finfo(np.float64).eps) * abs(b) + tolerance / 2.0
        half, last = (state.other[0] - b) / 2.0, b - state.before[0]
        if abs(half) <= near or fb == 0.0:
            return b
        step = half
        if abs(last) >= near and abs(state.before[1]) > abs(fb):
            above, below = state.interpolated()
            if above < 1.5 * half * below - abs(near * below) / 2.0 and above < abs(last * below / 2.0):
                step = above / below
        if abs(step) < near:
            step = math.copysign(near, half)
        new = (b + step, function(b + step))
        other = state.best if (new[1] > 0) == (state.other[1] > 0) else state.other
        state = _Bracket(best=new, before=state.best, other=other)
