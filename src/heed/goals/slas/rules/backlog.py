"""A backlog of cases as people work it off: what is learned of it from history, and what other head-counts and hours would do. Pure.

A case waits its turn, and then takes its own time. How long its turn takes to come is what people change: with `ahead` cases not yet
begun and `there` people at work it is work x (ahead + 1) / there, so the work a case takes is the slope by which waits followed the
cases ahead of them; whatever else lasted is its own and stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.calendar.definition import Calendar
from heed.core.calendar.rules import Timeline, instant, micros, windows
from heed.core.errors.rules import Invalid
from heed.stats.arrays import Floats

SECOND = 1e6
WEEK = 7 * 86_400_000_000
HOUR = 3_600_000_000
# Of fewer cases, or weeks, no work is told.
LEAST_CASES, LEAST_WEEKS = 100, 4
# Without hours people are taken to be there in the hours of a week with at least this share of the busiest one's doings.
AT_WORK = 0.2
DRAWS = 200
NORMAL = 1.959964  # of 95 in 100


@dataclass(frozen=True)
class Traces:
    """Cases in order of opening: when (microseconds since 1970) and on which local day (its ordinal), and when somebody first did
    something about them (nan: nobody yet); in seconds of the clock their `turn` until then, and what they `took` in all (so far,
    where not `ended`). `people`: how many worked on such cases, by local day; `doings`: changes they made in each of the 168 hours
    of a week, Monday first.
    """

    opened: Floats
    day: np.ndarray
    priority: tuple[str | None, ...]
    begun: Floats
    turn: Floats
    took: Floats
    ended: np.ndarray
    people: Mapping[int, int]
    doings: Floats
    since: int
    until: int
    zone: ZoneInfo

    @property
    def weeks(self) -> int:
        return int((self.until - self.since) // WEEK)


@dataclass(frozen=True)
class Hours:
    """The clock's time as seconds from `since` on, and when people are at work: spans of real time (microseconds), each with its
    local weekday.
    """

    line: Timeline
    since: int
    opens: Floats
    closes: Floats
    weekday: np.ndarray

    def clock(self, at: Floats) -> Floats:
        """Seconds of the clock by real instants, ascending or not."""
        if self.line.calendar is None:
            return np.asarray((at - self.since) / SECOND)
        before = np.concatenate(([0.0], np.cumsum(self.closes - self.opens)[:-1]))
        place = np.clip(np.searchsorted(self.opens, at, side="right") - 1, 0, None)
        inside = np.clip(np.minimum(at, self.closes[place]) - self.opens[place], 0.0, None)
        return np.asarray((before[place] + inside) / SECOND)

    def at_work(self, at: Floats) -> np.ndarray:
        """Whether people are at work at real instants."""
        place = np.searchsorted(self.opens, at, side="right") - 1
        return np.asarray((place >= 0) & (at < self.closes[np.clip(place, 0, None)]))

    def by_weekday(self, weeks: float) -> Floats:
        """Hours at work on each weekday of an ordinary week."""
        return np.bincount(self.weekday, weights=(self.closes - self.opens) / HOUR, minlength=7) / max(weeks, 1e-9)


def hours_of(calendar: Calendar | None, traces: Traces) -> Hours:
    """When people work: in the hours promised, or, around the clock, in those in which they did. Raises Invalid where never."""
    low, high = instant(traces.since), instant(traces.until)
    spans = [(micros(a), micros(b)) for a, b in windows(calendar, low, high)] if calendar else _busy(traces)
    if not spans:
        raise Invalid("Nobody works in these hours.", code="never_open", hint="Offer hours with days in them.")
    opens, closes = (np.array(each, dtype=np.float64) for each in zip(*spans, strict=True))
    weekday = np.array([instant(int(each)).astimezone(traces.zone).weekday() for each in opens], dtype=np.int64)
    return Hours(Timeline(calendar), traces.since, opens, closes, weekday)


def _busy(traces: Traces) -> list[tuple[int, int]]:
    """The hours in which people usually did something, one span a stretch of a day."""
    busy = traces.doings >= AT_WORK * max(float(traces.doings.max()), 1.0)
    found: list[tuple[int, int]] = []
    for low in range(traces.since, traces.until, HOUR):
        local = instant(low).astimezone(traces.zone)
        if busy[local.weekday() * 24 + local.hour]:
            if found and found[-1][1] == low and local.hour:
                found[-1] = (found[-1][0], low + HOUR)
            else:
                found.append((low, low + HOUR))
    return found


@dataclass(frozen=True)
class Work:
    """What history says of working cases off. `seconds`: work a case takes, with its limits and its standard error; `hours_a_week`
    people were at work; `weights` by weekday; `own`: seconds of the clock that each case took besides its turn, by place in the
    traces (nan where it is not known).
    """

    seconds: float
    low: float
    high: float
    error: float
    hours_a_week: float
    weights: Floats
    own: Floats
    n: int


def learned_work(traces: Traces, hours: Hours, *, seed: int = 1) -> Work | None:
    """The work of a case, by least squares of the turns on the cases ahead over the people there, with limits from weeks drawn
    anew; None where too little is known. A case cannot take more than the time people had.
    """
    from scipy.special import stdtrit

    there = _people(traces)
    seen = np.isfinite(traces.turn) & np.isfinite(there)
    if traces.weeks < LEAST_WEEKS or int(seen.sum()) < LEAST_CASES:
        return None
    ahead = _ahead(traces)
    load = (ahead + 1.0) / np.where(seen, there, 1.0)
    # With nobody ahead, or before the doors open, people may be free: the line holds where none is.
    busy = seen & (ahead >= 1) & hours.at_work(traces.opened)
    used = busy if int(busy.sum()) >= LEAST_CASES else seen
    weights = _weekdays(traces)
    hours_a_week = float((weights * hours.by_weekday(traces.weeks)).sum())
    most = hours_a_week * 3600.0 * traces.weeks / traces.opened.size
    week = ((traces.opened - traces.since) // WEEK).astype(np.int64)
    rows = load[used], traces.turn[used], _cells(traces)[used]
    value, drawn = _slope(*rows, most), _redrawn(*rows, week[used], most, np.random.default_rng(seed))
    own = np.clip(traces.took - np.where(seen, value * load, np.nan), 0.0, None)
    many = np.unique(week[used]).size
    # Few weeks drawn anew vary too little: the t distribution's limits over the normal one's.
    error = float(drawn.std()) * float(stdtrit(max(many - 1, 1), 0.975)) / NORMAL * (many / max(many - 1, 1)) ** 0.5
    low, high = max(value - NORMAL * error, 0.0), min(value + NORMAL * error, most)
    return Work(value, low, high, error, hours_a_week, weights, own, int(used.sum()))


def _slope(load: Floats, turn: Floats, cell: np.ndarray, most: float) -> float:
    """The line through turns by load, within hours of the week alone: what both do by the clock is no work. A turn varies as the work
    of all ahead does, so it weighs as little as that is much.
    """
    weight = 1.0 / load
    many = int(cell.max(initial=0)) + 1
    whole = np.maximum(np.bincount(cell, weights=weight, minlength=many), 1e-300)
    over, above = (
        each - (np.bincount(cell, weights=weight * each, minlength=many) / whole)[cell] for each in (load, turn)
    )
    spread = float((weight * over * over).sum())
    return min(max(float((weight * over * above).sum()) / spread, 0.0), most) if spread > 1e-12 else 0.0


def _redrawn(
    load: Floats, turn: Floats, cell: np.ndarray, week: np.ndarray, most: float, generator: np.random.Generator
) -> Floats:
    parts = [np.flatnonzero(week == each) for each in np.unique(week)]
    found = []
    for _ in range(DRAWS):
        rows = np.concatenate([parts[each] for each in generator.integers(0, len(parts), len(parts))])
        found.append(_slope(load[rows], turn[rows], cell[rows], most))
    return np.array(found)


def _cells(traces: Traces) -> np.ndarray:
    """The stretch of two hours of the week in which each case was opened."""
    local = [instant(int(each)).astimezone(traces.zone) for each in traces.opened]
    return np.array([each.weekday() * 12 + each.hour // 2 for each in local], dtype=np.int64)


def _ahead(traces: Traces) -> Floats:
    """How many earlier cases nobody had begun yet when each one was opened."""
    begun = np.sort(np.where(np.isfinite(traces.begun), traces.begun, np.inf))
    order = np.arange(traces.opened.size, dtype=np.float64)
    return np.asarray(np.clip(order - np.searchsorted(begun, traces.opened, side="right"), 0.0, None))


def _people(traces: Traces) -> Floats:
    """People at work on the day of each case, or on the next day anybody was; nan where no later one is known."""
    days = np.array(sorted(traces.people), dtype=np.int64)
    counts = np.array([traces.people[int(day)] for day in days], dtype=np.float64)
    if not days.size:
        return np.full(traces.opened.size, np.nan)
    place = np.searchsorted(days, traces.day)
    return np.asarray(np.where(place < days.size, counts[np.minimum(place, days.size - 1)], np.nan))


def _weekdays(traces: Traces) -> Floats:
    """People at work on each weekday, on average over all weeks."""
    found = np.zeros(7)
    for day, many in traces.people.items():
        found[(day - 1) % 7] += many
    return found / max(traces.weeks, 1)
