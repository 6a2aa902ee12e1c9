"""What a change did to those it reached, beside those it did not: difference in differences."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, Floats, check_level, floats, require
from heed.stats.distributions import student_below, student_quantile
from heed.stats.experiments.clustered import BiasReduced, cluster_index, cr0, cr1, cr2
from heed.stats.regression.formula import coded
from heed.stats.regression.least_squares import Fit, fit, standard_errors

ROUNDING = 1e-12  # a standard error this small beside the estimate is that of rounding


@dataclass(frozen=True)
class DifferenceInDifferences:
    """(after - before) of the treated less that of the others, standard errors by cluster. `low`, `high`, `p` are those
    of CR2 with its own degrees of freedom, which hold with few clusters; `low_cr1`, … those of CR1 with G - 1. None,
    with a reason, where clusters do not differ.
    """

    estimate: float
    se_cr0: float
    se_cr1: float
    t_cr1: float | None
    p_cr1: float | None
    low_cr1: float | None
    high_cr1: float | None
    se_cr2: float
    df_cr2: float
    p: float | None
    low: float | None
    high: float | None
    clusters: int
    n: int
    level: float
    reason: str = ""


def difference_in_differences(
    y: ArrayLike, treated: ArrayLike, after: ArrayLike, cluster: ArrayLike, *, level: float = 0.95
) -> DifferenceInDifferences:
    """Least squares of y on treated, after and both (Card and Krueger 1994); Bertrand, Duflo and Mullainathan 2004 on why
    clusters. treated, after: 0 or 1; cluster: any labels; all of shape (n,). Raises Invalid, Refused.
    """
    outcome, group, time = floats("difference in differences", y, treated, after)
    check_level(level)
    require(np.isin(group, (0, 1)) & np.isin(time, (0, 1)), "difference in differences", "treated, after: 0 or 1")
    clusters = cluster_index(np.asarray(cluster))
    x = np.column_stack([np.ones(outcome.size), group, time, group * time])
    return _told(fit(outcome, x), clusters, 3, level)


def _told(found: Fit, clusters: np.ndarray, at: int, level: float) -> DifferenceInDifferences:
    estimate, g = float(found.coefficients[at]), int(clusters.max()) + 1
    plain, usual = (float(standard_errors(each)[at]) for each in (cr0(found, clusters), cr1(found, clusters)))
    contrast = np.eye(found.x.shape[1])[at]
    reduced: BiasReduced = cr2(found, clusters, contrast)
    usual_limits = _tested(estimate, usual, g - 1, level)
    limits = _tested(estimate, reduced.se, reduced.df, level)
    flat = usual_limits[0] is None or limits[0] is None
    t = estimate / usual if not flat else None
    reason = NO_VARIATION if flat else ""
    return DifferenceInDifferences(
        estimate, plain, usual, t, *usual_limits, reduced.se, reduced.df, *limits, g, found.n, level, reason
    )


def _tested(estimate: float, se: float, df: float, level: float) -> tuple[float | None, float | None, float | None]:
    """p and limits; none where the clusters do not differ at all."""
    if se <= ROUNDING * max(abs(estimate), 1.0):
        return None, None, None
    half = float(student_quantile(df, 1.0 - (1.0 - level) / 2.0)) * se
    return float(2.0 * student_below(df, -abs(estimate) / se)), estimate - half, estimate + half


def two_way_effect(y: ArrayLike, active: ArrayLike, unit: ArrayLike, period: ArrayLike) -> tuple[float, float]:
    """The coefficient of `active` (0 or 1) beside an effect of each unit and of each period, and its CR1 standard error
    by unit. With treatments that start at different times it mixes early and late effects (Goodman-Bacon 2021).
    """
    outcome, on = floats("two-way effect", y, active)
    units, periods = np.asarray(unit), np.asarray(period)
    x: Floats = np.column_stack(
        [
            np.ones(outcome.size),
            coded("u", units.astype(str).tolist()).values,
            coded("p", periods.astype(str).tolist()).values,
            on,
        ]
    )
    found = fit(outcome, x)
    return float(found.coefficients[-1]), float(standard_errors(cr1(found, cluster_index(units)))[-1])
