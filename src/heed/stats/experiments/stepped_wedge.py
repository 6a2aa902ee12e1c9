"""Trials in which every cluster changes over, each at its own time: how much they can see."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Refused
from heed.stats.arrays import floats, normal_quantile, require
from heed.stats.distributions import normal_below


@dataclass(frozen=True)
class SteppedWedge:
    """Variance of the effect, its standard error, and the power to find it."""

    variance: float
    se: float
    power: float
    alpha: float


def stepped_wedge(
    design: ArrayLike, per_cell: float, individual: float, between: float, effect: float, *, alpha: float = 0.05
) -> SteppedWedge:
    """Hussey and Hughes 2007, eq. 7 and 8: per_cell people in each cluster and period, variances of an individual and
    between clusters. design: 0 or 1 by cluster and period, shape (clusters, periods). Raises Invalid, and Refused where
    the design cannot tell the effect from time or cluster.
    """
    (x,) = floats("stepped wedge", design)
    require(x.ndim == 2 and np.all(np.isin(x, (0, 1))), "stepped wedge", "the design must hold 0 or 1")
    require(per_cell > 0 and individual > 0 and between >= 0, "stepped wedge", "sizes and variances must be positive")
    clusters, periods = x.shape
    noise = individual / per_cell
    u, w, v = float(x.sum()), float((x.sum(axis=0) ** 2).sum()), float((x.sum(axis=1) ** 2).sum())
    below = (clusters * u - w) * noise + (u**2 + clusters * periods * u - periods * w - clusters * v) * between
    if below <= 0:
        raise Refused("This design cannot tell the effect.", code="not_estimable", hint="Let clusters change over.")
    variance = clusters * noise * (noise + periods * between) / below
    se = math.sqrt(variance)
    return SteppedWedge(variance, se, float(normal_below(abs(effect) / se - normal_quantile(1.0 - alpha))), alpha)
