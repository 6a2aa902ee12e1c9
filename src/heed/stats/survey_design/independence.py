"""Whether two properties go together, by design: Rao and Scott's correction of the chi-squared test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats
from heed.stats.survey_design.estimates import LONELY, Sample


@dataclass(frozen=True)
class Independence:
    """`f` with its degrees of freedom is the second-order correction (shown); `chi2_p` the first-order one of the Pearson
    statistic `chi2` (of n). None, with a reason, where a property does not vary or the design has no variance.
    """

    f: float | None
    df1: float | None
    df2: float | None
    p: float | None
    chi2: float | None
    chi2_p: float | None
    reason: str = ""


def independence(sample: Sample, rows: Sequence[Any] | NDArray, columns: Sequence[Any] | NDArray) -> Independence:
    """Rao and Scott 1981, 1984; Satterthwaite's correction after Thomas and Rao 1987. rows, columns: labels (n,)."""
    from scipy.special import chdtrc, fdtrc

    one, other = (np.unique(np.asarray(labels), return_inverse=True)[1] for labels in (rows, columns))
    r, c = int(one.max()) + 1, int(other.max()) + 1
    if r < 2 or c < 2:
        return Independence(None, None, None, None, None, None, NO_VARIATION)
    w, n = sample.weights, sample.design.n
    cell = np.eye(r * c)[one * c + other]
    share = (cell * w[:, None]).sum(axis=0) / w.sum()
    found = sample.covariance(w[:, None] * (cell - share) / w.sum())
    if found is None or sample.design.degrees_of_freedom < 1:
        reason = LONELY if found is None else TOO_FEW
        return Independence(None, None, None, None, None, None, reason)
    table = share.reshape(r, c)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    chi2 = n * float(((table - expected) ** 2 / expected).sum())
    effects = _generalised_effects(found, share, r, c, n)
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    df = trace**2 / squares
    df2, terms = df * sample.design.degrees_of_freedom, (r - 1) * (c - 1)
    f = chi2 / trace
    return Independence(f, df, df2, float(fdtrc(df, df2, f)), chi2, float(chdtrc(terms, chi2 / (trace / terms))))


def _generalised_effects(covariance: Floats, share: Floats, r: int, c: int, n: int) -> Floats:
    """The interaction contrasts' covariance by design over that of a simple random sample of n."""
    rows, columns = np.repeat(np.eye(r), c, axis=0), np.tile(np.eye(c), (r, 1))
    main = np.column_stack([np.ones(r * c), rows[:, 1:], columns[:, 1:]])
    both = np.column_stack([rows[:, i] * columns[:, j] for i in range(1, r) for j in range(1, c)])
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.divide(1.0, share, out=np.zeros(share.shape), where=share > 0)
    scaled = contrast * inverse[:, None]
    return np.asarray(np.linalg.solve(contrast.T @ scaled / n, scaled.T @ covariance @ scaled))
