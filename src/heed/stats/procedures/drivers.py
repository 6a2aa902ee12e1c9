"""Drivers of a rating."""

import numpy as np

from heed.stats.agreement.kappa import in_order
from heed.stats.drivers.importance import importance
from heed.stats.drivers.proportional_odds import proportional_odds as fit_odds
from heed.stats.procedures.given import Figures, Given, complete_rows, without_gaps
from heed.stats.regression.formula import column, model_matrix, parse


def relative_importance(given: Given) -> Figures:
    names = [given.text("response"), *given.texts("predictors")]
    response, *drivers = complete_rows(given.columns("data", names, gaps=True).values()).T
    found = importance(response, dict(zip(names[1:], drivers, strict=True)))
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
    formula = parse(given.text("formula"))
    weighed = [given.text("weights")] if given.has("weights") else []
    used = dict.fromkeys([formula.response, *(name for term in formula.terms for name in term), *weighed])
    data = without_gaps({name: column(given.table("data"), name) for name in used})
    levels = given.raw("levels", {})
    answers = [str(value) for value in data[formula.response]]
    order = [str(level) for level in levels.get(formula.response, in_order(answers))]
    seen = [level for level in order if level in set(answers)]
    matrix = model_matrix(data, formula.terms, levels=levels)
    weights = np.asarray(data[weighed[0]], dtype=np.float64) if weighed else None
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
