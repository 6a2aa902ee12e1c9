"""Which stretch of time is looked at, and the one before it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from heed.feedback.verbatims.queries.engine import engine, zone
from heed.metrics.periods import Period, start_of
from heed.metrics.verbatims import newest_verbatim

SPANS: dict[str, int | None] = {"4": 4, "13": 13, "26": 26, "52": 52, "all": None}
USUAL = "13"
WEEK = timedelta(days=7)
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Stretch:
    """Local days [since, until); `first` is the day of the oldest words; `span` the weeks chosen, empty for own days."""

    since: date
    until: date
    first: date
    span: str
    zone: ZoneInfo

    @property
    def before(self) -> "Stretch | None":
        """As many whole weeks before it; None where there were no words yet."""
        shift = WEEK * max(1, -(-(self.until - self.since).days // 7))
        if self.since - shift < self.first - timedelta(days=6):
            return None
        return Stretch(self.since - shift, self.until - shift, self.first, "", self.zone)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return start_of(self.since, self.zone), start_of(self.until, self.zone)

    @property
    def period(self) -> Period:
        return (
            "day"
            if (self.until - self.since).days <= 35
            else "week"
            if (self.until - self.since).days <= 400
            else "month"
        )


def stretch(span: str = "", since: date | None = None, until: date | None = None) -> Stretch | None:
    """So many weeks up to the newest words, or the days that were set. None where nothing was said yet."""
    first, last = newest_verbatim(engine())
    if first is None or last is None:
        return None
    here = zone()
    start, end = (moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(here).date() for moment in (first, last))
    stop = _within(until) if until else end + timedelta(days=1)
    chosen = "" if since else span if span in SPANS else USUAL
    if since is None:
        weeks = SPANS[chosen]
        since = start if weeks is None else max(stop - WEEK * weeks, start)
    return Stretch(min(_within(since), stop - timedelta(days=1)), stop, start, chosen, here)


def _within(day: date) -> date:
    """A day between the first and the last that facts may have; beyond, nothing could be counted back or on from it."""
    return min(max(day, EARLIEST), LATEST)
