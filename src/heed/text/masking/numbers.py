"""Numbers of banks and of customers: IBAN and cards by check digits, accounts by the word beside them, and any long run."""

import re

from heed.text.masking.births import DATE
from heed.text.masking.checks import IBAN_LENGTHS, is_card, is_iban, is_sure_card
from heed.text.masking.cues import NONE
from heed.text.masking.identities import CODE as ID_CODE
from heed.text.masking.line import Found, Line

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][ ]?[A-Za-z][ \u00a0-]?\d[ ]?\d(?:[ \u00a0./-]{0,2}[A-Za-z0-9]){10,30}")
HALF_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[\dA-Z*xX•.…]{1,4}){1,8}(?![\w])")
CARD = re.compile(r"(?<![\w.,+/-])\d(?:[ \u00a0.-]?\d){11,18}(?![\w]|[.,-]\d)")
HIDDEN = re.compile(
    r"(?<![\w*•#])(?:\d{4,6}[ -]?)?(?:[Xx*•#·]{2,6}[ -]?){1,4}\d{2,4}(?![\w*•])|(?<!\w)(?:\.{3}|…|[xX*#])[ ]?\d{4}(?!\w|[.,]\d)"
)
ENDING = re.compile(
    r"(?:\b(?:ending|ends|ended)(?: (?:in|with|on))?|\blast (?:four|4)(?: (?:digits|numbers))?(?: (?:of|on) (?:my|the) \w+(?: \w+)?)?"
    r"|\bend(?:et|end|ung|ziffern?)(?: (?:auf|mit))?|\bletzte[nr]? (?:vier|4)(?: (?:ziffern|stellen|zahlen))?(?: (?:meiner|der|von) \w+)?"
    r"|\b(?:se termin\w+|finissant|finit|terminant)(?: (?:par|en|avec))|\b(?:quatre|4) derniers(?: chiffres)?(?: de ma \w+)?"
    r"|\b(?:termina|terminada|acaba|acabada|terminación)(?: (?:en|con))?|\b(?:últim[oa]s|ultim[oa]s) (?:cuatro|"
    r"4)(?: (?:dígitos|digitos|cifras|números))?(?: de mi \w+)?"
    r"|\b(?:eindigt|eindigend|eindigen|eindigde)(?: (?:op|met))|\blaatste (?:vier|4)(?: (?:cijfers|nummers))?(?: van mijn \w+)?)"
    r"[\s:,\"'“(-]{1,3}(?:(?:is|are|ist|sind|lauten|son|sont|es|zijn|in|auf|number|digits)[\s:]{1,2})?(\d{4})(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
REDACTED = re.compile(r"(?:X{2,4}[ -]?){1,3}(?:19|20)\d\d")
HIDES = re.compile(r"[xX*•#·…]|\.\.\.")
VALUE = re.compile(
    r"(?<![\w€$£@])(?:[A-Za-z]{1,6}[-/_.]?|[A-Z]{1,5} )?\d[\dA-Za-z]*(?:[-/_.][\dA-Za-z]+)*"
    r"(?:[ \u00a0]\d[\dA-Za-z]*(?:[-/][\dA-Za-z]+)*){0,6}(?![\w@])"
    r"|(?<![\w€$£@])(?:[A-Z]{1,5}[-/]){1,3}\d[\dA-Za-z]*(?:[-/_.][\dA-Za-z]+)*(?:[ \u00a0]\d[\dA-Za-z]*(?:[-/][\dA-Za-z]+)*){0,6}(?![\w@])"
)
MONEY = re.compile(
    r"\s?(?:[.,]\d{1,2}(?!\d)|€|\$|£|%|eur\b|euros?\b|usd\b|gbp\b|dollars?\b|pounds?\b|pfund\b|kwh|km|mb\b|"
    r"gb\b|mbit|minuten|minutes|min\b|days|tage|"
    r"stunden|hours|uhr|years|jahre|times|mal\b|people|kunden\b|customers|points|punkte|puntos|punten|stück|"
    r"kg|watt|volt|steps|jours|días|dagen|miles)",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?")
TIME_OR_PRICE = re.compile(
    r"\d{1,3}(?:[.,]\d{3})*[.,]\d{1,2}|\d{1,3}(?:\.\d{3})+|\d{1,2}[.-]\d{1,2}|\d+\.\d+|\d{1,2}(?:\.\d{1,3}){2,3}"
)
COMMA = re.compile(r",\s|\b(?:and|und|et|y|en|for|für|but|since|seit|because)\b", re.IGNORECASE)
BARE_SORT_CODE = re.compile(r"(?<![\w./-])\d{2}-\d{2}-\d{2}[ /,]{1,2}\d{8}(?![\w]|[-./]\d)")
SORT_CODE = re.compile(r"\d{2}-\d{2}-\d{2}")
SPAN_OF_DAYS = re.compile(r"\d{1,2}/\d{1,2}-\d{1,2}/\d{1,2}")
DIALLED = re.compile(r"(?:00|\+)\d")
LONG = re.compile(r"(?<![\w.,€$£#@/-])\d(?:[ \u00a0/-]?\d){7,}(?!\w|[.,]\d|[-/]\w)")


def ibans(line: Line) -> Found:
    """IBANs by length and check digits, in any spacing; behind the word IBAN also those with a slip or half hidden."""
    if line.digits < 4:
        return
    text = line.text
    at = 0
    while line.digits > 9 and (begun := IBAN.search(text, at)):
        end = _end_of_iban(text, begun.start(), begun.end())
        if end:
            yield begun.start(), end, "IBAN"
        # A run that is none may hold one that begins later.
        at = end or begun.start() + 1
    if "iban" not in line.words:
        return
    for cue, stop in line.reaches():
        if cue.kind == "IBAN":
            partly = ENDING.search(text, cue.end, min(len(text), cue.end + 60))
            found = HALF_IBAN.search(text, cue.end, min(len(text), stop + 16))
            if partly:
                yield (*partly.span(1), "IBAN")
            elif found and (HIDES.search(found[0]) or len(found[0]) > 14):
                yield (*found.span(), "IBAN")


def _end_of_iban(text: str, start: int, stop: int) -> int:
    code, end = "", start
    while end < stop and (len(code) < 2 or len(code) < IBAN_LENGTHS.get(code[:2].upper(), 0)):
        code += text[end] if text[end].isalnum() else ""
        end += 1
    return end if is_iban(code) and not text[end : end + 1].isalnum() else 0


def cards(line: Line) -> Found:
    """Cards by Luhn's check; with a word beside them also of rare lengths, with a slip, half hidden or their end alone."""
    if line.digits < 4:
        return
    text = line.text
    if line.digits > 11:
        for found in CARD.finditer(text):
            digits = re.sub(r"\D", "", found[0])
            told = line.cue_before(found.start())
            if (told != NONE and is_sure_card(digits)) or (
                told == "CARD" and (is_card(digits) or len(digits) in (15, 16))
            ):
                yield (*found.span(), "CARD")
    if HIDES.search(text):
        for found in HIDDEN.finditer(text):
            told = line.cue_before(found.start())
            # Four capital X and a year are a redacted day.
            if REDACTED.fullmatch(found[0]):
                continue
            if len(found[0]) > 11 or (told in ("CARD", "") and "CARD" in (told, *(cue.kind for cue in line.cues))):
                yield (*found.span(), "CARD")
    for found in ENDING.finditer(text):
        kinds = [cue.kind for cue in line.cues if cue.start < found.end() and found.start() - cue.end < REACH_OF_END]
        near = [kind for kind in kinds if kind in ("CARD", "IBAN", "ACCOUNT", "PHONE", "NATIONAL_ID")]
        if near or not YEAR.fullmatch(found[1]):
            yield (*found.span(1), near[-1] if near else "CARD")


REACH_OF_END = 40


def told_by_cue(line: Line) -> Found:
    """Codes behind a word for an account or for a number of the state."""
    if line.digits < 3:
        return
    text = line.text
    for cue, stop in line.reaches():
        if cue.kind == "ACCOUNT":
            yield from _account(text, cue.end, stop)
        elif cue.kind == "NATIONAL_ID":
            yield from _identity(text, cue.end, stop)


def _account(text: str, start: int, stop: int) -> Found:
    at = start
    while found := VALUE.search(text, at, len(text)):
        if found.start() >= stop:
            return
        if _is_account(text, found, start):
            yield (*found.span(), "ACCOUNT")
            return
        at = found.end()


def _is_account(text: str, found: re.Match[str], cued: int) -> bool:
    code = found[0]
    digits = sum(character.isdecimal() for character in code)
    between = text[cued : found.start()]
    near = len(between) < 12 or ":" in between
    if digits < (3 if len(between) <= 4 and len(code) > 4 else 4):
        return False
    if DATE.match(code) or TIME_OR_PRICE.fullmatch(code) or SORT_CODE.fullmatch(code) or MONEY.match(text, found.end()):
        return False
    if YEAR.fullmatch(code) and not (near and len(between) < 5):
        return False
    if len(between) > 3 and text[found.start() - 1 : found.start()] in "€$£":
        return False
    if not near and DIALLED.match(code):
        return False
    return near or (digits > 4 and not COMMA.search(between)) or digits > 7


def _identity(text: str, start: int, stop: int) -> Found:
    partly = ENDING.search(text, start, min(len(text), start + 48))
    if partly:
        yield (*partly.span(1), "NATIONAL_ID")
        return
    at = start
    while found := ID_CODE.search(text, at, len(text)):
        if found.start() >= stop:
            return
        digits = sum(character.isdecimal() for character in found[0])
        if digits > 4 and not DATE.fullmatch(found[0]) and not MONEY.match(text, found.end()):
            yield (*found.span(), "NATIONAL_ID")
            return
        at = found.end()


def told_behind(line: Line) -> Found:
    """Codes before their word: "12345678Z is my DNI", "4711-0815 (Kundennummer)"."""
    if line.digits < 5:
        return
    text = line.text
    for cue in line.cues:
        if cue.kind in ("ACCOUNT", "NATIONAL_ID", "CARD"):
            found = BEHIND.search(text, max(0, cue.start - 60), cue.start)
            if found and sum(character.isdecimal() for character in found[1]) > 4 and not DATE.fullmatch(found[1]):
                yield (*found.span(1), cue.kind)


BEHIND = re.compile(
    r"(?<![\w€$£.,])((?:[A-Z]{1,4}[ -]?)?\d[\dA-Za-z]*(?:[ ./-][\dA-Z]+){0,8})"
    r"(?:,? (?:is|was|ist|war|lautet|es|est|is|era|c est|c'est)(?: (?:my|the|our|his|her|meine?|unsere?|die|"
    r"mi|mon|ma|notre|mijn|ons|el|le|het|de|number|"
    r"numéro|número|n°|nº|of)){0,3} | \((?:my |meine |mi |mon |mijn )?| as (?:my )?)$"
)


def sort_codes(line: Line) -> Found:
    """British sort code and account number, side by side."""
    if line.digits > 13 and "-" in line.text:
        yield from ((*found.span(), "ACCOUNT") for found in BARE_SORT_CODE.finditer(line.text))


def long_numbers(line: Line) -> Found:
    """Any run of eight digits and more of which no word says that it is a product's, an order's or a price."""
    if line.digits < 8:
        return
    for found in LONG.finditer(line.text):
        digits = re.sub(r"\D", "", found[0])
        told = line.cue_before(found.start(), 36)
        if told == NONE or DATE.match(found[0]) or MONEY.match(line.text, found.end()) or _is_range(found[0]):
            continue
        if len(digits) == 8 and re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", digits):
            continue
        yield (*found.span(), told if told in ("PHONE", "CARD", "NATIONAL_ID") else "ACCOUNT")


def _is_range(code: str) -> bool:
    groups = re.split(r"[ \u00a0/-]", code)
    # 2019/2020, 1 234 567 890: years, and thousands set apart.
    if SPAN_OF_DAYS.match(code):
        return True
    return len(groups) > 1 and (
        all(YEAR.fullmatch(group) for group in groups)
        or (
            "/" not in code
            and "-" not in code
            and len(groups[0]) < 3
            and all(len(group) == 3 for group in groups[1:])
            and len(groups) < 4
        )
    )
