"""How decisions of machines become probabilities that mean what they say.

What is fitted here is fitted on rows the machines did not learn from. With few labels by a multinomial logistic on all
decisions (Platt 1999, for several classes Kull et al. 2019); with many by one slope a machine (temperature; Guo et al.
2017) and a share of labels that are wrong anyhow, since a matrix of labels by labels would learn the rows by heart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats

FEW_LABELS = 5
ROWS_A_LABEL = 100  # from which on a matrix is fitted
USUAL_SLOPES = (4.0, 10.0, 4.0)  # of the line, the kernel, and the line on ratios
USUAL_BLUR = 0.02
TRUST = 2.0  # rows' worth of belief in the usual slopes
BINS = 10


@dataclass(frozen=True, eq=False)
class Mixing:
    """Decisions side by side (machines · labels) times `matrix`, plus `shift`, through a softmax. The share `blurred` is
    spread over all labels alike: people mislabel, so that nobody is ever surer than that.
    """

    matrix: Floats
    shift: Floats
    blurred: float = 0.0

    def logits(self, decisions: Sequence[Any]) -> Floats:
        """One row a text, one column a label."""
        whole = np.hstack([np.asarray(each, dtype=np.float64) for each in decisions])
        return np.asarray(whole @ self.matrix + self.shift)

    def probabilities(self, decisions: Sequence[Any]) -> Floats:
        found = softmax(self.logits(decisions))
        return np.asarray((1.0 - self.blurred) * found + self.blurred / found.shape[1])


def softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_mixing(decisions: Sequence[Any], y: NDArray[np.int64], weight: Floats, labels: int) -> Mixing:
    """The mixing under which these labels are likeliest. Shapes: each of decisions (n, labels), y (n,), weight (n,)."""
    known = np.bincount(y, minlength=labels)
    if labels <= FEW_LABELS and known.min() >= ROWS_A_LABEL:
        return _by_matrix(np.hstack([np.asarray(each, dtype=np.float64) for each in decisions]), y, weight, labels)
    slopes, blurred = _slopes([np.asarray(each, dtype=np.float64) for each in decisions], y, weight)
    return Mixing(np.vstack([slope * np.eye(labels) for slope in slopes]), np.zeros(labels), blurred)


def _by_matrix(whole: Floats, y: NDArray[np.int64], weight: Floats, labels: int) -> Mixing:
    from sklearn.linear_model import LogisticRegression

    machine = LogisticRegression(C=1.0, max_iter=500).fit(whole, y, sample_weight=weight)
    rows, ends = np.asarray(machine.coef_, dtype=np.float64), np.asarray(machine.intercept_, dtype=np.float64)
    if labels == 2:  # the library has one row for two classes; a softmax of ± needs half of each
        rows, ends = np.vstack([-rows, rows]) * 0.5, np.concatenate([-ends, ends]) * 0.5
    return Mixing(rows.T, ends)


def _slopes(decisions: Sequence[Floats], y: NDArray[np.int64], weight: Floats) -> tuple[Floats, float]:
    """The slopes and the blurred share that make the labels likeliest, held near the usual ones where rows are few."""
    from scipy.optimize import minimize

    usual = np.array(USUAL_SLOPES[: len(decisions)])
    if not len(y):
        return usual, USUAL_BLUR
    share = weight / weight.sum()
    rows = np.arange(len(y))
    start = np.append(np.log(usual), USUAL_BLUR)

    def loss(asked: Floats) -> tuple[float, Floats]:
        slopes, blurred = np.exp(asked[:-1]), asked[-1]
        found = softmax(np.asarray(sum(slope * each for slope, each in zip(slopes, decisions, strict=True))))
        mine = found[rows, y]
        likely = (1 - blurred) * mine + blurred / found.shape[1]
        part = share * (1 - blurred) * mine / likely
        steps = [
            -slope * float(part @ (each[rows, y] - (found * each).sum(axis=1)))
            for slope, each in zip(slopes, decisions, strict=True)
        ]
        steps.append(-float(share @ ((1 / found.shape[1] - mine) / likely)))
        away, trust = asked - start, TRUST / len(y)
        return float(trust * (away @ away) - share @ np.log(likely)), np.array(steps) + 2 * trust * away

    limits = [(-4.0, 6.0)] * len(usual) + [(1e-4, 0.9)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x
    return np.exp(found[:-1]), float(found[-1])


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows whose confidence lies within a tenth: how many, how sure on the mean, and how many were right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def reliability(confidence: Floats, right: NDArray[np.bool_]) -> tuple[list[ReliabilityBin], float | None]:
    """The reliability table and the expected calibration error (Guo et al. 2017): the mean over rows of how far a tenth's
    confidence is from its share right; None without rows.
    """
    places = np.minimum((np.asarray(confidence) * BINS).astype(int), BINS - 1)
    bins = []
    for place in np.unique(places):
        there = places == place
        sure, share = float(confidence[there].mean()), float(right[there].mean())
        bins.append(ReliabilityBin(float(place) / BINS, float(place + 1) / BINS, int(there.sum()), sure, share))
    if not bins:
        return [], None
    return bins, sum(each.n * abs(each.confidence - each.right) for each in bins) / len(right)
