"""Languages of customers: heed's own words on the answer page and in the invitation, which way they run, and what falls back to what.

A customer's language is not one of the house: a survey may be asked in any, so these words do not go by gettext.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "words"
FALLBACK = "en"


def chosen(languages: Sequence[str], wanted: str) -> str:
    """The language to use of those there are: the one wanted, one of the same family, or the first."""
    lowered = {language.lower(): language for language in languages}
    if found := lowered.get(wanted.lower()):
        return found
    family = wanted.lower().partition("-")[0]
    return next((language for low, language in lowered.items() if low.partition("-")[0] == family), languages[0])


def told(text: Mapping[str, str], languages: Sequence[str], language: str, otherwise: str = "") -> str:
    """Words in a language; those in the first language where they are missing."""
    return text.get(language, "").strip() or text.get(languages[0], "").strip() or otherwise


@lru_cache(maxsize=128)
def words(language: str) -> Mapping[str, str]:
    """heed's own words in a language; English where heed does not speak it."""
    family = language.partition("-")[0].lower()
    found = _read(FALLBACK)
    return {**found, **_read(family)} if family in own_languages() else found


@lru_cache(maxsize=64)
def _read(language: str) -> dict[str, str]:
    content = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in content.items()}


@lru_cache(maxsize=1)
def own_languages() -> tuple[str, ...]:
    """The languages heed has words of its own in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def spoken(wanted: str) -> str:
    """The language a page without a survey is in: the one wanted when heed speaks it, else English."""
    family = wanted.partition("-")[0].lower()
    return family if family in own_languages() else FALLBACK


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """rtl or ltr."""
    found = _locale(language)
    return str(found.text_direction) if found else "ltr"


@lru_cache(maxsize=256)
def native_name(language: str) -> str:
    """What a language calls itself; its tag where nobody knows."""
    found = _locale(language)
    name = found.get_display_name() if found else None
    return str(name)[:1].upper() + str(name)[1:] if name else language


def said_number(language: str, number: float) -> str:
    """A number as a language writes it: 1,234.5."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=_locale(language) or "en"))


def together(language: str, parts: Sequence[str]) -> str:
    """Parts as a language lists them: one, two and three."""
    from babel.lists import format_list

    return str(format_list(list(parts), locale=_locale(language) or "en"))


def said_day(language: str, moment: date) -> str:
    """A day as a language writes it: 3 May 2026."""
    from babel.dates import format_date

    return str(format_date(moment, "long", locale=_locale(language) or "en"))


def _locale(language: str) -> Any:
    # Loaded where a page is drawn, not with every command.
    from babel import Locale, UnknownLocaleError

    for tag in (language, language.partition("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None
