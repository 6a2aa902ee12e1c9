"""Sentiment in three classes: words and characters, a linear machine, and probabilities that mean what they say.

The decision values of rows the machine has not seen are mapped to probabilities by a multinomial logistic (Platt 1999,
in the form for several classes of Kull et al. 2019). Everything that is chosen is chosen inside the training rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Refused, phrase
from heed.stats.arrays import Floats
from heed.text.analyzer import SENTIMENTS, Sentiment
from heed.text.normal import normal
from heed.text.vectors import Vocabulary, fit_vocabularies, vectors

PENALTIES = (0.05, 0.1, 0.25, 0.5)
FOLDS = 4
LEAST_ROWS = 60
LEAST_A_CLASS = 10


@dataclass(frozen=True)
class Judged:
    """A sentiment, its probability, and the probability of positive less that of negative."""

    sentiment: Sentiment
    confidence: float
    score: float


@dataclass(frozen=True)
class SentimentModel:
    """A trained machine as plain numbers: what it counts, its weights, and how decisions become probabilities.

    `unseen_accuracy` is the weighted share of inner folds told right; the penalty was chosen on the same folds.
    """

    classes: tuple[Sentiment, ...]
    words: Vocabulary
    characters: Vocabulary
    weights: Floats
    bias: Floats
    scale: Floats
    shift: Floats
    penalty: float
    unseen_accuracy: float = 0.0

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """One row a text, one column a class of SENTIMENTS."""
        decisions = vectors((self.words, self.characters), [normal(text) for text in texts]) @ self.weights.T
        found = _softmax((np.asarray(decisions) + self.bias) @ self.scale.T + self.shift)
        whole = np.zeros((len(texts), len(SENTIMENTS)))
        whole[:, [SENTIMENTS.index(each) for each in self.classes]] = found
        return whole

    def judge(self, texts: Sequence[str]) -> list[Judged]:
        return [judged(row) for row in self.probabilities(texts)] if texts else []


def judged(probabilities: Floats) -> Judged:
    """The likeliest class of one row of probabilities in the order of SENTIMENTS."""
    best = int(np.argmax(probabilities))
    return Judged(SENTIMENTS[best], float(probabilities[best]), float(probabilities[2] - probabilities[0]))


def why_too_thin(labels: Sequence[str]) -> str:
    """Why these labels do not train a machine; empty when they do."""
    if len(labels) < LEAST_ROWS:
        return f"{len(labels)} labelled texts are fewer than {LEAST_ROWS}"
    counts = {label: labels.count(label) for label in set(labels)}
    enough = [label for label, many in counts.items() if many >= LEAST_A_CLASS]
    return "" if len(enough) >= 2 else f"fewer than two classes have {LEAST_A_CLASS} texts"


def train_sentiment(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    seed: int = 0,
) -> SentimentModel:
    """Train on labelled texts. Rows of one group (an author) never stand on both sides of an inner fold.

    Raises Refused where the labels are too thin.
    """
    if reason := why_too_thin(labels):
        raise Refused(
            phrase("Too little to train on: {reason}.", reason=reason),
            code="too_few_labels",
            hint="Label or import more texts.",
        )
    kept = [label in SENTIMENTS and list(labels).count(label) >= LEAST_A_CLASS for label in SENTIMENTS]
    classes = tuple(name for name, keep in zip(SENTIMENTS, kept, strict=True) if keep)
    rows = [place for place, label in enumerate(labels) if label in classes]
    y = np.array([classes.index(labels[place]) for place in rows], dtype=np.int64)
    sides = _sides(len(rows), [groups[place] for place in rows] if groups else None, seed)
    weight = np.array([weights[place] for place in rows]) if weights else np.ones(len(rows))
    return _fitted([normal(texts[place]) for place in rows], y, weight, sides, classes, seed)


def _sides(many: int, groups: Sequence[str] | None, seed: int) -> NDArray[np.int64]:
    """The inner fold of each row: whole groups, drawn by the seed."""
    names = np.unique(np.asarray(groups), return_inverse=True)[1] if groups is not None else np.arange(many)
    chance = np.random.default_rng(seed).permutation(int(names.max()) + 1)
    return np.asarray(chance[names] % FOLDS, dtype=np.int64)


def _fitted(
    texts: Sequence[str],
    y: NDArray[np.int64],
    weight: Floats,
    sides: NDArray[np.int64],
    classes: tuple[Sentiment, ...],
    seed: int,
) -> SentimentModel:
    from sklearn.linear_model import LogisticRegression

    unseen = {penalty: np.zeros((len(y), len(classes))) for penalty in PENALTIES}
    for side in range(FOLDS):
        inside, outside = np.flatnonzero(sides != side).tolist(), np.flatnonzero(sides == side).tolist()
        counted = fit_vocabularies([texts[place] for place in inside])
        x, there = (vectors(counted, [texts[place] for place in part]) for part in (inside, outside))
        for penalty in PENALTIES:
            machine = _machine(x, y[inside], weight[inside], penalty, seed)
            unseen[penalty][outside] = _decisions(machine, there, len(classes))
    best = max(PENALTIES, key=lambda penalty: float(weight[np.argmax(unseen[penalty], axis=1) == y].sum()))
    mapping = LogisticRegression(C=1.0, max_iter=500).fit(unseen[best], y, sample_weight=weight)
    words, characters = fit_vocabularies(texts)
    machine = _machine(vectors((words, characters), texts), y, weight, best, seed)
    coefficients, bias = _both(machine.coef_, machine.intercept_)
    scale, shift = _both(mapping.coef_, mapping.intercept_, half=True)
    right = float(weight[np.argmax(unseen[best], axis=1) == y].sum() / weight.sum())
    return SentimentModel(classes, words, characters, coefficients, bias, scale, shift, best, right)


def _machine(x: Any, y: NDArray[np.int64], weight: Floats, penalty: float, seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=penalty, random_state=seed).fit(x, y, sample_weight=weight)


def _decisions(machine: Any, x: Any, classes: int) -> Floats:
    found = np.asarray(machine.decision_function(x), dtype=np.float64)
    return np.column_stack([-found, found]) if classes == 2 else found


def _both(weights: Any, bias: Any, *, half: bool = False) -> tuple[Floats, Floats]:
    """Two classes have one row of weights in the library and two here; a softmax of ± needs half of each."""
    rows, ends = np.asarray(weights, dtype=np.float64), np.asarray(bias, dtype=np.float64)
    if len(rows) > 1:
        return rows, ends
    part = 0.5 if half else 1.0
    return np.vstack([-rows, rows]) * part, np.concatenate([-ends, ends]) * part


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
