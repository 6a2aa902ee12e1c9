"""Everything that is read of one masked text beside its language, sentiment and themes. A text is read by itself, so any
batches give the same.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from heed.text.analyzer import Aspect
from heed.text.reading.aspects import (
    MOST_ASPECTS,
    Judge,
    Named,
    Place,
    chosen,
    edges,
    held_opinions,
    mood_of,
    named_in,
    scored,
    told,
)
from heed.text.reading.cues import IDEA, TOKEN, Sign, lowered, signs
from heed.text.reading.judging import LABELS, Judgement, Seen, judge, only_shown
from heed.text.reading.naming import Thing, Word, parted
from heed.text.reading.opinions import opinions, tongue
from heed.text.reading.sentences import sentences
from heed.text.reading.together import BLANK, joint_signs

UNSPOKEN = re.compile(r"(?:https?://|www\.)\S+|\[[A-Z_]+\]")
MOST_WORDS = 200  # of one sentence that are looked through for aspects
MOST_NAMED = 120  # things of one text that are weighed
READER = "r3"  # the version of what lies here: signs labels, so another reads everything anew


@dataclass(frozen=True)
class Read:
    """Where the sentences stand, what is spoken about, and the labels of the whole."""

    sentences: tuple[tuple[int, int], ...]
    aspects: tuple[Aspect, ...]
    judgement: Judgement


def read(masked: str, language: str, known: Sequence[tuple[int, int, str]] = (), judge_of: Judge | None = None) -> Read:
    """Read one masked text. `known` are stretches with words of the taxonomy and the key of their theme; `judge_of` tells
    what is thought of aspects, where it is not to be the rules.
    """
    looked = looked_at(masked, language)
    judged = judge(looked.seen)
    if not looked.language:
        judged = only_shown(judged)
    aspects = tuple(told(each, judge_of) for each in chosen(_named(masked, looked, judged, known))[:MOST_ASPECTS])
    return Read(looked.seen.sentences, aspects, judged)


@dataclass(frozen=True)
class Looked:
    """A text with its signs, its words, and whose words it is read by (of LANGUAGES, or "")."""

    seen: Seen
    words: list[Word]
    language: str


def named_things(masked: str, language: str, known: Sequence[tuple[int, int, str]] = ()) -> list[Named]:
    """Every thing named in a text, in order of place."""
    looked = looked_at(masked, language)
    return _named(masked, looked, judge(looked.seen), known)


def _named(masked: str, looked: Looked, judged: Judgement, known: Sequence[tuple[int, int, str]]) -> list[Named]:
    seen, words = looked.seen, looked.words
    mood = mood_of(judged, seen.good, seen.bad)
    starts = [word.start for word in words]
    found: list[Named] = []
    for order, (start, end) in enumerate(seen.sentences):
        if len(found) >= MOST_NAMED:
            break
        inside = words[bisect_left(starts, start) : bisect_left(starts, end)][:MOST_WORDS]
        themes = [each for each in known if start <= each[0] < end] if known else ()
        if inside:
            asked = masked[end - 1] == "?"
            found += named_in(masked, seen.small, inside, looked.language, themes, mood, order, asked)
    return found


def _spoken(masked: str) -> str:
    """The text with spaces for what nobody says: addresses of pages, and what was masked."""
    if "://" not in masked and "www." not in masked and "[" not in masked:
        return masked
    return UNSPOKEN.sub(lambda met: " " * len(met[0]), masked)


def looked_at(masked: str, language: str) -> Looked:
    """A text looked at: its signs, its words, and whose words it is read by."""
    small = lowered(_spoken(masked))
    tokens = list(TOKEN.finditer(small))
    whole = [Word(token[0], token.start(), token.end()) for token in tokens]
    own = tongue([word.text for word in whole], language)
    words = parted(whole, own)
    held = opinions([word.text for word in words], own) if own else []
    good, bad = (
        sum(each.weight for each in held if each.weight > 0),
        -sum(each.weight for each in held if each.weight < 0),
    )
    shown = [next((words[each.place] for each in held if each.weight * sign > 0), None) for sign in (1, -1)]
    praising, blaming = ((word.start, word.end) if word else (0, 0) for word in shown)
    places, found = tuple(sentences(masked)), signs(small, tokens)
    joint = joint_signs(found, places)
    blank = [(sign.start, sign.end) for sign in found if sign.kind == BLANK]
    kept = [
        sign
        for sign in found
        if sign.kind[0] != IDEA and not (sign.kind in LABELS and any(low <= sign.start < high for low, high in blank))
    ]
    ideas = _ideas(found, blank)
    return Looked(Seen(small, places, (*kept, *joint), good, bad, praising, blaming, ideas), words, own)


def _ideas(found: Sequence[Sign], blank: Sequence[tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Each idea of a text with its first place, beside what is blank."""
    ideas: dict[str, tuple[int, int]] = {}
    for sign in found:
        if sign.kind[0] != IDEA or sign.kind == BLANK:
            continue
        if not any(sign.start < high and sign.end > low for low, high in blank):
            ideas.setdefault(sign.kind[1:], (sign.start, sign.end))
    return ideas


def place_of(masked: str, start: int, end: int, language: str) -> Place | None:
    """The place of a given aspect, by its code points; None where no word stands there."""
    looked = looked_at(masked, language)
    seen = looked.seen
    low, high = next((each for each in seen.sentences if each[0] <= start < each[1]), (0, len(masked)))
    inside = [word for word in looked.words if low <= word.start < high]
    places = [at for at, word in enumerate(inside) if word.start < end and word.end > start]
    if not places:
        return None
    bounds = edges(seen.small, inside)
    thing = Thing(places[0], places[-1])
    total = scored(thing, held_opinions(inside, looked.language, bounds), bounds)[0]
    return Place(inside, bounds, thing, total, mood_of(judge(seen), seen.good, seen.bad))
