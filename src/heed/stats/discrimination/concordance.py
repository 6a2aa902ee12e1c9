"""How well a score tells those to whom something happens from the others: concordance (the area under the ROC curve), with
limits that know that rows of one cluster, such as a customer, hang together.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, floats, require
from heed.stats.distributions import student_below, student_quantile

Ints = npt.NDArray[np.int64]
NOWHERE: Ints = np.zeros(0, np.int64)
NONE: Floats = np.zeros(0)


@dataclass(frozen=True)
class Concordance:
    """The chance that of two, one with the event and one without, the first has the lower score (equal scores: half).

    0.5 is chance, 1 is always right. `p` is two-sided against 0.5. `influence` is each cluster's share of the error, by
    `label`. Without a figure or limits there is a `reason`.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    error: float | None
    events: int
    others: int
    clusters: int
    level: float
    reason: str = ""
    label: Ints = field(default_factory=lambda: NOWHERE, repr=False, compare=False)
    influence: Floats = field(default_factory=lambda: NONE, repr=False, compare=False)


@dataclass(frozen=True)
class ConcordanceDifference:
    """One concordance less another, with limits; both may rest on the same clusters."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    reason: str = ""


def concordance(
    score: ArrayLike, event: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Concordance:
    """How well low scores foretell events. score, event (0 or 1), cluster (whole numbers; None: every row its own): shape (n,).

    The variance is that of structural components (DeLong, DeLong and Clarke-Pearson 1988) for clustered data (Obuchowski
    1997, Biometrics 53, 567-578, eq. 7). Limits are on the logit scale (Pepe 2003, 5.2.2), by Student's t with one degree
    of freedom less than clusters with an event, or without one where those are fewer. Fewer than two clusters of either:
    `too_few`; an error of zero: `no_variation`. Raises Invalid.
    """
    x, happened = floats("concordance", score, event)
    check_level(level)
    require(x.ndim == 1, "concordance", "scores come in one row")
    require((happened == 0) | (happened == 1), "concordance", "an event is 0 or 1")
    whose = np.arange(len(x)) if cluster is None else np.asarray(cluster)
    require(whose.shape == x.shape, "concordance", "each score has a cluster")
    label, place = np.unique(whose.astype(np.int64), return_inverse=True)
    hit = happened == 1
    m, n = int(hit.sum()), int((~hit).sum())
    with_event, without = len(np.unique(place[hit])), len(np.unique(place[~hit]))
    if min(with_event, without) < 2:
        return Concordance(None, None, None, None, None, m, n, len(label), level, TOO_FEW)
    of_event, of_other = _above(x[hit], x[~hit]), 1.0 - _above(x[~hit], x[hit])
    value = float(of_event.mean())
    a = np.bincount(place[hit], of_event - value, len(label))
    b = np.bincount(place[~hit], of_other - value, len(label))
    variance = (
        with_event / (with_event - 1) * (a @ a) / m**2
        + without / (without - 1) * (b @ b) / n**2
        + 2.0 * len(label) / (len(label) - 1) * (a @ b) / (m * n)
    )
    told: dict[str, Any] = {"label": label, "influence": a / m + b / n}
    if not variance > 0 or not 0.0 < value < 1.0:
        return Concordance(value, None, None, None, None, m, n, len(label), level, NO_VARIATION, **told)
    error, df = float(np.sqrt(variance)), min(with_event, without) - 1
    reach = float(student_quantile(df, (1.0 + level) / 2.0)) * error / (value * (1.0 - value))
    middle = np.log(value / (1.0 - value))
    low, high = (float(1.0 / (1.0 + np.exp(-(middle + side * reach)))) for side in (-1.0, 1.0))
    p = 2.0 * float(student_below(df, -abs(value - 0.5) / error))
    return Concordance(value, low, high, p, error, m, n, len(label), level, **told)


def _above(x: Floats, others: Floats) -> Floats:
    """Of each x the share of the others that lie above it, equal ones by half. shape of x."""
    ranked = np.sort(others)
    below, up_to = np.searchsorted(ranked, x, "left"), np.searchsorted(ranked, x, "right")
    return np.asarray(1.0 - (below + up_to) / (2.0 * len(ranked)))


def concordance_difference(one: Concordance, other: Concordance, *, level: float = 0.95) -> ConcordanceDifference:
    """one - other. Clusters that both rest on are counted as the same (the covariance of DeLong et al. 1988, by cluster)."""
    check_level(level)
    if one.value is None or other.value is None or one.error is None or other.error is None:
        return ConcordanceDifference(None, None, None, None, one.reason or other.reason)
    label = np.union1d(one.label, other.label)
    apart = np.zeros(len(label))
    apart[np.searchsorted(label, one.label)] += one.influence
    apart[np.searchsorted(label, other.label)] -= other.influence
    variance = float(apart @ apart) * len(label) / (len(label) - 1)
    value = one.value - other.value
    if variance < 1e-18:
        return ConcordanceDifference(value, None, None, None, NO_VARIATION)
    error = float(np.sqrt(variance))
    df = max(min(one.events, one.others, other.events, other.others) - 1, 1)
    reach = float(student_quantile(df, (1.0 + level) / 2.0)) * error
    p = 2.0 * float(student_below(df, -abs(value) / error))
    return ConcordanceDifference(value, value - reach, value + reach, p)
