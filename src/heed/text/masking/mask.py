"""Masking: what tells who somebody is becomes `[EMAIL]`, `[PHONE]` and the like; everything else stays as it was.

Finders run in order of certainty, and what one has taken no later one takes. A number is masked where check digits, a
numbering plan, its shape or a word beside it says what it is; where only its length speaks, it counts as an account.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from heed.text.analyzer import Span
from heed.text.masking.addresses import addresses
from heed.text.masking.births import births
from heed.text.masking.identities import by_shape
from heed.text.masking.line import MASK, Found, Line
from heed.text.masking.links import emails, machines, urls
from heed.text.masking.numbers import cards, ibans, long_numbers, sort_codes, told_behind, told_by_cue
from heed.text.masking.people import names
from heed.text.masking.phones import phones, spoken_numbers
from heed.text.masking.plates import plates

KINDS = [
    "PHONE",
    "EMAIL",
    "IBAN",
    "CARD",
    "NATIONAL_ID",
    "ADDRESS",
    "NAME",
    "DATE_OF_BIRTH",
    "ACCOUNT",
    "IP",
    "URL_TOKEN",
    "PLATE",
]
LOOSE = frozenset(("ACCOUNT", "NATIONAL_ID", "PLATE", "PHONE", "NAME", "ADDRESS"))
WEB = re.compile(r"://[^\s,;|]*$")
PASSES = 6  # what a mask uncovers is found in the next pass; real lines need two
FINDERS: tuple[Callable[[Line], Found], ...] = (
    urls,
    emails,
    machines,
    ibans,
    cards,
    births,
    by_shape,
    addresses,
    sort_codes,
    told_by_cue,
    told_behind,
    plates,
    phones,
    spoken_numbers,
    long_numbers,
    names,
)


@dataclass(frozen=True)
class Masked:
    """A text with its masks, and where they stood in the text as it came in."""

    text: str
    spans: tuple[Span, ...]


class Taken:
    """Stretches that are taken, in order, none touching another's characters."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self.spans: list[Span] = []

    def add(self, start: int, end: int, kind: str) -> None:
        """Takes a stretch, unless part of it is taken already."""
        place = bisect_left(self._starts, start)
        before = place > 0 and self.spans[place - 1].end > start
        after = place < len(self.spans) and self.spans[place].start < end
        if start < end and not before and not after:
            self._starts.insert(place, start)
            self.spans.insert(place, Span(start, end, kind))


def mask(text: str) -> Masked:
    """The text with every stretch that tells who somebody is replaced by its kind.

    A text that is masked already stays as it is: it is read again until a reading finds nothing more.
    """
    spans: list[Span] = []
    said = text
    for _ in range(PASSES):
        found = _found(said)
        if not found:
            break
        spans = _joined(spans, found)
        said = _written(text, spans)
    return Masked(said, tuple(spans))


def _found(text: str) -> list[Span]:
    line, taken = Line(text), Taken()
    web = "://" in text
    if "[" in text:
        for each in MASK.finditer(text):
            if each[0][1:-1] in KINDS:
                taken.add(*each.span(), "")
    for find in FINDERS:
        for start, end, kind in find(line):
            # A piece of a plain web address is no number and no name.
            if not (web and kind in LOOSE and WEB.search(text, max(0, start - 300), start)):
                taken.add(start, end, kind)
    return [span for span in taken.spans if span.kind]


def _written(text: str, spans: list[Span]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    return "".join([*parts, text[at:]])


def _joined(held: list[Span], found: list[Span]) -> list[Span]:
    """What was held, and what was found in the text written with it, all in places of the text as it came in."""
    if not held:
        return found
    joined, place, moved = list(held), 0, 0
    for span in found:
        while place < len(held) and held[place].start + moved < span.start:
            moved += len(held[place].kind) + 2 - (held[place].end - held[place].start)
            place += 1
        joined.append(Span(span.start - moved, span.end - moved, span.kind))
    return sorted(joined, key=lambda span: span.start)
