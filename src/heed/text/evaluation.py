"""How well labels are told: train on one set, tell another, and only then look at what is right."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.intervals.proportion import proportion
from heed.text.normal import normal
from heed.text.vectors import fit_vocabularies, vectors

PENALTIES = (0.1, 0.25, 0.5, 1.0)
FOLDS = 4
NAME = "words+characters, linear"


def evaluate(
    train: Sequence[str], labels: Sequence[str], test: Sequence[str], truth: Callable[[], Sequence[str]]
) -> dict[str, Any]:
    """The contract of `heed text evaluate`. `truth` is asked for after everything was told."""
    from sklearn.svm import LinearSVC

    if len(set(labels)) < 2:
        raise Refused("There is one label only.", code="one_label", hint="Give texts of two labels or more.")
    began = time.perf_counter()
    counted = fit_vocabularies([normal(text) for text in train], least=1 if len(train) < 2000 else 2)
    x, y = vectors(counted, [normal(text) for text in train]), np.asarray(labels, dtype=object)
    machine = LinearSVC(C=_penalty(x, y), random_state=0).fit(x, y)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    told = machine.predict(vectors(counted, [normal(text) for text in test]))
    rate = len(test) / max(time.perf_counter() - began, 1e-9)
    right = np.asarray(truth(), dtype=object)
    figure = proportion(float(np.sum(told == right)), float(len(right))).figure()
    return {
        "model": NAME,
        "n_train": len(train),
        "n_test": len(test),
        "accuracy": figure.value,
        "accuracy_interval": [figure.low, figure.high],
        "macro_f1": macro_f1(right, told),
        "in_scope_accuracy": None,
        "oos_recall": None,
        "docs_per_second": rate,
        "seconds_train": seconds,
    }


def macro_f1(truth: Any, told: Any) -> float | None:
    """The mean over the true labels of 2·hits / (told + true)."""
    labels = sorted(set(truth))
    if not labels:
        return None
    hits = [
        2 * np.sum((truth == each) & (told == each)) / (np.sum(truth == each) + np.sum(told == each)) for each in labels
    ]
    return float(np.mean(hits))


def _penalty(x: Any, y: Any) -> float:
    """The penalty that tells most of the training rows right when they are not learnt from."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.svm import LinearSVC

    least = min(np.sum(y == each) for each in set(y))
    if least < 2:
        return PENALTIES[-1]
    folds = StratifiedKFold(min(FOLDS, int(least)), shuffle=True, random_state=0)
    scores = [cross_val_score(LinearSVC(C=each, random_state=0), x, y, cv=folds).mean() for each in PENALTIES]
    return PENALTIES[int(np.argmax(scores))]
