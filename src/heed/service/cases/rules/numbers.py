"""Numbers of cases as people say them aloud: digits in short groups, the last one a check against a misheard digit. Pure."""

import re

# Damm (2004): a quasigroup of order 10 that finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
FIRST = 1000


def _check(digits: str) -> int:
    held = 0
    for digit in digits:
        held = _DAMM[held][int(digit)]
    return held


def case_number(place: int) -> str:
    """The number of the case that was the `place`-th to be opened, such as 10-018."""
    digits = str(FIRST + place)
    digits += str(_check(digits))
    return grouped(digits)


def grouped(digits: str) -> str:
    """Digits in groups of three from the right."""
    head = len(digits) % 3
    return "-".join(([digits[:head]] if head else []) + [digits[at : at + 3] for at in range(head, len(digits), 3)])


def read_number(said: str) -> str | None:
    """A number as somebody typed it, as it is printed; None when it can be none: too short, or a digit is wrong."""
    digits = re.sub(r"[\s#./-]", "", said)
    if not re.fullmatch(r"[0-9]{5,20}", digits) or _check(digits):
        return None
    return grouped(digits)
