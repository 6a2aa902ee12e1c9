"""What a rehearsal counts by weeks."""

from datetime import UTC, date, datetime, timedelta

from heed.rehearsal.replay.weeks import Weeks, full_weeks

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)


def test_a_week_begins_on_monday_midnight() -> None:
    weeks = Weeks()
    for at in (MONDAY - timedelta(microseconds=1), MONDAY, MONDAY + timedelta(days=6, hours=23)):
        weeks.add(at)
    assert weeks.between(MONDAY - timedelta(weeks=2), MONDAY + timedelta(weeks=1)) == {
        date(2026, 4, 20): 0,
        date(2026, 4, 27): 1,
        date(2026, 5, 4): 2,
    }
    assert weeks.busiest() == (date(2026, 5, 4), 2)
    assert weeks.a_week(MONDAY - timedelta(weeks=1), MONDAY + timedelta(weeks=1)) == 1.5


def test_of_equal_weeks_the_first_is_the_busiest_and_of_none_there_is_none() -> None:
    weeks = Weeks()
    assert weeks.busiest() == (None, 0)
    weeks.add(MONDAY + timedelta(weeks=3))
    weeks.add(MONDAY)
    assert weeks.busiest() == (date(2026, 5, 4), 1)


def test_full_weeks_end_with_the_last_one_that_is_over() -> None:
    assert full_weeks(MONDAY + timedelta(days=3), 2) == (MONDAY - timedelta(weeks=2), MONDAY)
