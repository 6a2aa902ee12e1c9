"""Which words can name a theme, and in which texts they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.counting import count_each
from heed.text.normal import normal, words_of

COMMON = 0.2  # share of the texts from which on a word says too little to tell a theme


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    text = files("heed.text").joinpath("lexicon/stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def telling(term: str) -> bool:
    """Whether a word or pair can name a theme: no stop word in it, no single letter, no sign."""
    return all(len(word) > 2 and word[0].isalpha() and word not in stop_words() for word in term.split())


def terms_in(masked: str) -> list[str]:
    """The words of a text and its pairs of neighbours."""
    words = words_of(normal(masked))
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
    `all_words`."""
    names, present = count_each(
        map(terms_in, masked),
        least=min(least, len(masked)),
        most_share=most_share,
        most=most,
    )
    kept = [place for place, term in enumerate(names) if all_words or telling(term)]
    return Counted(tuple(names[place] for place in kept), present[:, kept].tocsr())
