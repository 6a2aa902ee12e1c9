"""Plates of vehicles: in the shapes of Germany, Austria, the United Kingdom, France, Spain, Italy, Belgium "
"and the Netherlands; others behind a cue."""

import re
from functools import lru_cache

from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words, words_of

_EDGE, _END = r"(?<![\w./-])", r"(?![\w]|[-./:]\w)"
GERMAN = re.compile(rf"{_EDGE}([A-ZÄÖÜ]{{1,3}})[-–: ][ ]?[A-Z]{{1,2}}[- ]?[1-9]\d{{0,3}}[ ]?[EH]?{_END}")
BRITISH = re.compile(rf"{_EDGE}[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[1-3]\d|5\d|6\d|7\d|8[0-5])[ ]?[A-HJ-PR-Z]{{3}}{_END}")
FRENCH = re.compile(rf"{_EDGE}[A-HJ-NP-TV-Z]{{2}}([- ])\d{{3}}\1[A-HJ-NP-TV-Z]{{2}}{_END}")
SPANISH = re.compile(
    rf"{_EDGE}\d{{4}}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{{3}}{_END}|{_EDGE}[A-Z]{{1,2}}-\d{{4}}-[A-Z]{{1,2}}{_END}"
)
DUTCH = re.compile(
    rf"{_EDGE}(?:\d\d-[A-Z]{{2}}-\d\d|\d\d-\d\d-[A-Z]{{2}}|[A-Z]{{2}}-\d\d-\d\d|[A-Z]{{2}}-\d\d-[A-Z]{{2}}|[A-Z]{{2}}-[A-Z]{{2}}-\d\d"
    rf"|\d\d-[A-Z]{{2}}-[A-Z]{{2}}|\d\d-[A-Z]{{3}}-\d|\d-[A-Z]{{3}}-\d\d|[A-Z]{{2}}-\d{{3}}-[A-Z]|[A-Z]-\d{{3}}-[A-Z]{{2}}|"
    rf"[A-Z]{{3}}-\d\d-[A-Z]"
    rf"|\d-[A-Z]{{2}}-\d{{3}}|[1-9]-[A-Z]{{3}}-\d{{3}}){_END}"
)
# Three capitals behind four digits that are money, measures or standards.
MEASURES = words(
    "GBP CHF PLN CZK DKK NZD HKD TWD KWH RPM SMS MHZ GHZ KHZ PCS KMH BTC VND THB TRY MXN PHP CNY JPY "
    "KRW TBD PTS PKT LTR LBS KCL HRS MBS HDR SDR HDMI "
    "WLT XRP FPS DPI PPM BHP BPM CST PST GMT BST MST CET PDF FTP CMS CRM KPH RSD"
)
# Where a word for a vehicle stands near: older and unhyphenated forms, and those of the States of America.
NATIONAL = (
    BRITISH,
    FRENCH,
    DUTCH,
    re.compile(r"\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{1,2}-\d{4}-[A-Z]{1,2}"),
    re.compile(r"[A-HJ-NP-TV-Z]{2}[ -]?\d{3}[ -]?[A-HJ-NP-TV-Z]{2}|\d{2,4} ?[A-Z]{2,3} ?\d{2}"),
    re.compile(r"[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]"),
    re.compile(
        r"[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]|[A-Z][ -]?\d{3}[ -]?[A-Z]{2}|\d{2}[ -]?[A-Z]{2}[ -]?\d{2}|\d{2}[ -]?[A-Z]{3}[ "
        r"-]?\d|\d[ -]?[A-Z]{3}[ -]?\d{2}|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{2}"
    ),
)
AMERICAN = re.compile(
    r"[A-Z]{3}[- ]?\d{3,4}|\d[A-Z]{3}[- ]?\d{3}|\d[A-Z]{2} ?\d{3}|\d{3}[- ]?[A-Z]{3}|[A-Z]{2}\d ?\d{3,4}|[A-Z]{1,3}[- ]\d{4,5}"
)
# Behind a cue small letters and other countries do too.
BEHIND = re.compile(
    r"(?<![\w])(?:[a-z]{2}[ -]?\d{3}[ -]?[a-z]{1,2}(?![a-z])|[a-z][ -]?\d{3}[ -]?[a-z]{2}|\d[a-z]{2} ?\d{3}|"
    r"[a-zäöü]{1,3}[-–: ][ ]?[a-z]{1,2}[- ]?\d{1,4}[ ]?[eh]?|[a-z]{2}\d\d[ ]?[a-z]{3}|[a-z]{2}[- ]?\d{3}[- "
    r"]?[a-z]{2}|\d{4}[- ]?[a-z]{3}"
    r"|[a-z]\d{1,3}[ ]?[a-z]{3}|[a-z]{3}[ ]?\d{1,3}[a-z]|\d{1,4}[ ]?[a-z]{2,3}[ ]?\d{2}|[a-z0-9]{1,3}-[a-z0-9]{2,3}-[a-z0-9]{1,3}|"
    r"\d[a-z]{3}[ -]?\d{3}|[a-z]{2,3}[ -]?\d{3,5}[a-z]?"
    r"|[a-z]{1,2}[ -]\d{4}[ -][a-z]{1,2}|\d{3}[ -]?[a-z]{3}|[a-z]{3}[ -]\d{4}|\d[a-z]{2}[ ]?[a-z0-9]{4}|[a-z]\d{2}[ "
    r"-]?[a-z0-9]{3,4})(?![\w]|[-./]\w)",
    re.IGNORECASE,
)
SURE = words(
    "plate plates kennzeichen nummernschild autokennzeichen kfz immatriculation immatriculée immatriculé "
    "plaque matrícula matricula matriculado kenteken "
    "nummerplaat kentekenplaat reg registration vrn targa tablica registered placa immat"
)


@lru_cache(maxsize=1)
def districts() -> frozenset[str]:
    """The letters German and Austrian plates begin with."""
    return words_of("plate_districts")


def plates(line: Line) -> Found:
    """Plates by the cue beside them, then by shape."""
    if not line.has_digits:
        return
    text = line.text
    for cue, stop in line.reaches():
        if cue.kind == "PLATE":
            yield from _behind(text, cue.end, stop, text[cue.start : cue.end].lower())
    if not MAYBE.search(text):
        return
    for found in GERMAN.finditer(text):
        hyphen = text[found.end(1)] == "-"
        if found[1] in districts() and (hyphen or _is_spaced(found)) and _may_be(line, found):
            yield (*found.span(), "PLATE")
    for shape in (BRITISH, FRENCH, DUTCH):
        yield from ((*found.span(), "PLATE") for found in shape.finditer(text) if _may_be(line, found))
    for found in SPANISH.finditer(text):
        spanish = (
            len(line.words) < 4
            or not SPANISH_WORDS.isdisjoint(line.words)
            or "PLATE" in {cue.kind for cue in line.cues}
        )
        if spanish and found[0][-3:] not in MEASURES and _may_be(line, found):
            yield (*found.span(), "PLATE")


def _may_be(line: Line, found: re.Match[str]) -> bool:
    return line.cue_before(found.start(), 28) in ("", "PLATE", "NATIONAL_ID", "PHONE", "DATE_OF_BIRTH")


def _is_spaced(found: re.Match[str]) -> bool:
    # "B AB 1234": without a hyphen three groups with a number of three digits or more are sure enough.
    return re.fullmatch(r"[A-ZÄÖÜ]{1,3} [A-Z]{1,2} \d{3,4}[EH]?", found[0]) is not None


def _behind(text: str, start: int, stop: int, word: str) -> Found:
    sure = not SURE.isdisjoint(re.findall(r"\w+", word))
    at, reach = start, min(len(text), stop + 12)
    while found := BEHIND.search(text, at, reach):
        if found.start() >= stop:
            return
        if _is_plate(found[0], sure, found.start() - start):
            yield (*found.span(), "PLATE")
            at = found.end()
        else:
            at = _next_word(text, found.start())


def _next_word(text: str, at: int) -> int:
    while at < len(text) and text[at].isalnum():
        at += 1
    return at + 1


def _is_plate(code: str, sure: bool, away: int) -> bool:
    if _has_word(code) or not re.search(r"[A-Za-zÄÖÜäöü]", code) or not re.search(r"\d\d|\d.*[A-Za-z]{2}", code):
        return False
    if code[-3:].upper() in MEASURES:
        return False
    national = any(shape.fullmatch(code.upper()) for shape in NATIONAL)
    if code.upper() != code:
        return national if not sure else sum(character.isdecimal() for character in code) > 1
    return national or sure or (away < 40 and AMERICAN.fullmatch(code) is not None)


def _has_word(code: str) -> bool:
    return any(part in WORDS for part in re.findall(r"[a-zäöü]+", code.lower()))


MAYBE = re.compile(r"[A-ZÄÖÜ][- ]?\d[\d -]|\d[- ]?[A-Z]{2}")
# Four digits and three letters are a flight and its airport elsewhere.
SPANISH_WORDS = words("el la los las mi con un una está por que en se del al coche sin su y de lo me le han ha es hay")
WORDS = words(
    "is in on at an am im to es de la le el en et un und der die das ist the of by my a i y no nr van het "
    "op is was for and not im"
)
