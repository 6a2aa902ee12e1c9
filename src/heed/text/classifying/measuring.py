"""How well each label is told: precision and recall with intervals, the worst first; learning curves."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from heed.stats.intervals.proportion import proportion


@dataclass(frozen=True)
class LabelFigures:
    """A label: its true rows `n`, the rows it was told for, and both shares with 95 % intervals (Wilson); None where
    there is no row to tell from. `mistaken_for` is what its rows are told for most often when they are told wrong.
    """

    label: str
    n: int
    told: int
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    f1: float | None
    mistaken_for: str | None


def by_label(truth: Sequence[str | None], told: Sequence[str | None]) -> list[LabelFigures]:
    """The figures of each label in the truth or told, the worst F1 first. None is no label (out of scope)."""
    right, said = np.asarray(truth, dtype=object), np.asarray(told, dtype=object)
    labels = sorted({each for each in [*truth, *told] if each is not None})
    found = [_of(label, right, said) for label in labels]
    return sorted(found, key=lambda each: (each.f1 if each.f1 is not None else 2.0, each.label))


def _of(label: str, truth: Any, told: Any) -> LabelFigures:
    mine, said = truth == label, told == label
    hits, n, many = int(np.sum(mine & said)), int(mine.sum()), int(said.sum())
    precision = proportion(float(hits), float(many)).figure()
    recall = proportion(float(hits), float(n)).figure()
    wrong = [each for each in told[mine & ~said] if each is not None]
    mistaken = max(sorted(set(wrong)), key=wrong.count) if wrong else None
    return LabelFigures(
        label, n, many,
        precision.value, precision.low, precision.high,
        recall.value, recall.low, recall.high,
        2 * hits / (n + many) if n else None,
        mistaken,
    )  # fmt: skip


def as_rows(figures: Sequence[LabelFigures]) -> list[dict[str, Any]]:
    """Plain rows, for a card or a page."""
    return [asdict(each) for each in figures]


@dataclass(frozen=True)
class CurvePoint:
    """What was told right of rows not learnt from, with so many rows learnt from."""

    n_train: int
    accuracy: float
    low: float
    high: float


def learning_curve(
    texts: Sequence[str],
    labels: Sequence[str],
    fit: Callable[[Sequence[str], Sequence[str]], Any],
    *,
    shares: Sequence[float] = (0.1, 0.25, 0.5, 1.0),
    seed: int = 0,
) -> list[CurvePoint]:
    """Accuracy on a fifth of the rows by how much of the rest is learnt from. `fit(texts, labels)` gives a model with
    `labels` and `probabilities`. Shares that leave fewer than two labels are passed over.
    """
    order = np.random.default_rng(seed).permutation(len(texts))
    away = max(1, len(texts) // 5)
    asked, rest = order[:away], order[away:]
    points = []
    for share in shares:
        inner = rest[: round(share * len(rest))]
        if len({labels[place] for place in inner}) < 2:
            continue
        model = fit([texts[place] for place in inner], [labels[place] for place in inner])
        likely = model.probabilities([texts[place] for place in asked])
        told = [model.labels[place] for place in likely.argmax(axis=1)]
        hits = sum(each == labels[place] for each, place in zip(told, asked, strict=True))
        figure = proportion(float(hits), float(len(asked))).figure()
        points.append(
            CurvePoint(len(inner), float(figure.value or 0.0), float(figure.low or 0.0), float(figure.high or 0.0))
        )
    return points
