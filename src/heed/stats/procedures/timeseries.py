"""Series: robust regression, lagged correlation, prediction, trend."""

import re
from typing import Any

import numpy as np

from heed.stats.procedures.given import Figures, Given, complete_rows, without_gaps
from heed.stats.regression.formula import column, model_matrix, parse
from heed.stats.regression.least_squares import Fit, fit, heteroscedastic, newey_west, standard_errors
from heed.stats.series.correlation import cross_correlation, kendall_trend, ljung_box, partial_correlation, ranks
from heed.stats.series.prediction import breusch_godfrey, durbin_watson
from heed.stats.series.prediction import granger as granger_test

NEWEY_WEST = re.compile(r"nw_se_lag(\d+)(_smallsample)?")
WHITE = re.compile(r"hc([0-3])_se")
GODFREY = re.compile(r"breusch_godfrey(\d+)")


def hac_regression(given: Given) -> Figures:
    formula = parse(given.text("formula"))
    used = dict.fromkeys([formula.response, *(name for term in formula.terms for name in term)])
    data = without_gaps({name: column(given.table("data"), name) for name in used})
    matrix = model_matrix(data, formula.terms, intercept=formula.intercept)
    found = fit(np.asarray(column(data, formula.response), dtype=np.float64), matrix.values)
    figures: Figures = {
        "coef": matrix.named(found.coefficients),
        "ols_se": matrix.named(standard_errors(found.covariance())),
        "durbin_watson": durbin_watson(found),
        "n": found.n,
        "df": found.df,
    }
    for name in given.asked:
        if (covariance := _robust(found, name)) is not None:
            figures[name] = matrix.named(standard_errors(covariance))
        elif order := GODFREY.fullmatch(name):
            statistic, p = breusch_godfrey(found, int(order[1]))
            figures[name] = {"stat": statistic, "p": p}
    return figures


def _robust(found: Fit, name: str) -> Any:
    if lag := NEWEY_WEST.fullmatch(name):
        return newey_west(found, int(lag[1]), small_sample=bool(lag[2]))
    if kind := WHITE.fullmatch(name):
        return heteroscedastic(found, int(kind[1]))
    return None


def lagged(given: Given) -> Figures:
    found = cross_correlation(
        given.numbers("x"), given.numbers("y"), order=given.whole("ar_order", 1), max_lag=given.whole("max_lag")
    )
    weights = found.autoregression
    return {
        "ar_coefficients_ols": float(weights[0]) if weights.size == 1 else weights,
        "lags": list(found.lags),
        "ccf_prewhitened": found.prewhitened,
        "ccf_raw": found.raw,
        "n_used": found.n_used,
        "band95": found.band,
    }


def granger(given: Given) -> Figures:
    found = granger_test(given.numbers("cause"), given.numbers("effect"), given.whole("lags"))
    return {"F": found.f, "df_num": found.df1, "df_den": found.df2, "p": found.p}


def self_correlation(given: Given) -> Figures:
    x = given.numbers("x")
    found = ljung_box(x, given.whole("lag"))
    return {"ljung_box": found.statistic, "lb_p": found.p, "kendall_tau": kendall_trend(x)}


def partial(given: Given) -> Figures:
    others = given.raw("given", [])
    names = [given.text("x"), given.text("y"), *([others] if isinstance(others, str) else others)]
    x, y, *held = complete_rows(given.columns("data", names, gaps=True).values()).T
    found = partial_correlation(x, y, held)
    return {
        "r": found.r,
        "n": found.n,
        "t": found.t,
        "df": found.df,
        "p": found.p,
        "ci95": [found.low, found.high],
        "spearman_partial": partial_correlation(ranks(x), ranks(y), [ranks(each) for each in held]).r,
        "raw_r": partial_correlation(x, y, []).r,
    }


PROCEDURES = {
    "hac_regression": hac_regression,
    "cross_correlation": lagged,
    "granger": granger,
    "ljung_box": self_correlation,
    "partial_correlation": partial,
}
