"""Where texts lie: weighed terms (sparse), and the mean of their terms' vectors (dense), made from these texts alone.

A term's vector comes from what stands beside it in the same texts: positive pointwise mutual information (Church and
Hanks 1990; contexts to the power .75 after Levy, Goldberg and Dagan 2015), reduced by a truncated SVD.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.counting import reduced
from heed.text.discovery.terms import Terms, stopped, terms_of

Matrix = NDArray[np.float32]
# All of these were chosen on CLINC150 (random subsets of its intents), not on the set that is reported.
DIMENSIONS = 100
STOP_WEIGHT = 0.5  # "how", "why" and "not" part intents; thrown out altogether they are missed
CONTEXT_POWER = 0.75
CONTEXTS = 4000


@dataclass(frozen=True, eq=False)
class Placed:
    """Texts in a space. present: 0/1 by term; weighed: sparse rows of length 1; dense: rows of length 1 (zeros: nothing
    is known of the text)."""

    present: Any
    weighed: Any
    dense: Matrix

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which texts hold a term that is known."""
        return np.asarray(np.diff(self.weighed.indptr) > 0)

    def of(self, rows: Any) -> "Placed":
        return Placed(self.present[rows], self.weighed[rows], self.dense[rows])


@dataclass(frozen=True, eq=False)
class Space:
    """Terms, their weights, their vectors (terms × dimensions; none where texts are encoded from outside), the middle."""

    terms: tuple[str, ...]
    weights: Matrix
    vectors: Matrix
    middle: Matrix

    def place(self, masked: Sequence[str], encoded: Any = None) -> Placed:
        """Texts placed by the terms this space knows. encoded: rows of a representation, where one is used."""
        return self.placed(terms_of(masked, self.terms), encoded)

    def placed(self, terms: Terms, encoded: Any = None) -> Placed:
        weighed = _unit_rows(_scaled(terms.present, self.weights))
        raw = unit(weighed @ self.vectors if encoded is None else np.asarray(encoded, dtype=np.float32))
        dense = unit(raw - self.middle)
        dense[~raw.any(axis=1)] = 0.0
        return Placed(terms.present, weighed, dense)


def unit(rows: Any) -> Matrix:
    """Rows of length 1; rows of zeros stay."""
    rows = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0), dtype=np.float32)


def _unit_rows(rows: Any) -> Any:
    """The sparse rows scaled to length 1, in place."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data = rows.data / np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr)).astype(np.float32)
    return rows


def _scaled(present: Any, weights: Matrix) -> Any:
    """Columns times weights. The rows are copied: what is present stays 0 and 1."""
    found = present.copy()
    found.data = found.data * weights[found.indices]
    return found


def fit_space(terms: Terms, *, seed: int = 0, encoded: Any = None) -> tuple[Space, Placed]:
    """The space of these texts, and the texts in it. encoded: the rows of a representation, instead of own vectors."""
    many = terms.present.shape[0]
    texts_with = np.asarray(terms.present.sum(axis=0)).ravel()
    rarity = np.log((1.0 + many) / (1.0 + texts_with)) + 1.0
    weights = np.asarray(rarity * np.where(stopped(terms.names), STOP_WEIGHT, 1.0), dtype=np.float32)
    none = np.zeros((0, 0), dtype=np.float32)
    vectors = term_vectors(terms.present, seed) if encoded is None else none
    start = Space(terms.names, weights, vectors, np.zeros(1, dtype=np.float32))
    middle = start.placed(terms, encoded).dense.mean(axis=0) if many else np.zeros(1, dtype=np.float32)
    space = Space(terms.names, weights, vectors, np.asarray(middle, dtype=np.float32))
    return space, space.placed(terms, encoded)


def term_vectors(present: Any, seed: int = 0) -> Matrix:
    """A vector of length 1 for each term. A text counts as much whatever its length: its pairs share its weight."""
    from scipy.sparse import csr_matrix, diags

    many = present.shape[1]
    length = np.asarray(present.sum(axis=1)).ravel()
    shared = diags((1.0 / np.maximum(length - 1.0, 1.0)).astype(np.float32)) @ present
    # What stands in most texts tells the most of its neighbours; without a bound long texts would fill every cell.
    often = np.sort(np.argsort(-np.asarray(present.sum(axis=0)).ravel(), kind="stable")[:CONTEXTS])
    beside = (present.T @ shared[:, often]).tocoo()
    beside.col = often[beside.col]
    apart = beside.row != beside.col
    row, column, count = beside.row[apart], beside.col[apart], beside.data[apart]
    total = np.bincount(row, count, minlength=many) + 1e-9
    context = np.bincount(column, count, minlength=many) ** CONTEXT_POWER
    share = context / max(float(context.sum()), 1e-9)
    information = np.log(count / (total[row] * share[column]))
    kept = information > 0
    if not kept.any() or many < 3:
        # Nothing stands beside anything: each term stands for itself.
        return np.asarray(np.eye(many, min(many, DIMENSIONS)), dtype=np.float32)
    matrix = csr_matrix((information[kept].astype(np.float32), (row[kept], column[kept])), shape=(many, many))
    size = min(DIMENSIONS, many - 1)
    left, values = reduced(matrix, size, seed)
    return unit(left * values)
