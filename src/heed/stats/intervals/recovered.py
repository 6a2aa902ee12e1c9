"""The difference of two independent figures, from their intervals alone, whatever their kind.

MOVER: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702, equation 6:
the variance near each limit is recovered from the limits themselves. With Wilson limits it is Newcombe's method 10.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Recovered:
    """`difference` is the first less the second, in their unit, with its limits at the level of the two intervals."""

    difference: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether no difference at all lies within the limits."""
        return self.low <= 0.0 <= self.high

    @property
    def beyond(self) -> float:
        """How far the nearer limit is from no difference, in half-widths of the interval; at most 0 within noise."""
        half = (self.high - self.low) / 2
        nearer = max(self.low, -self.high)
        return nearer / half if half > 0 else math.copysign(math.inf, nearer) if nearer else 0.0


def difference_of(first: tuple[float, float, float], second: tuple[float, float, float]) -> Recovered:
    """Each is (value, low, high), its value inside its limits."""
    a, a_low, a_high = first
    b, b_low, b_high = second
    difference = a - b
    return Recovered(
        difference,
        difference - math.hypot(a - a_low, b_high - b),
        difference + math.hypot(a_high - a, b - b_low),
    )
