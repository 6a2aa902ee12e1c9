"""Limits of a share by design: logit (shown), Korn and Graubard's beta, the likelihood's, and the mean's."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import NO_VARIATION, TOO_FEW, floats, require
from heed.stats.distributions import beta_quantile, student_quantile
from heed.stats.survey_design.estimates import Estimate, Sample, mean
from heed.stats.survey_design.grid_profile import grid_limits
from heed.stats.survey_design.profile import profile_limits

Method = Literal["logit", "beta", "likelihood", "likelihood_interpolated", "asin", "mean"]
METHODS = ("logit", "beta", "likelihood", "likelihood_interpolated", "asin", "mean")


def proportion(
    sample: Sample, holds: ArrayLike, *, inside: ArrayLike | None = None, level: float = 0.95, method: Method = "logit"
) -> Estimate:
    """The share of the population that a property holds for; holds: 0 or 1, (n,).

    logit: t limits of the log odds. beta: Clopper and Pearson at the effective n (Korn and Graubard 1998). likelihood: a
    binomial likelihood ratio scaled by the design effect (Rao and Scott 1984), solved exactly;
    likelihood_interpolated as R's survey reads them off a grid. asin: t limits of the
    share's arcsine root. mean: t limits of the share itself. Where the share is 0
    or 1 the design knows no variance: no limits, and a reason, but for beta, at n. Raises Invalid.
    """
    (y,) = floats("proportion", holds)
    require(np.isin(y, (0.0, 1.0)), "proportion", "the property holds (1) or does not (0)")
    if method not in METHODS:
        raise Invalid(
            phrase("There is no method {name}.", name=method), code="unknown_method", hint=nearest(method, METHODS)
        )
    found = mean(sample, y, inside=inside, level=level)
    if method == "mean" or found.value is None or found.se is None or found.df < 1:
        return _with(found, None if found.low is None else (found.low, found.high or 0.0), method, found.reason)
    p, flat = found.value, found.se == 0.0
    if flat and method != "beta":
        return _with(found, None, method, NO_VARIATION)
    if method == "beta":
        return _with(found, _beta(found), method, "")
    t = float(student_quantile(found.df, 1.0 - (1.0 - level) / 2.0))
    odds, spread = math.log(p / (1.0 - p)), found.se / (p * (1.0 - p))
    if method == "asin":
        angle, half = math.asin(math.sqrt(p)), t * found.se / (2.0 * math.sqrt(p * (1.0 - p)))
        ends = max(angle - half, 0.0), min(angle + half, math.pi / 2.0)
        return _with(found, (math.sin(ends[0]) ** 2, math.sin(ends[1]) ** 2), method, "")
    if method == "logit":
        return _with(found, (_share(odds - t * spread), _share(odds + t * spread)), method, "")
    if method == "likelihood":
        return _with(found, profile_limits(p, found.n, t * spread * math.sqrt(found.n * p * (1.0 - p))), method, "")
    used = np.ones(y.shape, dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    limits = grid_limits(y[used], sample.weights[used], found.se, t)
    return _with(found, limits, method, "" if limits else TOO_FEW)


def _share(odds: float) -> float:
    from scipy.special import expit

    return float(expit(odds))


def _with(found: Estimate, limits: tuple[float, float] | None, method: str, reason: str) -> Estimate:
    low, high = limits if limits else (None, None)
    return Estimate(found.value, found.se, low, high, found.df, found.n, found.level, method, reason)


def _beta(found: Estimate) -> tuple[float, float]:
    p, se, n = found.value or 0.0, found.se or 0.0, float(found.n)
    tail = (1.0 - found.level) / 2.0
    effective = p * (1.0 - p) / se**2 if se > 0 else n
    effective *= float(student_quantile(max(n - 1.0, 1.0), tail) / student_quantile(found.df, tail)) ** 2
    x, rest = effective * p, effective * (1.0 - p)
    low = float(beta_quantile(x, rest + 1.0, tail)) if x > 0 else 0.0
    high = float(beta_quantile(x + 1.0, rest, 1.0 - tail)) if rest > 0 else 1.0
    return low, high
