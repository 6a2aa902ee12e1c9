"""How a classifier and the rules become one probability, and by how much one reader is better than another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import softmax
from heed.text.classifying.machines import Places
from heed.text.reading.judging import INTENTS, LABELS, Judgement

LEAST = 1e-4  # no share is taken to be smaller, so that one sure reader does not outvote the other for good
TRUST = 4.0  # rows' worth of belief that the classifier is right and the rules add half
DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Blend:
    """Log shares of the classifier and of the rules, each by its slope, plus a shift a label, through a softmax."""

    labels: tuple[str, ...]
    classifier: float
    rules: float
    shift: tuple[float, ...]

    def of(self, told: Floats, ruled: Floats) -> Floats:
        """Probabilities, a row a text and a column a label."""
        return softmax(self.classifier * _logs(told) + self.rules * _logs(ruled) + np.asarray(self.shift))

    def written(self) -> dict[str, Any]:
        return {"classifier": self.classifier, "rules": self.rules, "shift": list(self.shift)}


def _logs(shares: Floats) -> Floats:
    return np.log(np.maximum(shares, LEAST))


def fit_blend(labels: Sequence[str], told: Floats, ruled: Floats, y: Places) -> Blend:
    """The blend under which these labels are likeliest, held near the usual one where rows are few."""
    from scipy.optimize import minimize

    one, two = _logs(told), _logs(ruled)
    rows, many = np.arange(len(y)), len(labels)
    start = np.array([1.0, 0.5, *([0.0] * many)])

    def loss(asked: Floats) -> tuple[float, Floats]:
        found = softmax(asked[0] * one + asked[1] * two + asked[2:])
        over = found.copy()
        over[rows, y] -= 1.0
        steps = np.array([float((over * one).sum()), float((over * two).sum()), *over.sum(axis=0)])
        away = asked - start
        return float(TRUST * (away @ away) - np.log(found[rows, y]).sum()), steps + 2 * TRUST * away

    limits = [(0.0, 5.0), (0.0, 5.0), *([(-5.0, 5.0)] * many)]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x
    return Blend(tuple(labels), float(best[0]), float(best[1]), tuple(float(each) for each in best[2:]))


def rule_shares(name: str, labels: Sequence[str], found: Sequence[Judgement]) -> Floats:
    """What the rules hold likely of each label; labels they do not know share alike what they know nothing of."""
    return np.array([_shares(name, labels, each) for each in found]).reshape(len(found), len(labels))


def _shares(name: str, labels: Sequence[str], judged: Judgement) -> list[float]:
    label = getattr(judged, name)
    known = LABELS.get(name, INTENTS)
    value, sure = (label.value, label.confidence) if label is not None else ("none", 0.5)
    rest = (1 - sure) / (len(known) - 1)
    return [sure if each == value else rest for each in labels]


@dataclass(frozen=True)
class F1Difference:
    """Macro-F1 of two readers of the same rows, the difference, and its 95 % interval over groups."""

    first: float
    second: float
    value: float
    low: float
    high: float


def f1_difference(
    y: Places, first: Places, second: Places, groups: Sequence[str], labels: int, *, seed: int
) -> F1Difference:
    """Macro-F1 of `first` less that of `second`; the interval by drawing groups anew (Efron 1979, percentiles)."""
    names = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    many = int(names.max()) + 1
    counts = [_counts(y, told, names, many, labels) for told in (first, second)]
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), size=DRAWS).astype(np.float64)
    one, two = (_macro(drawn @ each, labels) for each in counts)
    whole = [float(_macro(each.sum(axis=0, keepdims=True), labels)[0]) for each in counts]
    low, high = np.quantile(one - two, [0.025, 0.975])
    return F1Difference(whole[0], whole[1], whole[0] - whole[1], float(low), float(high))


def _counts(y: Places, told: Places, names: Any, many: int, labels: int) -> Floats:
    """A row a group: rightly told of each label, then twice that plus mistakes either way (2·tp + fp + fn)."""
    found = np.zeros((many, 2 * labels))
    np.add.at(found, (names, y), (y == told).astype(float))
    np.add.at(found, (names, labels + y), 1.0)
    np.add.at(found, (names, labels + told), 1.0)
    return found


def _macro(sums: Floats, labels: int) -> Floats:
    """Macro-F1 over labels that are there."""
    right, both = sums[:, :labels], sums[:, labels:]
    f1 = np.where(both > 0, 2 * right / np.maximum(both, 1), math.nan)
    return np.asarray(np.nanmean(f1, axis=1))
