"""Days, weeks and months of a time zone, cut in the engine without its own calendar, so that every engine cuts alike."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ibis
import ibis.expr.types as ir

from heed.core.errors.rules import Invalid, nearest, phrase

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = ("day", "week", "month")
EPOCH_DAY = date(1970, 1, 1)
FEW_PERIODS = 64


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            phrase("There is no time zone {name}.", name=name), code="unknown_time_zone", hint="Such as Europe/Berlin."
        ) from error


def check_period(name: str) -> Period:
    """A period by its name. Raises Invalid naming the nearest."""
    for period in PERIODS:
        if period == name:
            return period
    raise Invalid(phrase("There is no period {name}.", name=name), code="unknown_period", hint=nearest(name, PERIODS))


def start_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """A moment as it is, or a day as its first instant in the zone; in UTC. A time without a zone is taken in that
    zone. Raises Invalid where the calendar ends.
    """
    local = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise Invalid(
            phrase("{moment} lies outside of the calendar.", moment=moment),
            code="invalid_time",
            hint="Take a time nearer to now.",
        ) from error


def index_of(day: date, period: Period) -> int:
    """The number of the period a local day falls in: days since 1970, weeks since the Monday before, or months since
    year 0.
    """
    days = (day - EPOCH_DAY).days
    if period == "day":
        return days
    if period == "week":
        return (days + 3) // 7
    return day.year * 12 + day.month - 1


def period_start(index: int, period: Period) -> date:
    """The first day of the period with this number; weeks start on Monday."""
    if period == "day":
        return EPOCH_DAY + timedelta(days=index)
    if period == "week":
        return EPOCH_DAY + timedelta(days=index * 7 - 3)
    return date(index // 12, index % 12 + 1, 1)


def period_index(at: ir.Value, period: Period, zone: ZoneInfo, first: datetime, last: datetime) -> ir.Value:
    """The number of the local period a time falls in. Times lie between first and last.

    Up to FEW_PERIODS are told apart by their first instants, halving each time; more are counted.
    """
    low, high = (index_of(moment.astimezone(zone).date(), period) for moment in (first, last))
    if high - low < FEW_PERIODS:
        return _halved(at, period, zone, low, max(low, high))
    return _counted(at, period, zone, first, last)


def _halved(at: ir.Value, period: Period, zone: ZoneInfo, low: int, high: int) -> ir.Value:
    if low == high:
        return ibis.literal(low, type="int64")
    middle = (low + high + 1) // 2
    boundary = ibis.literal(start_of(period_start(middle, period), zone), type="timestamp('UTC')")
    return ibis.ifelse(
        at < boundary, _halved(at, period, zone, low, middle - 1), _halved(at, period, zone, middle, high)
    )


def _counted(at: ir.Value, period: Period, zone: ZoneInfo, first: datetime, last: datetime) -> ir.Value:
    # Whole seconds or not: the fraction changes no day.
    seconds = at.epoch_seconds()
    *changes, (_, final) = offsets(zone, first, last)
    shift: ir.Value = ibis.literal(final, type="int64")
    if changes:
        branches = [(seconds < int(until.timestamp()), ibis.literal(east, type="int64")) for until, east in changes]
        shift = ibis.cases(*branches, else_=shift)
    day = (seconds + shift) // 86400
    if period == "day":
        return day
    return (day + 3) // 7 if period == "week" else _month_of(day)


def _month_of(day: ir.Value) -> ir.Value:
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


def offsets(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    """(until, seconds east of UTC) from first to last: the offset that holds before `until`. The last entry holds for
    ever.
    """
    steps: list[tuple[datetime, int]] = []
    at = first.astimezone(UTC).replace(microsecond=0)
    end = last.astimezone(UTC) + timedelta(days=1)
    while at < end:
        following = at + timedelta(days=1)
        if _offset(zone, at) != _offset(zone, following):
            steps.append((_change(zone, at, following), _offset(zone, at)))
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
