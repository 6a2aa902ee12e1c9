"""Words that hold an opinion, as they stand in a text: for what is spoken about, and for what is wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from heed.text.analyzer import UNKNOWN
from heed.text.language import little_words
from heed.text.lexicon import Lexicon, lexicons

LANGUAGES = ("en", "de", "fr", "es", "it")  # there are words for
LEAST_LITTLE, LEAST_SHARE = 4, 0.3  # little words that a text of another language must have to be read by one of these

NEGATED = -0.75  # a negation turns a word and takes a quarter of it, as in the lexicon
REACH = 4


@dataclass(frozen=True, slots=True)
class Opinion:
    """A word that weighs (−3..3, after negation and stress), by its place among the words."""

    place: int
    weight: float


def tongue(words: Sequence[str], language: str) -> str:
    """One of LANGUAGES: whose words to go by. Where the language is not told, by its little words, else English; where it is
    another, "", unless a good part of the words is of one of these all the same.
    """
    if language in LANGUAGES:
        return language
    counts = dict.fromkeys(LANGUAGES, 0)
    known = little_words()
    part = words[:80]
    for word in part:
        for code in known.get(word, ()):
            if code in counts:
                counts[code] += 1
    best = max(LANGUAGES, key=lambda code: counts[code])
    if language in ("", UNKNOWN):
        return best
    return best if counts[best] >= max(LEAST_LITTLE, LEAST_SHARE * len(part)) else ""


@lru_cache(maxsize=1)
def _further() -> dict[str, tuple[dict[str, float], tuple[tuple[str, float], ...]]]:
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/opinions.yaml").read_text(encoding="utf-8"))
    found = {}
    for language, sides in written.items():
        words: dict[str, float] = {}
        stems: list[tuple[str, float]] = []
        for side, sign in (("negative", -1.0), ("positive", 1.0)):
            for strength, terms in sides[side].items():
                for term in terms:
                    if term.endswith("*"):
                        stems.append((term[:-1], sign * strength))
                    else:
                        words[term] = sign * strength
        found[language] = (words, tuple(stems))
    return found


@lru_cache(maxsize=65_536)
def further_weight(word: str, language: str) -> float:
    """The weight of a word by the further list of opinions about things."""
    words, stems = _further()[language]
    if word in words:
        return words[word]
    return next((weight for stem, weight in stems if word.startswith(stem)), 0.0)


@lru_cache(maxsize=65_536)
def weighs(word: str, language: str) -> float:
    """The weight of a word about a thing, by both lists; 0 where neither has it."""
    return (weight_of(word, language) if len(word) < 40 else 0.0) or further_weight(word, language)


@lru_cache(maxsize=65_536)
def weight_of(word: str, language: str) -> float:
    """The weight of one word by itself; 0 where it has none."""
    lexicon = lexicons()[language]
    if word in lexicon.words:
        return lexicon.words[word]
    for size in range(len(word), 2, -1):
        if word[:size] in lexicon.beginnings:
            return lexicon.beginnings[word[:size]]
    return 0.0


def opinions(
    words: Sequence[str],
    language: str,
    bounds: frozenset[int] = frozenset(),
    further: Callable[[str, str], float] | None = None,
) -> list[Opinion]:
    """The words that weigh. `bounds` are places over which no negation reaches (a mark, a `but`);
    `further` gives the weight of words the lexicon has none for.
    """
    lexicon = lexicons()[language]
    found = []
    for place, word in enumerate(words):
        weight = weight_of(word, language) if len(word) < 40 else 0.0
        if not weight and further is not None:
            weight = further(word, language)
        if weight:
            found.append(Opinion(place, weight * _turned(words, place, lexicon, bounds)))
    return found


def _turned(words: Sequence[str], place: int, lexicon: Lexicon, bounds: frozenset[int]) -> float:
    factor = 1.0
    for back in range(1, REACH + 1):
        at = place - back
        if at < 0 or (at + 1) in bounds:
            break
        word = words[at]
        if back == 1 and word in lexicon.stresses:
            factor *= 1.5
        if word in lexicon.negations or word.endswith("n't") or word == "n't":
            return factor * NEGATED
    return factor
