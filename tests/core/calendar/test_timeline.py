"""A timeline is the clock of business hours laid out: held against counting second by second, and against the clock itself."""

import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.core.calendar.definition import WEEKDAYS, Calendar, spans_on
from heed.core.calendar.rules import (
    Timeline,
    add_business_seconds,
    business_seconds_between,
    instant,
    is_closed_day,
    micros,
)
from heed.core.errors.rules import Invalid

UTC = datetime.UTC
SECOND = 1_000_000
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
# Days around the changes of clocks of those zones, a year's end and a leap day.
DAYS = ("2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2025-12-31", "2028-02-28")
SPLIT = ["00:00-06:00", "07:30-12:00", "13:15-24:00"]


def calendar_of(zone: str, spans: list[str], closed: list[str]) -> Calendar:
    hours = dict.fromkeys(WEEKDAYS, spans)
    return Calendar.model_validate({"name": "x", "time_zone": zone, "hours": hours, "closed_on": closed})


def is_open(calendar: Calendar, at: datetime.datetime) -> bool:
    """By the wall clock: what people would read off it at that second."""
    local = at.astimezone(ZoneInfo(calendar.time_zone))
    minute = local.hour * 60 + local.minute
    return not is_closed_day(calendar, local.date()) and any(
        a <= minute < b for a, b in spans_on(calendar, local.date())
    )


@settings(max_examples=15, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    spans=st.sampled_from([["09:00-17:00"], SPLIT, ["00:00-24:00"], ["22:00-24:00", "00:00-06:00"], ["01:30-02:30"]]),
    is_closed=st.booleans(),
    offset=st.integers(0, 86_400),
    length=st.integers(1, 30_000),
)
def test_second_by_second(zone: str, day: str, spans: list[str], is_closed: bool, offset: int, length: int) -> None:
    calendar = calendar_of(
        zone, spans, [str(datetime.date.fromisoformat(day) + datetime.timedelta(1))] if is_closed else []
    )
    start = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00") + datetime.timedelta(seconds=offset)
    second = datetime.timedelta(seconds=1)
    counted = [at for step in range(length) if is_open(calendar, at := start + step * second)]
    line, begin, end = Timeline(calendar), micros(start), micros(start + length * second)
    assert line.between(begin, end) == len(counted) * SECOND
    if counted:
        assert instant(line.add(begin, len(counted) * SECOND)) == counted[-1] + second
        half = len(counted) // 2 + 1
        assert instant(line.add(begin, half * SECOND)) == counted[half - 1] + second


@settings(max_examples=20, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    starts=st.lists(st.integers(0, 3 * 365 * 86_400), min_size=2, max_size=6),
    seconds=st.integers(1, 400 * 3600),
)
def test_it_is_the_clock_of_business_hours(zone: str, starts: list[int], seconds: int) -> None:
    calendar, base = calendar_of(zone, SPLIT[1:], []), datetime.datetime(2025, 1, 1, tzinfo=UTC)
    line = Timeline(calendar)
    moments = [base + datetime.timedelta(seconds=each) for each in starts]
    for moment in moments:
        assert instant(line.add(micros(moment), seconds * SECOND)) == add_business_seconds(calendar, moment, seconds)
    for start, end in pairwise(moments):
        passed = business_seconds_between(calendar, *sorted((start, end)))
        assert line.between(micros(min(start, end)), micros(max(start, end))) == passed * SECOND


def test_around_the_clock_and_backwards() -> None:
    line = Timeline(None)
    assert (line.between(5, 9), line.between(9, 5), line.add(5, 4), line.add(5, -4)) == (4, 0, 9, 5)


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(Invalid, match="does not open long enough"):
        Timeline(Calendar.model_validate({"name": "never"})).add(0, 1)
    assert Timeline(Calendar.model_validate({"name": "never"})).between(0, 10**13) == 0
