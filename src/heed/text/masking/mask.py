"""Masking: what tells who somebody is becomes `[EMAIL]`, `[PHONE]` and the like; everything else stays as it was.

Finders run in order, and what one has taken no later one takes. A number is masked where a check digit, a numbering
plan or a word beside it says what it is; where only its length speaks, it counts as an account.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from heed.text.analyzer import Span
from heed.text.masking.checks import IBAN_LENGTHS, is_address, is_card, is_iban
from heed.text.masking.people import names
from heed.text.masking.phones import DAY, phones

EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]*[\w!#$%&*+/=?^`{|}~-]@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?!\w)"
    r"|[\w.+-]+\s?[\[(](?:at|ät)[\])]\s?[\w-]+(?:\s?[\[(](?:dot|punkt)[\])]\s?|\.)[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)
URL = re.compile(r"\b(?:https?|ftp)://[^\s<>\"')\]]+", re.IGNORECASE)
SECRET = re.compile(
    r"[?&#;](?:[\w-]*(?:token|key|sig|signature|secret|session|sid|auth|code|password|passwd|pwd|otp|jwt|hash|ticket|user|mail|phone|"
    r"customer|kunde|account|konto)[\w-]*)=[^&\s]+|//[^/\s@]+@|/[^/?\s]*(?=[^/?\s]*\d)(?=[^/?\s]*[a-zA-Z])[\w-]{20,}",
    re.IGNORECASE,
)
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\s?\d{2}(?:[ \u00a0.-]?[A-Za-z0-9]){10,30}")
DIGITS = re.compile(r"(?<![\w.,])\d(?:[ \u00a0-]?\d){12,18}(?![\w]|[.,]\d)")
IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?)(?![\w:]|\.\d)", re.IGNORECASE
)
BORN = re.compile(
    r"(?:\bborn(?: on)?|date of birth|\bd\.?o\.?b\.?|birth ?date|birthday|geboren(?: am)?|geb\.(?: am)?|geburtsdatum|geburtstag)"
    r"\W{0,3}(?:is|ist|was|war|on|am)?\W{0,2}(\d{1,4}[./ -]\s?(?:\d{1,2}|[^\W\d_]{3,10})[./ -]{1,2}\d{2,4}|\d{1,2}(?:st|nd|rd|th)? "
    r"[^\W\d_]{3,10},? \d{4}|[^\W\d_]{3,10} \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
    re.IGNORECASE,
)
ACCOUNT_WORD = re.compile(
    r"(?:(?:customer|client|account|contract|policy|member(?:ship)?|order|invoice|bill|booking|reservation|case|ticket|reference|ref|"
    r"meter|serial|imei|iccid|iban|kunden|konto|vertrags?|rechnungs?|auftrags?|bestell|mitglieds?|vorgangs?|buchungs?|zähler|versicherungs?)"
    r"[ -]?(?:number|no|nr|id|code|nummer|zeichen|#)?|kdnr|kd-nr|kto)\.?\s?(?:is|ist|lautet|war|was)?\s?[:#.]?\s?"
    r"((?=[A-Z0-9/-]*\d[A-Z0-9/-]*\d[A-Z0-9/-]*\d[A-Z0-9/-]*\d)[A-Z0-9]+(?:[/-][A-Z0-9]+)*)(?!\w|[.,]\d)",
    re.IGNORECASE,
)
LONG_NUMBER = re.compile(r"(?<![\w.,])\d(?:[ \u00a0/-]?\d){7,}(?!\w|[.,]\d)")
STREET = re.compile(
    r"\b(?:[A-ZÄÖÜ][\w.-]*[ -])?[^\W\d_][\w.-]*(?:stra(?:ß|ss)e|str\.|weg|allee|platz|gasse|ring|damm|ufer)\s\d{1,4}\s?[a-z]?\b"
    r"|\b\d{1,5}[a-z]?\s(?:[A-Z][\w'-]+\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Way|Place|Pl|"
    r"Terrace|Crescent|Square|Gardens)\b\.?",
)
POSTCODE = re.compile(r"^,?\s{0,2}(?:\d{5}\s[A-ZÄÖÜ][\wäöüß-]+|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})\b")
Found = Iterator[tuple[int, int, str]]


@dataclass(frozen=True)
class Masked:
    """A text with its masks, and where they stood in the text as it came in."""

    text: str
    spans: tuple[Span, ...]


def mask(text: str) -> Masked:
    """The text with every stretch that tells who somebody is replaced by its kind."""
    taken: list[Span] = []
    for find in FINDERS:
        for start, end, kind in find(text):
            if end > start and all(end <= span.start or start >= span.end for span in taken):
                taken.append(Span(start, end, kind))
    taken.sort(key=lambda span: span.start)
    parts, at = [], 0
    for span in taken:
        parts += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    return Masked("".join([*parts, text[at:]]), tuple(taken))


def _urls(text: str) -> Found:
    if "://" in text:
        for found in URL.finditer(text):
            end = found.end() - (len(found[0]) - len(found[0].rstrip(".,;:!?")))
            if SECRET.search(text[found.start() : end]):
                yield found.start(), end, "URL_TOKEN"


def _emails(text: str) -> Found:
    if "@" in text or "at)" in text.lower() or "at]" in text.lower():
        yield from ((*found.span(), "EMAIL") for found in EMAIL.finditer(text))


def _ibans(text: str) -> Found:
    for found in IBAN.finditer(text):
        wanted = IBAN_LENGTHS.get(found[0][:2].upper(), 0)
        end, code = found.start(), ""
        while len(code) < wanted and end < found.end():
            code += text[end] if text[end].isalnum() else ""
            end += 1
        if wanted and is_iban(code) and not text[end : end + 1].isalnum():
            yield found.start(), end, "IBAN"


def _cards(text: str) -> Found:
    for found in DIGITS.finditer(text):
        if is_card(re.sub(r"\D", "", found[0])):
            yield (*found.span(), "CARD")


def _addresses_of_machines(text: str) -> Found:
    if text.count(".") > 2 or text.count(":") > 1:
        yield from ((*found.span(), "IP") for found in IP.finditer(text) if is_address(found[0].split("%")[0]))


def _births(text: str) -> Found:
    yield from ((*found.span(1), "DATE_OF_BIRTH") for found in BORN.finditer(text))


def _named_accounts(text: str) -> Found:
    yield from ((*found.span(1), "ACCOUNT") for found in ACCOUNT_WORD.finditer(text))


def _long_numbers(text: str) -> Found:
    for found in LONG_NUMBER.finditer(text):
        if not DAY.fullmatch(found[0]):
            yield (*found.span(), "ACCOUNT")


def _streets(text: str) -> Found:
    for found in STREET.finditer(text):
        after = POSTCODE.match(text[found.end() :])
        yield found.start(), found.end() + (after.end() if after else 0), "ADDRESS"


def _phones(text: str) -> Found:
    yield from ((start, end, "PHONE") for start, end in phones(text))


def _names(text: str) -> Found:
    yield from ((start, end, "NAME") for start, end in names(text))


FINDERS: tuple[Callable[[str], Found], ...] = (
    _urls,
    _emails,
    _ibans,
    _cards,
    _addresses_of_machines,
    _births,
    _named_accounts,
    _phones,
    _long_numbers,
    _streets,
    _names,
)
