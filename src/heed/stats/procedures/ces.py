"""Means of effort scores."""

import numpy as np

from heed.stats.intervals.mean import mean
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.quantile import quantile
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.showing import limits, only
from heed.stats.sufficient import Moments

AGREEING = 5  # of 1..7: somewhat agree and beyond


def score_mean(given: Given) -> Figures:
    scores, level = given.numbers("scores"), given.number("level", 0.95)
    moments = Moments.of(scores)
    found = mean(moments, level=level)
    agree = proportion(np.sum(scores >= AGREEING), scores.size, level=0.95)  # as the figure is called
    return {
        "n": scores.size,
        "mean": found.figure().value,
        "sd": only(np.ma.sqrt(moments.variance)),
        "se": only(np.ma.sqrt(moments.variance / moments.n)),
        "ci_t": limits(found),
        "median": quantile(scores, 0.5, level=level).figure().value,
        "share_5plus": agree.figure().value,
        "share_wilson95": limits(agree),
        "reason": found.figure().reason,
    }


def without_variation(given: Given) -> Figures:
    """One value, or equal ones: no interval at all, and why."""
    found = score_mean(given)
    return {**found, "ci_t": found["ci_t"] if found["ci_t"][0] is not None else None}


PROCEDURES = {"mean": score_mean, "mean_degenerate": without_variation}
