"""From answers on a scale to counts: NPS classes, and how many chose the best or worst answers."""

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import floats, require
from heed.stats.sufficient import NpsCounts


def nps_counts(scores: ArrayLike) -> NpsCounts:
    """Promoters (9, 10), passives (7, 8) and detractors (0 to 6) among one group's scores of 0..10; arrays of shape
    (1,). Raises Invalid off the scale.
    """
    (x,) = floats("nps scores", scores)
    require((x >= 0) & (x <= 10), "nps scores", "a score lies between 0 and 10")
    return NpsCounts.of([np.sum(x >= 9)], [np.sum((x >= 7) & (x < 9))], [np.sum(x < 7)])


def top_box(scores: ArrayLike, *, boxes: int = 2, scale_max: float = 5.0) -> int:
    """How many of one group's whole-number scores are among the `boxes` highest answers of the scale."""
    (x,) = floats("scores", scores)
    return int(np.sum(x > scale_max - boxes))


def bottom_box(scores: ArrayLike, *, boxes: int = 2, scale_min: float = 1.0) -> int:
    """How many of one group's whole-number scores are among the `boxes` lowest answers of the scale."""
    (x,) = floats("scores", scores)
    return int(np.sum(x < scale_min + boxes))
