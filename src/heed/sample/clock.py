"""The half-hours of the operation: UTC slots, the local day and minute each falls on, and what is open then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

from heed.sample.names import CHANNELS, CHAT, DAYS, PHONE, STORE, ZONE

SLOT_US = 1_800_000_000
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Clock:
    """`day_start` has one entry more than there are days; all times are microseconds of UTC since 1970."""

    first: date
    day_start: Ints
    slot_day: Ints
    slot_minute: Ints
    weekday: Ints
    closed: Flags

    @property
    def start(self) -> int:
        return int(self.day_start[0])

    @property
    def end(self) -> int:
        return int(self.day_start[-1])

    def day_of(self, at: Ints) -> Ints:
        """Local day of a time; times outside are put on the nearest day."""
        return np.clip(np.searchsorted(self.day_start, at, side="right") - 1, 0, DAYS - 1)

    def slot_of(self, at: Ints) -> Ints:
        return np.clip((at - self.start) // SLOT_US, 0, len(self.slot_day) - 1)

    def slots_of_days(self, since: int, until: int) -> slice:
        """Slots whose local day lies in [since, until)."""
        low, high = np.searchsorted(self.slot_day, [since, until], side="left")
        return slice(int(low), int(high))

    def open_slots(self) -> Flags:
        """(slot, channel): true while the channel is served."""
        weekday, minute = self.weekday[self.slot_day], self.slot_minute
        shut = self.closed[self.slot_day] | (weekday == 6)
        saturday = weekday == 5
        calls = ~shut & np.where(saturday, (minute >= 540) & (minute < 960), (minute >= 480) & (minute < 1200))
        shops = ~shut & (minute >= 600) & (minute < 1080)
        result = np.ones((len(minute), len(CHANNELS)), dtype=bool)
        result[:, PHONE] = calls
        result[:, CHAT] = calls
        result[:, STORE] = shops
        return result

    def working_hours(self, at: Ints) -> Ints:
        """Press the 24 hours of each local day into 08:00–18:00; keeps the order of times. What is after the end stays there."""
        start = self.day_start[self.day_of(at)]
        inside = np.clip(at - start, 0, DAY_US)
        pressed = start + 8 * 3600 * SECOND_US + (inside * 10) // 24
        return np.asarray(np.where(at < self.end, pressed, at), dtype=np.int64)


def micros(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp()) * SECOND_US


def build_clock(first: date) -> Clock:
    zone = ZoneInfo(ZONE)
    days = [first + timedelta(days=index) for index in range(DAYS + 1)]
    day_start = np.array([micros(datetime.combine(day, time(0), zone)) for day in days], dtype=np.int64)
    at = np.arange(day_start[0], day_start[-1], SLOT_US)
    slot_day = np.searchsorted(day_start, at, side="right") - 1
    public = holidays.country_holidays("DE", years=range(first.year, first.year + 3))
    return Clock(
        first=first,
        day_start=day_start,
        slot_day=slot_day,
        slot_minute=(at - day_start[slot_day]) // (60 * SECOND_US),
        weekday=np.array([day.weekday() for day in days[:-1]], dtype=np.int64),
        closed=np.array([day in public for day in days[:-1]], dtype=bool),
    )
