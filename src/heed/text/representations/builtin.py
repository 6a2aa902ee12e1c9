"""The built-in representation: a space spanned by the organisation's own words. It needs no model file and no network.

Two views of a text side by side, each of length 1: latent semantic analysis (Deerwester et al. 1990), a truncated SVD of
TF-IDF rows of words and characters; and the mean of its words' places by what they stand beside (positive pointwise
mutual information, Levy and Goldberg 2014). Neither needs labels, so all texts there are take part.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.normal import normal
from heed.text.representations.port import unit_rows
from heed.text.vectors import Unit, Vocabulary, fit_vocabularies, vectors

Singles = NDArray[np.float32]

KIND = "own-words.1"
DIMENSIONS = 300  # of each view
MOST_ROWS = 20_000  # of which the space is spanned; more change it little
MOST_WORDS = 6_000  # whose company is counted; the rarer ones are left to the first view
SPANNING: tuple[Unit, ...] = ("words", "characters")
PARTS: dict[Unit, float] = {"words": 0.667, "characters": 0.667, "pairs": 0.333}
ROUNDS = 3  # of power iteration
SHARPENED = 2.0  # power of the singular values in the first view: above 1 the wide directions count for more
SMOOTHED = 0.75  # power of a word's frequency as company (Levy, Goldberg and Dagan 2015)


@dataclass(frozen=True, eq=False)
class OwnWords:
    """A space of the organisation's own words. `projection` has a row a term, in the order of the vocabularies, and a
    column a dimension; the first `split` columns are the first view.
    """

    vocabularies: tuple[Vocabulary, ...]
    projection: Singles
    split: int

    @cached_property
    def name(self) -> str:
        """Kind and digest of what spans it."""
        digest = hashlib.sha256(np.ascontiguousarray(self.projection).tobytes())
        for vocabulary in self.vocabularies:
            digest.update("\x1f".join(vocabulary.terms).encode())
        return f"{KIND}:{digest.hexdigest()[:16]}"

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self.projection.shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a masked text, of length 1, or of zeros where none of its terms is known."""
        return unit_rows(self.of_rows(counted(self.vocabularies, [normal(text) for text in texts]))[0])

    def of_rows(self, rows: Any) -> tuple[Singles, Singles]:
        """The places of counted rows, of length 1, and how long each was in the first view before: how much of it is
        known. Rows may count more than the space does, to the right of its terms.
        """
        found = np.asarray(rows[:, : len(self.projection)] @ self.projection, dtype=np.float32)
        first, known = _scaled(found[:, : self.split])
        second, _ = _scaled(found[:, self.split :])
        return _scaled(np.hstack([first, second]))[0], known


def _scaled(rows: Singles) -> tuple[Singles, Singles]:
    lengths = np.linalg.norm(rows, axis=1)
    return rows / np.maximum(lengths, 1e-9)[:, None], lengths


def counted(vocabularies: Sequence[Vocabulary], texts: Sequence[str]) -> Any:
    """Normal texts as sparse rows, each vocabulary's part of the length PARTS gives it (where any of it is known)."""
    return vectors(vocabularies, texts, [PARTS[each.unit] for each in vocabularies]).astype(np.float32)


def fit_own_words(
    texts: Sequence[str], *, dimensions: int = DIMENSIONS, least: int = 2, seed: int = 0
) -> OwnWords | None:
    """The space of masked texts; None where they are too few or too alike to span one."""
    plain = [normal(text) for text in texts]
    vocabularies = fit_vocabularies(plain, least=least, units=SPANNING)
    return span(counted(vocabularies, plain), vocabularies, dimensions=dimensions, seed=seed)


def span(
    rows: Any, vocabularies: tuple[Vocabulary, ...], *, dimensions: int = DIMENSIONS, seed: int = 0
) -> OwnWords | None:
    """The space of counted rows over vocabularies that are there already, the words first."""
    from sklearn.utils.extmath import randomized_svd

    if rows.shape[0] > MOST_ROWS:
        rows = rows[np.sort(np.random.default_rng(seed).choice(rows.shape[0], MOST_ROWS, replace=False))]
    size = min(dimensions, rows.shape[0] - 1, rows.shape[1] - 1)
    if size < 2 or not rows.nnz:
        return None
    _, lengths, axes = randomized_svd(rows, size, n_iter=ROUNDS, random_state=seed)
    there = lengths > 1e-6 * lengths[0]
    first = axes[there].T * (lengths[there] / lengths[0]) ** (SHARPENED - 1.0)
    second = _company(rows, vocabularies[0], dimensions, seed)
    # Half precision is enough for places, halves a model's file, and what is kept is what was learnt with.
    whole = np.hstack([first, second]).astype(np.float16).astype(np.float32)
    return OwnWords(vocabularies, np.ascontiguousarray(whole), first.shape[1])


def _company(rows: Any, words: Vocabulary, dimensions: int, seed: int) -> Singles:
    """The places of words by the words they share texts with: the SVD of their positive mutual information, its values
    at the power one half. Rows of zeros for all other terms.
    """
    from sklearn.utils.extmath import randomized_svd

    single = np.array([place for place, term in enumerate(words.terms) if " " not in term], dtype=np.int64)
    there = (rows[:, single] > 0).astype(np.float32)
    often = np.asarray(there.sum(axis=0)).ravel()
    kept = np.sort(np.argsort(-often, kind="stable")[:MOST_WORDS])
    there = there[:, kept]
    places = np.zeros((rows.shape[1], 0), np.float32)
    if len(kept) < 3:
        return places
    together = np.asarray((there.T @ there).toarray(), dtype=np.float64)
    np.fill_diagonal(together, 0.0)
    often = together.sum(axis=1)
    company = often**SMOOTHED / max(float((often**SMOOTHED).sum()), 1e-12)
    expected = np.maximum(often[:, None] * company[None, :], 1e-12)
    mutual = np.maximum(np.log(np.maximum(together, 1e-12) / expected), 0.0)
    found, lengths, _ = randomized_svd(mutual, min(dimensions, len(kept) - 1), n_iter=ROUNDS, random_state=seed)
    found = found * np.sqrt(lengths)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    places = np.zeros((rows.shape[1], found.shape[1]), np.float32)
    places[single[kept]] = found
    return places
