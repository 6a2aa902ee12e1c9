"""Names, as far as a rule can see them: after a title, a greeting, an introduction, below a closing, and by lists of common names."""

import re
from collections.abc import Iterator

from heed.text.masking.births import MONTH_NAMES
from heed.text.masking.contacts import IS_NOUN, apart, by_mailbox, looks_named
from heed.text.masking.doubled import doubled
from heed.text.masking.known import (
    STOPS,
    any_names,
    cities,
    cut,
    double_names,
    first_names,
    holds_name,
    is_brand,
    is_last,
    low_first_names,
    low_last_names,
    no_names,
)
from heed.text.masking.line import Found, Line
from heed.text.masking.listed import CLOSED, GREETED, THING_BEHIND, WORD, listed, without_role
from heed.text.masking.lists import words
from heed.text.masking.mentions import mentions
from heed.text.masking.naming import (
    CALLED,
    CLOSING,
    CLOSING_LOW,
    COUPLE,
    FAINT,
    FIELD,
    GREETING,
    GREETING_KNOWN,
    INITIAL,
    KIN,
    LOW_TITLE,
    MAILBOX,
    OF,
    PART,
    ROLE,
    SIGNED,
    SIGNED_TWO,
    STRONG,
    TITLE,
    TITLES,
    WEAK,
)
from heed.text.masking.rolls import rolls

# These lead to a thing as often as to a person: two words in capitals behind them are not enough.
UNSURE = frozenset(
    ("it's", "it’s", "its", "it is", "das ist", "c'est", "c’est", "dit is", "met", "am", "im", "here is", "hier")
)
# These lead to a person unless a nation, a trade or a state follows.
SURE = frozenset(
    ("i'm", "i’m", "i am", "this is", "je suis", "soy", "ik ben", "sono", "hier ist", "hier spricht", "u spreekt met", "je spreekt met",
     "moi c'est", "le habla", "parla", "sou")
)  # fmt: skip
# There "M." and "D." are titles.
ROMANCE = words(
    "au aux mon ma mes ce il elle je vous nous mi me ha sur dans avec pour client cliente bonjour merci hola gracias le la les "
    "de du des et est un une pas que qui el los y en por con su don doña para no se"
)
ABBREVIATED = frozenset(("D.C.", "U.S.", "U.K.", "L.A.", "N.Y.", "P.S.", "U.S.A.", "E.U.", "V.I.P.", "P.M.", "A.M."))
SAID = words(
    "name names called heiße heisse heiss namen appelle nom nomme prénomme llamo nombre naam heet chiamo "
    "chamo meu heter namn hedder navn nimeni jmenuji jméno volám nevem numesc numele adım ismim zovem ime "
    "nazywam intestato intestata nome chamo caller customer registered addressed holder cardholder namens genannt nommé nommée "
    "llamado llamada genaamd lautend"
)
FIELDS = frozenset(re.findall(r"[^\W\d_]{2,}", FIELD.pattern.split("[ ]?[:=]")[0].lower())) | {"c", "z", "t"}
KINNED = frozenset(re.findall(r"[^\W\d_]{3,}", KIN.pattern.split("(?P<name>")[0].lower())) - {
    "and",
    "und",
    "the",
    "our",
    "his",
    "her",
}
ROLED = (
    frozenset(WORD.findall(re.sub(r"\[\w(\w)\]", r"\1", ROLE.pattern.split("(?P<name>")[0]).lower()))
    - FAINT
    - {"the", "to", "it", "on", "de", "la", "is", "mit", "of", "par", "part", "with", "for", "an"}
)
WEAKLY = frozenset(WORD.findall(WEAK.pattern.split("(?P<name>")[0].lower())) | {"i", "c"}
# "don" is most often the head of "don't", and "me" a pronoun.
CLEAR_TITLES = TITLES - {"don", "me"}
COUPLED = re.compile(r" (?:and|&|und|et|en|y) ")
CAPITAL = re.compile("[A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ]")
TWO_CAPITALS = re.compile(
    r"(?<![^\W\d_])[A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ][^\W\d_]{1,40} [A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ][^\W\d_]"
)
LETTER = re.compile(
    "[A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ][.] ?(?:[a-z' ’]{2,8} )?[A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ]"
)


def names(line: Line) -> Found:
    """Start and end of each name, the title left out."""
    # Of those that overlap the longest is the whole name.
    found = ((without_role(line.text, start, end), end) for start, end in _names(line))
    told = sorted(found, key=lambda each: each[0] - each[1])
    for start, end in told:
        if end - start > 2 or line.text[start:end].isalpha():
            yield start, end, "NAME"
    yield from _once_more(line.text, told)


def _once_more(text: str, told: list[tuple[int, int]]) -> Found:
    """A surname or first name that has been told stands for somebody where it stands again."""
    parts = {
        part for start, end in told for part in WORD.findall(text[start:end]) if len(part) > 3 and part[0].isupper()
    }
    for part in parts if len(text) < LONG else ():
        low = part.lower()
        if (
            text.count(part) > 1
            and low not in double_names() | no_names() | STOPS
            and (is_last(part) or part in first_names())
        ):
            for found in re.finditer(rf"(?<![\w@.'’/-]){part}(?![\w@'’/-]| (?:{_PLACES}))", text):
                if not is_brand(text, *found.span()) and not THING_BEHIND.match(text, found.end()):
                    yield (*found.span(), "NAME")


LONG = 4000  # characters; in longer texts names are found where they stand
_PLACES = "Street|Road|Straße|Strasse|Platz|Weg|GmbH|Ltd|AG"


def _names(line: Line) -> Iterator[tuple[int, int]]:
    text, words = line.text, line.words
    capitals = CAPITAL.search(text) is not None
    known = not words.isdisjoint(any_names()) and (not capitals or holds_name(text, words))
    if not words.isdisjoint(SAID):
        yield from _said(text)
    if known and not words.isdisjoint(TITLES):
        yield from _titled_low(text)
    if known and not words.isdisjoint(GREETED):
        yield from _known(text, GREETING_KNOWN)
    if not words.isdisjoint(CLOSED):
        yield from _closed(text, known)
    if (known or capitals) and not words.isdisjoint(WEAKLY):
        yield from _weakly(text)
    if capitals:
        yield from _in_capitals(line, known)
    elif known:
        yield from doubled(line)
        yield from rolls(line)
        yield from mentions(line, known)


def _in_capitals(line: Line, known: bool) -> Iterator[tuple[int, int]]:
    text, words = line.text, line.words
    if not words.isdisjoint(CLEAR_TITLES) or "Don " in text or "don " in text:
        yield from _ruled(text, TITLE)
        if COUPLED.search(text):
            yield from _ruled(text, COUPLE)
    if (":" in text or "=" in text or "c/o" in text) and not words.isdisjoint(FIELDS):
        yield from _ruled(text, FIELD)
    if not words.isdisjoint(GREETED):
        yield from _ruled(text, GREETING)
    if not words.isdisjoint(KINNED):
        yield from _surely(text, KIN)
    if not words.isdisjoint(SAID):
        yield from _surely(text, CALLED)
    if not words.isdisjoint(ROLED) or "t.a.v" in text or "c/o" in text or (known and not words.isdisjoint(FAINT)):
        yield from _in_role(text)
    if LETTER.search(text):
        yield from _by_initial(text)
    mail = "@" in text and MAILBOX.search(text) is not None
    if mail:
        yield from by_mailbox(text)
    if mail or line.digits > 5:
        yield from apart(text)
    yield from doubled(line)
    yield from rolls(line)
    yield from mentions(line, known)
    if known:
        yield from _signed(text)
        yield from listed(line)


def _by_initial(text: str) -> Iterator[tuple[int, int]]:
    for initial in INITIAL.finditer(text):
        last = initial["last"].lower()
        abbreviated = initial[0][: initial.start("last") - initial.start()].replace(" ", "") in ABBREVIATED
        spanish = initial[0][:2] in ("M.", "D.") and not ROMANCE.isdisjoint(WORD.findall(text.lower()))
        loud = initial["last"].isupper() and len(last) < 5 and not text.isupper()
        if (
            not loud
            and not abbreviated
            and not spanish
            and last not in no_names() | STOPS
            and not is_brand(text, *initial.span())
        ):
            yield initial.span()


def _in_role(text: str) -> Iterator[tuple[int, int]]:
    for found in ROLE.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        parts = text[start:end].split()
        if not parts or is_brand(text, start, end):
            continue
        known = parts[0] in first_names() or is_last(parts[-1])
        faint = found["role"].lower() in FAINT
        place = len(parts) == 1 and (parts[0].isupper() or parts[0] in cities())
        if known or (not faint and not place and not IS_NOUN.search(parts[0])):
            yield start, end


def _ruled(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        start, end = found.span("name")
        # "Herr März": behind a courtesy a month is a surname.
        first = found["name"].split()[0]
        courteous = rule is TITLE and first.lower() in MONTH_NAMES and len(first) > 3
        end = start + len(first) if courteous else cut(text, start, end)
        if end > start and not is_brand(text, start, end):
            yield start, end


def _surely(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    # German writes all nouns in capitals, so what is no known name must not be one word alone.
    for start, end in _ruled(text, rule):
        name = text[start:end]
        first = name.split()[0]
        if (
            first.split("-")[0] in first_names()
            or is_last(name.split()[-1])
            or (" " in name and not is_brand(text, start, end))
            or _is_lone(text, start, end)
        ):
            yield start, end


def _is_lone(text: str, start: int, end: int) -> bool:
    """Whether one unknown word in a capital is a name: not in German, whose nouns are all in capitals, and no abbreviation."""
    before = WORD.findall(text[max(0, start - 40) : start].lower())[-3:]
    name = text[start:end]
    return (
        bool(before)
        and GERMAN_KIN.isdisjoint(before)
        and ((text[start - 1] == " " and text[start - 2].isalpha()) or text[start - 2 : start] == " (")
        and name.replace("-", "").isalpha()
        and 2 < len(name) < 16
        and not name.isupper()
        and name[1:].islower()
        and looks_named([name])
        and not IS_DEMONYM.search(name)
        and (end == len(text) or re.match(r"[\s,.!?;:)]", text[end:]) is not None)
    )


IS_DEMONYM = re.compile(
    r"(?:ish|ian|can|ese|man|ais|aise|ois|oise|ien|ienne|sch|aans|ano|ana|és|esa|day|land|ing|ed|ly|tion|ment)$"
)
GERMAN_KIN = words(
    "mein meine meiner meinem meinen unser unsere unserem ihr ihre ihrem ihrer eure euer deine sein seine der die den dem "
    "mitarbeiter mitarbeiterin techniker monteur fahrer berater beraterin kollege kollegin kellner kellnerin verkäufer "
    "verkäuferin frau mann"
)


def _titled_low(text: str) -> Iterator[tuple[int, int]]:
    for found in LOW_TITLE.finditer(text):
        word = found["name"].split()[-1].rpartition(".")[2]
        if word.lower() not in no_names() and (is_last(word.capitalize()) or word.capitalize() in first_names()):
            yield found.span("name")


def _known(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        if found["name"].lower() in low_first_names():
            start, end = found.span("name")
            yield start, _with_last(text, start, end)


def _with_last(text: str, start: int, end: int) -> int:
    more = re.match(rf"[ ](?:(?:{OF})[ ]){{0,2}}{PART}", text[end:])
    if more and text[start].isupper():
        return max(end, cut(text, start, end + more.end()))
    return end


def _said(text: str) -> Iterator[tuple[int, int]]:
    for found in STRONG.finditer(text):
        start, end = found.span("name")
        if text[start].isupper():
            end = cut(text, start, end)
        else:
            end = _cut_low(text, start, end)
        if end > start and not is_brand(text, start, end):
            yield start, end


def _cut_low(text: str, start: int, end: int) -> int:
    kept = start
    for word in re.finditer(r"[^\s]+", text[start:end]):
        plain = word[0].strip(".,").lower()
        if plain in no_names() or plain in STOPS:
            break
        if (
            kept > start
            and plain not in low_last_names()
            and text[start:kept].lower().split()[0] not in low_first_names()
        ):
            break
        kept = start + word.end()
    return kept


SHORT = re.compile(
    r"(?i:\b(?:mfg|lg|vg|cdlt|cdt|mvg|gr|gruß|gruss|grüße|grüsse|groet|groeten|groetjes|saludos|saluti))[ .]{1,2}$"
)


def _closed(text: str, some: bool) -> Iterator[tuple[int, int]]:
    for found in CLOSING.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        if end <= start or is_brand(text, start, end) or text[start:end] in cities():
            continue
        parts = text[start:end].split()
        known = parts[0] in first_names() or is_last(parts[-1]) or len(parts[0].rstrip(".")) == 1
        known = known or (
            SHORT.search(text, max(0, start - 12), start) is not None
            and text[end:].strip(" .!") == ""
            and looks_named(parts)
        )
        last = text[end:].strip(" .!") == "" or text[end:].lstrip(" ")[:1] in ("\n", ",", "|", "(", "[")
        if known or (last and (found["gap"].strip() or "\n" in found["gap"] or len(parts) == 2) and len(parts) < 4):
            yield start, end
    for found in CLOSING_LOW.finditer(text) if some else ():
        parts = found["name"].lower().split()
        if parts[0] in low_first_names() and (len(parts) == 1 or parts[1] not in no_names() | STOPS):
            yield found.span("name")


def _weakly(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := WEAK.search(text, at):
        at = max(found.start("name"), found.start() + 1)
        start, end = found.span("name")
        words = text[start:end].split()
        first = words[0].strip(".,")
        if text[start].isupper():
            end = cut(text, start, end)
            parts = text[start:end].split()
            known = bool(parts) and (first in first_names() or (len(parts) > 1 and is_last(parts[-1])))
            two = found["intro"].lower() not in UNSURE and (
                len(parts) == 2
                and re.match(r"\s*(?:[,.!;–-]|$|from\b|aus\b|de\b|uit\b|und\b|and\b|et\b|y\b|en\b|here\b)", text[end:])
                and looks_named(parts)
            )
            lone = (
                len(parts) == 1
                and found["intro"].lower() in SURE
                and re.match(
                    r"\s*(?:[,.!;(–-]|$|from\b|aus\b|de\b|uit\b|und\b|and\b|et\b|y\b|en\b|e\b|here\b|hier\b|again\b)",
                    text[end:],
                )
                and _is_lone(text, start, end)
            )
            if end > start and (known or two or lone) and not is_brand(text, start, end):
                yield start, end
        elif first.lower() in low_first_names():
            last = words[1].lower() if len(words) > 1 else ""
            keep = last and (
                last in low_last_names() or (text[end:].strip(" .!,") == "" and last not in STOPS | no_names())
            )
            yield start, end if keep else start + len(words[0])


def _signed(text: str) -> Iterator[tuple[int, int]]:
    for rule in (SIGNED, SIGNED_TWO):
        for found in rule.finditer(text):
            start, end = found.span("name")
            end = cut(text, start, end)
            parts = text[start:end].split()
            if (
                end > start
                and parts[0].lower() not in CLOSED
                and (parts[0] in first_names() or (len(parts) > 1 and is_last(parts[-1])))
                and not is_brand(text, start, end)
            ):
                yield start, end
