"""The machines a classifier asks: a line over words and characters, a kernel over the space of texts, and where labels
are few a line over how much oftener each label has a term than the others.

The first knows which words tell a label; the second which texts are alike as a whole. They err on different rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats

Singles = NDArray[np.float32]
Places = NDArray[np.int64]

PENALTY = 2.0
RATIO_PENALTY = 0.5  # chosen on tweets, by author
ADDED = 0.5  # times each term is taken to stand with each label before anything is counted
TOLERANCE = 0.01
WIDTH = 2.0  # of the kernel: exp(WIDTH · (cosine − 1))
RIDGE = 0.1
MOST_LANDMARKS = 2000
WHOLE_WIDTH, NOISY_RIDGE = 4.0, 1.0  # where every text is a landmark; where labels are few, so noisy
MOST_WHOLE = 16_000  # texts up to which every one is a landmark
MOST_AXES = 200  # of the space that likeness is told in
ROWS_AT_ONCE = 8192
TOLD_AT_ONCE = 128
JITTERS = (1e-6, 1e-5, 1e-4, 1e-3)  # shares of the mean of the diagonal


@dataclass(frozen=True, eq=False)
class Line:
    """A linear machine: weights (terms, labels) and a bias a label."""

    weights: Singles
    bias: Singles

    def decisions(self, rows: Any) -> Singles:
        return np.asarray(rows @ self.weights, dtype=np.float32) + self.bias


def fit_line(
    rows: Any, y: Places, weight: Floats, labels: int, *, penalty: float, seed: int, tolerance: float = TOLERANCE
) -> Line:
    """One machine a label against all others, squared hinge (Fan et al. 2008)."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=penalty, random_state=seed, tol=tolerance, max_iter=2000).fit(rows, y, sample_weight=weight)
    known = machine.classes_.astype(np.int64)
    found, bias = machine.coef_, machine.intercept_
    if len(known) == 2:
        found, bias = np.vstack([-found, found]), np.concatenate([-bias, bias])
    # A label that no row here has is told by none.
    weights, ends = np.zeros((rows.shape[1], labels), np.float32), np.full(labels, -1.0, np.float32)
    weights[:, known], ends[known] = found.T, bias
    return Line(weights, ends)


def fit_ratio_line(rows: Any, y: Places, weight: Floats, labels: int, *, seed: int) -> Line:
    """A line on rows times the logarithm of how much oftener a term stands with the label than with the others (Wang and
    Manning 2012); the ratios are multiplied into its weights, so that it is asked like any line.
    """
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    there = csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)
    whose = csr_matrix((weight, (y, np.arange(len(y)))), shape=(labels, len(y)))
    often = np.asarray((whose @ there).todense(), dtype=np.float64)
    whole = often.sum(axis=0)
    weights, ends = np.zeros((rows.shape[1], labels), np.float32), np.full(labels, -1.0, np.float32)
    for label in np.unique(y):
        mine, others = ADDED + often[label], ADDED + whole - often[label]
        ratio = np.log((mine / mine.sum()) / (others / others.sum())).astype(np.float32)
        turned = csr_matrix((rows.data * ratio[rows.indices], rows.indices, rows.indptr), shape=rows.shape)
        machine = LinearSVC(C=RATIO_PENALTY, random_state=seed, tol=TOLERANCE, max_iter=2000)
        machine.fit(turned, y == label, sample_weight=weight)
        weights[:, label], ends[label] = machine.coef_[0] * ratio, machine.intercept_[0]
    return Line(weights, ends)


@dataclass(frozen=True, eq=False)
class Kernel:
    """Ridge regression on likeness to landmarks (Nyström; Williams and Seeger 2001): landmarks (m, dimensions) of
    length 1, coefficients (m, labels).
    """

    landmarks: Singles
    coefficients: Singles
    width: float

    def likeness(self, places: Singles) -> Singles:
        """exp(width · (cosine − 1)) to each landmark."""
        alike = (places * np.float32(self.width)) @ self.landmarks.T
        alike -= np.float32(self.width)
        return np.asarray(np.exp(alike, out=alike))

    def decisions(self, places: Singles) -> tuple[Singles, Singles]:
        """A value a label, about 0 to 1, and the likeness to the nearest landmark."""
        said = np.empty((len(places), self.coefficients.shape[1]), np.float32)
        nearest = np.empty(len(places), np.float32)
        # Some hundred texts at a time stay in the memory near the processor, which is where the time goes.
        for start in range(0, len(places), TOLD_AT_ONCE):
            part = slice(start, start + TOLD_AT_ONCE)
            alike = self.likeness(places[part])
            said[part], nearest[part] = alike @ self.coefficients, alike.max(axis=1)
        return said, nearest


class Solved:
    """A system of equations that is symmetric and not negative, solved by Cholesky. Landmarks that are nearly the same
    make it nearly singular, so as little is added to its diagonal as makes it solvable.
    """

    def __init__(self, system: Floats) -> None:
        from scipy.linalg import LinAlgError, cho_factor

        mean = float(np.trace(system)) / len(system)
        for jitter in JITTERS:
            try:
                whole = system + jitter * mean * np.eye(len(system))
                self.factor = cho_factor(whole, overwrite_a=True, check_finite=False)
                return
            except LinAlgError:
                continue
        raise Refused("The texts are too alike to be learnt from.", code="texts_alike", hint="Give texts that differ.")

    def of(self, products: Any) -> Floats:
        from scipy.linalg import cho_solve

        return np.asarray(cho_solve(self.factor, products.astype(np.float64), check_finite=False))


def axes_of(places: Singles) -> Singles | None:
    """The widest directions of places (dimensions, MOST_AXES); None where there are no more than that. Half precision, as
    they are kept.
    """
    if places.shape[1] <= MOST_AXES:
        return None
    _, found = np.linalg.eigh((places.T @ places).astype(np.float64))
    return np.ascontiguousarray(found[:, : -MOST_AXES - 1 : -1]).astype(np.float16).astype(np.float32)


def turned(places: Singles, axes: Singles | None) -> Singles:
    """Places along these directions, of length 1 again."""
    if axes is None:
        return places
    found = places @ axes
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-9)))


def fit_kernel(places: Singles, targets: Singles, weight: Floats, *, seed: int, ridge: float = RIDGE) -> Kernel:
    """A kernel machine learnt from places (n, dimensions) and what is to be told of them (n, labels); every text is a
    landmark up to MOST_WHOLE, 2,000 of them beyond.
    """
    if len(places) <= MOST_WHOLE:
        return _whole(places, targets, weight, ridge)
    return _by_landmarks(places, targets, weight, seed)


def _whole(places: Singles, targets: Singles, weight: Floats, ridge: float) -> Kernel:
    """Kernel ridge regression (Saunders, Gammerman and Vovk 1998), a row's ridge the smaller the more it is worth."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    there = np.flatnonzero(weight > 0)
    landmarks = places[there].astype(np.float16).astype(np.float32)
    empty = Kernel(landmarks, np.zeros((len(there), targets.shape[1]), np.float32), WHOLE_WIDTH)
    for more in (1.0, 10.0):
        system = empty.likeness(landmarks)
        system[np.diag_indices(len(there))] += (more * ridge / np.minimum(weight[there], 1e3)).astype(np.float32)
        try:
            # It is symmetric, so its transpose is itself, in the order the library solves without a copy.
            factor = cho_factor(system.T, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            continue
        found = cho_solve(factor, targets[there].astype(np.float32), check_finite=False)
        return Kernel(landmarks, np.asarray(found, dtype=np.float32), WHOLE_WIDTH)
    raise Refused("The texts are too alike to be learnt from.", code="texts_alike", hint="Give texts that differ.")


def _by_landmarks(places: Singles, targets: Singles, weight: Floats, seed: int) -> Kernel:
    """The same from landmarks alone. Rows are taken some thousands at a time: likeness of all to all landmarks would not
    fit beside 100,000 texts.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(places))[: min(MOST_LANDMARKS, len(places))])
    landmarks = places[chosen].astype(np.float16).astype(np.float32)
    empty = Kernel(landmarks, np.zeros((len(chosen), targets.shape[1]), np.float32), WIDTH)
    system = RIDGE * empty.likeness(landmarks).astype(np.float64)
    products = np.zeros((len(chosen), targets.shape[1]))
    for start in range(0, len(places), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        alike = empty.likeness(places[part])
        weighed = alike * weight[part, None].astype(np.float32)
        system += weighed.T @ alike
        products += weighed.T @ targets[part]
    return Kernel(landmarks, Solved(system).of(products).astype(np.float32), WIDTH)


def folds_of(labels: Any, groups: Sequence[str] | None, count: int, seed: int) -> Places:
    """The inner fold of each row: by turns within a label, drawn by the seed; whole groups where there are groups."""
    chance = np.random.default_rng(seed)
    if groups is not None:
        names = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
        return np.asarray(chance.permutation(int(names.max()) + 1)[names] % count, dtype=np.int64)
    order = chance.permutation(len(labels))
    known = np.unique(np.asarray(labels, dtype=str), return_inverse=True)[1]
    order = order[np.argsort(known[order], kind="stable")]
    folds = np.empty(len(labels), dtype=np.int64)
    folds[order] = np.arange(len(labels)) % count
    return folds
