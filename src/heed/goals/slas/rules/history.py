"""What an ordinary week of calls looks like, learned from half-hours of the past or written down. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.calendar.definition import Calendar, minutes_of
from heed.core.errors.rules import Invalid
from heed.goals.slas.rules.staffing import Demand

if TYPE_CHECKING:
    from heed.metrics.traffic import Presence, Traffic
    from heed.stats.queues.patience import Endurance

HALF_HOUR = 1800
# A half-hour in which hardly anybody ever called, and nobody was there, is a time at which all was closed.
RARE_CALLS = 0.05
LEAST_CALLS = 200


@dataclass(frozen=True)
class Slot:
    """One interval of a day: when it starts (seconds since local midnight), calls expected in it, and how many people were
    there on average; None where nothing says.
    """

    start: int
    calls: float
    agents: float | None = None


@dataclass(frozen=True)
class Day:
    """One weekday (Monday = 0) of one queue: its intervals one after another, each `length` seconds long, empty ones
    included. `swing`: how much the calls of such a day vary beyond chance, as a share of their mean; `dates`: days learned from.
    """

    queue: str
    weekday: int
    length: int
    slots: tuple[Slot, ...]
    aht_seconds: float
    aht_spread: float | None
    swing: float = 0.0
    dates: int = 0

    @property
    def calls(self) -> float:
        return sum(slot.calls for slot in self.slots)


@dataclass(frozen=True)
class History:
    """Days that together are one week (or one day, where it was written down), and the patience of its callers: the mean of
    an exponential time, None where all wait; `endurance`: weeks are played by this law instead.
    """

    days: tuple[Day, ...]
    patience_seconds: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    learned_from: int = 0
    queues: tuple[str, ...] = field(default=())
    endurance: "Endurance | None" = None

    @property
    def calls(self) -> float:
        return sum(day.calls for day in self.days)


def written(demands: Iterable[Demand], patience_seconds: float | None) -> History:
    """One day as somebody wrote it down: its intervals one after another. Raises Invalid where they differ in length, or
    nobody calls.
    """
    found = list(demands)
    lengths = {each.interval_seconds for each in found}
    if len(lengths) != 1:
        raise Invalid(
            "The intervals differ in length.", code="unequal_intervals", hint="Give intervals of one length for a day."
        )
    calls = sum(each.calls for each in found)
    if not calls:
        raise Invalid("Nobody calls in these intervals.", code="no_calls", hint="Give intervals with calls.")
    length = int(lengths.pop())
    aht = sum(each.calls * each.aht_seconds for each in found) / calls
    slots = tuple(Slot(place * length, each.calls) for place, each in enumerate(found))
    return History((Day("", 0, length, slots, aht, None),), patience_seconds, queues=("",))


def learned(
    traffic: "Traffic",
    presence: "Presence | None",
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
    patience_seconds: float | None,
) -> History:
    """The ordinary week behind half-hours of a span. Raises Invalid where too few called to tell one."""
    calls = int(traffic.offered.sum())
    if calls < LEAST_CALLS:
        raise Invalid(
            "Too few calls to learn an ordinary week from.",
            code="not_enough_calls",
            hint="Take more weeks, or write the intervals down in a file.",
        )
    local = _Local(zone)
    there = _agents(presence, local) if presence is not None else {}
    queues = sorted({str(unit) for unit in traffic.unit})
    days: list[Day] = []
    for queue in queues:
        days += _days(traffic, queue, local, there)
    return History(tuple(days), patience_seconds, since, until, calls, tuple(queues))


class _Local:
    """Half-hours of the clock as local dates and seconds since midnight; each is looked up once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.known: dict[int, tuple[int, int, int]] = {}

    def of(self, start: int) -> tuple[int, int, int]:
        """Day number, weekday, seconds since local midnight."""
        found = self.known.get(start)
        if found is None:
            at = datetime.fromtimestamp(start, self.zone)
            found = at.toordinal(), at.weekday(), at.hour * 3600 + at.minute * 60
            self.known[start] = found
        return found


def _agents(presence: "Presence", local: _Local) -> dict[tuple[str, int, int], list[float]]:
    found: dict[tuple[str, int, int], list[float]] = {}
    for unit, start, agents in zip(presence.unit, presence.start.tolist(), presence.agents.tolist(), strict=True):
        _date, weekday, second = local.of(start)
        found.setdefault((str(unit), weekday, second), []).append(agents)
    return found


def _days(
    traffic: "Traffic", queue: str, local: _Local, there: dict[tuple[str, int, int], list[float]]
) -> Iterable[Day]:
    mine = traffic.unit == queue
    starts, offered = traffic.start[mine].tolist(), traffic.offered[mine].tolist()
    by_date: dict[int, dict[int, float]] = {}
    for start, calls in zip(starts, offered, strict=True):
        date, _weekday, second = local.of(start)
        of_day = by_date.setdefault(date, {})
        of_day[second] = of_day.get(second, 0.0) + calls
    aht, spread = _handling(traffic, mine)
    if aht is None:
        return
    swing, known = _swing(by_date), any(unit == queue for unit, _, _ in there)
    for weekday in range(7):
        dates = [of_day for date, of_day in by_date.items() if (date - 1) % 7 == weekday]
        mine_there = {second: held for (unit, at, second), held in there.items() if (unit, at) == (queue, weekday)}
        slots = _slots(dates, mine_there, known=known)
        if slots:
            yield Day(queue, weekday, HALF_HOUR, slots, aht, spread, swing, len(dates))


def _handling(traffic: "Traffic", mine: Any) -> tuple[float | None, float | None]:
    """Mean handle time and its spread (sd over mean) of the calls of a queue; None where no call says."""
    many = float(traffic.handled[mine].sum())
    if many < 2:
        return None, None
    mean = float(traffic.handle_seconds[mine].sum()) / many
    variance = max(float(traffic.handle_squares[mine].sum()) / many - mean * mean, 0.0)
    return mean, float(np.sqrt(variance)) / mean or None


def _slots(dates: Sequence[dict[int, float]], there: dict[int, list[float]], *, known: bool) -> tuple[Slot, ...]:
    """The intervals of a weekday from the first to the last that was open, those between included. known: the roster of
    the queue is.
    """
    if not dates:
        return ()
    calls: dict[int, float] = {}
    for of_day in dates:
        for second, many in of_day.items():
            calls[second] = calls.get(second, 0.0) + many / len(dates)
    agents = {second: sum(held) / max(len(held), len(dates)) for second, held in there.items()}
    open_ = [
        second for second in {*calls, *agents} if calls.get(second, 0.0) >= RARE_CALLS or agents.get(second, 0.0) >= 0.5
    ]
    if not open_:
        return ()
    return tuple(
        Slot(second, calls.get(second, 0.0), agents.get(second, 0.0) if known else None)
        for second in range(min(open_), max(open_) + 1, HALF_HOUR)
    )


def _swing(by_date: dict[int, dict[int, float]]) -> float:
    """By how much the calls of a day vary around those of its weekday beyond what chance alone gives (the excess of the
    variance over Poisson's), as a share of the mean.
    """
    totals: dict[int, list[float]] = {}
    for date, of_day in by_date.items():
        totals.setdefault(date % 7, []).append(sum(of_day.values()))
    excess, free = 0.0, 0
    for held in totals.values():
        mean = sum(held) / len(held)
        excess += sum((each / mean - 1.0) ** 2 for each in held) - (len(held) - 1) / mean
        free += len(held) - 1
    return float(np.sqrt(max(excess / free, 0.0))) if free else 0.0


def within_hours(history: History, hours: Calendar | None) -> History:
    """The history of the hours that are promised: intervals that begin while they are open."""
    if hours is None:
        return history
    days = []
    for day in history.days:
        spans = [minutes_of(span) for span in hours.hours.of(day.weekday)]
        kept = tuple(
            slot
            if any(low * 60 <= slot.start < high * 60 for low, high in spans)
            else replace(slot, calls=0.0, agents=0.0)
            for slot in day.slots
        )
        busy = [place for place, slot in enumerate(kept) if slot.calls > 0]
        if busy:
            days.append(replace(day, slots=kept[busy[0] : busy[-1] + 1]))
    return replace(history, days=tuple(days))


def local_days(
    units: Iterable[Any], starts: Any, values: Any, zone: ZoneInfo
) -> dict[tuple[str, int], dict[int, float]]:
    """Values of half-hours by unit and local date (its ordinal), and by second since midnight."""
    local, found = _Local(zone), dict[tuple[str, int], dict[int, float]]()
    for unit, start, value in zip(units, starts.tolist(), values.tolist(), strict=True):
        date, _weekday, second = local.of(start)
        held = found.setdefault((str(unit), date), {})
        held[second] = held.get(second, 0.0) + value
    return found
