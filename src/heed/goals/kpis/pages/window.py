"""Which stretch of time a page is about, the one before it, and how the line is cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from heed.goals.kpis.definition import Direction
from heed.metrics.periods import Period
from heed.metrics.readings import Row
from heed.stats.intervals.recovered import Recovered, difference_of

SPANS: dict[str, int | None] = {"4": 4, "13": 13, "26": 26, "52": 52, "all": None}
DEFAULT_SPAN = "13"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """since included, `end` not; `end` is the day after the newest facts where nobody set one. `first` is the day of
    the oldest facts: before it there is nothing to compare with.
    """

    since: date
    end: date
    period: Period
    first: date
    span: str = ""

    @property
    def before(self) -> tuple[date, date]:
        """The stretch before it with the same days of the week, so that weekends weigh the same in both."""
        shift = WEEK * -(-(self.end - self.since).days // 7)
        return self.since - shift, self.end - shift


@dataclass(frozen=True)
class Change:
    """How a figure moved between two stretches, and whether that is more than chance would do."""

    difference: float
    low: float
    high: float
    is_noise: bool
    is_worse: bool
    beyond: float


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def window(
    since: date | None, until: date | None, span: str, period: str, facts: tuple[datetime, datetime], zone: ZoneInfo
) -> Window:
    """Days somebody set hold; else so many weeks up to the newest facts, the running one among them."""
    first, last = (moment.astimezone(zone).date() for moment in facts)
    end = until or last + timedelta(days=1)
    chosen = "" if since else span if span in SPANS else DEFAULT_SPAN
    if since is None:
        weeks = SPANS[chosen]
        since = first if weeks is None else monday(end - timedelta(days=1)) - WEEK * (weeks - 1)
    since = min(since, end - timedelta(days=1))
    return Window(since, end, cast(Period, period) or _cut((end - since).days), first, chosen)


def _cut(days: int) -> Period:
    if days <= 35:
        return "day"
    return "week" if days <= 400 else "month"


def following(start: date, period: Period) -> date:
    """The first day after a period."""
    if period == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + (WEEK if period == "week" else timedelta(days=1))


def starts(seen: Window) -> list[date]:
    """The first days of all periods a window touches; of the first one too, when the window begins within it."""
    start = seen.since
    if seen.period == "week":
        start = monday(start)
    elif seen.period == "month":
        start = start.replace(day=1)
    found = []
    while start < seen.end:
        found.append(start)
        start = following(start, seen.period)
    return found


def limits(row: Row) -> tuple[float, float, float] | None:
    if row.value is None or row.low is None or row.high is None:
        return None
    return row.value, row.low, row.high


def change(now: Row | None, before: Row | None, direction: Direction) -> Change | None:
    """None where one of the two has no figure or no interval."""
    first, second = (limits(row) if row else None for row in (now, before))
    if first is None or second is None:
        return None
    found: Recovered = difference_of(first, second)
    worse = (found.difference < 0 and direction == "higher_is_better") or (
        found.difference > 0 and direction == "lower_is_better"
    )
    return Change(found.difference, found.low, found.high, found.is_noise, worse and not found.is_noise, found.beyond)


def full_weeks(rows: Sequence[Row], last: date) -> list[Row]:
    """The weeks that are over by the newest facts."""
    return [row for row in rows if row.period is not None and row.period + timedelta(days=6) <= last]
