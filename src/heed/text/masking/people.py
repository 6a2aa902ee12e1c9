"""Names, as far as a rule can see them: after a title, a greeting, an introduction, below a closing, and by lists of common names."""

import re
from collections.abc import Iterator

from heed.text.masking.contacts import IS_NOUN, apart, by_mailbox, looks_named
from heed.text.masking.known import (
    STOPS,
    any_names,
    brands,
    cut,
    double_names,
    first_names,
    is_brand,
    last_names,
    low_first_names,
    low_last_names,
    no_names,
)
from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words
from heed.text.masking.naming import (
    ALONE,
    BEFORE_PLACE,
    CALLED,
    CLOSING,
    CLOSING_LOW,
    COMPANY,
    COUPLE,
    FAINT,
    FIELD,
    GREETING,
    GREETING_KNOWN,
    INITIAL,
    KIN,
    LAST_FIRST,
    LOW_TITLE,
    MAILBOX,
    NICK,
    OF,
    PAIR,
    PART,
    ROLE,
    SIGNED,
    SIGNED_TWO,
    STRONG,
    TITLE,
    TITLES,
    UPPER_FIRST,
    WEAK,
)

# These lead to a thing as often as to a person: two words in capitals behind them are not enough.
UNSURE = frozenset(
    ("it's", "it’s", "its", "it is", "das ist", "c'est", "c’est", "dit is", "met", "am", "im", "here is", "hier")
)
ABBREVIATED = frozenset(("D.C.", "U.S.", "U.K.", "L.A.", "N.Y.", "P.S.", "U.S.A.", "E.U.", "V.I.P.", "P.M.", "A.M."))
# Short for a month as well as a name.
MONTHLY = frozenset(("Jan", "Mar", "Mai", "Jun", "Jul"))
AFTER_DAY = re.compile(
    r"(?:\d(?:st|nd|rd|th|\.)?|\b(?:in|since|until|till|from|by|mid|early|late|of|im|seit|bis|ab|Ende|Anfang|en|depuis|fin|sinds)) ?$"
)
DAY_AHEAD = re.compile(r"\.? ?\d")
WORD = re.compile(r"[^\W\d_]{2,}")
GREETED = frozenset(WORD.findall(GREETING.pattern.lower())) - {"and", "und"}
CLOSED = words(
    "regards wishes rgds sincerely respectfully thanks thank thx cheers best yours truly faithfully love "
    "xx signed grüße grüßen grüsse gruesse grüssen dank gruß gruss hochachtungsvoll mfg lg vg bg danke "
    "grüßt gez cordialement salutations merci cdlt cdt amicalement sincèrement saludo saludos atentamente "
    "atte gracias abrazo fdo firmado groet groeten groetjes mvg bedankt hoogachtend liefs saluti "
    "grazie pozdrawiam"
)
SAID = words(
    "name names called heiße heisse heiss namen appelle nom nomme prénomme llamo nombre naam heet chiamo "
    "nazywam registered addressed holder cardholder namens genannt nommé nommée "
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
CAPITAL = re.compile("[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ]")
TWO_CAPITALS = re.compile(r"(?<![^\W\d_])[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ][^\W\d_]{1,40} [A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ][^\W\d_]")
LETTER = re.compile("[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ][.] ?[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ]")


def names(line: Line) -> Found:
    """Start and end of each name, the title left out."""
    # Of those that overlap the longest is the whole name.
    for start, end in sorted(_names(line), key=lambda each: each[0] - each[1]):
        if end - start > 2 or line.text[start:end].isalpha():
            yield start, end, "NAME"


def _names(line: Line) -> Iterator[tuple[int, int]]:
    text, words = line.text, line.words
    known = not words.isdisjoint(any_names())
    capitals = CAPITAL.search(text) is not None
    if not words.isdisjoint(SAID):
        yield from _said(text)
    if known and not words.isdisjoint(TITLES):
        yield from _titled_low(text)
    if known and not words.isdisjoint(GREETED):
        yield from _known(text, GREETING_KNOWN)
    if not words.isdisjoint(CLOSED):
        yield from _closed(text, known)
    if (known or TWO_CAPITALS.search(text)) and not words.isdisjoint(WEAKLY):
        yield from _weakly(text)
    if capitals:
        yield from _in_capitals(line, known)


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
    if not words.isdisjoint(ROLED) or (known and not words.isdisjoint(FAINT)):
        yield from _in_role(text)
    if LETTER.search(text):
        yield from _by_initial(text)
    mail = "@" in text and MAILBOX.search(text) is not None
    if mail:
        yield from by_mailbox(text)
    if mail or line.digits > 5:
        yield from apart(text)
    if known:
        yield from _signed(text)
        yield from _listed(line)


def _by_initial(text: str) -> Iterator[tuple[int, int]]:
    for initial in INITIAL.finditer(text):
        last = initial["last"].lower()
        abbreviated = initial[0][: initial.start("last") - initial.start()].replace(" ", "") in ABBREVIATED
        if not abbreviated and last not in no_names() | STOPS and not is_brand(text, *initial.span()):
            yield initial.span()


def _in_role(text: str) -> Iterator[tuple[int, int]]:
    for found in ROLE.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        parts = text[start:end].split()
        if not parts or is_brand(text, start, end):
            continue
        known = parts[0] in first_names() or parts[-1] in last_names()
        faint = found["role"].lower() in FAINT
        if known or (not faint and not IS_NOUN.search(parts[0])):
            yield start, end


def _ruled(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        if end > start and not is_brand(text, start, end):
            yield start, end


def _surely(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    # German writes all nouns in capitals, so what is no known name must not be one word alone.
    for start, end in _ruled(text, rule):
        name = text[start:end]
        first = name.split()[0]
        if (
            first in first_names()
            or name.split()[-1] in last_names()
            or (" " in name and not is_brand(text, start, end))
        ):
            yield start, end


def _titled_low(text: str) -> Iterator[tuple[int, int]]:
    for found in LOW_TITLE.finditer(text):
        word = found["name"]
        if word.lower() not in no_names() and (word.capitalize() in last_names() or word.capitalize() in first_names()):
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


def _closed(text: str, some: bool) -> Iterator[tuple[int, int]]:
    for found in CLOSING.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        if end <= start or is_brand(text, start, end):
            continue
        parts = text[start:end].split()
        known = parts[0] in first_names() or parts[-1] in last_names() or len(parts[0].rstrip(".")) == 1
        last = text[end:].strip(" .!") == "" or text[end : end + 1] in "\n,|(["
        if known or (last and (found["gap"].strip() or "\n" in found["gap"]) and len(parts) < 4):
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
            known = bool(parts) and (first in first_names() or (len(parts) > 1 and parts[-1] in last_names()))
            two = found["intro"].lower() not in UNSURE and (
                len(parts) == 2
                and re.match(r"\s*(?:[,.!;–-]|$|from\b|aus\b|de\b|uit\b|und\b|and\b|et\b|y\b|en\b|here\b)", text[end:])
                and looks_named(parts)
            )
            if end > start and (known or two) and not is_brand(text, start, end):
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
                and (parts[0] in first_names() or (len(parts) > 1 and parts[-1] in last_names()))
                and not is_brand(text, start, end)
            ):
                yield start, end


def _listed(line: Line) -> Iterator[tuple[int, int]]:
    """By the lists alone: a known first name with a surname behind, a surname with any first name, a first name by itself."""
    text = line.text
    found = [
        each
        for each in ALONE.finditer(text)
        if each[0].split("-")[0] in first_names() or each[0] in last_names() or each[0] in first_names()
    ]
    if not found:
        return
    at = 0
    while pair := PAIR.search(text, at):
        at = pair.end("first")
        first, last = pair["first"], pair["last"]
        if _is_pair(text, first, last, pair):
            end = cut(text, *pair.span())
            if end > pair.end("first") and not is_brand(text, pair.start(), end):
                yield pair.start(), end
                at = end
    for pair in LAST_FIRST.finditer(text):
        if pair["first"].split()[0] in first_names() and pair["last"] in last_names():
            yield pair.span()
    for pair in UPPER_FIRST.finditer(text):
        if pair["first"] in first_names() and pair["last"].lower() not in no_names() and not pair["first"].isupper():
            yield pair.span()
    for nick in NICK.finditer(text):
        if nick["name"].split()[0] in first_names():
            yield nick.span("name")
    for each in found:
        if _alone(text, each):
            yield each.span()


def _is_pair(text: str, first: str, last: str, pair: re.Match[str]) -> bool:
    low = last.strip(".").lower()
    branded = low in brands() and last in last_names() and first in first_names()
    if (low in no_names() and not branded) or low in STOPS or first.lower() in no_names():
        return False
    if first in first_names() or first.split("-")[0] in first_names():
        return first.lower() not in double_names() or last in last_names()
    return (
        last in last_names()
        and last.lower() not in double_names()
        and first.lower() not in STOPS
        and len(first) > 2
        and not first.isupper()
        and not BEFORE_PLACE.search(text[max(0, pair.start() - 24) : pair.start()])
        and _not_noun(text, pair)
    )


def _not_noun(text: str, pair: re.Match[str]) -> bool:
    # At the start of a sentence, and in German, a capital says nothing: ask for another name's sign before a surname alone.
    before = text[: pair.start()].rstrip()
    return (
        bool(before)
        and before[-1] not in ".!?:"
        and not re.search(
            r"(?:heit|keit|ung|schaft|tion|haus|laden|service|rechnung|techniker|kundin|kunde)$", pair["first"].lower()
        )
    )


def _alone(text: str, found: re.Match[str]) -> bool:
    name = found[0]
    if name not in first_names() and name.split("-")[0] not in first_names():
        return False
    if name.lower() in double_names() or name.lower() in no_names():
        return False
    if name in MONTHLY and (
        AFTER_DAY.search(text[max(0, found.start() - 12) : found.start()]) or DAY_AHEAD.match(text, found.end())
    ):
        return False
    if COMPANY.match(text, found.end()) or BEFORE_PLACE.search(text[max(0, found.start() - 24) : found.start()]):
        return False
    return not is_brand(text, found.start(), found.end())
