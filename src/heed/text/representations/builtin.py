"""The built-in representation: the organisation's own words and characters, and a space spanned by its own texts.

Latent semantic analysis (Deerwester et al. 1990): a truncated SVD of TF-IDF rows. Texts need no labels for it, so all
there are take part. It needs no model file and no network.
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

KIND = "own-words.1"
DIMENSIONS = 400
MOST_ROWS = 20_000  # of which the space is spanned; more change it little
SPANNING: tuple[Unit, ...] = ("words", "characters")
ROUNDS = 3  # of power iteration


@dataclass(frozen=True, eq=False)
class OwnWords:
    """A space of the organisation's own words. `projection` has a row a term and a column a dimension."""

    vocabularies: tuple[Vocabulary, ...]
    projection: NDArray[np.float32]

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
        return unit_rows(self.placed(counted(self.vocabularies, [normal(text) for text in texts])))

    def placed(self, rows: Any) -> NDArray[np.float32]:
        """Counted rows in the space, not yet of length 1: how long a row is says how much of it the space knows."""
        return np.asarray(rows @ self.projection, dtype=np.float32)


def counted(vocabularies: Sequence[Vocabulary], texts: Sequence[str]) -> Any:
    """Normal texts as sparse rows of length 1 (where each part is known): each vocabulary's part weighs the same."""
    return (vectors(vocabularies, texts) * (1.0 / np.sqrt(len(vocabularies)))).astype(np.float32)


def fit_own_words(
    texts: Sequence[str], *, dimensions: int = DIMENSIONS, least: int = 2, seed: int = 0
) -> OwnWords | None:
    """The space of masked texts; None where they are too few or too alike to span one."""
    plain = [normal(text) for text in texts]
    return span(plain, fit_vocabularies(plain, least=least, units=SPANNING), dimensions=dimensions, seed=seed)


def span(
    plain: Sequence[str], vocabularies: tuple[Vocabulary, ...], *, dimensions: int = DIMENSIONS, seed: int = 0
) -> OwnWords | None:
    """The space of normal texts over vocabularies that are there already."""
    from sklearn.utils.extmath import randomized_svd

    if len(plain) > MOST_ROWS:
        chosen = np.random.default_rng(seed).choice(len(plain), MOST_ROWS, replace=False)
        plain = [plain[place] for place in np.sort(chosen)]
    rows = counted(vocabularies, plain)
    size = min(dimensions, rows.shape[0] - 1, rows.shape[1] - 1)
    if size < 2:
        return None
    _, lengths, axes = randomized_svd(rows, size, n_iter=ROUNDS, random_state=seed)
    there = lengths > 1e-6 * lengths[0]
    # Half precision is enough for places, halves a model's file, and what is kept is what was learnt with.
    return OwnWords(vocabularies, np.asarray(axes[there].T, dtype=np.float16).astype(np.float32))
