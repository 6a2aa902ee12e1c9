"""A few labels and many texts without: labels go out along likeness, a little further each round.

Both machines learn from what the last round believed; beliefs are drawn towards even shares of labels, averaged over
neighbours (label propagation; Zhu and Ghahramani 2002) and learnt from again, surest first (self-training; Yarowsky 1995).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.classifying.calibrating import softmax
from heed.text.classifying.machines import RIDGE, WIDTH, Places, Singles, Solved, fit_line

ROUNDS = 6
NEIGHBOURS = 10
LINKED = 6.0  # power of the cosine: how much more near neighbours count
LANDMARKS = 2000
SLOPE_LINE, SLOPE_KERNEL = 4.0, 12.0
FIRST_SHARE = 0.4  # of the texts of each label that the line learns from in the first round
LOOSE = 0.03  # tolerance of the line while beliefs still move


@dataclass(frozen=True, eq=False)
class Believed:
    """What is believed of all texts: shares of labels (n, labels), the rows the line learns from, and their weights."""

    shares: Singles
    rows: Places
    weight: NDArray[np.float64]

    @property
    def labels(self) -> Places:
        return np.asarray(self.shares.argmax(axis=1), dtype=np.int64)


def spread(rows: Any, places: Singles, known: Places, y: Places, labels: int, *, seed: int) -> Believed:
    """Beliefs on all rows from the labels `y` of the rows `known`."""
    given = np.zeros((len(places), labels), np.float32)
    given[known, y] = 1.0
    graph = _graph(places)
    ridge = _Ridge(places, known, seed)
    line = fit_line(rows[known], y, np.ones(len(known)), labels, penalty=1.0, seed=seed)
    said = _both(line.decisions(rows), ridge.first(y, labels))
    usual = np.full(labels, 1.0 / labels)
    believed = Believed(given, known, np.ones(len(known)))
    for step in range(ROUNDS):
        shares = balanced(said, (usual + said.mean(axis=0)) / 2)
        shares[known] = given[known]
        smooth = _smoothed(graph, shares, known, given)
        believed = _picked(smooth, known, min(1.0, FIRST_SHARE + step * (1 - FIRST_SHARE) / (ROUNDS - 2)))
        line = fit_line(
            rows[believed.rows], believed.labels[believed.rows], believed.weight, labels, penalty=1.0, seed=seed,
            tolerance=LOOSE,
        )  # fmt: skip
        sharp = smooth**1.5
        said = _both(line.decisions(rows), ridge.again(sharp / sharp.sum(axis=1, keepdims=True)))
    return believed


def _both(line: Singles, kernel: Singles) -> NDArray[np.float64]:
    """Shares of labels by both machines: the softmax of their mean."""
    return softmax((line.astype(np.float64) * SLOPE_LINE + kernel.astype(np.float64) * SLOPE_KERNEL) / 2)


def balanced(shares: Any, wanted: Any, rounds: int = 20) -> Singles:
    """Rows that add up to 1 and columns that have the wanted shares, by scaling both in turn (Sinkhorn 1964)."""
    scale = np.ones(shares.shape[1])
    for _ in range(rounds):
        found = shares * scale
        found /= found.sum(axis=1, keepdims=True)
        scale *= wanted * len(found) / np.maximum(found.sum(axis=0), 1e-9)
    found = shares * scale
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float32)


def _smoothed(graph: Any, shares: Singles, known: Places, given: Singles) -> Singles:
    found = shares
    for _ in range(2):
        found = np.asarray(0.5 * shares + 0.5 * (graph @ found), dtype=np.float32)
        found[known] = given[known]
    return found


def _picked(shares: Singles, known: Places, part: float) -> Believed:
    """The surest part of the rows of each label, and all that people labelled (which weigh twice)."""
    best, sure = shares.argmax(axis=1), shares.max(axis=1)
    kept = np.zeros(len(shares), dtype=bool)
    for label in range(shares.shape[1]):
        there = np.flatnonzero(best == label)
        kept[there[np.argsort(-sure[there], kind="stable")[: int(np.ceil(part * len(there)))]]] = True
    kept[known] = True
    weight = sure.astype(np.float64)
    weight[known] = 2.0
    rows = np.flatnonzero(kept)
    return Believed(shares, rows, weight[rows])


def _graph(places: Singles) -> Any:
    """The nearest neighbours of each row, both ways, each row adding up to 1."""
    from scipy.sparse import csr_matrix, diags

    count = len(places)
    many = min(NEIGHBOURS, count - 1)
    found, near = [], []
    for start in range(0, count, 1000):
        alike = np.asarray(places[start : start + 1000] @ places.T)
        alike[np.arange(len(alike)), start + np.arange(len(alike))] = -1.0
        best = np.argpartition(-alike, many - 1, axis=1)[:, :many]
        near.append(best)
        found.append(np.maximum(np.take_along_axis(alike, best, axis=1), 0.0) ** LINKED)
    weights = np.vstack(found).ravel()
    made = csr_matrix((weights, np.vstack(near).ravel(), np.arange(0, count * many + 1, many)), shape=(count, count))
    made = made.maximum(made.T)
    return diags(1.0 / np.maximum(np.asarray(made.sum(axis=1)).ravel(), 1e-9)) @ made


class _Ridge:
    """Kernel ridge regression on all rows, its system solved once for all rounds."""

    def __init__(self, places: Singles, known: Places, seed: int) -> None:
        chosen = np.random.default_rng(seed).permutation(len(places))[: min(LANDMARKS, len(places))]
        self.alike, self.known = _likeness(places, places[chosen]), known
        self.to_known = _likeness(places, places[known])
        system = (self.alike.T @ self.alike).astype(np.float64) + RIDGE * self.alike[chosen]
        self.solved = Solved(system)

    def first(self, y: Places, labels: int) -> Singles:
        """What the labelled rows alone say of all."""
        system = self.to_known[self.known].astype(np.float64)
        system[np.diag_indices(len(system))] += RIDGE
        return np.asarray(self.to_known @ Solved(system).of(np.eye(labels)[y]), dtype=np.float32)

    def again(self, shares: Singles) -> Singles:
        found = self.solved.of(self.alike.T @ shares)
        return np.asarray(self.alike @ found.astype(np.float32))


def _likeness(places: Singles, others: Singles) -> Singles:
    return np.asarray(np.exp(WIDTH * (places @ others.T - np.float32(1))), dtype=np.float32)
