"""Words that hold an opinion, as they stand in a text: for what is spoken about, and for what is wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from heed.text.lexicon import Lexicon, lexicons
from heed.text.reading.words import words_in

NEGATED = -0.75  # a negation turns a word and takes a quarter of it, as in the lexicon
REACH = 4


@dataclass(frozen=True, slots=True)
class Opinion:
    """A word that weighs (−3..3, after negation and stress), by its place among the words."""

    place: int
    weight: float


def tongue(words: Sequence[str], language: str) -> str:
    """`de` or `en`: whose words to go by where the language is another or not known."""
    if language in ("de", "en"):
        return language
    german, english = words_in("common_german"), words_in("common_english")
    part = words[:80]
    return "de" if sum(each in german for each in part) > sum(each in english for each in part) else "en"


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
