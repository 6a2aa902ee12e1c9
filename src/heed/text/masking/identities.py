"""Numbers a state gives to a person: by a cue beside them, or by a shape and check digits that chance seldom meets."""

import re
from collections.abc import Callable

from heed.text.masking.checks import luhn
from heed.text.masking.cues import NONE
from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words

# Sources of the checks: Germany AO 139b with ISO 7064 MOD 11,10 (tax id) and VKVV 4 (social insurance); United Kingdom
# HMRC NIM39110 (NINO) and NHS Data Dictionary; United States SSA and IRS (areas and groups that are given); France INSEE
# (NIR); Spain RD 1553/2005 (DNI, NIE) and EHA/451/2008 (CIF); Netherlands RvIG (BSN); Italy DM 23/12/1976; Poland PESEL
# act; Belgium RD 3/4/1984; Sweden SKV 704; Brazil RFB 1.548; Chile SII; Turkey NVI; Romania OUG 97/2005; South Africa DHA;
# Czechia 133/2000; Norway SKD; Denmark CPR office; Finland DVV; Switzerland AHV with the check of EAN-13.


def digits_of(code: str) -> list[int]:
    """The digits of a code, whatever stands between them."""
    return [int(character) for character in code if character.isdecimal() and character.isascii()]


def is_steuer_id(code: str) -> bool:
    """Eleven digits, of the first ten one twice or thrice, the last by MOD 11,10."""
    digits = digits_of(code)
    if len(digits) != 11 or digits[0] == 0 or not 7 < len(set(digits[:10])) < 10:
        return False
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[10]


def is_sozial_nummer(code: str) -> bool:
    """Area, birthday, first letter of the name at birth, serial number and the check digit over digit sums."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if not re.fullmatch(r"\d{8}[A-Z]\d{3}", plain) or not 0 < int(plain[4:6]) <= 12:
        return False
    wide = plain[:8] + f"{ord(plain[8]) - 64:02d}" + plain[9:11]
    weighed = (int(digit) * weight for digit, weight in zip(wide, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(each // 10 + each % 10 for each in weighed) % 10 == int(plain[11])


def is_nhs(code: str) -> bool:
    """Ten digits, the last by weights of ten down to two modulo 11."""
    digits = digits_of(code)
    return len(digits) == 10 and len(set(digits)) > 1 and _rest(digits, range(10, 1, -1), 11) == digits[9]


def _rest(digits: list[int], weights: range, modulus: int) -> int:
    return (modulus - sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % modulus) % modulus


def is_ssn(code: str) -> bool:
    """Nine digits; no area 000 or 666, no group 00, no serial 0000; an area of 900 and up is an ITIN."""
    plain = "".join(map(str, digits_of(code)))
    return (
        len(plain) == 9
        and plain[:3] not in ("000", "666")
        and plain[3:5] != "00"
        and plain[5:] != "0000"
        and (plain[0] != "9" or 50 <= int(plain[3:5]) <= 99)
    )


def is_nir(code: str) -> bool:
    """Sex, year, month, place, order; the key is 97 less the rest by 97, with Corsica's letters as 19 and 18."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if not re.fullmatch(r"[1-478]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?", plain) or not 0 < int(plain[3:5]) <= 99:
        return False
    number = int(plain[:13].replace("2A", "19").replace("2B", "18"))
    return len(plain) == 13 or 97 - number % 97 == int(plain[13:])


def is_dni(code: str) -> bool:
    """The letter by the rest modulo 23; X, Y and Z of foreigners stand for 0, 1 and 2."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if not re.fullmatch(r"(?:\d{8}|[XYZ]\d{7})[A-Z]", plain):
        return False
    number = int(plain[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == plain[-1]


def is_cif(code: str) -> bool:
    """Kind of company, seven digits, and a digit or letter by the digit sums of every other one."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if not re.fullmatch(r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]", plain):
        return False
    odd = sum(sum(divmod(int(digit) * 2, 10)) for digit in plain[1:8:2])
    check = (10 - (odd + sum(int(digit) for digit in plain[2:8:2])) % 10) % 10
    return plain[-1] in (str(check), "JABCDEFGHI"[check])


def is_nif(code: str) -> bool:
    """Portugal: weights nine down to two modulo 11."""
    digits = digits_of(code)
    if len(digits) != 9 or digits[0] not in (1, 2, 3, 5, 6, 8, 9):
        return False
    return _rest(digits, range(9, 1, -1), 11) % 10 == digits[8]


def is_bsn(code: str) -> bool:
    """Nine digits with the 11-proof: weights nine down to two, the last counts less."""
    digits = digits_of(code)
    if len(digits) == 8:
        digits = [0, *digits]
    if len(digits) != 9 or not any(digits):
        return False
    return (sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=False)) - digits[8]) % 11 == 0


def is_pesel(code: str) -> bool:
    """Eleven digits: birthday with the century in the month, serial number, check by weights 1 3 7 9."""
    digits = digits_of(code)
    if len(digits) != 11 or not 0 < (digits[2] * 10 + digits[3]) % 20 <= 12 or not 0 < digits[4] * 10 + digits[5] <= 31:
        return False
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)) % 10 == 0
    )


def is_rijksregister(code: str) -> bool:
    """Belgium: birthday and serial number, 97 less the rest by 97; a 2 in front for who was born since 2000."""
    plain = "".join(map(str, digits_of(code)))
    if len(plain) != 11:
        return False
    return int(plain[9:]) in (97 - int(plain[:9]) % 97, 97 - int("2" + plain[:9]) % 97)


def is_personnummer(code: str) -> bool:
    """Sweden: birthday and serial number, Luhn over the last ten."""
    digits = digits_of(code)[-10:]
    return len(digits) == 10 and _is_day(digits[2:6], month_first=True) and luhn(digits)


def is_cpr(code: str) -> bool:
    """Denmark: day, month, year, serial number; numbers of today have no check."""
    digits = digits_of(code)
    return len(digits) == 10 and _is_day(digits[:4], month_first=False)


def is_hetu(code: str) -> bool:
    """Finland: birthday, century, serial number; the last is the rest modulo 31."""
    plain = re.sub(r"\s", "", code).upper()
    if not re.fullmatch(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", plain):
        return False
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(plain[:6] + plain[7:10]) % 31] == plain[-1]


def is_ahv(code: str) -> bool:
    """Switzerland: 756 and ten digits with the check of EAN-13."""
    digits = digits_of(code)
    if len(digits) != 13 or digits[:3] != [7, 5, 6]:
        return False
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def is_svnr(code: str) -> bool:
    """Austria: serial number, check digit by weights modulo 11, birthday."""
    digits = digits_of(code)
    if len(digits) != 10 or digits[0] == 0 or not _is_day(digits[4:8], month_first=False):
        return False
    weighed = sum(digit * weight for digit, weight in zip(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6), strict=True))
    return weighed % 11 == digits[3]


def is_pps(code: str) -> bool:
    """Ireland: seven digits by weights eight down to two, a second letter by nine, modulo 23."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if not re.fullmatch(r"\d{7}[A-W][A-IW]?", plain):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(plain[:7], range(8, 1, -1), strict=True))
    total += 9 * (ord(plain[8]) - 64) if len(plain) > 8 and plain[8] != "W" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == plain[7]


def is_codice_fiscale(code: str) -> bool:
    """Italy: the last letter by the values of odd and even places, modulo 26; digits may be letters where two share a code."""
    plain = re.sub(r"\s", "", code).upper()
    if not re.fullmatch(r"[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]", plain):
        return False
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    value = [int(sign) if sign.isdecimal() else ord(sign) - 65 for sign in plain[:15]]
    total = sum(odd[each] if place % 2 == 0 else each for place, each in enumerate(value))
    return total % 26 == ord(plain[15]) - 65


def is_cpf(code: str) -> bool:
    """Brazil: two check digits modulo 11 over weights ten and eleven down to two."""
    digits = digits_of(code)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    return all(
        sum(d * w for d, w in zip(digits, range(size + 1, 1, -1), strict=False)) * 10 % 11 % 10 == digits[size]
        for size in (9, 10)
    )


def is_rut(code: str) -> bool:
    """Chile: the last by weights two to seven from the right, modulo 11, K for ten."""
    plain = re.sub(r"[\W_]", "", code).upper()
    total = sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(reversed(plain[:-1])) if digit.isdecimal())
    return "0K987654321"[total % 11] == plain[-1] and 8 <= len(plain) <= 9


def is_tc(code: str) -> bool:
    """Turkey: eleven digits; the tenth and the last by sums of the others modulo 10."""
    digits = digits_of(code)
    if len(digits) != 11 or digits[0] == 0:
        return False
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def is_cnp(code: str) -> bool:
    """Romania: thirteen digits with the day of birth, the last by a key modulo 11."""
    digits = digits_of(code)
    if len(digits) != 13 or not _is_day(digits[3:7], month_first=True):
        return False
    return (
        sum(d * w for d, w in zip(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), strict=False)) % 11 % 10 == digits[12]
    )


def is_za(code: str) -> bool:
    """South Africa: day of birth, serial number, citizenship, Luhn."""
    digits = digits_of(code)
    return len(digits) == 13 and _is_day(digits[2:6], month_first=True) and digits[10] < 2 and luhn(digits)


def is_rodne(code: str) -> bool:
    """Bohemia and Slovakia: day of birth, fifty on the month of women, the whole divisible by 11."""
    digits = digits_of(code)
    return (
        len(digits) == 10
        and 0 < (digits[2] * 10 + digits[3]) % 50 % 20 <= 12
        and int("".join(map(str, digits))) % 11 == 0
    )


def is_fnr(code: str) -> bool:
    """Norway: day of birth, serial number, two check digits modulo 11."""
    digits = digits_of(code)
    if len(digits) != 11 or not _is_day(digits[:4], month_first=False):
        return False
    first = sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False)) % 11
    return first == 0 and sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


def is_ausweis(code: str) -> bool:
    """German identity card and passport (ICAO 9303): weights 7, 3, 1, letters from A as 10, modulo 10."""
    plain = re.sub(r"[\W_]", "", code).upper()
    if len(plain) < 10 or not plain[:10].isalnum() or not plain[9].isdecimal():
        return False
    weighed = sum(int(sign, 36) * (7, 3, 1)[place % 3] for place, sign in enumerate(plain[:9]))
    return weighed % 10 == int(plain[9]) and sum(sign.isdecimal() for sign in plain) > 3


def _is_day(four: list[int], *, month_first: bool) -> bool:
    one, two = four[0] * 10 + four[1], four[2] * 10 + four[3]
    month, day = (one, two) if month_first else (two, one)
    return 0 < month <= 12 and 0 < day <= 31


def _always(_: str) -> bool:
    return True


NINO = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}(?:[ -]?[A-D])?",
    re.IGNORECASE,
)
_EDGE, _END = r"(?<![\w./+-])", r"(?![\w]|[-/]\w)"
# A shape, its check, and whether it is sure enough without a word beside it.
_SHAPES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"\d{3}-\d{2}-\d{4}", is_ssn),
    (r"\d{3} \d{2} \d{4}", is_ssn),
    (r"[Xx*•]{3}[- ]?[Xx*•]{2}[- ]?\d{4}", _always),
    (r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Za-z][A-CEGHJ-NPR-TW-Za-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-Da-d]", _always),
    (r"\d{3}[ -]\d{3}[ -]\d{4}", lambda code: code[3] == " " and is_nhs(code) and code[0] in "4679"),
    (r"[A-Z9]{5}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}", _always),
    (r"\d{2}[ -]?\d{6}[ -]?[A-Z][ -]?\d{3}", is_sozial_nummer),
    (r"\d{2}([ /])\d{3}\1\d{3}\1\d{3}", is_steuer_id),
    (r"\d{4} \d{6}", is_svnr),
    (r"[CFGHJKLMNPRTVWXYZ](?=[A-Z]{0,6}\d)[CFGHJKLMNPRTVWXYZ0-9]{8}\d(?:D)?", is_ausweis),
    (r"\d{11}", lambda code: is_steuer_id(code) or is_pesel(code) or is_rijksregister(code) or is_tc(code) or is_fnr(code)),
    (r"[12][ .]?\d{2}[ .]?(?:0\d|1[0-2]|[2-9]\d)[ .]?(?:\d{2}|2[ABab])[ .]?\d{3}[ .]?\d{3}(?:[ .]?(?:\| ?)?\d{2})?", is_nir),
    (r"(?:\d{8}|\d{2}\.\d{3}\.\d{3}|\d{2} \d{3} \d{3})[ -]?[A-Za-z]", is_dni),
    (r"[XYZxyz][ .-]?(?:\d{7}|\d\.\d{3}\.\d{3})[ -]?[A-Za-z]", is_dni),
    (r"[A-Za-z]{3}[ ]?[A-Za-z]{3}[ ]?\d{2}[A-EHLMPRSTa-ehlmprst]\d{2}[ ]?[A-Za-z]\d{3}[A-Za-z]", is_codice_fiscale),
    (r"\d{3} \d \d{6}", is_svnr),
    (r"\d{3}\.\d{3}\.\d{3}-\d{2}", is_cpf),
    (r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]", is_rut),
    (r"\d{13}", lambda code: is_cnp(code) or is_za(code)),
    (r"\d{6}/\d{4}", is_rodne),
    (r"\d{6} \d{5}", is_fnr),
    (r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d", _always),
    (r"\d{7}[A-W][A-IW]?", is_pps),
    (r"\d{2}\.\d{2}\.\d{2}[- ]\d{3}[. -]\d{2}", is_rijksregister),
    (r"(?:19|20)?\d{6}[-+]\d{4}", is_personnummer),
    (r"(?:19|20)\d{10}", is_personnummer),
    (r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A]\d{3}[0-9A-Y]", is_hetu),
    (r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", is_ahv),
    (r"[1-9][AC-HJKMNP-RT-Yac-hj-np-rt-y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y]{2}\d{2}", _always),
)  # fmt: skip
SHAPES = tuple((re.compile(f"{_EDGE}(?:{shape}){_END}"), check) for shape, check in _SHAPES)
# What the word says can be checked: these and no others are then right.
_CHECKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"bsn|burger|sofi", is_bsn),
    (r"\bdni\b|\bnie\b|\bnif\b", lambda code: is_dni(code) or is_nif(code)),
    (r"nhs", is_nhs),
    (r"idnr|steuer.?id|steueridentif|steuer identif|steuerliche", is_steuer_id),
    (r"rente|\brv|vsnr|sozialvers|\bsv\b|svnr|ahv|avs|oasi|e ?card", lambda code: is_sozial_nummer(code) or is_svnr(code) or is_ahv(code)),
    (r"\bnir\b|sécu|secu(?!r)|insee|sécurité", is_nir),
    (r"pesel", is_pesel),
    (r"pps", is_pps),
    (r"\bcpf\b", is_cpf),
    (r"\btfn\b", lambda code: sum(d * w for d, w in zip(digits_of(code), (1, 4, 3, 7, 5, 8, 6, 9, 10), strict=False)) % 11 == 0),
    (r"\brfc\b", lambda code: not code.upper().startswith(("XAXX", "XEXX"))),
    (r"\bnas\b", lambda code: luhn(digits_of(code)) and len(digits_of(code)) == 9),
    (r"codice fiscale|\bc\.?f\b", lambda code: is_codice_fiscale(code) or len(digits_of(code)) == 11),
    (r"\bn\.?i\b|nino|national insurance", lambda code: NINO.fullmatch(code) is not None),
    (r"\bn\W{0,2}ss\b|^ss$", lambda code: is_nir(code) or len(digits_of(code)) == 12),
    (r"rijksregister|insz|niss|rrn|numéro national|registre", is_rijksregister),
    (r"^sin\b|social insurance", lambda code: luhn(digits_of(code)) and len(digits_of(code)) == 9),
    (r"ssn|social", lambda code: len(digits_of(code)) < 9 or is_ssn(code)),
)  # fmt: skip
CHECKS = tuple((re.compile(words, re.IGNORECASE), check) for words, check in _CHECKS)


def check_of(cue: str) -> Callable[[str], bool] | None:
    """The check of the number a word announces, where it has one."""
    return next((check for words, check in CHECKS if words.search(cue)), None)


# Behind a cue nearly any code will do; it begins and ends with a letter or a digit.
CODE = re.compile(
    r"(?<![\w€$£])(?:[A-Za-z]{1,3}-?|[A-Z]{1,3} )?\d[\dA-Za-z]*(?:[-/.]?[\dA-Z]+)*(?:[ \u00a0](?:\d[\dA-Z]*(?:[-/.][\dA-Z]+)*|"
    r"[A-Z]{1,2}(?![\w'’])(?: \d+)?)){0,7}(?![\w])"
    r"|(?<![\w])[A-Za-z]{1,6}\d[\dA-Za-z<]{3,15}(?![\w])"
)
LAST_FOUR = re.compile(r"(?<![\w.,])\d{4}(?![\w]|[.,]\d)")


# Half hidden ones have four digits; all others six at least.
HALF = tuple(each for each in SHAPES if each[0].pattern.find("Xx") >= 0)
DAY_LIKE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])-\d{4}$")
HEALTH = words("nhs patient gp surgery ward hospital trolley appointment prescription clinic")
INSURED = words("sv svnr versicherungsnummer versicherungsnr sozialversicherung ögk ecard geb geboren")
TEN = re.compile(r"(?<![\w./-])\d{10}(?![\w]|[-./]\w)")


SSN_LIKE = re.compile(rf"{_EDGE}\d{{3}}-\d{{2}}-\d{{4}}{_END}")
NINE = re.compile(rf"{_EDGE}(?:\d{{9}}|\d{{3}} \d{{3}} \d{{3}}|\d{{4}}\.\d\d\.\d{{3}}){_END}")
PERSONAL = words(
    "dhr mevr mevrouw meneer mw tweeling kind kinderen belastingdienst toeslag beschikking burger verzekerde patiënt polishouder naam"
)
# With letters in them, and a check, chance hits too seldom for a word for something else to count.
LETTERED = frozenset(
    shape.pattern
    for shape, check in SHAPES
    if check in (is_dni, is_sozial_nummer, is_nir, is_ahv, is_svnr, is_personnummer)
)


def _may_be(line: Line, start: int, end: int, *, sure: bool) -> bool:
    if line.text[max(0, start - 5) : start].rstrip(" -")[-4:].startswith("+"):
        return False
    told = line.cue_before(start, 24)
    if sure:
        return told != NONE or line.cue_before(start, 3) != NONE
    return told not in (NONE, "PHONE", "ACCOUNT")


def by_shape(line: Line) -> Found:
    """Numbers whose shape and check digits say enough by themselves."""
    if line.digits < 4:
        return
    for shape, check in SHAPES if line.digits > 5 else HALF:
        for found in shape.finditer(line.text):
            if (
                check(found[0])
                and not DAY_LIKE.match(found[0])
                and _may_be(line, *found.span(), sure=shape.pattern in LETTERED)
            ):
                yield (*found.span(), "NATIONAL_ID")
    for found in SSN_LIKE.finditer(line.text):
        if not is_ssn(found[0]):
            yield (*found.span(), "")
    if not PERSONAL.isdisjoint(line.words) or any(cue.kind == "DATE_OF_BIRTH" for cue in line.cues):
        for found in NINE.finditer(line.text):
            if is_bsn(found[0]) and line.cue_before(found.start(), 24) in ("", "NATIONAL_ID", "DATE_OF_BIRTH"):
                yield (*found.span(), "NATIONAL_ID")
    if not INSURED.isdisjoint(line.words):
        yield from ((*found.span(), "NATIONAL_ID") for found in TEN.finditer(line.text) if is_svnr(found[0]))
    if not HEALTH.isdisjoint(line.words):
        yield from ((*found.span(), "NATIONAL_ID") for found in TEN.finditer(line.text) if is_nhs(found[0]))
