"""Drivers of a rating."""

import numpy as np

from heed.stats.drivers.importance import importance
from heed.stats.drivers.proportional_odds import proportional_odds as fit_odds
from heed.stats.procedures.given import Figures, Given
from heed.stats.regression.formula import column, model_matrix, parse


def relative_importance(given: Given) -> Figures:
    data = given.columns("data")
    found = importance(
        column(data, given.text("response")), {name: column(data, name) for name in given.texts("predictors")}
    )
    shares = found.shapley / found.r2 if found.r2 else np.zeros(0)
    return {
        "r2": found.r2,
        "lmg_shapley": found.named(found.shapley),
        "johnson_relative_weights_genizi": found.named(found.johnson),
        "car": found.named(found.car),
        "last": found.named(found.last),
        "first": found.named(found.first),
        "betasq": found.named(found.beta_squared),
        "pratt": found.named(found.pratt),
        "lmg_share": found.named(shares),
        "vif": found.named(found.inflation),
    }


def proportional_odds(given: Given) -> Figures:
    """The order of the response is that of its levels; where none are given, of its values."""
    data, formula = given.table("data"), parse(given.text("formula"))
    levels = given.raw("levels", {})
    answers = [str(value) for value in column(data, formula.response)]
    order = [str(level) for level in levels.get(formula.response, sorted(set(answers)))]
    seen = [level for level in order if level in set(answers)]
    matrix = model_matrix(data, formula.terms, levels=levels)
    weights = np.asarray(column(data, given.text("weights")), dtype=np.float64) if given.has("weights") else None
    found = fit_odds(np.array([float(seen.index(each)) for each in answers]), matrix.values[:, 1:], weights)
    names = matrix.names[1:]
    coefficients = dict(zip(names, map(float, found.coefficients), strict=False))
    return {
        "coef": coefficients,
        "se": dict(zip(names, map(float, found.se), strict=False)),
        "thresholds": {
            f"{low}|{high}": float(value) for low, high, value in zip(seen, seen[1:], found.thresholds, strict=False)
        },
        "loglik": found.loglik,
        "aic": found.aic,
        "polr_coef_check": coefficients,
    }


PROCEDURES = {"relative_importance": relative_importance, "proportional_odds": proportional_odds}
