"""How evenly people responded: the R-indicator from response propensities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.stats.arrays import NO_DENOMINATOR, NO_VARIATION, TOO_FEW, Floats, require
from heed.stats.regression.formula import model_matrix
from heed.stats.regression.logistic import LogisticFit, logistic


@dataclass(frozen=True)
class Representativity:
    """R = 1 - 2 sd(propensity): 1 when all were equally likely to respond. `variation` = sd / mean bounds the bias of a
    standardised mean from non-response; `between` is each factor's unconditional part of the sd; the test is that no
    factor matters. None, with a reason, where nobody responded or all did, or the model has no maximum.
    """

    n: float
    response_rate: float | None
    r: float | None
    r_population: float | None
    variation: float | None
    between: dict[str, float]
    coefficients: dict[str, float]
    lrt: float | None
    lrt_df: int
    propensity: Floats
    reason: str = ""


def r_indicator(factors: Mapping[str, Sequence[Any]], responded: Floats, sampled: Floats) -> Representativity:
    """Schouten, Cobben and Bethlehem 2009, with propensities from a logistic model of main effects over the whole
    sample. factors: columns by name; responded, sampled: counts by cell, shape (cells,). `r` takes the sd with n - 1,
    `r_population` with n. Raises Invalid.
    """
    require((sampled >= 0) & (responded >= 0) & (responded <= sampled), "r indicator", "0 <= responded <= sampled")
    n = float(sampled.sum())
    rate = float(responded.sum()) / n if n else None
    matrix = model_matrix(factors, [(name,) for name in factors])
    df = len(matrix.names) - 1
    reason = NO_DENOMINATOR if not n else NO_VARIATION if rate in (0.0, 1.0) else TOO_FEW if n < 2 else ""
    found: LogisticFit | None = None if reason else logistic(responded, sampled, matrix.values)
    if found is None or rate is None or not found.converged:
        return Representativity(n, rate, None, None, None, {}, {}, None, df, np.zeros(0), reason or "separated")
    mean = float((sampled * found.propensity).sum()) / n
    squares = float((sampled * (found.propensity - mean) ** 2).sum())
    spread = np.sqrt(squares / (n - 1.0))
    empty = logistic(responded, sampled, np.ones((sampled.size, 1)))
    return Representativity(
        n=n,
        response_rate=rate,
        r=float(1.0 - 2.0 * spread),
        r_population=float(1.0 - 2.0 * np.sqrt(squares / n)),
        variation=float(spread / mean),
        between={name: _between(labels, found.propensity, sampled, mean) for name, labels in factors.items()},
        coefficients=matrix.named(found.coefficients),
        lrt=2.0 * (found.loglik - empty.loglik),
        lrt_df=df,
        propensity=found.propensity,
    )


def _between(labels: Sequence[Any], propensity: Floats, sampled: Floats, mean: float) -> float:
    """The sd between the classes of one factor (Schouten, Shlomo and Skinner 2011)."""
    texts = np.asarray([str(label) for label in labels])
    total = 0.0
    for level in np.unique(texts):
        size = sampled[texts == level]
        if size.sum() > 0:
            inside = float((size * propensity[texts == level]).sum() / size.sum())
            total += float(size.sum()) * (inside - mean) ** 2
    return float(np.sqrt(total / sampled.sum()))


def response_test(labels: Sequence[Any], responded: Floats, sampled: Floats) -> tuple[float, int, float]:
    """Pearson's chi-squared of response by the classes of one factor: statistic, degrees of freedom, p; no correction."""
    from scipy.special import chdtrc

    texts = np.asarray([str(label) for label in labels])
    levels = np.unique(texts)
    yes = np.array([responded[texts == level].sum() for level in levels])
    n = np.array([sampled[texts == level].sum() for level in levels])
    rate = yes.sum() / n.sum()
    require((n > 0) & (0 < rate < 1), "response test", "some must have responded, and some not")
    chi2 = float(((yes - n * rate) ** 2 / (n * rate * (1.0 - rate))).sum())
    return chi2, levels.size - 1, float(chdtrc(levels.size - 1, chi2))
