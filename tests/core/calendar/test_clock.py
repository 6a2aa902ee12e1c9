"""The clock of business hours against a count minute by minute, the reference cases, and what a calendar refuses."""

import datetime
import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from heed.core.calendar.definition import WEEKDAYS, Calendar, minutes_of
from heed.core.calendar.rules import add_business_seconds, business_seconds_between, is_closed_day, open_at
from heed.core.errors.rules import Invalid
from tests.places import ROOT

UTC = datetime.UTC
CASES = json.loads((ROOT / "tests" / "reference" / "sla_clock.json").read_text(encoding="utf-8"))["cases"]
MINUTE = datetime.timedelta(minutes=1)


def calendar_of(case: dict) -> Calendar:
    hours = {
        WEEKDAYS[int(day)]: [f"{a}-{b}" for a, b in spans]
        for day, spans in case["weekly_hours_by_weekday_mon0"].items()
    }
    return Calendar.model_validate(
        {"name": "case", "time_zone": case["tz"], "hours": hours, "closed_on": case["holidays"]}
    )


def instant(text: str, fold: int, zone: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case["input"]["pauses_local"]], ids=lambda case: case["id"]
)
def test_the_reference_cases(case: dict) -> None:
    given_, expected = case["input"], case["expected"]
    calendar = calendar_of(given_)
    start = instant(given_["start_local"], given_["start_fold"], given_["tz"])
    end = instant(given_["end_local"], given_["end_fold"], given_["tz"])
    assert business_seconds_between(calendar, start, end) == expected["business_minutes"] * 60
    for minutes, due in expected["due_at_for_target_minutes"].items():
        assert add_business_seconds(calendar, start, int(minutes) * 60) == datetime.datetime.fromisoformat(due["utc"])


def counted(calendar: Calendar, start: datetime.datetime, end: datetime.datetime) -> int:
    """Open minutes, one after the other, by what a clock on the wall shows."""
    zone, minutes, at = ZoneInfo(calendar.time_zone), 0, start
    while at < end:
        local = at.astimezone(zone)
        day = local.date()
        spans = calendar.open_on.get(day, calendar.hours.of(day.weekday()))
        clock = local.hour * 60 + local.minute
        minutes += not is_closed_day(calendar, day) and any(a <= clock < b for a, b in map(minutes_of, spans))
        at += MINUTE
    return minutes


SPANS = st.sampled_from(
    [
        (),
        ("09:00-17:00",),
        ("00:00-24:00",),
        ("01:30-02:30",),
        ("08:00-12:00", "13:00-18:30"),
        ("22:00-24:00",),
        ("02:00-03:00",),
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
    ),
    week=st.lists(SPANS, min_size=7, max_size=7),
    start=st.sampled_from(
        [
            "2026-03-28T20:15",
            "2026-10-24T22:00",
            "2026-10-31T23:00",
            "2026-03-07T18:30",
            "2026-04-04T10:00",
            "2026-12-24T12:00",
        ]
    ),
    minutes=st.integers(0, 3000),
)
def test_it_equals_a_count_minute_by_minute(zone: str, week: list[tuple[str, ...]], start: str, minutes: int) -> None:
    calendar = Calendar.model_validate(
        {"name": "any", "time_zone": zone, "hours": dict(zip(WEEKDAYS, week, strict=True)), "holidays_country": "DE"}
    )
    begin = datetime.datetime.fromisoformat(start).replace(tzinfo=UTC)
    end = begin + minutes * MINUTE
    open_minutes = counted(calendar, begin, end)
    assert business_seconds_between(calendar, begin, end) == open_minutes * 60
    if open_minutes:
        due = add_business_seconds(calendar, begin, open_minutes * 60)
        assert due <= end
        assert business_seconds_between(calendar, begin, due) == open_minutes * 60
        assert not open_at(calendar, due) or open_at(calendar, due - MINUTE / 60)


OFFICE = {
    "name": "office",
    "time_zone": "Europe/Berlin",
    "hours": {day: ["09:00-17:00"] for day in WEEKDAYS[:5]},
    "holidays_country": "DE",
}


def test_a_holiday_is_closed_and_a_day_of_its_own_wins() -> None:
    christmas = datetime.date(2026, 12, 25)
    assert is_closed_day(Calendar.model_validate(OFFICE), christmas)
    opened = Calendar.model_validate({**OFFICE, "open_on": {"2026-12-25": ["10:00-11:00"]}})
    assert open_at(opened, datetime.datetime(2026, 12, 25, 9, 30, tzinfo=UTC))


def test_a_promise_without_opening_hours_is_refused() -> None:
    with pytest.raises(Invalid, match="does not open long enough"):
        add_business_seconds(Calendar(name="never"), datetime.datetime(2026, 1, 1, tzinfo=UTC), 60)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="time zone"):
        business_seconds_between(Calendar(name="x"), datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Europe/Berlim"},
        {"hours": {"monday": ["9-17"]}},
        {"hours": {"monday": ["17:00-09:00"]}},
        {"hours": {"monday": ["09:00-12:00", "11:00-13:00"]}},
        {"holidays_country": "XX"},
        {"holidays_region": "BY", "holidays_country": "FR"},
        {"hours": {"funday": ["09:00-12:00"]}},
    ],
)
def test_a_wrong_calendar_is_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate({**OFFICE, **wrong})
