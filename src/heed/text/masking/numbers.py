"""Numbers of banks and of customers: IBAN and cards by check digits, accounts by the word beside them, and any long run."""

import re
from collections.abc import Callable

from heed.text.masking.births import DATE
from heed.text.masking.checks import IBAN_LENGTHS, is_card, is_iban, is_sure_card
from heed.text.masking.cues import NONE
from heed.text.masking.identities import CODE as ID_CODE
from heed.text.masking.identities import check_of
from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words

IBAN = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=IBAN)|(?<=iban))[A-Za-z][ ]?[A-Za-z][ \u00a0./-]?[\dOo][ ]?[\dOo](?:[ \u00a0./-]{0,2}[A-Za-z0-9]){10,30}"
)
# A country, two digits and groups of four: an IBAN that is not right.
NOT_QUITE = re.compile(
    r"[A-Z]{2}\d\d(?:([ \u00a0-]?)(?:\d{4}|[A-Z]{4}|[A-Z\d]{4})(?:\1[A-Z\d]{4}){2,6})(?:\1[A-Z\d]{1,3})?", re.IGNORECASE
)
HALF_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[\dA-Z*xX•.…]{1,4}){1,8}(?![\w])")
GROUPED = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -])\d{6}\2\d{5}|3[47]\d{13}|\d{16}")
CARD = re.compile(
    r"(?:(?<![\w.,+/-])|(?<=(?i:visa|card|arte|jeta|aart|amex)))\d(?:(?:[ \u00a0]{1,2}|[./-])?\d){11,40}(?!\d|[.,-]\d|"
    r"[^\W\d_](?!(?i:cv|xp|alid)))"
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
HIDES = re.compile(r"[xX*•#·…]|\.\.\.")
VALUE = re.compile(
    r"(?<![\w€$£@])(?:[A-Za-z]{1,6}[-/_.]?|(?!NR|NO|ID|NUM)[A-Z]{1,5} )?\d[\dA-Za-z]*(?:[-/_.][\dA-Za-z]+)*"
    r"(?:[ \u00a0]\d[\dA-Za-z]*(?:[-/][\dA-Za-z]+)*){0,6}(?:[ \u00a0](?!A[ ])[A-Z](?=$|[,;:.)/]|[ ][^\W\d_]{2}))?(?![\w@])"
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
BARE_SORT_CODE = re.compile(r"(?<![\w./-])\d{2}-\d{2}-\d{2}[ /,]{1,2}(\d{8})(?![\w]|[-./]\d)")
SORT_CODE = re.compile(r"\d{2}-\d{2}-\d{2}")
# The last figures alone, as receipts print them.
ENDS = re.compile(r"(?i:\b(?:end|termin|finit|finiss|acab|eindig|letzte|last\b|derniers|últim|laatste))")
# Opening hours: 0800-1730.
HOURS = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d ?[-–] ?(?:[01]\d|2[0-4])[0-5]\d")
SPAN_OF_DAYS = re.compile(r"\d{1,2}/\d{1,2}-\d{1,2}/\d{1,2}")
DIALLED = re.compile(r"(?:00|\+)\d")
LONG = re.compile(r"(?<![\w.,€$£#@/-])\d(?:[ \u00a0/-]?\d){7,}(?!\w|[.,]\d|[-/]\w)")


# Where an IBAN has digits alone, a letter in it is a digit that a machine misread.
PLAIN = words("AT BE CZ DE DK EE ES FI HR HU LT NO PL PT SE SI SK")
MISREAD = str.maketrans("OoIlSB", "001158")


def ibans(line: Line) -> Found:
    """IBANs by length and check digits, in any spacing; behind the word IBAN also half hidden ones.

    One whose check fails is no number of any kind.
    """
    if line.digits < 4:
        return
    text = line.text
    at = 0
    while line.digits > 9 and (begun := IBAN.search(text, at)):
        end = _end_of_iban(text, begun.start(), begun.end())
        if end:
            yield begun.start(), end, "IBAN"
        elif end := _end_of_wrong(text, begun.start(), begun.end()):
            yield begun.start(), end, ""
        # A run that is none may hold one that begins later.
        at = end or begun.start() + 1
    if "iban" not in line.words:
        return
    for cue, stop in line.reaches():
        if cue.kind == "IBAN":
            found = HALF_IBAN.search(text, cue.end, min(len(text), stop + 16))
            if found and HIDES.search(found[0]):
                yield (*found.span(), "IBAN")


def _end_of_wrong(text: str, start: int, stop: int) -> int:
    """The end of what is as long as its country's IBAN and grouped like one, whatever its check says; else 0."""
    size = IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    end, length = start, 0
    while end < stop and length < size:
        length += text[end].isalnum()
        end += 1
    whole = size > 0 and length == size and not text[end : end + 1].isalnum()
    return end if whole and NOT_QUITE.fullmatch(text, start, end) else 0


def _end_of_iban(text: str, start: int, stop: int) -> int:
    code, end = "", start
    while end < stop and (len(code) < 2 or len(code) < IBAN_LENGTHS.get(code[:2].upper(), 0)):
        code += text[end] if text[end].isalnum() else ""
        end += 1
    right = is_iban(code) or (code[:2].upper() in PLAIN and is_iban(code[:2] + code[2:].translate(MISREAD)))
    return end if right and (not text[end : end + 1].isalnum() or text[end : end + 3].upper() == "BIC") else 0


def cards(line: Line) -> Found:
    """Cards by Luhn's check; with a word beside them also of rare lengths. One whose check fails is no number of any kind."""
    if line.digits < 12:
        return
    text = line.text
    for found in CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        told = line.cue_before(found.start())
        apart = told == NONE and line.cue_before(found.start(), 8) != NONE and FOURS.fullmatch(found[0]) is not None
        if ((told != NONE or apart) and is_sure_card(digits)) or (told == "CARD" and is_card(digits)):
            yield (*found.span(), "CARD")
        elif told != NONE:
            yield from _within(text, *found.span())
        if told in ("", "CARD", NONE) and GROUPED.fullmatch(found[0]):
            yield (*found.span(), "")


FOURS = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}")


def _within(text: str, start: int, end: int) -> Found:
    """A card with other digits before or behind it: a month, a count."""
    places = [at for at in range(start, end) if text[at].isdecimal()]
    for first, at in enumerate(places):
        if text[at] not in "23456" or (at > start and text[at - 1].isdecimal()):
            continue
        for size in (16, 15, 14):
            last = places[first + size - 1] if first + size <= len(places) else end
            whole = last < end and not text[last + 1 : last + 2].isdecimal()
            if whole and is_sure_card(re.sub(r"\D", "", text[at : last + 1])):
                yield at, last + 1, "CARD"
                return


def told_by_cue(line: Line) -> Found:
    """Codes behind a word for an account or for a number of the state."""
    if line.digits < 3:
        return
    text = line.text
    for cue, stop in line.reaches():
        if cue.kind == "ACCOUNT":
            yield from _account(text, cue.end, stop)
        elif cue.kind == "NATIONAL_ID":
            yield from _identity(text, cue.end, stop, check_of(text[cue.start : cue.end]))


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
    if _is_day(code) or SORT_CODE.fullmatch(code) or MONEY.match(text, found.end()):
        return False
    if (
        TIME_OR_PRICE.fullmatch(code)
        and not (len(between) < 6 and digits > 6)
        and not (len(between) < 3 and digits > 4)
    ):
        return False
    if (YEAR.fullmatch(code) and not (near and ":" in between)) or ENDS.search(between):
        return False
    # "the pin of my account to be 1234".
    if digits == 4 and NEW_PIN.search(between):
        return False
    if len(between) > 3 and text[found.start() - 1 : found.start()] in "€$£":
        return False
    if (not near and DIALLED.match(code)) or ABROAD.search(text, max(0, found.start() - 9), found.start()):
        return False
    return near or (digits > 4 and not COMMA.search(between)) or digits > 7


# What stands before a number with the code of its country: "+44 (0)".
ABROAD = re.compile(r"\+\d{1,3} ?(?:\(0\))? ?$")
NEW_PIN = re.compile(r"\bto(?: be)? $")


def _is_day(code: str) -> bool:
    found = DATE.match(code)
    numbers = [int(number) for number in re.findall(r"\d+", found[0])] if found else []
    return bool(numbers) and (len(numbers) < 3 or (min(numbers[:2]) < 13 and sorted(numbers)[1] < 32))


def _identity(text: str, start: int, stop: int, check: Callable[[str], bool] | None) -> Found:
    if ENDING.search(text, start, min(len(text), start + 48)):
        return
    if FIRM.match(text, start):
        code = ID_CODE.search(text, start, stop)
        yield from ((*each.span(), "") for each in (code,) if each)
        return
    at = start
    while found := ID_CODE.search(text, at, len(text)):
        if found.start() >= stop:
            return
        digits = sum(character.isdecimal() for character in found[0])
        if (
            (digits > 4 or (digits > 2 and len(found[0]) > 7))
            and not DATE.fullmatch(found[0])
            and not MONEY.match(text, found.end())
        ):
            if check is None:
                yield (*found.span(), "NATIONAL_ID")
            else:
                yield from _checked(text, *found.span(), check)
            return
        at = found.end()


# A number of a company, not of a person.
FIRM = re.compile(
    r" (?:der|of the|de la|del|della|van de) (?:GmbH|AG|Firma|company|société|empresa|società|bv|BV|KG|Ltd)\b"
)


def _checked(text: str, start: int, end: int, check: Callable[[str], bool]) -> Found:
    """The code, or its beginning, if its check digit is right; else a mark that it stays."""
    cut = end
    while cut > start:
        # Without its key a number of France is shorter; with a wrong one it stays.
        keyed = cut < end and sum(map(str.isdecimal, text[start:end])) == 15
        if not keyed and check(text[start:cut]):
            yield start, cut, "NATIONAL_ID"
            return
        cut = max(text.rfind(" ", start, cut), start)
    yield start, end, ""


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


SELF_TOLD = re.compile(
    r"(?<![\w-])(?:MBR|CUST|KD|KDNR|ACC|ACCT|POL|MEM|CLI|KTO|MGL|VTR|VT|MEMBER|KUNDE|CLIENT|LID|SOC|"
    r"ABO)[-#/]\d[\dA-Z]*(?:[-/][\dA-Z]+)*(?![\w])"
)


def sort_codes(line: Line) -> Found:
    """A British account number beside its sort code, which names a bank and stays."""
    if line.digits > 3 and ("-" in line.text or "/" in line.text or "#" in line.text):
        yield from (
            (*found.span(), "ACCOUNT")
            for found in SELF_TOLD.finditer(line.text)
            if sum(map(str.isdecimal, found[0])) > 3 and line.cue_before(found.start(), 6) != NONE
        )
    if line.digits > 13 and "-" in line.text:
        yield from ((*found.span(1), "ACCOUNT") for found in BARE_SORT_CODE.finditer(line.text))


def long_numbers(line: Line) -> Found:
    """Any run of eight to twelve digits of which no word says that it is a product's, an order's or a price."""
    if line.digits < 8:
        return
    for found in LONG.finditer(line.text):
        digits = re.sub(r"\D", "", found[0])
        told = line.cue_before(found.start(), 36)
        # What is longer is a barcode, a shipment, a device; what has a check has been found by it.
        if (
            len(digits) > 12
            or told == NONE
            or HOURS.fullmatch(found[0])
            or DATE.match(found[0])
            or MONEY.match(line.text, found.end())
            or _is_range(found[0])
        ):
            continue
        if len(digits) == 8 and re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", digits):
            continue
        yield (*found.span(), told if told in ("PHONE", "CARD", "NATIONAL_ID") else "ACCOUNT")


def _is_range(code: str) -> bool:
    groups = re.split(r"[ \u00a0/-]", code)
    # "2024/10458": a year and a running number.
    if "/" in code and YEAR.fullmatch(groups[0]):
        return True
    # 2019/2020, 1 234 567 890: years, and thousands set apart.
    if SPAN_OF_DAYS.match(code):
        return True
    return len(groups) > 1 and (
        all(len(group) < 3 for group in groups)
        or all(YEAR.fullmatch(group) for group in groups)
        or (
            "/" not in code
            and "-" not in code
            and len(groups[0]) < 3
            and all(len(group) == 3 for group in groups[1:])
            and len(groups) < 4
        )
    )
