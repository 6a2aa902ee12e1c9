"""What is spoken about and how: words of the taxonomy, and names of things near words that hold an opinion.

No grammar is parsed. A name of a thing is a run of words that are no small words, verbs, adjectives or opinions; what is
thought of it is the sum of the opinions of its sentence, each weighing less with its distance and beyond a clause.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from heed.text.analyzer import SENTIMENTS, Aspect
from heed.text.reading.opinions import Opinion, opinions, weight_of
from heed.text.reading.words import grammar, words_in

MOST_ASPECTS = 24  # of one text
LONGEST = 4  # words of a name
NEAR = 14  # words between a thing and an opinion about it, at most, for it to count as an aspect
FAR = 0.9  # what is left of an opinion with each word between; these three were chosen on the training splits
ACROSS = 0.5  # and for each edge of a clause between
SMALL_LISTS = ("determiners", "pronouns", "verbs", "adverbs", "adjectives", "no_things", "links")
ENDINGS = ("ly", "ed")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the lowered text and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Thing:
    """A run of words that names a thing, by their places, with the theme it belongs to, if any."""

    first: int
    last: int
    category: str = ""


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset().union(*(grammar()[name] for name in SMALL_LISTS))


@lru_cache(maxsize=65_536)
def _weighs(word: str, language: str) -> float:
    return own_weight(word, language)


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


def own_weight(word: str, language: str) -> float:
    """The weight of a word by the further list of opinions."""
    words, stems = _further()[language]
    if word in words:
        return words[word]
    return next((weight for stem, weight in stems if word.startswith(stem)), 0.0)


def edges(small: str, words: Sequence[Word]) -> frozenset[int]:
    """The places of words before which a clause ends: behind a mark, at a `but`."""
    found = set()
    for place, (one, two) in enumerate(pairwise(words), start=1):
        between = small[one.end : two.start]
        if (
            any(mark in between for mark in ",;:()–—.")
            or "--" in between
            or " - " in between
            or two.text in words_in("turns")
        ):
            found.add(place)
    return frozenset(found)


def held_opinions(words: Sequence[Word], language: str, bounds: frozenset[int]) -> list[Opinion]:
    """The opinions of a sentence by both lists."""
    return opinions([word.text for word in words], language, bounds, _weighs)


def things(small: str, original: str, words: Sequence[Word], language: str, bounds: frozenset[int]) -> list[Thing]:
    """The runs of words that may name things."""
    found, first = [], -1
    for place in range(len(words) + 1):
        inside = place < len(words) and _is_noun_like(words, place, original, language)
        joined = place < len(words) and place not in bounds and place - first < LONGEST
        if first >= 0 and not (inside and joined):
            found.append(Thing(first, place - 1))
            first = -1
        if inside and first < 0:
            first = place
    return found


def _is_noun_like(words: Sequence[Word], place: int, original: str, language: str) -> bool:
    word = words[place]
    text = word.text
    if len(text) < 2 or len(text) > 30 or not text[0].isalpha() or text in _small_words() or "'" in text:
        return False
    if (word.start and original[word.start - 1] in "['’") or text.endswith(ENDINGS):
        return False
    if language == "de":
        return original[word.start].isupper() and (place > 0 or len(text) > 4) and not _any_weight(text, "de")
    if text.endswith("ing") and not (place and words[place - 1].text in grammar()["determiners"]):
        return False
    return not _any_weight(text, "en")


def _any_weight(word: str, language: str) -> bool:
    return bool(weight_of(word, language) or _weighs(word, language))


def scored(thing: Thing, held: Sequence[Opinion], bounds: frozenset[int]) -> tuple[float, int]:
    """The sum of what is said of a thing, and how many words away the nearest opinion stands."""
    total, nearest = 0.0, 1000
    for opinion in held:
        if thing.first <= opinion.place <= thing.last:
            apart, low, high = 0, thing.first, thing.first
        elif opinion.place < thing.first:
            apart, low, high = thing.first - opinion.place, opinion.place, thing.first
        else:
            apart, low, high = opinion.place - thing.last, thing.last, opinion.place
        crossed = sum(low < bound <= high for bound in bounds)
        nearest = min(nearest, apart + 3 * crossed)
        total += opinion.weight * FAR ** max(apart - 1, 0) * ACROSS**crossed
    return total, nearest


@lru_cache(maxsize=1)
def mapping() -> dict[str, Any]:
    """How a sum becomes probabilities of negative, neutral and positive; fitted, with where it comes from."""
    return dict(json.loads(files("heed.text").joinpath("lexicon/reading.json").read_text(encoding="utf-8"))["aspects"])


def probabilities(total: float) -> list[float]:
    """Of negative, neutral and positive, of a thing whose opinions sum to `total`."""
    squeezed = total / (1 + abs(total))
    values = (squeezed, abs(squeezed))
    held = mapping()
    sums = [
        sum(w * x for w, x in zip(row, values, strict=True)) + bias
        for row, bias in zip(held["weights"], held["bias"], strict=True)
    ]
    powers = [math.exp(each - max(sums)) for each in sums]
    return [power / sum(powers) for power in powers]


def aspects_in(
    original: str, small: str, words: Sequence[Word], language: str, known: Sequence[tuple[int, int, str]]
) -> list[Aspect]:
    """The aspects of one sentence. `known` are stretches with words of the taxonomy and the key of their theme."""
    bounds = edges(small, words)
    held = held_opinions(words, language, bounds)
    if not held and not known:
        return []
    found = []
    own = things(small, original, words, language, bounds) if held else []
    for thing in _with_themes(own, words, known, language):
        total, nearest = scored(thing, held, bounds)
        if nearest > NEAR and not thing.category:
            continue
        shares = probabilities(total)
        best = shares.index(max(shares))
        start, end = words[thing.first].start, words[thing.last].end
        found.append(Aspect(small[start:end], thing.category, SENTIMENTS[best], round(shares[best], 3), start, end))
    return found


def _with_themes(
    held: list[Thing], words: Sequence[Word], known: Sequence[tuple[int, int, str]], language: str
) -> list[Thing]:
    """The things, with the theme of those that hold a word of the taxonomy; such words that are in none by themselves."""
    taken: dict[int, str] = {}
    found = []
    for start, end, key in known:
        inside = [place for place, word in enumerate(words) if word.start < end and word.end > start]
        if not inside:
            continue
        holder = next((at for at, thing in enumerate(held) if thing.first <= inside[0] <= thing.last), None)
        if holder is not None:
            taken.setdefault(holder, key)
        elif len(inside) > 1 or not _any_weight(words[inside[0]].text, language):
            found.append(Thing(inside[0], inside[-1], key))
    found += [Thing(thing.first, thing.last, taken.get(at, "")) for at, thing in enumerate(held)]
    return sorted(found, key=lambda thing: thing.first)
