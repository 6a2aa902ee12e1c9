"""Everything that is read of one masked text beside its language, sentiment and themes. A text is read by itself, so any
batches give the same.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from heed.text.analyzer import Aspect
from heed.text.reading.aspects import MOST_ASPECTS, Word, aspects_in
from heed.text.reading.cues import TOKEN, lowered, signs
from heed.text.reading.judging import Judgement, Seen, judge
from heed.text.reading.opinions import opinions, tongue
from heed.text.reading.sentences import sentences

MOST_WORDS = 200  # of one sentence that are looked through for aspects
READER = "r1"  # the version of what lies here: signs labels, so another reads everything anew


@dataclass(frozen=True)
class Read:
    """Where the sentences stand, what is spoken about, and the labels of the whole."""

    sentences: tuple[tuple[int, int], ...]
    aspects: tuple[Aspect, ...]
    judgement: Judgement


def read(masked: str, language: str, known: Sequence[tuple[int, int, str]] = ()) -> Read:
    """Read one masked text. `known` are stretches with words of the taxonomy and the key of their theme."""
    seen, words, told = looked_at(masked, language)
    starts = [word.start for word in words]
    found: list[Aspect] = []
    for start, end in seen.sentences:
        if len(found) >= MOST_ASPECTS:
            break
        inside = words[bisect_left(starts, start) : bisect_left(starts, end)][:MOST_WORDS]
        themes = [each for each in known if start <= each[0] < end]
        found += aspects_in(masked, seen.small, inside, told, themes)
    return Read(seen.sentences, tuple(found[:MOST_ASPECTS]), judge(seen))


def looked_at(masked: str, language: str) -> tuple[Seen, list[Word], str]:
    """A text with its signs and words, and whose words it is read by (`en` or `de`)."""
    small = lowered(masked)
    tokens = list(TOKEN.finditer(small))
    words = [Word(token[0], token.start(), token.end()) for token in tokens]
    plain = [word.text for word in words]
    told = tongue(plain, language)
    weights = [each.weight for each in opinions(plain, told)]
    good, bad = sum(each for each in weights if each > 0), -sum(each for each in weights if each < 0)
    return Seen(small, tuple(sentences(masked)), tuple(signs(small, tokens)), good, bad), words, told
