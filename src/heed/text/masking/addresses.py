"""Where somebody lives: street and house number in the forms of six countries, with what belongs to it; boxes; whole post codes."""

import re
from functools import lru_cache

from heed.text.masking.home_streets import (
    BARE_HEAD,
    BOX,
    BY_CODE,
    CITY_ALONE,
    CODE_WORDS,
    CODED,
    CODED_LOW,
    DUTCH,
    DUTCH_CITY,
    ENGLISH,
    ENGLISH_LOW,
    FORM_ENDS,
    FORM_WORDS,
    FRENCH,
    GERMAN,
    GLUED_LOW,
    HEAD,
    HOUSE,
    HOUSE_NUMBER,
    LEADS,
    LITTLE_GERMAN,
    LITTLE_GERMAN_WORDS,
    LIVING,
    LOUD,
    LOUD_TWO,
    LOW,
    LOW_CITY,
    LOW_WORDS,
    NL_POSTCODE,
    NO_STREETS,
    NO_TOWNS,
    SMALL_LEADS,
    SPANISH,
    STREET_LOW,
    TAIL,
    UK_AREAS,
    UK_POSTCODE,
    UNCLEAR,
)
from heed.text.masking.known import STOPS, cities, first_names, no_names
from heed.text.masking.line import Found, Line
from heed.text.masking.naming import COMPANY
from heed.text.masking.streets import (
    CANADIAN,
    EIRCODE,
    ESTATE,
    HAMLET,
    PORTUGUESE_ESTATE,
    RESIDENCE,
    ROMANCE,
    RURAL,
    TAIL_ABROAD,
    TAIL_ROMANCE,
    TOWNLAND,
)
from heed.text.masking.streets_abroad import FORMS as ABROAD
from heed.text.masking.streets_abroad import NORDIC, NORDIC_ENDS, OVERSEAS, SPLIT, SPLIT_CODE

SENT = re.compile(r"(?:[^\W\d_]+ )+(?:an|nach|to|at|naar|bei) (?=[A-ZÀ-Þ])")
# A post code with its town, in either order.
TOWN = re.compile(r"\d{4} ?[A-ZÀ-Þ]|[A-Z]{1,2}\d|[a-z] \d{4,5}$")
# These hold all of the address.
WHOLE = (PORTUGUESE_ESTATE, HAMLET, RURAL, TOWNLAND, RESIDENCE, SPLIT_CODE, *(form for form, _ in ABROAD))


@lru_cache(maxsize=1)
def low_cities() -> frozenset[str]:
    """The same in lower case."""
    return frozenset(city.lower() for city in cities())


def addresses(line: Line) -> Found:
    """Street and number with flat, post code and city; boxes; British and Dutch post codes, which a few houses share."""
    if line.has_digits:
        # Of those that overlap the longest is the whole.
        found = list(_addresses(line))
        calm = LOUD.sub(lambda word: word[0].capitalize(), line.text) if LOUD_TWO.search(line.text) else line.text
        if calm != line.text and len(calm) == len(line.text):
            found += _addresses(Line(calm))
        yield from sorted(found, key=lambda each: each[0] - each[1])


def _addresses(line: Line) -> Found:
    text = line.text
    for form in _forms(line):
        for found in form.finditer(text):
            start = _without_lead(text, found)
            end = _tail(text, found.end(), form in (FRENCH, SPANISH, ESTATE, *ROMANCE))
            if form is ENGLISH and COMPANY.match(text, found.end()):
                continue
            if form in WHOLE:
                yield start, found.end(), "ADDRESS"
            elif not _is_none(text[start : found.end()]) and (end > found.end() or _is_clear(line, form, found[0])):
                low = _tail_low(text, end) if form is BOX and text[start].islower() else end
                yield _head(text, start), max(end, low), "ADDRESS"
    if line.digits > 3 and (
        not LOW_WORDS.isdisjoint(line.words) or GLUED_LOW.search(text) or (line.digits > 4 and CODED_LOW.search(text))
    ):
        yield from ((*found.span(), "ADDRESS") for found in LOW.finditer(text))
    if not STREET_LOW.isdisjoint(line.words):
        for found in ENGLISH_LOW.finditer(text):
            yield found.start(), max(_tail(text, found.end()), _tail_low(text, found.end())), "ADDRESS"
    if CODED.search(text):
        yield from _by_code(line)


def _is_clear(line: Line, form: re.Pattern[str], street: str) -> bool:
    if form not in (GERMAN, DUTCH) or not UNCLEAR.search(street):
        return True
    if re.search(rf"\b(?:van het|op de|op het|aan de|aan het) {re.escape(street)}", line.text):
        return True
    return not LIVING.isdisjoint(line.words) or len(LITTLE_GERMAN & line.words) > 1


def _forms(line: Line) -> list[re.Pattern[str]]:
    """The forms of streets of which there is a word; each costs more to look for than to rule out."""
    words = line.words
    ends = {word[-size:] for word in words if len(word) > 3 for size in (2, 3, 4, 5)}
    forms = [form for form, told in FORM_WORDS if not told.isdisjoint(words)]
    forms += [form for form, told in ABROAD if not told.isdisjoint(words)]
    if NORDIC not in forms and not NORDIC_ENDS.isdisjoint(ends):
        forms.append(NORDIC)
    if SPLIT.search(line.text):
        forms.append(SPLIT_CODE)
    return forms + [form for form, told in FORM_ENDS if form not in forms and not told.isdisjoint(ends)]


def _by_code(line: Line) -> Found:
    text = line.text
    for found in BY_CODE.finditer(text):
        yield _without_lead(text, found), _tail(text, len(text[: found.end()].rstrip(", "))), "ADDRESS"
    for found in UK_POSTCODE.finditer(text):
        area = re.match(r"[A-Z]+", found[0])
        if area and area[0] in UK_AREAS:
            yield from ((*house.span(), "ADDRESS") for house in HOUSE.finditer(text))
            if " " in found[0] or "postcode" in line.words or "post" in line.words:
                yield (*found.span(), "ADDRESS")
    yield from (
        (*code.span(), "ADDRESS")
        for form in (EIRCODE, CANADIAN)
        for code in form.finditer(text)
        if _is_told(line, code)
    )
    for found in NL_POSTCODE.finditer(text):
        yield from _dutch(line, found)


def _is_told(line: Line, code: re.Match[str]) -> bool:
    told = not CODE_WORDS.isdisjoint(line.words)
    return told or (" " in code[0] and line.cue_before(code.start()) == "")


def _dutch(line: Line, found: re.Match[str]) -> Found:
    text = line.text
    number = HOUSE_NUMBER.match(text, found.end())
    place = DUTCH_CITY.match(text, found.end())
    named = place is not None and place[1] in cities()
    if "postcode" in line.words or named or (number and "huisnummer" in line.words):
        end = number.end() if number else place.end() if place and named else found.end()
        yield found.start(), end, "ADDRESS"


def _without_lead(text: str, found: re.Match[str]) -> int:
    """Where the street begins, after a word in capitals that only leads to it."""
    start = found.start()
    # "Sterbeurkunde an Spreeufer 18": what is sent, and where to.
    sent = SENT.match(text, start, found.end())
    start = sent.end() if sent else start
    while " " in text[start : found.end()]:
        word = text[start : found.end()].split(" ")[0]
        follow = text[start + len(word) + 1 : found.end()]
        if word in SMALL_LEADS and re.match(r"(?:(?:de|den|het) )?[^\W\d_a-zà-ÿ]", follow):
            start += len(word) + 1
            continue
        if word.strip(".,:").lower() not in LEADS or len(text[start : found.end()].split()) < 3:
            break
        start += len(word) + 1
    return start


def _is_none(street: str) -> bool:
    return NO_STREETS.match(street) is not None


def _tail_low(text: str, end: int) -> int:
    found = LOW_CITY.match(text, end)
    if not found:
        return end
    return found.end() if found["code"] or found["city"] in low_cities() else end


def _head(text: str, start: int) -> int:
    bare = BARE_HEAD.search(text, max(0, start - 12), start)
    if bare:
        return bare.start()
    head = HEAD.search(text, max(0, start - 90), start)
    return head.start() if head else start


def _tail(text: str, end: int, romance: bool = False) -> int:
    tails = (TAIL, TAIL_ABROAD, TAIL_ROMANCE, OVERSEAS) if romance else (TAIL, TAIL_ABROAD, OVERSEAS)
    last = end
    for _ in range(2):  # a flat, then code and city
        last = max((tail.end() for tail in (each.match(text, last) for each in tails) if tail), default=last)
        if last == end or TOWN.search(text, end, last):
            break
    if last == end or not re.search(r"\d{4}|[A-Z]\d", text[end:last]):
        alone = CITY_ALONE.match(text, last)
        if alone and (alone[1] in cities() or _is_town(text, alone)):
            last = alone.end()
    return last


def _is_town(text: str, found: re.Match[str]) -> bool:
    """Whether one capital word between commas, or at the end, is a town: not in German, where it may be any noun."""
    name = found[1]
    low = name.lower()
    if (
        not found[0].startswith(", ")
        or not re.sub(r"[ '’-]", "", name).isalpha()
        or low in NO_TOWNS | no_names() | STOPS
        or name in first_names()
    ):
        return False
    if not re.match(r"\s*(?:[,.;:)|]|$|[a-z])", text[found.end() :]):
        return False
    return LITTLE_GERMAN_WORDS.isdisjoint(re.findall(r"[^\W\d_]+", text.lower()))
