"""Which language a text is in: all that lingua knows, the usual ones first.

Most texts give themselves away by their little words, which costs nothing. The others are told by the n-grams of all
languages, in lingua's small models: they need 80 MB where its large ones need more than a gigabyte. What an
organisation's customers usually write is held likelier than what they seldom do, and that decides the close calls.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from heed.text.analyzer import UNKNOWN

# The languages held likely unless others are asked for as well.
USUAL = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "tr", "sv", "da", "cs")
LIKELIER = 20.0  # how much likelier one of those is than any other, before a word is read
LEAST_LETTERS = 10  # shorter texts are guessed at, not told
LEAST_CONFIDENCE = 0.6
AT_ONCE = 2000
LEAST_WORDS = 3  # so many little words of one language tell it,
LEAD = 2  # when there are so many times more than of any other
SURE = 0.99
MASK = re.compile(r"\[[A-Z_]+\]|https?://\S+|@\w+|\S+@\S+")
LETTERS = re.compile(r"[^\W\d_]")
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Told:
    """A language and how sure it is, 0..1; `und` where nobody could tell."""

    language: str
    confidence: float


@lru_cache(maxsize=1)
def little_words() -> dict[str, tuple[str, ...]]:
    """Each little word, in lower case, with the languages it belongs to."""
    told: dict[str, tuple[str, ...]] = {}
    written = files("heed.text").joinpath("lexicon/little_words.txt").read_text(encoding="utf-8")
    for line in written.splitlines():
        code, _, words = line.partition(": ")
        for word in words.split() if not line.startswith("#") else ():
            told[word] = (*told.get(word, ()), code)
    return told


@lru_cache(maxsize=1)
def _detector() -> Any:
    # Loaded late: the library weighs 100 MB on disk, and a command that masks one line needs none of it.
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()


@lru_cache(maxsize=1)
def known_languages() -> frozenset[str]:
    """The codes of all languages that can be told apart."""
    from lingua import Language

    return frozenset(str(language.iso_code_639_1.name).lower() for language in Language.all())


def chosen_languages(wanted: Sequence[str]) -> tuple[str, ...]:
    """The usual languages and those of the organisation; what cannot be told apart is left out."""
    primary = [tag.split("-")[0].lower() for tag in wanted]
    extra = sorted({code for code in primary if code not in USUAL})
    return (*USUAL, *(code for code in extra if code in known_languages())) if extra else USUAL


def languages_of(texts: Sequence[str], languages: tuple[str, ...] = USUAL) -> list[Told]:
    """The language of each text, of all there are; `languages` are held likelier. What is masked, addresses and handles
    say nothing of a language.
    """
    plain = [MASK.sub(" ", text) for text in texts]
    told: list[Told] = [Told(UNKNOWN, 0.0)] * len(plain)
    open_places = []
    for place, text in enumerate(plain):
        if len(LETTERS.findall(text)) < LEAST_LETTERS:
            continue
        code = by_little_words(text)
        if code in languages:
            told[place] = Told(code, SURE)
        else:
            open_places.append(place)
    for start in range(0, len(open_places), AT_ONCE):
        part = open_places[start : start + AT_ONCE]
        for place, values in zip(part, _confidences([plain[each] for each in part]), strict=True):
            told[place] = _weighed(values, languages)
    return told


def by_little_words(text: str) -> str:
    """The language whose little words a text is full of; "" where none stands out."""
    counts: dict[str, int] = {}
    known = little_words()
    for word in WORD.findall(text.lower()):
        for code in known.get(word, ()):
            counts[code] = counts.get(code, 0) + 1
    if not counts:
        return ""
    best = max(counts, key=lambda code: counts[code])
    second = max((many for code, many in counts.items() if code != best), default=0)
    return best if counts[best] >= LEAST_WORDS and counts[best] >= LEAD * second else ""


def _weighed(values: Sequence[Any], languages: tuple[str, ...]) -> Told:
    """Bayes' rule with the likelier languages' share before the text was read; lingua gives the rest."""
    shares = {}
    for value in values:
        code = str(value.language.iso_code_639_1.name).lower()
        shares[code] = float(value.value) * (LIKELIER if code in languages else 1.0)
    total = sum(shares.values())
    if total <= 0.0:
        return Told(UNKNOWN, 0.0)
    best = max(shares, key=lambda code: shares[code])
    sure = shares[best] / total
    return Told(best if sure >= LEAST_CONFIDENCE else UNKNOWN, sure)


def _confidences(texts: Sequence[str]) -> list[Any]:
    detector = _detector()
    if len(texts) < 8:
        return [detector.compute_language_confidence_values(text) for text in texts]
    return list(detector.compute_language_confidence_values_in_parallel(list(texts)))
