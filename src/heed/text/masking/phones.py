"""Phone numbers: found by their shape, kept where a numbering plan or a word beside them says they are one."""

import re
from collections.abc import Iterator
from functools import lru_cache

# Where a number without a country code may belong, in the order they are tried.
REGIONS = ("DE", "GB", "US", "FR", "AT", "CH", "NL", "ES", "IT", "PL")
SHAPE = re.compile(r"(?<![\w.,@/+-])(?:\+|00)?\(?\d(?:[\s()./\u00a0-]{0,3}\d){6,15}(?!\w|[.,]\d)")
CUE = re.compile(
    r"(?:phone|tel(?:efon|ephone)?|call(?: me)?|ring me|mobile|mobil|cell|handy|number|nummer|reach me|erreichbar|erreichen|"
    r"rufen?|rückruf|fax|whatsapp|text me|sms)\W{0,3}(?:\w+\W{1,3}){0,5}$",
    re.IGNORECASE,
)
DAY = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})\b")


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each number."""
    for found in SHAPE.finditer(text):
        if not DAY.match(found[0]) and _is_phone(found[0], text[: found.start()]):
            yield found.span()


def _is_phone(shape: str, before: str) -> bool:
    digits = re.sub(r"\D", "", shape)
    if shape.startswith(("+", "00")):
        return _valid("+" + digits[2 if shape.startswith("00") else 0 :], None)
    told = CUE.search(before[-60:]) is not None
    grouped = re.search(r"\d[\s()./-]+\d", shape) is not None
    if told:
        return any(_possible(digits, region) for region in REGIONS)
    if shape.startswith(("0", "(")) and (grouped or len(digits) >= 10):
        return any(_valid(shape, region) for region in REGIONS)
    return grouped and re.fullmatch(r"\d{3}[-. ]\d{3}[-. ]\d{4}", shape) is not None and _valid(shape, "US")


@lru_cache(maxsize=4096)
def _valid(shape: str, region: str | None) -> bool:
    # Loaded late: the plans of all countries take a moment.
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(shape, region))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def _possible(digits: str, region: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False
