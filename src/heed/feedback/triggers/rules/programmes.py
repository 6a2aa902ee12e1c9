"""Relationship programmes: whom a wave asks, when, and in which days before it those people are left to it. Pure.

Who is of the panel, of which group, and on which day of a wave they are asked follows from the customer's key alone, so
that it is the same each time and in a rehearsal.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from heed.feedback.triggers.definition import Programme
from heed.feedback.triggers.rules.terms import DAY, micros, share_of

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
WEEKS = {"week": 1, "two_weeks": 2, "four_weeks": 4}
MOST_WAVES = 600
LATE_DAYS = 3  # a wave that could not begin so long is not sent any more


@dataclass(frozen=True)
class WaveDay:
    """A wave of the calendar: its number from 0, the day it begins, and the group of the panel it asks."""

    number: int
    on: date
    group: int


def waves(programme: Programme, until: date) -> Iterator[WaveDay]:
    """The waves that begin up to and including a day, in order; those that are skipped keep their number."""
    last = min(until, programme.last_on or until)
    for number in range(MOST_WAVES):
        on = _nth(programme.first_on, programme.every, number)
        if on is None or on > last:
            return
        if on not in programme.skip:
            yield WaveDay(number, on, number % programme.groups)


def _nth(first: date, every: str, number: int) -> date | None:
    """The day of a wave; of a month that is too short its last one. None where the calendar ends."""
    try:
        if every in WEEKS:
            return first + timedelta(weeks=WEEKS[every] * number)
        months = first.year * 12 + first.month - 1 + MONTHS[every] * number
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(first.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


def begins_at(programme: Programme, on: date, zone: ZoneInfo) -> datetime:
    """When a wave, or a later day of it, begins by the clocks of the organisation."""
    return datetime(on.year, on.month, on.day, int(programme.at[:2]), int(programme.at[3:]), tzinfo=zone)


def is_wanted(programme: Programme, segment: str, region: str) -> bool:
    """Whether a programme is about customers of this segment and region."""
    return (not programme.segments or segment in programme.segments) and (
        not programme.regions or region in programme.regions
    )


def group_of(key: str, programme: Programme, customer: str) -> int:
    """The group of the panel a customer is of; -1: not of the panel. Another share keeps who is of both panels."""
    if share_of(f"panel\x1f{key}\x1f{customer}") >= programme.share:
        return -1
    return int(share_of(f"group\x1f{key}\x1f{customer}") * programme.groups)


def part_of(key: str, programme: Programme, customer: str) -> int:
    """On which day of a wave a customer is asked, from 0."""
    return int(share_of(f"day\x1f{key}\x1f{customer}") * programme.spread_days)


@dataclass(frozen=True)
class Calm:
    """A programme as the ledger knows it: in these spans, which rise and do not overlap, nothing but its survey asks those of the group.

    `spans`: (since, until, group) in microseconds.
    """

    key: str
    programme: Programme
    spans: tuple[tuple[int, int, int], ...]

    def near(self, now: int) -> int:
        """The group that is left to the programme at a moment; -1: none."""
        place = bisect_right(self.spans, (now, 2**62, 2**62)) - 1
        if place < 0:
            return -1
        _since, until, group = self.spans[place]
        return group if now < until else -1

    def keeps(self, customer: str, segment: str, region: str, survey: str, now: int) -> bool:
        """Whether a customer is left to the programme at a moment, so that another survey does not ask them."""
        if survey == self.programme.survey:
            return False
        group = self.near(now)
        return (
            group >= 0
            and is_wanted(self.programme, segment, region)
            and (group_of(self.key, self.programme, customer) == group)
        )


def calm_of(key: str, programme: Programme, zone: ZoneInfo, until: date) -> Calm | None:
    """The days before each wave, and those of the wave itself; None where a programme leaves no quiet."""
    if not programme.quiet_days:
        return None
    spans: list[tuple[int, int, int]] = []
    for wave in waves(programme, until):
        at = micros(begins_at(programme, wave.on, zone))
        start, end = at - programme.quiet_days * DAY, at + programme.spread_days * DAY
        # Of two waves that are nearer than the quiet is long, the earlier one's people are its own until it is over.
        start = max(start, spans[-1][1]) if spans else start
        if start < end:
            spans.append((start, end, wave.group))
    return Calm(key, programme, tuple(spans))


def kept_by(calms: Sequence[Calm], customer: str, segment: str, region: str, survey: str, now: int) -> bool:
    return any(each.keeps(customer, segment, region, survey, now) for each in calms)
