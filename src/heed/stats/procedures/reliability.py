"""Reliability of scales and usability scores."""

import numpy as np

from heed.stats.intervals.mean import mean
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.showing import limits, only
from heed.stats.reliability.consistency import consistency, omega_total
from heed.stats.reliability.usability import NEUTRAL, sus_scores
from heed.stats.sufficient import Moments


def cronbach_alpha(given: Given) -> Figures:
    columns = given.columns("items")
    answers = np.column_stack(list(columns.values()))
    found = consistency(answers, level=given.number("level", 0.95))
    return {
        "n": found.n,
        "k": found.items,
        "raw_alpha": found.alpha,
        "std_alpha": found.standardised,
        "lambda6": found.lambda6,
        "average_r": found.mean_correlation,
        "omega_total": lambda: omega_total(answers),
        "feldt_ci95": [found.low, found.high],
        "alpha_if_dropped": dict(zip(columns, found.without, strict=True)),
        "item_rest_r": dict(zip(columns, found.item_rest, strict=True)),
    }


def usability(given: Given) -> Figures:
    """`impute` says whether the middle stands in for a missing item."""
    missing = NEUTRAL if given.flag("impute", False) else None
    scores = sus_scores(given.listed("responses"), missing=missing)
    moments = Moments.of(scores.compressed())
    found = mean(moments, level=given.number("level", 0.95))
    return {
        "scores": scores,
        "mean": found.figure().value,
        "sd": only(np.ma.sqrt(moments.variance)),
        "ci_t": limits(found),
    }


PROCEDURES = {"cronbach_alpha": cronbach_alpha, "sus": usability, "sus_score": usability}
