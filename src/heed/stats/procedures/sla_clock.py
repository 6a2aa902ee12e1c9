"""Business time: core's clock, less pauses."""

import datetime
from zoneinfo import ZoneInfo

from heed.core.calendar.definition import WEEKDAYS, Calendar
from heed.core.calendar.rules import LONGEST_LOOK_DAYS, UTC, windows
from heed.stats.procedures.given import Figures, Given

Span = tuple[datetime.datetime, datetime.datetime]


def business_time(given: Given) -> Figures:
    calendar = _calendar(given)
    zone = ZoneInfo(calendar.time_zone)
    start = _instant(given.text("start_local"), zone, given.whole("start_fold", 0))
    end = _instant(given.text("end_local"), zone, given.whole("end_fold", 0))
    pauses = sorted((_instant(low, zone, 0), _instant(high, zone, 0)) for low, high in given.listed("pauses_local", []))
    seconds = sum((high - low).total_seconds() for low, high in _open(calendar, start, end, pauses))
    targets = (given.asked.get("due_at_for_target_minutes") or {}).keys()
    return {
        "start_utc": start.isoformat(),
        "end_utc": end.isoformat(),
        "elapsed_wall_minutes": (end - start).total_seconds() / 60,
        "business_minutes": seconds / 60,
        "due_at_for_target_minutes": {
            target: _both(_due(given, calendar, start, float(target) * 60, pauses), zone) for target in targets
        },
    }


def _calendar(given: Given) -> Calendar:
    weekly = given.table("weekly_hours_by_weekday_mon0")
    hours = {WEEKDAYS[int(day)]: [f"{opens}-{closes}" for opens, closes in spans] for day, spans in weekly.items()}
    return Calendar.model_validate(
        {"name": "case", "time_zone": given.text("tz"), "hours": hours, "closed_on": given.listed("holidays", [])}
    )


def _instant(local: str, zone: ZoneInfo, fold: int) -> datetime.datetime:
    return datetime.datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _open(calendar: Calendar, start: datetime.datetime, end: datetime.datetime, pauses: list[Span]) -> list[Span]:
    return [part for window in windows(calendar, start, end) for part in _less(window, pauses)]


def _less(window: Span, pauses: list[Span]) -> list[Span]:
    """What is left of a window when the pauses, in order of their starts, are taken out."""
    found, (low, high) = [], window
    for begins, ends in pauses:
        if ends <= low or begins >= high or ends <= begins:
            continue
        if begins > low:
            found.append((low, begins))
        low = max(low, ends)
    return [*found, (low, high)] if low < high else found


def _due(
    given: Given, calendar: Calendar, start: datetime.datetime, seconds: float, pauses: list[Span]
) -> datetime.datetime:
    left = seconds
    if left <= 0:
        return start
    for window in windows(calendar, start, start + datetime.timedelta(days=LONGEST_LOOK_DAYS)):
        for low, high in _less(window, pauses):
            length = (high - low).total_seconds()
            if length >= left:
                return low + datetime.timedelta(seconds=left)
            left -= length
    raise given.refuse("weekly_hours_by_weekday_mon0", "open long enough for the target")


def _both(instant: datetime.datetime, zone: ZoneInfo) -> dict[str, str]:
    return {"utc": instant.isoformat(), "local": instant.astimezone(zone).isoformat()}


PROCEDURES = {"business_time": business_time}
