"""A desk whose truth is known: cases that come by the hour of the week, so many people, so long at work on each, and a time of its own
that a case takes besides; worked off first come, first served. And its twin, in which no case ever waits for people.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.calendar.definition import Calendar
from heed.core.calendar.rules import instant, micros
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules.backlog import Hours, Traces, hours_of
from heed.goals.slas.rules.working_off import _staffing
from heed.stats.queues.simulation.arrivals import Listed
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, play

FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
ZONE = ZoneInfo("UTC")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = Calendar.model_validate({"name": "Office", "time_zone": "UTC", "hours": dict.fromkeys(DAYS, ("09:00-17:00",))})
WORK = 3000.0
OWN = 3600.0


@dataclass(frozen=True)
class DeskQueue:
    """`a_day`: cases on a weekday, drawn each; `people` there each day; `swing` of days around their mean."""

    people: int = 6
    a_day: float = 52.0
    weeks: int = 14
    swing: float = 0.15
    seed: int = 1
    queues: bool = True

    def traces(self) -> Traces:
        generator = np.random.default_rng(self.seed)
        opened = self._opened(generator)
        blank = _blank(opened, self.weeks)
        hours = hours_of(OFFICE, blank)
        at = hours.clock(opened)
        there = np.full(hours.opens.size, float(self.people))
        centre = Centre(
            (Kind("cases", Listed(tuple(at.tolist())), WORK),),
            (Group("cases", frozenset({"cases"}), _staffing(hours, there)),),
        )
        done = play(centre, float(hours.clock(hours.closes)[-1]) + 1.0, generator)
        if self.queues:
            turn = done.waits[0]
        else:
            # As long, and without any memory of who waits before.
            turn = generator.exponential(np.where(done.served[0], done.waits[0], 0.0).mean(), at.size)
        took = turn + generator.lognormal(np.log(OWN), 0.8, at.size)
        last = float(hours.clock(hours.closes)[-1])
        begun, ended = done.served[0] & (at + turn < last), done.served[0] & (at + took < last)
        days = [instant(int(each)).date().toordinal() for each in hours.opens]
        return Traces(
            opened=opened,
            day=blank.day,
            priority=(None,) * opened.size,
            begun=np.where(begun, _real(hours, at + turn), np.nan),
            turn=np.where(begun, turn, np.nan),
            took=np.where(ended, took, last - at),
            ended=ended,
            people=dict.fromkeys(days, self.people),
            doings=np.ones(168),
            since=blank.since,
            until=blank.until,
            zone=ZONE,
        )

    def rows(self) -> list[dict[str, object]]:
        """The same as changes of cases; whoever works on a day does some of its cases."""
        traces = self.traces()
        hours = hours_of(OFFICE, traces)
        at, found = hours.clock(traces.opened), []
        for number in range(traces.opened.size):
            case = {"case_id": f"q{number}", "team": "north-phone", "region": "north", "priority": "normal"}
            found.append({**case, "change": "opened", "at": instant(int(traces.opened[number]))})
            agent = f"a{number % self.people}"
            if np.isfinite(traces.begun[number]):
                begun = instant(int(traces.begun[number]))
                found.append({**case, "change": "first_responded", "at": begun, "agent_key": agent})
            if traces.ended[number]:
                ended = instant(int(_real(hours, at[number : number + 1] + traces.took[number])[0]))
                found.append({**case, "change": "resolved", "at": ended, "agent_key": agent})
        return found

    def _opened(self, generator: np.random.Generator) -> np.ndarray:
        found = []
        for day in range(self.weeks * 7):
            if day % 7 < 5:
                more = generator.gamma(1 / self.swing**2, self.swing**2) if self.swing else 1.0
                many = generator.poisson(self.a_day * more)
                start = micros(FIRST + timedelta(days=day, hours=8))
                found += sorted((start + generator.uniform(0, 9 * 3600e6, many)).tolist())
        return np.array(found)


def _blank(opened: np.ndarray, weeks: int) -> Traces:
    none = np.full(opened.size, np.nan)
    since = micros(FIRST)
    day = np.array([instant(int(each)).date().toordinal() for each in opened])
    until = since + weeks * 7 * 86_400_000_000
    return Traces(
        opened,
        day,
        (None,) * opened.size,
        none,
        none,
        none,
        np.zeros(opened.size, bool),
        {},
        np.ones(168),
        since,
        until,
        ZONE,
    )


def _real(hours: Hours, clock: np.ndarray) -> np.ndarray:
    """Real instants of seconds of the clock."""
    low, high = hours.clock(hours.opens), hours.clock(hours.closes)
    place = np.clip(np.searchsorted(high, clock), 0, high.size - 1)
    return np.asarray(hours.opens[place] + (clock - low[place]) * 1e6)


def promise(**more: object) -> Sla:
    return Sla.model_validate({"name": "x", "within_seconds": 4 * 3600, "target": 0.9, "hours": OFFICE, **more})


def kept(traces: Traces, limit: float) -> float:
    """The share truly kept, of cases old enough."""
    hours = hours_of(OFFICE, traces)
    old = hours.clock(np.array([float(traces.until)]))[0] - hours.clock(traces.opened) >= limit
    return float((traces.ended & (traces.took <= limit))[old].mean())
