"""Representativeness of respondents."""

from heed.stats.procedures.given import Figures, Given
from heed.stats.representativeness.fit import goodness_of_fit
from heed.stats.representativeness.indicator import r_indicator, response_test

COUNTS = ("r", "n")


def fit(given: Given) -> Figures:
    found = goodness_of_fit(given.numbers("respondents"), given.numbers("population"))
    return {
        "chi2": found.chi2,
        "df": found.df,
        "p": found.p,
        "std_residuals": found.residuals,
        "min_expected": found.min_expected,
        "dissimilarity_index": found.dissimilarity,
    }


def indicator(given: Given) -> Figures:
    """Every column of the cells that is not r or n is a factor."""
    cells = given.inside("cells")
    responded, sampled = cells.numbers("r"), cells.numbers("n")
    factors = {name: cells.texts(name) for name in cells.values if name not in COUNTS}
    found = r_indicator(factors, responded, sampled)
    figures: Figures = {
        "response_rate": found.response_rate,
        "coef": found.coefficients,
        "R_n_minus_1": found.r,
        "R_n": found.r_population,
        "cv": found.variation,
        "max_abs_nonresponse_bias_bound": found.variation,
        "partial_unconditional_between": found.between,
        "lrt_chi2": found.lrt,
        "lrt_df": found.lrt_df,
        "propensity": found.propensity,
    }
    for name, labels in factors.items():
        chi2, _, p = response_test(labels, responded, sampled) if not found.reason else (None, 0, None)
        figures |= {f"chi2_{name}": chi2, f"chi2_{name}_p": p}
    return figures


PROCEDURES = {"goodness_of_fit": fit, "r_indicator": indicator}
