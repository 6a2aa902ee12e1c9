"""The chart of single values and their moving ranges (XmR)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, ONE_VALUE, Floats, floats
from heed.stats.control_charts.signals import beyond, runs

D2 = 2.0 / math.sqrt(math.pi)  # the mean range of two standard normal values
D2_ROUNDED = 1.128  # as tables print it
# The usual constants of Wheeler 1993, for charts that must agree with other software.
LIMIT_OF_MEAN, LIMIT_OF_MEDIAN, RANGE_LIMIT = 2.66, 3.145, 3.268


@dataclass(frozen=True)
class Individuals:
    """Natural process limits: mean ± 3 sigma, sigma = mean moving range / d2. Without two values that differ there is no
    sigma: then the limits are None and `reason` says why.
    """

    n: int
    mean: float | None
    mean_range: float | None
    median_range: float | None
    sigma: float | None
    low: float | None
    high: float | None
    range_limit: float | None
    beyond: tuple[int, ...]
    runs: tuple[int, ...]
    reason: str = ""


def individuals(values: ArrayLike, *, d2: float = D2, sigmas: float = 3.0, run_length: int = 7) -> Individuals:
    """XmR of values in order, shape (n,) (Shewhart 1931; Wheeler 1993). d2 = 2/√π, exact, unless a table's is wanted."""
    (x,) = floats("individuals", values)
    moving = np.abs(np.diff(x))
    reason = ONE_VALUE if x.size < 2 else NO_VARIATION if not moving.any() else ""
    mean = float(x.mean()) if x.size else None
    if mean is None or reason:
        width = 0.0 if moving.size else None
        return Individuals(x.size, mean, width, width, None, None, None, None, (), (), reason)
    sigma = float(moving.mean()) / d2
    low, high = mean - sigmas * sigma, mean + sigmas * sigma
    at = np.full(x.shape, mean)
    return Individuals(
        x.size,
        mean,
        float(moving.mean()),
        float(np.median(moving)),
        sigma,
        low,
        high,
        # The upper limit of a range of two: d2 + 3 d3 times sigma, with d3² = 2 - 4/π.
        sigma * (D2 + 3.0 * math.sqrt(2.0 - 4.0 / math.pi)),
        beyond(x, np.full(x.shape, low), np.full(x.shape, high)),
        runs(x, at, run_length),
    )


def moving_range_sigma(values: Floats, d2: float = D2) -> float | None:
    """Sigma from the mean moving range; None where there are fewer than two values or none differ."""
    return individuals(values, d2=d2).sigma
