"""Charts that remember: EWMA and tabular CUSUM."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, Floats, floats, require


@dataclass(frozen=True)
class Ewma:
    """The moving average by point with its exact (widening) limits; `beyond` are places from 0. Without a sigma there
    are no limits and `reason` says so.
    """

    average: Floats
    low: Floats | None
    high: Floats | None
    beyond: tuple[int, ...]
    n: int
    reason: str = ""


def ewma(values: ArrayLike, center: float, sigma: float | None, *, weight: float = 0.2, sigmas: float = 3.0) -> Ewma:
    """z_i = w x_i + (1 - w) z_(i-1), z_0 = center (Roberts 1959); limits center ± L sigma √(w/(2-w) (1 - (1-w)^2i)).

    values, shape (n,); 0 < weight <= 1. Raises Invalid.
    """
    (x,) = floats("ewma", values)
    require(0.0 < weight <= 1.0, "ewma", "the weight must lie between 0 and 1")
    average = np.empty(x.shape)
    last = center
    for place, value in enumerate(x):
        last = weight * float(value) + (1.0 - weight) * last
        average[place] = last
    if not sigma:
        return Ewma(average, None, None, (), x.size, NO_VARIATION)
    i = np.arange(1, x.size + 1)
    width = sigmas * sigma * np.sqrt(weight / (2.0 - weight) * (1.0 - (1.0 - weight) ** (2 * i)))
    low, high = center - width, center + width
    outside = np.nonzero((average < low) | (average > high))[0]
    return Ewma(average, low, high, tuple(int(place) for place in outside), x.size)


@dataclass(frozen=True)
class Cusum:
    """Sums of deviations in standard units: `above` >= 0 and `below` <= 0, by point, and the places (from 0) where they
    pass h.
    """

    above: Floats
    below: Floats
    signals_above: tuple[int, ...]
    signals_below: tuple[int, ...]
    n: int


def cusum(values: ArrayLike, target: float, sigma: float, *, k: float = 0.5, h: float = 5.0) -> Cusum:
    """Tabular CUSUM (Page 1954; Montgomery 2013, 9.1): C+ = max(0, C+ + z - k), C- likewise, signal beyond h.

    values, shape (n,), with target and sigma > 0 in their unit; k, h >= 0 in sigmas. Raises Invalid.
    """
    (x,) = floats("cusum", values)
    require(sigma > 0 and k >= 0 and h >= 0, "cusum", "sigma must be positive, k and h not negative")
    z = (x - target) / sigma
    above, below = np.empty(x.shape), np.empty(x.shape)
    up = down = 0.0
    for place, value in enumerate(z):
        up = max(0.0, up + float(value) - k)
        down = min(0.0, down + float(value) + k)
        above[place], below[place] = up, down
    passed = (np.nonzero(above > h)[0], np.nonzero(below < -h)[0])
    return Cusum(above, below, tuple(map(int, passed[0])), tuple(map(int, passed[1])), x.size)
