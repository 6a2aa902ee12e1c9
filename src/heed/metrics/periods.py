"""Days, weeks and months of a time zone, cut in the engine with integers only, so that every engine cuts alike."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ibis
import ibis.expr.types as ir

from heed.core.errors.rules import Invalid, nearest
from heed.metrics.sources.spans import epoch

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = ("day", "week", "month")
EPOCH_DAY = date(1970, 1, 1)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"There is no time zone {name}.", code="unknown_time_zone", hint="Such as Europe/Berlin."
        ) from error


def check_period(name: str) -> Period:
    """A period by its name. Raises Invalid naming the nearest."""
    for period in PERIODS:
        if period == name:
            return period
    raise Invalid(f"There is no period {name}.", code="unknown_period", hint=nearest(name, PERIODS))


def start_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """A moment as it is, or a day as its first instant in the zone; in UTC. A time without a zone is taken in that
    zone.
    """
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(moment, time(), tzinfo=zone).astimezone(UTC)


def offsets(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    """(until, seconds east of UTC) from first to last: the offset that holds before `until`, to the second. The last
    entry holds for ever.
    """
    steps: list[tuple[datetime, int]] = []
    at = first.astimezone(UTC).replace(microsecond=0)
    end = last.astimezone(UTC) + timedelta(days=1)
    while at < end:
        following = at + timedelta(days=1)
        before, after = _offset(zone, at), _offset(zone, following)
        if before != after:
            steps.append((_change(zone, at, following), before))
        at = following
    return [*steps, (datetime.max.replace(tzinfo=UTC), _offset(zone, at))]


def _offset(zone: ZoneInfo, at: datetime) -> int:
    shift = at.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset changes, between two instants that differ."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def period_index(at: ir.Value, period: Period, zone: ZoneInfo, first: datetime, last: datetime) -> ir.IntegerValue:
    """A whole number for the local period a time falls in; `period_start` turns it back into a date. Times lie
    between first and last.
    """
    seconds = epoch(at)
    *changes, (_, final) = offsets(zone, first, last)
    shift: ir.Value = ibis.literal(final, type="int64")
    if changes:
        branches = [(seconds < int(until.timestamp()), ibis.literal(east, type="int64")) for until, east in changes]
        shift = ibis.cases(*branches, else_=shift)
    day = (seconds + shift) // 86400
    if period == "day":
        return day
    if period == "week":
        return (day + 3) // 7
    return _month_of(day)


def _month_of(day: ir.IntegerValue) -> ir.IntegerValue:
    """Months since year 0 of a day since 1970 (Hinnant, chrono-compatible low-level date algorithms,
    civil_from_days).
    """
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * of_year + 2) // 153
    return (year_of_era + era * 400) * 12 + march_month + 2


def period_start(index: int, period: Period) -> date:
    """The first day of the period with this number; weeks start on Monday."""
    if period == "day":
        return EPOCH_DAY + timedelta(days=index)
    if period == "week":
        return EPOCH_DAY + timedelta(days=index * 7 - 3)
    return date(index // 12, index % 12 + 1, 1)
