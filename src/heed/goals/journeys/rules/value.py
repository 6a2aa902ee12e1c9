"""What stages are worth to customers beside what they cost, and where the two disagree beyond chance.

Perceived value = importance × satisfaction (both 0..1). Cost and value are compared as shares of all stages (the value index of
target costing, Tanaka 1989) by a minimum-effect test (Murphy and Myors 1999) at 5% over all stages together (Holm 1979).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from heed.stats.arrays import Floats

Verdict = Literal["costs_more", "worth_more", "aligned", "unclear"]
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure by stage with the covariance of its error and the degrees of freedom of it; n rows behind each."""

    value: Floats
    covariance: Floats
    df: float
    n: tuple[int, ...]


@dataclass(frozen=True)
class Weighed:
    """A stage's value and cost: shares of all stages, their ratio (cost / value) with its limits over all stages together.

    `value` is importance × satisfaction with limits of its own; `p` is adjusted for as many stages (Holm).
    """

    stage: str
    value: float
    value_low: float
    value_high: float
    value_share: float
    cost_share: float
    ratio: float
    low: float
    high: float
    p: float
    verdict: Verdict

    @property
    def is_misaligned(self) -> bool:
        return self.verdict in ("costs_more", "worth_more")


def chosen_shares(n: Sequence[float], weights: Sequence[float], squares: Sequence[float]) -> Estimate:
    """Shares of customers who chose each stage: multinomial, at Kish's effective number (Kish 1965).

    n, sums of weights and of their squares by stage. A stage nobody chose counts half an answer (Agresti 2013, 1.4).
    """
    counts, w, ww = (np.asarray(each, dtype=np.float64) for each in (n, weights, squares))
    effective = float(w.sum() ** 2 / ww.sum()) if ww.sum() > 0 else 0.0
    if (w <= 0).any():
        w = w + 0.5 * w.sum() / max(effective, 1.0)
    share = w / w.sum()
    covariance = (np.diag(share) - np.outer(share, share)) / max(effective, 1.0)
    return Estimate(share, covariance, max(effective - 1.0, 1.0), tuple(int(each) for each in counts))


def stated_shares(weights: Sequence[float]) -> Estimate:
    """Weights somebody stated, as shares; they have no error of chance."""
    w = np.asarray(weights, dtype=np.float64)
    return Estimate(w / w.sum(), np.zeros((w.size, w.size)), np.inf, ())


def derived_shares(whole: Floats, judged: Floats, groups: int = 20) -> Estimate | None:
    """How much each stage has to do with satisfaction over all: relative weights (Genizi 1993; Johnson 2000), as shares of R².

    whole (n,), judged (n, stages). Their error by a jackknife that leaves out one of `groups` groups of rows (Kott 2001).
    None where rows are fewer than ten a stage or nothing varies.
    """
    from heed.stats.drivers.importance import importance

    n, k = judged.shape

    def shares(rows: Floats) -> Floats | None:
        found = importance(whole[rows], {str(at): judged[rows, at] for at in range(k)})
        weights = np.asarray(found.johnson, dtype=np.float64)
        return weights / weights.sum() if weights.size == k and weights.sum() > 0 else None

    if n < max(10 * k, 2 * groups):
        return None
    member = np.arange(n) % groups
    every = shares(np.ones(n, dtype=bool))
    parts = [shares(member != group) for group in range(groups)]
    known = [part for part in parts if part is not None]
    if every is None or len(known) < groups:
        return None
    apart = np.array(known) - every
    return Estimate(every, apart.T @ apart * (groups - 1) / groups, groups - 1.0, (n,) * k)


def mean_scores(sums: Sequence[tuple[float, float, float, float, float, float]]) -> Estimate:
    """Mean satisfaction by stage of (n, Σw, Σwx, Σw², Σw²x, Σw²x²), linearised where weights differ (Woodruff 1971).

    Stages are taken as answered independently: that one customer judges several of them makes the true error smaller.
    """
    n, w, wx, ww, wwx, wwxx = np.asarray(sums, dtype=np.float64).T
    mean = wx / w
    spread = np.maximum(wwxx - 2 * mean * wwx + mean**2 * ww, 0.0)
    variance = spread / w**2 * n / np.maximum(n - 1.0, 1.0)
    return Estimate(mean, np.diag(variance), float(max(n.min() - 1.0, 1.0)), tuple(int(each) for each in n))


def cost_shares(by_period: Floats) -> Estimate:
    """Shares of all cost, of amounts (periods, stages); error from how the shares move between periods (a ratio of sums,
    Cochran 1977, 6.4). One period alone tells nothing of chance: its shares count as exact.
    """
    sums = by_period.sum(axis=0)
    share, whole, periods = sums / sums.sum(), sums.sum(), by_period.shape[0]
    if periods < 2:
        return Estimate(share, np.zeros((share.size, share.size)), np.inf, ())
    rest = by_period - np.outer(by_period.sum(axis=1), share)
    covariance = rest.T @ rest * periods / (periods - 1) / whole**2
    return Estimate(share, covariance, periods - 1.0, (periods,) * share.size)


def weighed(
    stages: Sequence[str], importance: Estimate, scores: Estimate, cost: Estimate, margin: float
) -> tuple[Weighed, ...]:
    """Each stage's value and cost side by side, misaligned ones first, the farthest from even at the top.

    All three by stage in one order, over the same stages; importance and cost are shares among them.
    """
    from scipy import stats

    from heed.stats.changes import holm

    w, q, c = importance.value, scores.value, cost.value
    k, worth = len(stages), w * q
    share = worth / worth.sum()
    gap = np.log(c) - np.log(share)
    se, df = _errors(importance, scores, cost)
    edge = float(np.log(margin))
    p = holm(stats.t.sf((np.abs(gap) - edge) / se, df))
    half = stats.t.ppf(1 - (1 - LEVEL) / (2 * k), df) * se
    own = stats.norm.ppf((1 + LEVEL) / 2) * np.sqrt(
        q**2 * np.diag(importance.covariance) + w**2 * np.diag(scores.covariance)
    )
    rows = [
        Weighed(
            stage, float(worth[at]), float(max(worth[at] - own[at], 0.0)), float(worth[at] + own[at]), float(share[at]),
            float(c[at]), float(np.exp(gap[at])), float(np.exp(gap[at] - half[at])), float(np.exp(gap[at] + half[at])),
            float(p[at]), _verdict(float(gap[at]), float(half[at]), float(p[at]), edge),
        )
        for at, stage in enumerate(stages)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (not row.is_misaligned, -abs(np.log(row.ratio)))))


def _errors(importance: Estimate, scores: Estimate, cost: Estimate) -> tuple[Floats, Floats]:
    """The standard error of ln(cost share / value share) by stage, linearised, and its degrees of freedom (Welch 1947,
    Satterthwaite 1946).
    """
    w, q = importance.value, scores.value
    whole = (w * q).sum()
    by_w, by_q = np.diag(1 / w) - q / whole, np.diag(1 / q) - w / whole
    parts = [
        (np.einsum("ij,jk,ik->i", by_w, importance.covariance, by_w), importance.df),
        (np.einsum("ij,jk,ik->i", by_q, scores.covariance, by_q), scores.df),
        (np.diag(cost.covariance) / cost.value**2, cost.df),
    ]
    variance = sum((part for part, _ in parts), np.zeros(w.size))
    below = sum((part**2 / df for part, df in parts), np.zeros(w.size))
    df = np.where(below > 0, variance**2 / np.where(below > 0, below, 1.0), 1e9)
    return np.sqrt(np.maximum(variance, 1e-18)), df


def _verdict(gap: float, half: float, p: float, edge: float) -> Verdict:
    if p < 1 - LEVEL:
        return "costs_more" if gap > 0 else "worth_more"
    return "aligned" if abs(gap) + half < edge else "unclear"
