"""Whether people fell into the arms as they should have: the first thing to ask of an experiment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_ROWS, TOO_FEW, floats, require

ALARM = 0.001


@dataclass(frozen=True)
class SampleRatio:
    """Pearson's test over the arms that anybody should be in; `exact_p` is the binomial test of two arms. `mismatch` when p
    is under 0.001: then nothing else of the experiment should be read. None, with a reason, without people or arms.
    """

    chi2: float | None
    df: int
    p: float | None
    exact_p: float | None
    mismatch: bool
    n: float
    reason: str = ""


def sample_ratio(users: ArrayLike, weights: ArrayLike) -> SampleRatio:
    """Fabijan et al. 2019. users: people by arm, weights: their planned shares in any unit, shape (arms,). An arm of
    weight zero is no arm: it takes no degree of freedom, and people in it are a mismatch for certain. Raises Invalid.
    """
    from scipy.special import chdtrc
    from scipy.stats import binomtest

    seen, planned = floats("sample ratio", users, weights)
    require((seen >= 0) & (planned >= 0), "sample ratio", "people and weights must not be negative")
    strays = float(seen[planned == 0].sum())
    seen, planned = seen[planned > 0], planned[planned > 0]
    n, df = float(seen.sum()), seen.size - 1
    if n == 0 or df < 1:
        return SampleRatio(None, max(df, 0), None, None, strays > 0, n, NO_ROWS if n == 0 else TOO_FEW)
    expected = n * planned / planned.sum()
    chi2 = float(((seen - expected) ** 2 / expected).sum())
    p = float(chdtrc(df, chi2))
    whole = df == 1 and bool(np.all(seen == np.floor(seen)))
    exact = float(binomtest(int(seen[0]), int(n), float(planned[0] / planned.sum())).pvalue) if whole else None
    return SampleRatio(chi2, df, p, exact, p < ALARM or strays > 0, n)


def sample_ratio_with_empty_arms(users: ArrayLike, weights: ArrayLike) -> float | None:
    """p as gbstats 0.8 has it: arms of weight zero count as people and as degrees of freedom. For comparison only."""
    from scipy.special import chdtrc

    seen, planned = floats("sample ratio", users, weights)
    if not seen.sum() or seen.size < 2 or not planned.sum():
        return None
    used = planned > 0
    expected = seen.sum() * planned[used] / planned.sum()
    return float(chdtrc(seen.size - 1, float(((seen[used] - expected) ** 2 / expected).sum())))
