"""Texts as counted words, characters and pairs of words (TF-IDF), kept as plain numbers so that a model file holds no code.

Runs of characters are counted once a word and remembered, so a text costs little more than looking its words up.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from heed.stats.arrays import Floats
from heed.text.normal import words_of

Unit = Literal["words", "characters", "pairs"]
MOST_TERMS = 150_000
SHORTEST, LONGEST = 2, 5  # of runs of characters
FAR = 4  # words a pair may lie apart
REMEMBERED = 200_000  # words whose characters are remembered


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The terms that are counted, in order, and the inverse document frequency of each."""

    unit: Unit
    terms: tuple[str, ...]
    idf: Floats


def runs_of(word: str) -> list[str]:
    """The runs of 2 to 5 characters of a word with a space at each end; a short word once as a whole."""
    padded = f" {word} "
    found: list[str] = []
    for size in range(SHORTEST, LONGEST + 1):
        if size >= len(padded):
            found.append(padded)
            break
        found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return found


def _words(text: str) -> list[str]:
    words = words_of(text)
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def _pairs(text: str) -> list[str]:
    """Words in their order with one to three others between them."""
    words = words_of(text)
    return [f"{word}_{far}" for place, word in enumerate(words) for far in words[place + 2 : place + FAR + 1]]


def _characters() -> Callable[[str], Iterator[str]]:
    known: dict[str, list[str]] = {}

    def terms(text: str) -> Iterator[str]:
        for word in text.split():
            if word not in known:
                known[word] = runs_of(word)
            yield from known[word]

    return terms


def _terms(unit: Unit) -> Callable[[str], Any]:
    return {"words": lambda: _words, "pairs": lambda: _pairs, "characters": _characters}[unit]()


def fit_vocabularies(
    texts: Sequence[str], *, least: int = 2, units: Sequence[Unit] = ("words", "characters")
) -> tuple[Vocabulary, ...]:
    """What is counted in normal texts: words and pairs of neighbours, runs of 2 to 5 characters within a word, and
    words that stand near each other ("pairs").

    A term stands in `least` texts or more: what one person alone wrote is not kept. The weight of a term is
    ln((1 + n) / (1 + texts with it)) + 1.
    """
    return tuple(_vocabulary(unit, texts, least) for unit in units)


def _vocabulary(unit: Unit, texts: Sequence[str], least: int) -> Vocabulary:
    terms = _terms(unit)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(terms(text)))
    kept = [term for term, many in counts.items() if many >= least]
    if len(kept) > MOST_TERMS:
        kept = sorted(kept, key=lambda term: (-counts[term], term))[:MOST_TERMS]
    kept.sort()
    there = np.array([counts[term] for term in kept], dtype=np.float64)
    return Vocabulary(unit, tuple(kept), np.log((1 + len(texts)) / (1 + there)) + 1.0)


class _Ready:
    """A vocabulary ready to count with."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.places = {term: place for place, term in enumerate(vocabulary.terms)}
        self.terms = _terms(vocabulary.unit) if vocabulary.unit != "characters" else None
        self.idf = vocabulary.idf
        self.known: dict[str, list[int]] = {}

    def of(self, text: str) -> list[int]:
        """The places of a text's terms, one for each time it stands there."""
        if self.terms is not None:
            found = map(self.places.get, self.terms(text))
            return [place for place in found if place is not None]
        places: list[int] = []
        for word in text.split():
            if word not in self.known:
                self._learn(word)
            places += self.known[word]
        return places

    def _learn(self, word: str) -> None:
        if len(self.known) > REMEMBERED:
            self.known.clear()
        found = map(self.places.get, runs_of(word))
        self.known[word] = [place for place in found if place is not None]

    def matrix(self, texts: Sequence[str]) -> Any:
        """One row a text of length 1: (1 + ln count) · idf."""
        from scipy.sparse import csr_matrix

        places: list[int] = []
        ends = [0]
        for text in texts:
            places += self.of(text)
            ends.append(len(places))
        shape = (len(texts), len(self.idf))
        made = csr_matrix((np.ones(len(places)), np.array(places, dtype=np.int32), np.array(ends)), shape=shape)
        made.sum_duplicates()
        made.data = (1.0 + np.log(made.data)) * self.idf[made.indices]
        return _unit(made)


def _unit(made: Any) -> Any:
    """Each row divided by its length; in place."""
    many = np.diff(made.indptr)
    rows = np.repeat(np.arange(made.shape[0]), many)
    lengths = np.sqrt(np.bincount(rows, weights=made.data**2, minlength=made.shape[0]))
    made.data /= np.maximum(lengths, 1e-12)[rows]
    return made


@lru_cache(maxsize=16)
def _ready(vocabulary: Vocabulary) -> _Ready:
    return _Ready(vocabulary)


def vectors(vocabularies: Sequence[Vocabulary], texts: Sequence[str], lengths: Sequence[float] | None = None) -> Any:
    """A sparse matrix, one row a normal text; each vocabulary's part has length 1, or that of `lengths`."""
    from scipy.sparse import csr_matrix, hstack

    parts = [_ready(vocabulary).matrix(texts) for vocabulary in vocabularies]
    return csr_matrix(
        hstack([part * length for part, length in zip(parts, lengths or [1.0] * len(parts), strict=True)])
    )
