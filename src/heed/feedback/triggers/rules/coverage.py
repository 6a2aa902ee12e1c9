"""Shares that follow the answers wanted of each segment and touchpoint; set once a day from what was seen before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from heed.feedback.triggers.definition import Coverage

LOOK_BACK_DAYS = 28
Seen = Mapping[int, tuple[int, int]]  # day since 1970 → (came to the draw, asked)


@dataclass(frozen=True)
class Rate:
    """The share of a cell on a day, and why: asks wanted in the period, asked in it so far, arrivals a day, days left."""

    share: float | None
    wanted: float
    asked: int
    a_day: float
    days_left: int

    @property
    def expected_asks(self) -> float:
        """How many will have been asked at the end of the period, as things go."""
        return self.asked + self.a_day * self.days_left * (self.share or 0.0)

    @property
    def is_short(self) -> bool:
        """Whether even all who come are too few. Nothing is said before a week was seen."""
        return self.share is not None and self.share >= 1 and self.asked + self.a_day * self.days_left < self.wanted


def cell_of(coverage: Coverage, segment: str, touchpoint: str) -> int:
    """The number of the first cell that fits; -1 when none does."""
    for number, each in enumerate(coverage.targets):
        if each.segment in ("", segment) and each.touchpoint in ("", touchpoint):
            return number
    return -1


def cell_name(coverage: Coverage, number: int) -> str:
    """What a cell is kept by: segment and touchpoint, a star for all."""
    each = coverage.targets[number]
    return f"{each.segment or '*'} × {each.touchpoint or '*'}"


def response_rate(coverage: Coverage, number: int) -> float:
    return coverage.targets[number].response_rate or coverage.response_rate


def rate_on(coverage: Coverage, number: int, day: int, seen: Seen) -> Rate:
    """The share of a cell on a day: asks still wanted over arrivals still expected, by what was seen before that day.

    Arrivals a day are those of the last four weeks. Without any the share is None: the trigger's own holds.
    """
    period = coverage.period_days
    start = day - day % period
    left = start + period - day
    wanted = coverage.targets[number].answers / response_rate(coverage, number)
    asked = sum(many for on, (_, many) in seen.items() if start <= on < day)
    lately = {on: came for on, (came, _) in seen.items() if day - LOOK_BACK_DAYS <= on < day}
    came = sum(lately.values())
    if not came:
        return Rate(None, wanted, asked, 0.0, left)
    a_day = came / (day - min(lately))
    share = min(max((wanted - asked) / (a_day * left), coverage.least), 1.0)
    return Rate(share, wanted, asked, a_day, left)
