"""Check digits of what banks give: cards (ISO/IEC 7812, Luhn) and IBAN (ISO 13616)."""

from collections.abc import Sequence

# Length of an IBAN by country (SWIFT IBAN registry).
_LENGTHS = """
AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 DO:28
EE:20 EG:29  ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26
IT:27 JO:30 KW:30 KZ:20  LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18
NO:15 PK:24 PL:28 PS:29 PT:25 QA:29  RO:24 RS:22 SA:24 SC:31 SE:24 SI:19 SK:24 SM:27 ST:25 SV:28 TL:23 TN:24
TR:26 UA:29 VA:22 VG:24 XK:20
"""
IBAN_LENGTHS = {pair[:2]: int(pair[3:]) for pair in _LENGTHS.split()}
CARD_LENGTHS = range(12, 20)


def luhn(digits: Sequence[int]) -> bool:
    """Whether the last digit is the check of the others: every other one doubled, digit sums, modulo 10."""
    doubled = (digit * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_card(digits: str) -> bool:
    """Luhn's check over 12 to 19 digits that begin as cards do."""
    if len(digits) not in CARD_LENGTHS or digits[0] not in "23456" or len(set(digits)) == 1:
        return False
    return luhn([int(digit) for digit in digits])


def is_sure_card(digits: str) -> bool:
    """A card whose length fits who issues it, so that no word need stand beside it: 16 digits, American Express, Diners."""
    if not is_card(digits):
        return False
    size = len(digits)
    if size == 15:
        return digits.startswith(("34", "37"))
    if size == 14:
        return digits.startswith(("36", "38", "30"))
    return size == 16 or (size == 19 and digits[0] == "6")


def is_iban(text: str) -> bool:
    """Length by country and the check digits modulo 97; letters in either case, no spaces."""
    code = text.upper()
    if len(code) != IBAN_LENGTHS.get(code[:2], -1) or not code.isascii() or not code.isalnum():
        return False
    turned = code[4:] + code[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
