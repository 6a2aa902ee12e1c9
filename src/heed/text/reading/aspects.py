"""What is spoken about and how: of all names of things in a text, those that are its matter, and what is thought of each.

Which names are the matter is told by how they stand (their determiner, the edge of a clause, a preposition), whether the
taxonomy or the general lexicon knows them, and what opinions are near. What is thought of a thing is the sum of the opinions
of its sentence, each weighing less with its distance and beyond a clause, with the mood of the whole text beside it.
"""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol

from heed.text.analyzer import SENTIMENTS, Aspect
from heed.text.reading.judging import Judgement
from heed.text.reading.naming import Thing, Word, things
from heed.text.reading.opinions import LANGUAGES, Opinion, further_weight, opinions, weighs
from heed.text.reading.words import words_in

MOST_ASPECTS = 24  # of one text
FAR = 0.9  # what is left of an opinion with each word between; these two were chosen on the training splits
ACROSS = 0.5  # and for each edge of a clause between
NOWHERE = 1000  # words to the nearest opinion where there is none
TROUBLED = ("fault", "complaint")
PRAISED = ("praise",)
THANKS = (
    "thank",
    "thx",
    "dank",
    "merci",
    "remerci",
    "gracias",
    "grazie",
    "ringrazi",
    "cheers",
    "sorry",
)  # said of no thing
ASKED = ("question", "request")


@dataclass(frozen=True, slots=True)
class Mood:
    """What the whole text says beside its opinions: that something is hard, presses or drives away; that it asks; that it
    praises; and the sum of its opinions, squeezed to −1..1.
    """

    trouble: bool = False
    asks: bool = False
    praises: bool = False
    sounds: float = 0.0


@dataclass(frozen=True)
class Place:
    """An aspect in its sentence: the words, where clauses begin, the thing, the sum of what is said of it, and the mood."""

    words: Sequence[Word]
    bounds: frozenset[int]
    thing: Thing
    total: float
    mood: Mood = Mood()


@dataclass(frozen=True)
class Named:
    """A thing in its text: where it stands, the nearest opinion's distance in words, the opinion that weighs most, the
    place of its sentence, and whether that one asks.
    """

    place: Place
    nearest: int
    said: Word | None
    order: int
    asked: bool

    @property
    def clause(self) -> tuple[int, int]:
        """Its sentence, and the clause of it."""
        return self.order, sum(bound <= self.place.thing.first for bound in self.place.bounds)

    @property
    def head(self) -> str:
        return self.place.words[self.place.thing.last].text


class Judge(Protocol):
    """Tells how likely negative, neutral and positive are of an aspect; the rules' own is `probabilities`."""

    def shares(self, place: Place) -> list[float]: ...


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
    """The opinions of a sentence by both lists; none in a language there is no list for."""
    if language not in LANGUAGES:
        return []
    held = opinions([word.text for word in words], language, bounds, further_weight)
    return [each for each in held if not words[each.place].text.startswith(THANKS)]


def scored(thing: Thing, held: Sequence[Opinion], bounds: frozenset[int]) -> tuple[float, int, int]:
    """The sum of what is said of a thing, how many words away the nearest opinion stands, and the place of the one that
    weighs most (−1: none).
    """
    total, nearest, most, shown = 0.0, NOWHERE, 0.0, -1
    for opinion in held:
        if thing.first <= opinion.place <= thing.last:
            apart, low, high = 0, thing.first, thing.first
        elif opinion.place < thing.first:
            apart, low, high = thing.first - opinion.place, opinion.place, thing.first
        else:
            apart, low, high = opinion.place - thing.last, thing.last, opinion.place
        crossed = sum(low < bound <= high for bound in bounds) if bounds else 0
        nearest = min(nearest, apart + 3 * crossed)
        weight = opinion.weight * FAR ** max(apart - 1, 0) * ACROSS**crossed
        total += weight
        if abs(weight) > most:
            most, shown = abs(weight), opinion.place
    return total, nearest, shown


@lru_cache(maxsize=1)
def fitted() -> dict[str, Any]:
    """The fitted numbers: `aspects` of what is thought, `matter` of what is spoken about."""
    return dict(json.loads(files("heed.text").joinpath("lexicon/reading.json").read_text(encoding="utf-8")))


def polarity_features(place: Place) -> list[float]:
    """What the weights of negative, neutral and positive stand for."""
    squeezed = place.total / (1 + abs(place.total))
    mood = place.mood
    return [
        squeezed,
        abs(squeezed),
        float(place.total == 0),
        float(mood.trouble),
        float(mood.asks),
        float(mood.praises),
        mood.sounds,
    ]


def probabilities(place: Place) -> list[float]:
    """Of negative, neutral and positive, by the rules."""
    values = polarity_features(place)
    held = fitted()["aspects"]
    sums = [
        sum(w * x for w, x in zip(row, values, strict=True)) + bias
        for row, bias in zip(held["weights"], held["bias"], strict=True)
    ]
    powers = [math.exp(each - max(sums)) for each in sums]
    return [power / sum(powers) for power in powers]


def mood_of(judged: Judgement, good: float, bad: float) -> Mood:
    """The mood of a text by its labels and the sums of its good and bad words."""
    labels = (judged.urgency, judged.effort, judged.churn)
    trouble = any(each is not None and each.value in ("high", "at_risk") for each in labels)
    intent = judged.intent.value if judged.intent is not None else ""
    sum_ = good - bad
    return Mood(trouble or intent in ("fault", "complaint"), intent in ASKED, intent in PRAISED, sum_ / (1 + abs(sum_)))


def named_in(
    original: str,
    small: str,
    words: Sequence[Word],
    language: str,
    known: Sequence[tuple[int, int, str]],
    mood: Mood,
    order: int,
    asked: bool,
) -> list[Named]:
    """The things named in one sentence, the `order`th; `known` are stretches with words of the taxonomy and their theme;
    `asked`: it ends with a question mark.
    """
    bounds = edges(small, words)
    own = things(original, words, language, bounds) if language in LANGUAGES else []
    found = _with_themes(own, words, known, language)
    if not found:
        return []
    held = held_opinions(words, language, bounds)
    named = []
    for thing in found:
        total, nearest, shown = scored(thing, held, bounds)
        place = Place(words, bounds, thing, total, mood)
        named.append(Named(place, nearest, words[shown] if shown >= 0 else None, order, asked))
    return named


def _with_themes(
    held: list[Thing], words: Sequence[Word], known: Sequence[tuple[int, int, str]], language: str
) -> list[Thing]:
    """The things, with the theme of those that hold a word of the taxonomy; such words that are in none by themselves."""
    if not known:
        return held
    taken: dict[int, str] = {}
    found = []
    for start, end, key in known:
        inside = [place for place, word in enumerate(words) if word.start < end and word.end > start]
        if not inside:
            continue
        holder = next((at for at, thing in enumerate(held) if thing.first <= inside[0] <= thing.last), None)
        if holder is not None:
            taken.setdefault(holder, key)
        elif len(inside) > 1 or language not in LANGUAGES or not weighs(words[inside[0]].text, language):
            found.append(Thing(inside[0], inside[-1], theme=key))
    found += [replace(thing, theme=taken[at]) if at in taken else thing for at, thing in enumerate(held)]
    return sorted(found, key=lambda thing: thing.first)


def matter_features(named: Named, rank: int, many: int, again: bool) -> list[float]:
    """What the weights of being the matter stand for; `rank` among the things of the text, `many` of them, `again`: it is
    named once more.
    """
    thing = named.place.thing
    apart = named.nearest
    return [
        float(bool(thing.matter)),
        float(thing.determiner == "the"),
        float(thing.determiner == "mine"),
        float(thing.determiner == "yours"),
        float(thing.determiner == "some"),
        float(thing.opens),
        float(thing.behind),
        float(apart <= 2),
        float(2 < apart <= 6),
        float(6 < apart < NOWHERE),
        1.0 / (1 + rank),
        1.0 / many,
        float(again),
        float(named.order == 0),
        float(named.asked),
        float(bool(thing.matter) and thing.opens),
    ]


def weighed(named: Sequence[Named]) -> list[tuple[list[float], Named]]:
    """Each thing by its first place, with its features."""
    counts = Counter(each.head for each in named)
    first: dict[str, Named] = {}
    for each in named:
        first.setdefault(each.head, each)
    return [
        (matter_features(each, rank, len(first), counts[each.head] > 1), each)
        for rank, each in enumerate(first.values())
    ]


def chosen(named: Sequence[Named]) -> list[Named]:
    """The things that are the matter of a text: likely ones, and none far less likely than another in its clause; words of the
    taxonomy always are.
    """
    held = fitted()["matter"]
    weights, bias = held["weights"], held["bias"]
    likely = [
        (1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, values, strict=True)) - bias)), each)
        for values, each in weighed(named)
    ]
    best: dict[tuple[int, int], float] = {}
    for share, each in likely:
        best[each.clause] = max(best.get(each.clause, 0.0), share)
    return [
        each
        for share, each in likely
        if each.place.thing.theme or share >= max(held["least"], held["of_best"] * best[each.clause])
    ]


def told(named: Named, judge: Judge | None) -> Aspect:
    """A thing as an aspect: what is thought of it, and the words that show it."""
    place = named.place
    shares = probabilities(place) if judge is None else judge.shares(place)
    best = shares.index(max(shares))
    start, end = place.words[place.thing.first].start, place.words[place.thing.last].end
    said = (named.said.start, named.said.end) if named.said is not None else (0, 0)
    term = " ".join(word.text for word in place.words[place.thing.first : place.thing.last + 1])
    return Aspect(
        term, place.thing.theme, SENTIMENTS[best], round(shares[best], 3), start, end, place.thing.matter, *said
    )
