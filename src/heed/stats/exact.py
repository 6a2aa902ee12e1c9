"""Whole numbers from decimals without the rounding of floats: what is written as 0.3 counts as three tenths."""

import math
from collections.abc import Mapping
from fractions import Fraction


def as_written(value: float) -> Fraction:
    """The decimal that the shortest text of a float stands for."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def ceil_ratio(above: int, below: float) -> int:
    """The least whole number not under above / below: 21 people at a share of 0.7 are 30, not 31."""
    return math.ceil(above / as_written(below))


def largest_remainder(shares: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Whole numbers that add up to the total (Hamilton 1792): all rounded down, the rest to the largest remainders,
    the first listed first.
    """
    floors = {name: math.floor(share) for name, share in shares.items()}
    left = total - sum(floors.values())
    order = sorted(shares, key=lambda name: floors[name] - shares[name])
    return {name: floors[name] + (name in order[:left]) for name in shares}
