"""Sufficient statistics: what is left of many rows once they are counted. Frozen, they add (`a + b`), and they do not
cancel at large means.

Each field is an array with one entry a group. Merging follows Chan, Golub and LeVeque 1979 (updating formulae and a
pairwise algorithm).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import Flags, Floats, Masked, divide, floats, masked, require


@dataclass(frozen=True)
class Tally:
    """n rows, of which `successes` have the property."""

    n: Floats
    successes: Floats

    @classmethod
    def of(cls, successes: ArrayLike, n: ArrayLike) -> "Tally":
        x, size = floats("tally", successes, n)
        require((x >= 0) & (x <= size), "tally", "successes must lie between 0 and n")
        return cls(size, x)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.n + other.n, self.successes + other.successes)


@dataclass(frozen=True)
class NpsCounts:
    """Answers to the recommendation question: promoters (9, 10), passives (7, 8), detractors (0 to 6)."""

    promoters: Floats
    passives: Floats
    detractors: Floats

    @classmethod
    def of(cls, promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> "NpsCounts":
        counts = floats("nps counts", promoters, passives, detractors)
        require(np.minimum.reduce(counts) >= 0, "nps counts", "counts must not be negative")
        return cls(*counts)

    @property
    def n(self) -> Floats:
        return self.promoters + self.passives + self.detractors

    def __add__(self, other: "NpsCounts") -> "NpsCounts":
        return NpsCounts(
            self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors
        )


@dataclass(frozen=True)
class Moments:
    """n, mean, and m2 = Σ(value - mean)²."""

    n: Floats
    mean: Floats
    m2: Floats

    @classmethod
    def of(cls, values: ArrayLike) -> "Moments":
        """Of one group's values, in two passes; arrays of shape (1,)."""
        return cls.grouped(values, np.zeros(np.shape(values), dtype=np.intp), 1)

    @classmethod
    def grouped(cls, values: ArrayLike, group: ArrayLike, groups: int) -> "Moments":
        """Of many groups at once: `group` is the index (0 .. groups-1) of each value's group."""
        (x,) = floats("moments", values)
        index = np.asarray(group, dtype=np.intp)
        n = np.bincount(index, minlength=groups).astype(np.float64)
        mean = divide(np.bincount(index, weights=x, minlength=groups), n)
        rest = x - mean[index]
        # The mean's own rounding error, once more: keeps m2 exact to the last digits at means of 1e8 and beyond.
        slip = divide(np.bincount(index, weights=rest, minlength=groups), n)
        m2 = np.bincount(index, weights=rest * rest, minlength=groups) - n * slip * slip
        return cls(n, mean + slip, np.maximum(m2, 0.0))

    def __add__(self, other: "Moments") -> "Moments":
        n = self.n + other.n
        delta = other.mean - self.mean
        mean = np.where(self.n == 0, other.mean, self.mean + delta * divide(other.n, n))
        return Moments(n, mean, self.m2 + other.m2 + delta * delta * divide(self.n * other.n, n))

    @property
    def variance(self) -> Masked:
        """With n - 1 below the line; masked where n < 2."""
        return masked(divide(self.m2, self.n - 1.0), self.n < 2)

    @property
    def mean_square(self) -> Masked:
        """m2 / n, the variance of the values taken as a whole population; masked where n = 0."""
        return masked(divide(self.m2, self.n), self.n == 0)


@dataclass(frozen=True)
class CoMoments:
    """Two columns together: for Σx / Σy. m_xx = Σ(x - mean_x)², m_xy = Σ(x - mean_x)(y - mean_y), m_yy likewise.

    A weighted mean is such a ratio (x = w·value, y = w), so is a weighted share (x = w·success, y = w).
    """

    n: Floats
    mean_x: Floats
    mean_y: Floats
    m_xx: Floats
    m_xy: Floats
    m_yy: Floats

    @classmethod
    def of(cls, x: ArrayLike, y: ArrayLike) -> "CoMoments":
        """Of one group's rows; arrays of shape (1,)."""
        return cls.grouped(x, y, np.zeros(np.shape(x), dtype=np.intp), 1)

    @classmethod
    def grouped(cls, x: ArrayLike, y: ArrayLike, group: ArrayLike, groups: int) -> "CoMoments":
        """Of many groups at once: `group` is the index (0 .. groups-1) of each row's group."""
        above, below = floats("co-moments", x, y)
        index = np.asarray(group, dtype=np.intp)
        first, second = Moments.grouped(above, index, groups), Moments.grouped(below, index, groups)
        product = (above - first.mean[index]) * (below - second.mean[index])
        m_xy = np.bincount(index, weights=product, minlength=groups).astype(np.float64)
        return cls(first.n, first.mean, second.mean, first.m2, m_xy, second.m2)

    def __add__(self, other: "CoMoments") -> "CoMoments":
        first = Moments(self.n, self.mean_x, self.m_xx) + Moments(other.n, other.mean_x, other.m_xx)
        second = Moments(self.n, self.mean_y, self.m_yy) + Moments(other.n, other.mean_y, other.m_yy)
        step = (other.mean_x - self.mean_x) * (other.mean_y - self.mean_y) * divide(self.n * other.n, first.n)
        return CoMoments(first.n, first.mean, second.mean, first.m2, self.m_xy + other.m_xy + step, second.m2)

    @property
    def sum_x(self) -> Floats:
        return self.n * self.mean_x

    @property
    def sum_y(self) -> Floats:
        return self.n * self.mean_y

    def ratio(self) -> Floats:
        """Σx / Σy; 0 where Σy is 0 (to be masked by who shows it)."""
        return divide(self.mean_x, self.mean_y)

    def ratio_variance(self) -> Floats:
        """Linearised variance of Σx / Σy for rows drawn with replacement: n/(n-1) Σ(x - ratio·y)² / (Σy)²; 0 where n
        < 2 or Σy is 0.
        """
        ratio = self.ratio()
        squares = np.maximum(self.m_xx - 2.0 * ratio * self.m_xy + ratio * ratio * self.m_yy, 0.0)
        # What rounding alone can leave of columns in exact proportion is no variance.
        squares = np.where(squares <= 1e-14 * (self.m_xx + ratio * ratio * self.m_yy), 0.0, squares)
        return divide(squares * divide(self.n, self.n - 1.0), self.sum_y**2) * (self.n > 1)

    def kish_deff(self) -> Floats:
        """n Σy² / (Σy)² with y the weights (Kish 1965); 1 where there are none."""
        return np.where(self.mean_y != 0, 1.0 + divide(self.m_yy, self.n * self.mean_y**2), 1.0)

    def equal_weights(self) -> Flags:
        """Where y, the weights, does not vary at all."""
        return self.m_yy == 0
