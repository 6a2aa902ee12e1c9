"""What an experiment keeps of each arm: how many, their mean, the variance of one, made of sufficient statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import floats, require
from heed.stats.sufficient import CoMoments, Moments


@dataclass(frozen=True)
class Arm:
    """`mean` has variance `variance` / n. `baseline` is the mean before any adjustment, in which relative effects are
    told. n = 0 is an arm without anybody.
    """

    n: float
    mean: float
    variance: float
    baseline: float

    @property
    def noise(self) -> float:
        return self.variance / self.n if self.n else 0.0


def mean_arm(values: ArrayLike) -> Arm:
    """Of one value a person; variance with n - 1."""
    moments = Moments.of(values)
    mean = float(moments.mean[0])
    return Arm(float(moments.n[0]), mean, float(moments.variance.filled(0.0)[0]), mean)


def share_arm(successes: float, n: float) -> Arm:
    """Of a yes or no a person; variance p (1 - p)."""
    require(0 <= successes <= n, "experiment", "successes must lie between 0 and n")
    share = successes / n if n else 0.0
    return Arm(float(n), share, share * (1.0 - share), share)


def ratio_arm(numerator: ArrayLike, denominator: ArrayLike) -> Arm:
    """Of two sums over people: Σ above / Σ below, the variance of one person's linearised share in it (Deng, Knoblich and
    Lu 2018). Raises Invalid when nothing is below the line.
    """
    sums = CoMoments.of(numerator, denominator)
    n = float(sums.n[0])
    require(n == 0 or float(sums.sum_y[0]) != 0, "experiment", "the denominators must not add up to zero")
    ratio = float(sums.ratio()[0])
    # ratio_variance is that of the ratio itself; n times it is that of one person.
    return Arm(n, ratio, float(sums.ratio_variance()[0]) * n, ratio)


@dataclass(frozen=True)
class Adjusted:
    """Two arms with what a measure from before explains taken out; `theta` is its slope."""

    control: Arm
    treatment: Arm
    theta: float


def cuped_arms(
    before_control: ArrayLike, after_control: ArrayLike, before_treatment: ArrayLike, after_treatment: ArrayLike
) -> Adjusted:
    """CUPED (Deng, Xu, Kohavi and Walker 2013): mean(y) - theta mean(x), theta = cov / var over both arms together; the
    arms' means stay in it, so that theta is that of all who were watched. Nothing to explain by: theta 0. Raises Invalid.
    """
    sides = [CoMoments.of(x, y) for x, y in ((before_control, after_control), (before_treatment, after_treatment))]
    (x,) = floats("cuped", np.concatenate([np.ravel(before_control), np.ravel(before_treatment)]))
    (y,) = floats("cuped", np.concatenate([np.ravel(after_control), np.ravel(after_treatment)]))
    both = CoMoments.of(x, y)
    theta = float(both.m_xy[0] / both.m_xx[0]) if both.m_xx[0] > 0 else 0.0
    control, treatment = (_adjusted(side, theta) for side in sides)
    return Adjusted(control, treatment, theta)


def _adjusted(side: CoMoments, theta: float) -> Arm:
    n = float(side.n[0])
    squares = float(side.m_yy[0]) - 2.0 * theta * float(side.m_xy[0]) + theta**2 * float(side.m_xx[0])
    after = float(side.mean_y[0])
    return Arm(n, after - theta * float(side.mean_x[0]), max(squares, 0.0) / (n - 1.0) if n > 1 else 0.0, after)
