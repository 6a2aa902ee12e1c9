"""The clock of business hours: exact to the second across daylight saving, holidays and split shifts. Pure.

Local spans are laid on the line of real time: an hour that a clock change skips does not count, one that it repeats counts twice.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from heed.core.calendar.definition import Calendar, spans_on
from heed.core.errors.rules import Invalid, phrase

UTC = datetime.UTC
# A promise that no opening hour meets within so many days has a calendar that never opens.
LONGEST_LOOK_DAYS = 3660


@lru_cache(maxsize=64)
def _holidays(country: str, region: str, year: int) -> frozenset[datetime.date]:
    if not country:
        return frozenset()
    import holidays  # of every country: slow to load

    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))


def is_closed_day(calendar: Calendar, day: datetime.date) -> bool:
    """Whether a local day is closed as a holiday or by name; a day with hours of its own is not."""
    if day in calendar.open_on:
        return False
    return day in calendar.closed_on or day in _holidays(calendar.holidays_country, calendar.holidays_region, day.year)


@lru_cache(maxsize=4096)
def _segments(
    zone_name: str, day: datetime.date
) -> tuple[tuple[datetime.datetime, datetime.datetime, datetime.timedelta], ...]:
    """The stretches of real time around a local day in which the clock does not change: start, end (UTC), offset from UTC."""
    zone = ZoneInfo(zone_name)
    start = datetime.datetime.combine(day, datetime.time(), UTC) - datetime.timedelta(hours=26)
    end = start + datetime.timedelta(hours=76)
    found, low = [], start
    while low < end:
        offset = _offset(low, zone)
        high = low
        while high < end and _offset(high, zone) == offset:
            high = min(high + datetime.timedelta(hours=1), end)
        if high < end or _offset(high, zone) != offset:
            high = _change(high - datetime.timedelta(hours=1), high, zone)
        found.append((low, high, offset))
        low = high
    return tuple(found)


def _offset(instant: datetime.datetime, zone: ZoneInfo) -> datetime.timedelta:
    return instant.astimezone(zone).utcoffset() or datetime.timedelta()


def _change(low: datetime.datetime, high: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The first second at which the clock has changed, between two instants of which only the second has."""
    before = _offset(low, zone)
    while high - low > datetime.timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


@lru_cache(maxsize=4096)
def _day_windows(calendar_key: "_Key", day: datetime.date) -> tuple[tuple[datetime.datetime, datetime.datetime], ...]:
    calendar = calendar_key.calendar
    if is_closed_day(calendar, day):
        return ()
    midnight = datetime.datetime.combine(day, datetime.time(), UTC)
    found = []
    for start, end, offset in _segments(calendar.time_zone, day):
        for opens, closes in spans_on(calendar, day):
            low = max(start, midnight + datetime.timedelta(minutes=opens) - offset)
            high = min(end, midnight + datetime.timedelta(minutes=closes) - offset)
            if low < high:
                found.append((low, high))
    return tuple(sorted(found))


class _Key:
    """A calendar as a key of the cache: by identity, as the model is frozen but holds a dictionary."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.calendar is self.calendar


def windows(
    calendar: Calendar, start: datetime.datetime, end: datetime.datetime
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """The open windows between two instants, in UTC, cut at both ends."""
    zone = ZoneInfo(calendar.time_zone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    key = _Key(calendar)
    while day <= last:
        for opens, closes in _day_windows(key, day):
            low, high = max(opens, start), min(closes, end)
            if low < high:
                yield low.astimezone(UTC), high.astimezone(UTC)
        day += datetime.timedelta(days=1)


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
# How far a timeline is laid out at a time.
STRETCH_DAYS = 400


def micros(at: datetime.datetime) -> int:
    """An aware instant as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime.datetime:
    """Whole microseconds since 1970 as an instant, in UTC."""
    return EPOCH + at * MICROSECOND


class Timeline:
    """The open windows of a calendar laid out once, so that many clocks are read by halving; every second where there is no
    calendar. Instants are whole microseconds since 1970, durations whole microseconds: nothing is rounded.

    It gives what `business_seconds_between` and `add_business_seconds` give.
    """

    def __init__(self, calendar: Calendar | None) -> None:
        self.calendar = calendar
        self._from = self._to = 0
        self._opens: list[int] = []
        self._closes: list[int] = []
        # Open time before each window, and with it.
        self._before: list[int] = []
        self._after: list[int] = []

    def between(self, start: int, end: int) -> int:
        """Open time between two instants; 0 when the end is not after the start."""
        if end <= start:
            return 0
        if self.calendar is None:
            return end - start
        self._cover(start, end)
        return self._passed(end) - self._passed(start)

    def add(self, start: int, wanted: int) -> int:
        """The first instant by which so much open time has passed since `start`. Raises Invalid (code never_open)."""
        if wanted <= 0 or self.calendar is None:
            return start + max(wanted, 0)
        self._cover(start, start + wanted)
        sought = self._passed(start) + wanted
        last = start + LONGEST_LOOK_DAYS * 86_400_000_000
        while not self._after or self._after[-1] < sought:
            if self._to >= last:
                raise _never_opens(self.calendar)
            self._cover(start, self._to + 1)
        place = bisect_left(self._after, sought)
        return self._opens[place] + sought - self._before[place]

    def _passed(self, at: int) -> int:
        place = bisect_right(self._opens, at) - 1
        return self._before[place] + min(at, self._closes[place]) - self._opens[place] if place >= 0 else 0

    def _cover(self, low: int, high: int) -> None:
        if self._from <= low and high <= self._to and self._to:
            return
        stretch = STRETCH_DAYS * 86_400_000_000
        if not self._to or low < self._from:
            high = max(high, self._to)
            self._from = self._to = low - stretch
            self._opens, self._closes, self._before, self._after = [], [], [], []
        while self._to < high:
            self._lay(self._to, self._to + stretch)
            self._to += stretch

    def _lay(self, start: int, end: int) -> None:
        assert self.calendar is not None
        for opens, closes in windows(self.calendar, instant(start), instant(end)):
            low, high = micros(opens), micros(closes)
            passed = self._after[-1] if self._after else 0
            self._opens.append(low)
            self._closes.append(high)
            self._before.append(passed)
            self._after.append(passed + high - low)


def open_at(calendar: Calendar, at: datetime.datetime) -> bool:
    """Whether the operation is open at an instant; a window includes its start and not its end."""
    day = at.astimezone(ZoneInfo(calendar.time_zone)).date()
    return any(opens <= at < closes for opens, closes in _day_windows(_Key(calendar), day))


def business_seconds_between(calendar: Calendar, start: datetime.datetime, end: datetime.datetime) -> float:
    """Seconds of opening between two aware instants; 0 when the end is not after the start."""
    _aware(start, end)
    return sum((closes - opens).total_seconds() for opens, closes in windows(calendar, start, end))


def add_business_seconds(calendar: Calendar, start: datetime.datetime, seconds: float) -> datetime.datetime:
    """The first instant (UTC) by which so many seconds of opening have passed since `start`.

    Raises Invalid (code never_open) when the calendar does not open long enough in ten years.
    """
    _aware(start)
    left = float(seconds)
    if left <= 0:
        return start.astimezone(UTC)
    for opens, closes in windows(calendar, start, start + datetime.timedelta(days=LONGEST_LOOK_DAYS)):
        length = (closes - opens).total_seconds()
        if length >= left:
            return opens + datetime.timedelta(seconds=left)
        left -= length
    raise _never_opens(calendar)


def _never_opens(calendar: Calendar) -> Invalid:
    return Invalid(
        phrase("{calendar} does not open long enough.", calendar=calendar.name),
        code="never_open",
        hint="Give the calendar opening hours.",
    )


def _aware(*moments: datetime.datetime) -> None:
    for moment in moments:
        if moment.tzinfo is None:
            raise Invalid("A time needs a time zone.", code="naive_time", hint="Give it as 2026-03-29T01:30:00Z.")
