"""Respondents beside the population they should stand for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_ROWS, TOO_FEW, Floats, divide, floats, require


@dataclass(frozen=True)
class Fit:
    """Pearson's test of the shares; `residuals` tell which class has too many (above 2) or too few (below -2);
    `dissimilarity` is the share of respondents who would have to be in another class. The test is rough where the
    smallest expectation is under 5. None, with a reason, where there is nothing to test.
    """

    chi2: float | None
    df: int
    p: float | None
    residuals: Floats
    min_expected: float | None
    dissimilarity: float | None
    n: float
    reason: str = ""


def goodness_of_fit(respondents: ArrayLike, population: ArrayLike) -> Fit:
    """Pearson 1900. respondents: counts by class, shape (k,); population: shares or counts, brought to a sum of 1.
    Classes without population must have no respondents. Raises Invalid.
    """
    from scipy.special import chdtrc

    seen, shares = floats("goodness of fit", respondents, population)
    require((seen >= 0) & (shares >= 0), "goodness of fit", "counts and shares must not be negative")
    require((shares > 0) | (seen == 0), "goodness of fit", "a class without population cannot have respondents")
    used = shares > 0
    n, classes = float(seen.sum()), int(used.sum())
    share = divide(shares, shares.sum())
    expected = n * share
    if n == 0 or classes < 2:
        reason = NO_ROWS if n == 0 else TOO_FEW
        return Fit(None, max(classes - 1, 0), None, np.zeros(seen.shape), None, None, n, reason)
    chi2 = float(divide((seen - expected) ** 2, expected).sum())
    return Fit(
        chi2=chi2,
        df=classes - 1,
        p=float(chdtrc(classes - 1, chi2)),
        residuals=divide(seen - expected, np.sqrt(expected * (1.0 - share))),
        min_expected=float(expected[used].min()),
        dissimilarity=float(np.abs(seen / n - share).sum() / 2.0),
        n=n,
    )
