"""Names by their parts: two surnames with a hyphen, particles of Wales and Vietnam, and fields without a colon."""

import re
from collections.abc import Iterator

from heed.text.masking.known import (
    STOPS,
    cities,
    first_names,
    is_brand,
    is_last,
    low_first_names,
    low_last_names,
    no_names,
)
from heed.text.masking.line import Line
from heed.text.masking.lists import words
from heed.text.masking.naming import PART

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_ONE = rf"[{_UP}](?:['’][{_UP}])?[^\W\d_]{{1,20}}"
DOUBLE = re.compile(
    rf"(?<![\w'’@#./-])(?P<before>{_ONE} )?(?P<one>{_ONE})-(?P<two>{_ONE})(?P<behind> {_ONE})?(?![\w'’@-]|[.]\w)"
)
LOW_DOUBLE = re.compile(
    r"(?<![\w'’@#./-])(?P<before>[^\W\d_]{2,20} )?(?P<one>[^\W\d_A-Z]{3,20})-(?P<two>[^\W\d_A-Z]{3,20})(?P<behind> [^\W\d_]{2,20})?"
    r"(?![\w'’@-]|[.]\w)"
)
# "Ffion ap Dafydd", "Ho Thi Mai".
PARTICLED = re.compile(
    rf"(?<![\w'’@#./-])(?P<name>{_ONE} (?:ap|ab|ferch|binti|bint|ibn|bin|ould|mint|oğlu|Thi|Thị|Van) {_ONE}(?: {_ONE})?|"
    rf"[{_UP}]{{2,8}} (?:THI|THỊ|VAN|VĂN) [{_UP}]{{2,10}}(?: [{_UP}]{{2,10}})?)(?![\w'’@-])"
)
FIELDED = re.compile(
    rf"(?<![^\W_])(?i:last name|surname|family name|nachname|familienname|cognome|nom de famille|apellidos?|achternaam|first(?: name)?|"
    rf"given name|vorname|prénom|voornaam|forename|inhaber(?:in)?|kontoinh\.|titular|intestatario|titulaire|portero|portiere|gardien|"
    rf"hausmeister(?:in)?|conserje|concierge)"
    rf"(?: is| ist| est| es| è|:)? (?P<name>{PART}(?: {PART})?)(?=\s*(?:[,.;:/|)(]|$|and\b|und\b|et\b|y\b|e\b|"
    rf"first\b|vorname\b|nome\b|nombre\b|"
    rf"prénom\b))"
)
FIELD_WORDS = words(
    "last surname family nachname familienname cognome nom apellido apellidos achternaam first given vorname prénom voornaam forename "
    "inhaber inhaberin kontoinh titular intestatario titulaire portero portiere gardien hausmeister hausmeisterin conserje concierge"
)
PARTICLES = words("ap ab ferch binti bint ibn bin ould mint oğlu thi thị van văn")
STREETS = words(
    "straße strasse str platz weg allee gasse ring ufer damm brücke schule haus markt universität klinik stiftung preis"
)


def doubled(line: Line) -> Iterator[tuple[int, int]]:
    """Start and end of each such name."""
    text = line.text
    if "-" in text:
        yield from _doubles(text)
        if not line.words.isdisjoint(low_last_names()):
            yield from _low_doubles(text)
    if not line.words.isdisjoint(PARTICLES):
        for found in PARTICLED.finditer(text):
            first, last = found["name"].split()[0], found["name"].split()[-1]
            known = (
                is_last(first.capitalize()) or first.capitalize() in first_names() or last.capitalize() in first_names()
            )
            if known and _is_free(first, last) and not is_brand(text, *found.span("name")):
                yield found.span("name")
    if not line.words.isdisjoint(FIELD_WORDS):
        for found in FIELDED.finditer(text):
            parts = found["name"].split()
            known = parts[0].split("-")[0] in first_names() or is_last(parts[-1]) or is_last(parts[-1].split("-")[0])
            if known and _is_free(*parts):
                yield found.span("name")


def _is_free(*parts: str) -> bool:
    return all(part.lower().strip(".") not in no_names() and part.lower() not in STOPS for part in parts)


def _doubles(text: str) -> Iterator[tuple[int, int]]:
    for found in DOUBLE.finditer(text):
        one, two = found["one"], found["two"]
        low = two.lower()
        known = [is_last(each) for each in (one, two)]
        # A town with its quarter, a street, a good with its maker.
        if low in STREETS or not _is_free(one, two) or (one in cities() and two in cities()):
            continue
        if not (all(known) or (known[1] and one not in cities() and one not in first_names())):
            continue
        start, end = found.start("one"), found.end("two")
        before, behind = (found["before"] or "").strip(), (found["behind"] or "").strip()
        if before and (before in first_names() or before.split("-")[0] in first_names()) and _is_free(before):
            start = found.start("before")
        elif behind and behind in first_names() and _is_free(behind):
            end = found.end("behind")
        if not is_brand(text, start, end):
            yield start, end


def _low_doubles(text: str) -> Iterator[tuple[int, int]]:
    for found in LOW_DOUBLE.finditer(text):
        one, two = found["one"], found["two"]
        if one not in low_last_names() or two not in low_last_names() or not _is_free(one, two):
            continue
        start, end = found.start("one"), found.end("two")
        before, behind = (found["before"] or "").strip().lower(), (found["behind"] or "").strip().lower()
        if before in low_first_names():
            start = found.start("before")
        elif behind in low_first_names():
            end = found.end("behind")
        yield start, end
