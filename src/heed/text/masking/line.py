"""One line as the finders see it: its words, its cues, and cheap answers to "can there be anything of that kind at all?"."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from heed.text.masking.cues import BEGINNINGS, CUES, LONGEST, NONE, compound

WORD = re.compile(r"[^\W\d_]+")
DIGIT = re.compile(r"\d")
MASK = re.compile(r"\[[A-Z_]{2,20}\]")
REACH = 48  # characters a cue reaches forward
SENTENCE_END = re.compile(r"[.!?]\s+(?=[^\W\d_])|[;\n]")
BREAK = re.compile(r"\d|[.!?;:\n]")
Found = Iterator[tuple[int, int, str]]


@dataclass(frozen=True)
class Cue:
    """A word that says what the number behind it is."""

    start: int
    end: int
    kind: str


class Line:
    """A text and what is asked of it again and again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = frozenset(WORD.findall(text.lower()))
        self.is_masked = "[" in text and MASK.search(text) is not None
        self.has_digits = DIGIT.search(text) is not None

    @cached_property
    def digits(self) -> int:
        """How many digits there are."""
        return len(DIGIT.findall(self.text))

    @cached_property
    def places(self) -> list[tuple[str, int, int]]:
        """Each word in lower case with its place."""
        return [(found[0].lower(), *found.span()) for found in WORD.finditer(self.text)]

    @cached_property
    def cues(self) -> list[Cue]:
        """The cues in order; of several that begin at one word the longest."""
        told: list[Cue] = []
        at = 0
        places = self.places
        while at < len(places):
            word, start, end = places[at]
            size, kind = _told(places, at) if word in BEGINNINGS else (1, compound(word))
            masked = self.is_masked and self.text[max(0, start - 1) : start] == "["
            if kind and not masked and not (kind == "PLATE" and self._is_prefix(start, end, told)):
                told.append(Cue(start, places[at + size - 1][2] if size > 1 else end, kind))
            at += size
        return told

    def _is_prefix(self, start: int, end: int, told: list[Cue]) -> bool:
        # "contract AUTO-447190", "Police KFZ 88.120": letters of the code, and no word for a vehicle.
        behind = self.text[end : end + 2]
        if not self.text[start:end].isupper() or not behind[1:].isdecimal():
            return False
        return behind[0] in "-/" or (
            behind[0] == " " and bool(told) and told[-1].kind == "ACCOUNT" and start - told[-1].end < 3
        )

    @cached_property
    def _cue_starts(self) -> list[int]:
        return [cue.start for cue in self.cues]

    @cached_property
    def _cue_ends(self) -> list[int]:
        return [cue.end for cue in self.cues]

    def reaches(self) -> Iterator[tuple[Cue, int]]:
        """Each cue with where its reach ends: the next cue, the end of the sentence, or so many characters."""
        for place, cue in enumerate(self.cues):
            stop = min(len(self.text), cue.end + REACH)
            # What the cue announces has been found in an earlier reading.
            told = self.text.find(f"[{cue.kind}]", cue.end, stop) if self.is_masked else -1
            stop = told if told >= 0 else stop
            if place + 1 < len(self.cues):
                stop = min(stop, self.cues[place + 1].start)
            # The full stop of an abbreviation ends no sentence.
            ended = SENTENCE_END.search(self.text, min(cue.end + 6, stop), stop)
            yield cue, ended.start() if ended else stop

    def cue_before(self, at: int, reach: int = REACH) -> str:
        """The kind the nearest cue before a place tells, if one is near in the same sentence; else ""."""
        place = bisect_right(self._cue_ends, at) - 1
        if place < 0 or at - self._cue_ends[place] > reach:
            return ""
        cue = self.cues[place]
        ended = SENTENCE_END.search(self.text, min(cue.end + 6, at), at)
        return "" if ended else cue.kind

    def cue_behind(self, at: int, reach: int = 16) -> str:
        """The kind a cue close behind a place tells, with neither another number nor the end of the sentence between; else ""."""
        place = bisect_right(self._cue_starts, at - 1)
        if place >= len(self.cues) or self.cues[place].start - at > reach:
            return ""
        return "" if BREAK.search(self.text, at, self.cues[place].start) else self.cues[place].kind

    def is_no_person(self, at: int) -> bool:
        """Whether a word before a place says that the number is a product's, an order's or the like."""
        return self.cue_before(at, 28) == NONE


def _told(places: list[tuple[str, int, int]], at: int) -> tuple[int, str]:
    for size in range(min(LONGEST, len(places) - at), 0, -1):
        kind = CUES.get(" ".join(place[0] for place in places[at : at + size]), "")
        if kind:
            return size, kind
    return 1, ""
