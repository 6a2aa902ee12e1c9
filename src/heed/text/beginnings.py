"""Which patterns are worth a search in a text: those one of whose words begins as some word of the text does.

A search for every word of every theme costs most of what telling themes costs; most texts speak of few.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LETTERS = 4  # by so many letters a word is looked up
WORD = re.compile(r"\w+")
# Letters that `re.IGNORECASE` takes for others than their lower case: long s, dotless i and their like, Greek and Cyrillic
# variants, ligatures. Where one stands every pattern is searched for.
ODD = re.compile(
    "[\u00b5\u0130\u0131\u017f\u0345\u0390\u03a3\u03b0\u03c2\u03d0-\u03f5\u1c80-\u1cbf\u1e9b\u1e9e\u1fbe\u1fd3\u1fe3"
    "\u2126\u212a\u212b\ua64b\ufb00-\ufb06]"
)


@dataclass(frozen=True)
class Beginnings:
    """Patterns by how their words begin, and those that may begin anywhere."""

    by_letters: dict[str, tuple[int, ...]]
    anywhere: frozenset[int]
    many: int

    def worth(self, text: str) -> Iterable[int]:
        """The places of all patterns that may match, in order; it may be more than those that do."""
        if ODD.search(text):
            return range(self.many)
        found = set(self.anywhere)
        for word in set(WORD.findall(text.lower())):
            for size in range(1, LETTERS + 1):
                found.update(self.by_letters.get(word[:size], ()))
        return sorted(found)


def beginnings(patterns: Sequence[Iterable[str]]) -> Beginnings:
    """Patterns as their words, as `heed.text.themes` has them: `*` is any letters; phrases are words with spaces."""
    by_letters: dict[str, set[int]] = {}
    anywhere = set()
    for place, words in enumerate(patterns):
        for word in words:
            first = word.split()[0] if word.split() else ""
            letters = WORD.match(first.lower())
            if letters is None or ODD.search(word):
                anywhere.add(place)
            else:
                by_letters.setdefault(letters.group()[:LETTERS], set()).add(place)
    return Beginnings(
        {key: tuple(sorted(each)) for key, each in by_letters.items()}, frozenset(anywhere), len(patterns)
    )
