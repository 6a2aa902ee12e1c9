"""What a rehearsal counts by weeks: from Monday to Monday, UTC. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MONDAY = datetime.fromisoformat("1970-01-05T00:00:00+00:00")
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)


def _week(at: datetime) -> int:
    return (at - MONDAY) // WEEK


def _monday(week: int) -> datetime:
    return MONDAY + week * WEEK


def full_weeks(until: datetime, many: int) -> tuple[datetime, datetime]:
    """The last so many full weeks before a moment: their first and the end of their last."""
    end = _monday(_week(until))
    return end - many * WEEK, end


@dataclass
class Weeks:
    """How often something happened, by week."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, at: datetime) -> None:
        self.counts[_week(at)] += 1

    @property
    def total(self) -> int:
        return self.counts.total()

    def a_week(self, since: datetime, until: datetime) -> float:
        """How often a week, between two moments; less than an hour counts as an hour."""
        return self.total / max((until - since) / WEEK, HOUR / WEEK)

    def busiest(self) -> tuple[date | None, int]:
        """The Monday of the week with the most, the first of equals, and how many; (None, 0) when there is none."""
        week = max(self.counts, key=lambda each: (self.counts[each], -each), default=None)
        return (None, 0) if week is None else (_monday(week).date(), self.counts[week])

    def between(self, since: datetime, until: datetime) -> dict[date, int]:
        """How many in each full week between two moments, those with none as well."""
        return {_monday(week).date(): self.counts[week] for week in range(_week(since), _week(until))}
