"""Texts as terms for finding themes: words brought to their stems and pairs of neighbours, counted once a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.counting import count_each, count_known
from heed.text.discovery.spelling import tokens_of
from heed.text.discovery.stopping import stop_words
from heed.text.discovery.words import PLACEHOLDERS

VOWELS = frozenset("aeiouyäöü")
LEAST_TEXTS_OF_A_TERM = 3
MOST_TERMS = 30_000
LONG, MOST_TERMS_OF_LONG = 250, 6_000  # letters of a text on average: long ones have enough of common terms


def stem(word: str) -> str:
    """A word without its commonest endings (-s, -ies, -ing, -ed, -e): a lighter cut than Porter's (1980)."""
    word = word.split("'")[0]
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= 3 and VOWELS & set(bare):
            # stopped → stop, but called → call
            word = bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "lsz" else bare
            break
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def stems_of(masked: Sequence[str]) -> Iterator[list[str]]:
    """The stems of each text in order; no signs, no single letters, no masks; rare misspellings put right. Each word is cut once."""
    known: dict[str, str] = {}
    for words in tokens_of(masked):
        found = []
        for word in words:
            cut = known.get(word)
            if cut is None:
                keep = len(word) > 1 and word[0].isalpha() and word not in PLACEHOLDERS
                cut = known[word] = stem(word) if keep else ""
            if cut:
                found.append(cut)
        yield found


def stopped(terms: Sequence[str]) -> NDArray[np.bool_]:
    """Which terms are made of stop words alone."""
    common = stop_words() | {stem(word) for word in stop_words()}
    return np.array([all(word in common for word in term.split()) for term in terms], dtype=bool)


@dataclass(frozen=True, eq=False)
class Terms:
    """Which terms stand in which texts: a sparse matrix of 0 and 1, and which of the terms are single words."""

    names: tuple[str, ...]
    present: Any

    @property
    def single(self) -> NDArray[np.bool_]:
        return np.array([" " not in name for name in self.names], dtype=bool)


def _with_pairs(stems: list[str]) -> list[str]:
    return [*stems, *(f"{a} {b}" for a, b in pairwise(stems))]


def terms_of(masked: Sequence[str], names: Sequence[str] | None = None) -> Terms:
    """The terms of these texts: those of `names`, or all that stand in three texts or more."""
    texts = (_with_pairs(stems) for stems in stems_of(masked))
    if names is not None:
        return Terms(tuple(names), count_known(texts, names))
    most = MOST_TERMS_OF_LONG if sum(map(len, masked)) > LONG * len(masked) else MOST_TERMS
    return Terms(*count_each(texts, least=min(LEAST_TEXTS_OF_A_TERM, max(1, len(masked))), most=most))
