"""The two machines a classifier asks: a line over words and characters, and a kernel over the space of texts.

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
TOLERANCE = 0.01
WIDTH = 2.0  # of the kernel: exp(WIDTH · (cosine − 1))
RIDGE = 0.1
MOST_LANDMARKS = 2000
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
        return np.asarray(np.exp(self.width * (places @ self.landmarks.T - np.float32(1))), dtype=np.float32)

    def decisions(self, places: Singles) -> tuple[Singles, Singles]:
        """A value a label, about 0 to 1, and the likeness to the nearest landmark."""
        alike = self.likeness(places)
        return alike @ self.coefficients, alike.max(axis=1)


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


class KernelFit:
    """The sums of a kernel machine, kept so that folds of rows can be left out without counting the others again."""

    def __init__(self, places: Singles, targets: Singles, weight: Floats, *, seed: int) -> None:
        many = min(MOST_LANDMARKS, len(places))
        chosen = np.sort(np.random.default_rng(seed).permutation(len(places))[:many])
        self.landmarks = places[chosen].astype(np.float16).astype(np.float32)
        self.empty = Kernel(self.landmarks, np.zeros((many, targets.shape[1]), np.float32), WIDTH)
        self.alike = self.empty.likeness(places)
        self.targets, self.weight = targets, weight.astype(np.float32)
        self.squares, self.products = self._sums(np.arange(len(places)))
        self.inner = self.empty.likeness(self.landmarks).astype(np.float64)
        self.nearest = _second_best(self.alike, chosen)

    def _sums(self, rows: Places) -> tuple[Floats, Floats]:
        weighed = self.alike[rows] * self.weight[rows, None]
        return (weighed.T @ self.alike[rows]).astype(np.float64), (weighed.T @ self.targets[rows]).astype(np.float64)

    def machine(self, without: Places | None = None) -> Kernel:
        """The machine learnt from all rows but these."""
        squares, products = self.squares, self.products
        if without is not None and len(without):
            less, fewer = self._sums(without)
            squares, products = squares - less, products - fewer
        found = Solved(squares + RIDGE * self.inner).of(products)
        return Kernel(self.landmarks, found.astype(np.float32), WIDTH)

    def unseen(self, folds: Places, count: int) -> Singles:
        """The decisions on each row of machines that did not learn from its fold."""
        told = np.zeros((len(folds), self.targets.shape[1]), np.float32)
        for fold in range(count):
            rows = np.flatnonzero(folds == fold)
            told[rows] = self.alike[rows] @ self.machine(rows).coefficients
        return told


def _second_best(alike: Singles, chosen: Places) -> Singles:
    """The likeness of each row to the nearest landmark that is not itself."""
    alike = alike.copy()
    alike[chosen, np.arange(len(chosen))] = 0.0
    return np.asarray(alike.max(axis=1))


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
