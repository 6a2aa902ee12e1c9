"""Names of things in running text: words of the general lexicon of services, words that stand where nouns stand, and how
they stand there. No grammar is parsed; what is looked at is a determiner, a preposition, the edge of a clause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from heed.text.reading.opinions import LANGUAGES, weighs
from heed.text.reading.words import grammar

LONGEST = 4  # words of a name
BACK = 4  # words before a name that are looked through for its determiner
NO_DETERMINER = "none"
KINDS = ("the", "mine", "yours", "some")
ENDINGS = ("ly", "ed", "n't")
NOUN_ENDINGS = ("ung", "heit", "keit", "schaft", "ion", "tät", "ment", "ismus", "erei")
SMALL_LISTS = ("determiners", "pronouns", "verbs", "adverbs", "adjectives", "no_things", "links")
UMLAUTS = str.maketrans("äöü", "aou")
LEAST_TAIL = 4  # letters of a noun that may end a German compound


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the lowered text and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Thing:
    """A run of words that names a thing, by their places; its category in the general lexicon, if any; its determiner
    (of KINDS, or `none`), whether it stands behind a preposition, and whether it opens its clause. `theme`: of the taxonomy.
    """

    first: int
    last: int
    matter: str = ""
    determiner: str = NO_DETERMINER
    behind: bool = False
    opens: bool = False
    theme: str = ""


@dataclass(frozen=True)
class Nouns:
    """The general lexicon of one language: categories of single words, and of runs of words by the first of them."""

    single: dict[str, str]
    several: dict[str, tuple[tuple[tuple[str, ...], str], ...]]


@lru_cache(maxsize=1)
def nouns() -> dict[str, Nouns]:
    """The lexicon of things by language."""
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/aspects.yaml").read_text(encoding="utf-8"))
    single: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    several: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {language: {} for language in LANGUAGES}
    for category, by_language in written.items():
        for language, words in by_language.items():
            for word in words.split():
                single[language].setdefault(word, category)
                parts = tuple(part for part in word.replace("'", "-").split("-") if part)
                if len(parts) > 1:
                    several[language].setdefault(parts[0], []).append((parts, category))
    return {
        language: Nouns(single[language], {first: tuple(each) for first, each in several[language].items()})
        for language in LANGUAGES
    }


@lru_cache(maxsize=1)
def categories() -> tuple[str, ...]:
    """The categories of the general lexicon."""
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/aspects.yaml").read_text(encoding="utf-8"))
    return tuple(written)


@lru_cache(maxsize=1)
def phrases() -> dict[str, dict[str, frozenset[str]]]:
    """The lists of `lexicon/phrases.yaml`, by language and name."""
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/phrases.yaml").read_text(encoding="utf-8"))
    return {
        language: {name: frozenset(words.split()) for name, words in lists.items()}
        for language, lists in written.items()
    }


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset().union(*(grammar()[name] for name in SMALL_LISTS))


@lru_cache(maxsize=65_536)
def category_of(word: str, language: str) -> str:
    """The category of one word in lower case; "" where the lexicon has none."""
    known = nouns()[language].single
    for form in _forms(word, language):
        if form in known:
            return known[form]
    if language == "de":
        for form in _forms(word.replace("-", ""), "de"):
            for cut in range(2, len(form) - LEAST_TAIL + 1):
                if form[cut:] in known:
                    return known[form[cut:]]
    if language == "en" and "-" in word:
        return category_of(word.rsplit("-", 1)[1], "en")
    return ""


def _forms(word: str, language: str) -> Iterator[str]:
    """A word and what it may be the plural or a case of."""
    yield word
    if len(word) < 4:
        return
    if language == "de":
        for ending in ("nen", "en", "er", "es", "n", "e", "s"):
            if word.endswith(ending):
                yield word[: -len(ending)]
                if ending in ("e", "er", "en", "n"):
                    yield word[: -len(ending)].translate(UMLAUTS)
        yield word.translate(UMLAUTS)
    elif language == "it":
        for ending, others in (("chi", ("co",)), ("ghi", ("go",)), ("che", ("ca",)), ("ghe", ("ga",)),
                               ("i", ("o", "e", "a", "io")), ("e", ("a",))):  # fmt: skip
            if word.endswith(ending):
                yield from (word[: -len(ending)] + other for other in others)
    else:
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith(("es", "ux")):
            yield word[:-2] if word.endswith("es") else word[:-1]
        if word.endswith("s"):
            yield word[:-1]


def things(original: str, words: Sequence[Word], language: str, bounds: frozenset[int]) -> list[Thing]:
    """The names of things among the words of a sentence, in order of place."""
    return [_standing(words, first, last, matter, language, bounds)
            for first, last, matter in _runs(original, words, language, bounds)]  # fmt: skip


def _runs(
    original: str, words: Sequence[Word], language: str, bounds: frozenset[int]
) -> Iterator[tuple[int, int, str]]:
    """Runs of words that may name a thing, with the category of their last known word."""
    place = 0
    while place < len(words):
        size, matter = _known(words, place, language, original)
        if not size and not _stands_as_noun(words, place, original, language, bounds):
            place += 1
            continue
        first, last = place, place + max(size, 1) - 1
        place = last + 1
        while language == "en" and place < len(words) and place not in bounds and place - first < LONGEST:
            size, further = _known(words, place, language, original)
            if not size and (
                not _stands_as_noun(words, place, original, language, bounds) or (matter and _verbs(words, place))
            ):
                break
            last, matter = place + max(size, 1) - 1, further or matter
            place = last + 1
        if matter or words[last].text not in phrases()[language]["nobody"]:
            yield first, last, matter


def _verbs(words: Sequence[Word], place: int) -> bool:
    """Whether a word behind a known thing is rather what it does: `the lock jams`."""
    return words[place].text.endswith("s") and not words[place - 1].text.endswith("s")


def _known(words: Sequence[Word], place: int, language: str, original: str) -> tuple[int, str]:
    """How many words from a place on are a thing of the lexicon, and its category; 0 where none is."""
    word = words[place].text
    for parts, category in nouns()[language].several.get(word, ()):
        if all(
            place + at < len(words) and part in _forms(words[place + at].text, language)
            for at, part in enumerate(parts)
        ):
            return len(parts), category
    category = category_of(word, language)
    if not category or not _may_be_noun(words, place, original, language):
        return 0, ""
    return 1, category


def _may_be_noun(words: Sequence[Word], place: int, original: str, language: str) -> bool:
    """Whether a known word is a noun here: `the order`, not `we order`; in German one with a capital."""
    word, before = words[place], words[place - 1].text if place else ""
    if language == "de":
        return original[word.start].isupper() or original.islower()
    lists = phrases()[language]
    if language == "en":
        if before == "to" or before in grammar()["pronouns"] or before.endswith("n't"):
            return False
        if word.text in grammar()["verbs"]:
            return (
                before in lists["ahead"] or any(before in lists[kind] for kind in KINDS) or bool(weighs(before, "en"))
            )
        return True
    if before in lists["little"] and before not in (
        "que",
        "qui",
        "che",
        "et",
        "y",
        "e",
        "o",
        "ou",
        "si",
        "no",
        "mais",
        "ma",
        "est",
        "es",
        "è",
    ):
        return any(before in lists[kind] for kind in KINDS)
    return True


def _stands_as_noun(words: Sequence[Word], place: int, original: str, language: str, bounds: frozenset[int]) -> bool:
    """Whether a word that the lexicon does not know stands where a noun does."""
    word = words[place]
    text = word.text
    if not 2 < len(text) <= 30 or not text[0].isalpha() or "'" in text:
        return False
    lists = phrases()[language]
    if text in lists["little"] or text in lists["to"] or any(text in lists[kind] for kind in KINDS):
        return False
    if weighs(text, language):
        return False
    if language == "de":
        return _german(words, place, original, bounds)
    if language == "en":
        if text in _small_words() or text in lists["ahead"] or text.endswith(ENDINGS):
            return False
        return not text.endswith("ing") or bool(place and any(words[place - 1].text in lists[kind] for kind in KINDS))
    if text in lists["ahead"]:
        return False
    return _determiner(words, place, language, bounds)[0] != NO_DETERMINER


def _german(words: Sequence[Word], place: int, original: str, bounds: frozenset[int]) -> bool:
    word = words[place]
    if not original[word.start].isupper() or word.text in _small_words():
        return False
    if place and original[max(word.start - 2, 0) : word.start].strip(" ") not in ("", ":", "„", '"', "»", "–", "-"):
        return True
    if place and original[word.start - 1] == " " and original[word.start - 2] not in ':„"»':
        return True
    # The first word has a capital whatever it is.
    return word.text.endswith(NOUN_ENDINGS)


def _determiner(words: Sequence[Word], first: int, language: str, bounds: frozenset[int]) -> tuple[str, int]:
    """The kind of determiner of a name that begins at a place, and where the name begins with it."""
    lists = phrases()[language]
    for at in range(first - 1, max(first - 1 - BACK, -1), -1):
        if at + 1 in bounds:
            break
        text = words[at].text
        kind = next((kind for kind in KINDS if text in lists[kind]), "")
        if kind:
            return kind, at
        if not (text in lists["ahead"] or weighs(text, language) or _declined(text, language)):
            break
    return NO_DETERMINER, first


def _declined(text: str, language: str) -> bool:
    """Whether a word may be an adjective before a noun, by its ending or by the list."""
    if language == "de":
        return text.endswith(("e", "en", "er", "es", "em")) and text not in phrases()["de"]["little"]
    return language == "en" and (text in grammar()["adjectives"] or text.endswith(("ed", "ly", "ing")))


def _standing(
    words: Sequence[Word], first: int, last: int, matter: str, language: str, bounds: frozenset[int]
) -> Thing:
    determiner, begins = _determiner(words, first, language, bounds)
    lists = phrases()[language]
    before = words[begins - 1].text if begins and begins not in bounds else ""
    behind = before in lists["to"] or (determiner != NO_DETERMINER and words[begins].text in lists["to"])
    edge = max((bound for bound in bounds if bound <= begins), default=0)
    opens = begins == edge or (begins == edge + 1 and not behind and words[edge].text in lists["little"])
    return Thing(first, last, matter, determiner, behind, opens and not behind)


def parted(words: Sequence[Word], language: str) -> list[Word]:
    """The words with what is run together with an apostrophe taken apart: `l'attente`, `the driver's`."""
    found: list[Word] = []
    for word in words:
        cut = word.text.find("'")
        if cut <= 0 or (language == "en" and not word.text.endswith("'s")) or language not in ("en", "fr", "it"):
            found.append(word)
            continue
        split = cut if language == "en" else cut + 1
        edge = cut if language in ("fr", "it") else split
        found += [
            Word(word.text[:edge], word.start, word.start + edge),
            Word(word.text[split:], word.start + split, word.end),
        ]
    return [word for word in found if word.text]
