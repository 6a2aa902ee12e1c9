"""Which language a text is in. Only the languages asked for are loaded, and only when the first text comes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heed.text.analyzer import UNKNOWN

# The languages told apart unless others are asked for: fewer are quicker and surer.
USUAL = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "tr", "sv", "da", "cs")
LEAST_LETTERS = 10  # shorter texts are guessed at, not told
LEAST_CONFIDENCE = 0.6
AT_ONCE = 2000
MASK = re.compile(r"\[[A-Z_]+\]|https?://\S+|@\w+|\S+@\S+")
LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Told:
    """A language and how sure it is, 0..1; `und` where nobody could tell."""

    language: str
    confidence: float


@lru_cache(maxsize=4)
def _detector(languages: tuple[str, ...]) -> Any:
    # Loaded late: the models weigh 100 MB on disk, and a command that masks one line needs none of them.
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in languages]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


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
    """The language of each text. What is masked, addresses and handles say nothing of a language."""
    plain = [MASK.sub(" ", text) for text in texts]
    told: list[Told] = [Told(UNKNOWN, 0.0)] * len(plain)
    thick = [place for place, text in enumerate(plain) if len(LETTERS.findall(text)) >= LEAST_LETTERS]
    for start in range(0, len(thick), AT_ONCE):
        part = thick[start : start + AT_ONCE]
        for place, values in zip(part, _confidences([plain[each] for each in part], languages), strict=True):
            best = values[0]
            code = str(best.language.iso_code_639_1.name).lower()
            sure = float(best.value)
            told[place] = Told(code if sure >= LEAST_CONFIDENCE else UNKNOWN, sure)
    return told


def _confidences(texts: Sequence[str], languages: tuple[str, ...]) -> list[Any]:
    detector = _detector(languages)
    if len(texts) < 8:
        return [detector.compute_language_confidence_values(text) for text in texts]
    return list(detector.compute_language_confidence_values_in_parallel(list(texts)))
