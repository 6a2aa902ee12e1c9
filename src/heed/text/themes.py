"""Themes by words and phrases: where a theme's words stand in a text, and how sure that makes it.

A word may begin or end with *, which stands for any letters: `bill*`, `*rechnung*`. A phrase is words in that order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from heed.text.analyzer import ThemeHit
from heed.text.normal import normal, words_of

# By how many different words of a theme were met. A strength, not yet a calibrated probability.
CONFIDENCES = (0.6, 0.8, 0.9)
MOST_THEMES = 4
MOST_STRETCHES = 24  # places of one theme in one text that are told
LETTER = r"[^\W\d_]"


@dataclass(frozen=True)
class ThemeWords:
    """A theme and the words it is known by, whatever the language."""

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class FoundTheme:
    """A theme found in the organisation's own texts: named by its words, which weigh; a text has it from `least` on.

    `key` stays through refits as long as most of its words do. `since` is its first day when it began within the facts.
    """

    key: str
    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    least: float
    size: int
    since: str = ""


@dataclass(frozen=True)
class Taxonomy:
    """Themes compiled for searching; made once for many texts."""

    keys: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    def hits(self, masked: str) -> list[ThemeHit]:
        """The themes of a text, surest first; where their first word stands, in code points of the masked text."""
        found = []
        for key, pattern in zip(self.keys, self.patterns, strict=True):
            met = list(pattern.finditer(masked))
            if not met:
                continue
            different = len({each.lastgroup or each[0].lower()[:6] for each in met})
            start, end = _whole_word(masked, *met[0].span())
            found.append(ThemeHit(key, CONFIDENCES[min(different, len(CONFIDENCES)) - 1], start, end))
        return sorted(found, key=lambda hit: (-hit.confidence, hit.start))[:MOST_THEMES]

    def stretches(self, masked: str) -> list[tuple[int, int, str]]:
        """Every place where a theme's word stands, widened to whole words, and the key of the theme; in order of place."""
        found = {
            (*_whole_word(masked, *met.span()), key)
            for key, pattern in zip(self.keys, self.patterns, strict=True)
            for met in islice(pattern.finditer(masked), MOST_STRETCHES)
        }
        return sorted(found)


@lru_cache(maxsize=8)
def compiled(themes: tuple[ThemeWords, ...]) -> Taxonomy:
    """The themes as one pattern each."""
    kept = [theme for theme in themes if theme.words]
    return Taxonomy(tuple(theme.key for theme in kept), tuple(_pattern(theme.words) for theme in kept))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_shape(word) for word in sorted(set(words), key=len, reverse=True)), re.IGNORECASE)


def _shape(word: str) -> str:
    word = " ".join(word.split())
    begins, ends = word.startswith("*"), word.endswith("*")
    inner = r"\W+".join(re.escape(part).replace(r"\*", LETTER + "*") for part in word.strip("*").split(" "))
    # A free beginning is not searched for letter by letter: the word is widened to its left once it is found.
    return ("" if begins else r"(?<!\w)") + inner + ("" if ends else r"(?!\w)")


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


@dataclass(frozen=True)
class FoundThemes:
    """Found themes ready to be looked for."""

    themes: tuple[FoundTheme, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]

    def hits(self, masked: str) -> list[ThemeHit]:
        if not self.themes:
            return []
        words = words_of(normal(masked))
        sums: dict[int, float] = {}
        first: dict[int, tuple[float, str]] = {}
        for term in {*words, *(f"{a} {b}" for a, b in pairwise(words))}:
            for place, weight in self.weights.get(term, ()):
                sums[place] = sums.get(place, 0.0) + weight
                first[place] = max(first.get(place, (0.0, "")), (weight, term))
        found = []
        for place, total in sums.items():
            theme = self.themes[place]
            if total >= theme.least:
                start, end = _stretch(masked, first[place][1])
                found.append(ThemeHit(theme.key, round(min(0.9, 0.5 + 0.4 * total), 3), start, end))
        return sorted(found, key=lambda hit: (-hit.confidence, hit.key))[:MOST_THEMES]


@lru_cache(maxsize=8)
def looked_for(themes: tuple[FoundTheme, ...]) -> FoundThemes:
    weights: dict[str, list[tuple[int, float]]] = {}
    for place, theme in enumerate(themes):
        for word, weight in zip(theme.words, theme.weights, strict=True):
            weights.setdefault(word, []).append((place, weight))
    return FoundThemes(themes, {word: tuple(rows) for word, rows in weights.items()})


def _stretch(masked: str, term: str) -> tuple[int, int]:
    """Where a term of the normal text stands in the masked one; (0, 0) where its shape was changed too much."""
    found = re.search(r"\W+".join(re.escape(word) for word in term.split()), masked, re.IGNORECASE)
    return _whole_word(masked, *found.span()) if found else (0, 0)
