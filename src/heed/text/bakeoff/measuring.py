"""How well several analyzers tell the same texts: shares with limits, by class, and the differences between them. Pure.

What an analyzer could not tell counts as wrong. Limits of macro-F1 are percentiles of 2,000 draws of rows with
replacement (Efron 1979), the same draws for all, so that a difference is that of the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.stats.experiments.multiplicity import adjust
from heed.stats.intervals.paired import paired_difference
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.result import Figure

DRAWS = 2000
DRAWN_AT_ONCE = 250
LEVEL = 0.95
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sheet:
    """Rows of one truth and several answers, as numbers of `labels`; an answer that is none of them is len(labels)."""

    labels: tuple[str, ...]
    truth: Ints
    told: Ints  # (analyzers, rows)


def sheet_of(truth: Sequence[str], told: Sequence[Sequence[str | None]]) -> Sheet:
    labels = tuple(sorted(set(truth)))
    number = {label: place for place, label in enumerate(labels)}
    rows = [[number.get(label, len(labels)) if label is not None else len(labels) for label in row] for row in told]
    return Sheet(labels, np.array([number[label] for label in truth]), np.array(rows).reshape(len(told), len(truth)))


def accuracies(sheet: Sheet) -> list[Figure]:
    """The share told right by each, with Wilson's limits."""
    right = (sheet.told == sheet.truth).sum(axis=1)
    return proportion(right.astype(float), float(len(sheet.truth)), level=LEVEL).figures()


def classes(sheet: Sheet, which: int) -> list[dict[str, Any]]:
    """Precision and recall of each label with Wilson's limits, and F1. What has no denominator is None."""
    many = len(sheet.labels) + 1
    told = sheet.told[which]
    true = np.bincount(sheet.truth, minlength=many)[:-1].astype(float)
    said = np.bincount(told, minlength=many)[:-1].astype(float)
    hits = np.bincount(told[told == sheet.truth], minlength=many)[:-1].astype(float)
    precision, recall = (proportion(hits, below, level=LEVEL).figures() for below in (said, true))
    return [
        {
            "label": label,
            "n": int(true[place]),
            "told": int(said[place]),
            "precision": precision[place].value,
            "precision_interval": limits(precision[place]),
            "recall": recall[place].value,
            "recall_interval": limits(recall[place]),
            "f1": float(2 * hits[place] / (said[place] + true[place])),
        }
        for place, label in enumerate(sheet.labels)
    ]


def limits(figure: Figure) -> list[float] | None:
    return None if figure.low is None or figure.high is None else [figure.low, figure.high]


@dataclass(frozen=True)
class MacroF1:
    """Macro-F1 of each analyzer, and of each under every draw: (analyzers,) and (draws, analyzers)."""

    values: Floats
    drawn: Floats

    def interval(self, which: int) -> list[float]:
        return _percentiles(self.drawn[:, which])

    def difference(self, one: int, other: int) -> tuple[float, list[float]]:
        return float(self.values[one] - self.values[other]), _percentiles(self.drawn[:, one] - self.drawn[:, other])


def _percentiles(values: Floats) -> list[float]:
    tail = 100 * (1 - LEVEL) / 2
    return [float(each) for each in np.percentile(values, [tail, 100 - tail])]


def macro_f1(sheet: Sheet, seed: int, draws: int = DRAWS) -> MacroF1:
    """The mean over the true labels of 2·hits / (told + true). A label that a draw leaves out is left out of its mean."""
    cells, counts = np.unique(np.vstack([sheet.truth, sheet.told]), axis=1, return_counts=True)
    chance = np.random.default_rng(seed)
    drawn = [
        _macro(cells, chance.multinomial(counts.sum(), counts / counts.sum(), size=size), len(sheet.labels))
        for size in _sizes(draws)
    ]
    return MacroF1(_macro(cells, counts[None, :], len(sheet.labels))[0], np.vstack(drawn))


def _sizes(draws: int) -> list[int]:
    return [min(DRAWN_AT_ONCE, draws - done) for done in range(0, draws, DRAWN_AT_ONCE)]


def _macro(cells: Ints, weights: Ints, many: int) -> Floats:
    """Macro-F1 by draw and analyzer. cells: truth and answers of each kind of row; weights: rows of each kind, by draw."""
    truth, answers = cells[0], cells[1:]
    true = _summed(weights, truth, many)
    found = []
    for told in answers:
        hits = _summed(weights[:, told == truth], truth[told == truth], many)
        below = _summed(weights, told, many) + true
        scores = np.divide(2 * hits, below, out=np.zeros(below.shape), where=below > 0)
        found.append((scores * (true > 0)).sum(axis=1) / (true > 0).sum(axis=1))
    return np.column_stack(found)


def _summed(weights: Ints, kinds: Ints, many: int) -> Floats:
    """Weights added up by kind: (draws, kinds)."""
    from scipy.sparse import csr_matrix

    kept = np.flatnonzero(kinds < many)
    shape = (many, weights.shape[1])
    return np.asarray(
        (csr_matrix((np.ones(len(kept)), (kinds[kept], kept)), shape=shape) @ weights.T).T, dtype=np.float64
    )


def pairs(sheet: Sheet, names: Sequence[str], f1: MacroF1) -> list[dict[str, Any]]:
    """Every two analyzers: the first's accuracy less the second's over the same rows, McNemar's test, and who is better
    where the limits leave no doubt.
    """
    right = sheet.told == sheet.truth
    found = []
    for one, other in combinations(range(len(names)), 2):
        both, first = int((right[one] & right[other]).sum()), int((right[one] & ~right[other]).sum())
        second = int((~right[one] & right[other]).sum())
        compared = paired_difference(both, second, first, len(sheet.truth) - both - first - second, level=LEVEL)
        figure, (gap, gap_limits) = compared.interval.figure(), f1.difference(one, other)
        found.append(
            {
                "first": names[one],
                "second": names[other],
                "difference": figure.value,
                "interval": limits(figure),
                "only_first": first,
                "only_second": second,
                "p": float(compared.p_mid),
                "macro_f1_difference": gap,
                "macro_f1_interval": gap_limits,
                "better": _better(figure, names[one], names[other]),
            }
        )
    for row, p in zip(found, adjust(np.array([row["p"] for row in found], dtype=np.float64), "holm"), strict=True):
        row["p_adjusted"] = float(p)
    return found


def _better(figure: Figure, first: str, second: str) -> str | None:
    if figure.low is None or figure.high is None or figure.low <= 0 <= figure.high:
        return None
    return first if figure.low > 0 else second


def disagreements(sheet: Sheet, most: int, seed: int) -> list[int]:
    """Rows on which the analyzers differ and not all are wrong, drawn by chance, in order of the file."""
    right = sheet.told == sheet.truth
    places = np.flatnonzero(right.any(axis=0) & ~right.all(axis=0))
    drawn = np.random.default_rng(seed).permutation(places)[:most]
    return sorted(drawn.tolist())
