"""Which words can name a theme, and in which texts they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.counting import count_each
from heed.text.discovery.spelling import tokens_of
from heed.text.discovery.stopping import stop_words
from heed.text.normal import normal, words_of

# What normal() puts for masks, addresses and handles: it stands in texts of every theme.
PLACEHOLDERS = frozenset({"masked", "weburl", "atuser"})
SHORTENED = ("'m", "'s", "'d", "'re", "'ve", "'ll")
COMMON = 0.2  # share of the texts from which on a word says too little to tell a theme


def telling(term: str) -> bool:
    """Whether a word or pair can name a theme: no stop word in it, shortened or not (I'm, don't), no single letter, no sign."""
    return all(_tells(word) for word in term.split())


def _tells(word: str) -> bool:
    if word in PLACEHOLDERS or word.endswith("n't") or word in stop_words():
        return False
    if word.endswith(SHORTENED):
        word = word[: word.rindex("'")]
    return len(word) > 2 and word[0].isalpha() and word not in stop_words()


def terms_in(masked: str) -> list[str]:
    """The words of a text and its pairs of neighbours."""
    return _with_pairs(words_of(normal(masked)))


def _with_pairs(words: list[str]) -> list[str]:
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


@dataclass(frozen=True, eq=False)
class Counted:
    """Which telling terms stand in which texts: a sparse matrix of 0 and 1."""

    terms: tuple[str, ...]
    present: Any

    def of(self, rows: NDArray[np.bool_]) -> "Counted":
        return Counted(self.terms, self.present[rows])


def count_terms(
    masked: Sequence[str], *, least: int = 5, most_share: float = COMMON, most: int = 20_000, all_words: bool = False
) -> Counted:
    """Words and pairs that stand in `least` texts or more and in no larger share than `most_share`; telling ones, unless
    `all_words`. A rare misspelling counts as the word it stands for."""
    names, present = count_each(
        map(_with_pairs, tokens_of(masked)),
        least=min(least, len(masked)),
        most_share=most_share,
        most=most,
    )
    kept = [place for place, term in enumerate(names) if all_words or telling(term)]
    return Counted(tuple(names[place] for place in kept), present[:, kept].tocsr())
