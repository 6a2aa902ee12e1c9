"""Themes by words and phrases: where a theme's words stand in a text, and how sure that makes it.

A word may begin or end with *, which stands for any letters: `bill*`, `*rechnung*`. A phrase is words in that order.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from heed.text.analyzer import ThemeHit
from heed.text.beginnings import Beginnings, beginnings
from heed.text.normal import normal, words_of

# By how many different words of a theme were met. A strength, no probability: ThemeTrust makes one of it from labels.
CONFIDENCES = (0.6, 0.8, 0.9)
MOST_THEMES = 4
MOST_STRETCHES = 24  # places of one theme in one text that are told
LETTER = r"[^\W\d_]"
LEVELS = (0.7, 0.85)  # strengths up to the first are weak, up to the second middling, beyond strong
LEAST_HITS = 50
BELIEF = 4.0  # hits' worth of belief that a strength means what it says, and that a theme is as others are
TRUST_FOLDS = 5


@dataclass(frozen=True)
class ThemeWords:
    """A theme and the words it is known by, whatever the language."""

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class FoundTheme:
    """A theme found in the organisation's own texts: named by its words, which weigh; a text has it from `least` on.

    `key` stays through refits as long as most of its words do. `since` is its first day when it began within the facts.
    `sure`: how likely a text is of it, by steps (from this weight of its words on, so likely); empty: only a strength is known.
    """

    key: str
    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    least: float
    size: int
    since: str = ""
    sure: tuple[tuple[float, float], ...] = ()

    def confidence(self, total: float) -> float:
        """How sure it is of a text in which its words have this weight."""
        if not self.sure:
            return round(min(0.9, 0.5 + 0.4 * total), 3)
        met = [likely for weight, likely in self.sure if total >= weight]
        return met[-1] if met else self.sure[0][1]


@dataclass(frozen=True)
class Taxonomy:
    """Themes compiled for searching; made once for many texts."""

    keys: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    begins: Beginnings

    def hits(self, masked: str) -> list[ThemeHit]:
        """The themes of a text, surest first; where their first word stands, in code points of the masked text."""
        found = []
        for place in self.begins.worth(masked):
            key, met = self.keys[place], list(self.patterns[place].finditer(masked))
            if not met:
                continue
            different = len({each.lastgroup or each[0].lower()[:6] for each in met})
            start, end = _whole_word(masked, *met[0].span())
            found.append(ThemeHit(key, CONFIDENCES[min(different, len(CONFIDENCES)) - 1], start, end))
        return sorted(found, key=lambda hit: (-hit.confidence, hit.start))[:MOST_THEMES]

    def stretches(self, masked: str) -> list[tuple[int, int, str]]:
        """Every place where a theme's word stands, widened to whole words, and the key of the theme; in order of place."""
        found = {
            (*_whole_word(masked, *met.span()), self.keys[place])
            for place in self.begins.worth(masked)
            for met in islice(self.patterns[place].finditer(masked), MOST_STRETCHES)
        }
        return sorted(found)


@lru_cache(maxsize=8)
def compiled(themes: tuple[ThemeWords, ...]) -> Taxonomy:
    """The themes as one pattern each."""
    kept = [theme for theme in themes if theme.words]
    patterns = tuple(_pattern(theme.words) for theme in kept)
    return Taxonomy(tuple(theme.key for theme in kept), patterns, beginnings([theme.words for theme in kept]))


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
        found = []
        for place, (total, term) in self._met(masked).items():
            theme = self.themes[place]
            if total >= theme.least:
                start, end = _stretch(masked, term)
                found.append(ThemeHit(theme.key, theme.confidence(total), start, end))
        return sorted(found, key=lambda hit: (-hit.confidence, hit.key))[:MOST_THEMES]

    def totals(self, masked: str) -> dict[int, float]:
        """The weight of each theme's words in a text, by the theme's place; only those with any."""
        return {place: total for place, (total, _) in self._met(masked).items()}

    def _met(self, masked: str) -> dict[int, tuple[float, str]]:
        """The same, with the word that weighs most."""
        if not self.themes:
            return {}
        words = words_of(normal(masked))
        sums: dict[int, float] = {}
        first: dict[int, tuple[float, str]] = {}
        for term in {*words, *(f"{a} {b}" for a, b in pairwise(words))}:
            for place, weight in self.weights.get(term, ()):
                sums[place] = sums.get(place, 0.0) + weight
                first[place] = max(first.get(place, (0.0, "")), (weight, term))
        return {place: (total, first[place][1]) for place, total in sums.items()}


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


@dataclass(frozen=True)
class ThemeTrust:
    """How often a theme that was told is one that people gave too: by how strongly it was told, and by theme.

    `figures`: n hits, and the calibration error of strengths and of trust on hits of people held out.
    """

    levels: tuple[float, ...]
    themes: Mapping[str, tuple[float, ...]]
    figures: Mapping[str, Any] = field(default_factory=dict)

    def trusted(self, hits: Sequence[ThemeHit]) -> list[ThemeHit]:
        """The hits with a probability instead of a strength, in the same order."""
        return [replace(hit, confidence=round(self.of(hit), 3)) for hit in hits]

    def of(self, hit: ThemeHit) -> float:
        return self.themes.get(hit.key, self.levels)[_level(hit.confidence)]

    def written(self) -> dict[str, Any]:
        """Plain JSON."""
        themes = {key: list(each) for key, each in sorted(self.themes.items())}
        return {"levels": list(self.levels), "themes": themes, "figures": dict(self.figures)}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "ThemeTrust":
        themes = {str(key): tuple(map(float, each)) for key, each in written["themes"].items()}
        return cls(tuple(map(float, written["levels"])), themes, dict(written.get("figures", {})))


def fit_trust(
    hits: Sequence[Sequence[ThemeHit]], truth: Sequence[Collection[str]], groups: Sequence[str], *, seed: int = 0
) -> ThemeTrust | None:
    """Trust from texts whose themes people said: what was told of each, what they said, who wrote it. A group stays whole
    when hits are held out. None with fewer than LEAST_HITS hits.
    """
    told = [
        (hit.key, hit.confidence, hit.key in said, group)
        for mine, said, group in zip(hits, truth, groups, strict=True)
        for hit in mine
    ]
    if len(told) < LEAST_HITS:
        return None
    from heed.text.classifying.calibrating import reliability
    from heed.text.classifying.machines import folds_of

    folds = folds_of([key for key, _, _, _ in told], [group for _, _, _, group in told], TRUST_FOLDS, seed)
    sure = [0.0] * len(told)
    for fold in range(TRUST_FOLDS):
        inner = _trust([row for row, mine in zip(told, folds, strict=True) if mine != fold])
        for place, (key, strength, _, _) in enumerate(told):
            if folds[place] == fold:
                sure[place] = inner.of(ThemeHit(key, strength, 0, 0))
    import numpy as np

    right = np.array([each[2] for each in told])
    before, after = (reliability(np.array(each), right)[1] for each in ([row[1] for row in told], sure))
    figures = {"n": len(told), "right": float(right.mean()), "strength_error": before, "calibration_error": after}
    return replace(_trust(told), figures=figures)


def _trust(told: Sequence[tuple[str, float, bool, str]]) -> ThemeTrust:
    """Shares right by level, drawn to what the strength says, and by theme, drawn to those of the level."""
    held: dict[str, list[list[float]]] = {}
    for key, strength, right, _ in told:
        counts = held.setdefault(key, [[0.0, 0.0] for _ in range(len(LEVELS) + 1)])
        counts[_level(strength)][0] += right
        counts[_level(strength)][1] += 1
    whole = [[sum(each[place][at] for each in held.values()) for at in (0, 1)] for place in range(len(LEVELS) + 1)]
    levels = tuple(
        (right + BELIEF * usual) / (many + BELIEF) for (right, many), usual in zip(whole, CONFIDENCES, strict=True)
    )
    themes = {
        key: tuple(
            (right + BELIEF * level) / (many + BELIEF) for (right, many), level in zip(rows, levels, strict=True)
        )
        for key, rows in held.items()
    }
    return ThemeTrust(levels, themes)


def _level(strength: float) -> int:
    return sum(strength > edge for edge in LEVELS)
