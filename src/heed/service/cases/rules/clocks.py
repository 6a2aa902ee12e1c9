"""The clocks of a case: when a promise is due in business time, what is left of it, and when somebody must hear of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from heed.core.calendar.definition import Calendar
from heed.core.calendar.rules import add_business_seconds, business_seconds_between
from heed.service.cases.definition import Escalation

Standing = Literal["none", "running", "at_risk", "broken", "kept", "missed", "paused"]
# From this share of its time on a promise is about to break.
AT_RISK = 0.8
MINUTE = 60.0


@dataclass(frozen=True)
class Clock:
    """Time as promises count it: the hours of a calendar, or every second where there is none."""

    calendar: Calendar | None = None

    def add(self, start: datetime, seconds: float) -> datetime:
        if self.calendar is None:
            return start.astimezone(UTC) + timedelta(seconds=seconds)
        return add_business_seconds(self.calendar, start, seconds)

    def between(self, start: datetime, end: datetime) -> float:
        """Seconds that count between two moments; below zero when the end comes first."""
        if end < start:
            return -self.between(end, start)
        if self.calendar is None:
            return (end - start).total_seconds()
        return business_seconds_between(self.calendar, start, end)


@dataclass(frozen=True)
class Timed:
    """What the clocks must know of a case."""

    started_at: datetime
    first_contact_seconds: float | None
    resolution_seconds: float | None
    first_contact_at: datetime | None = None
    waited_seconds: float = 0.0
    waiting_since: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Promised:
    """One promise as it stands. `left_seconds` is business time, below zero when it is broken; None where it is over."""

    promise: Literal["first_contact", "resolution"]
    due_at: datetime | None
    standing: Standing
    left_seconds: float | None
    used: float | None


def first_contact_due_at(clock: Clock, timed: Timed) -> datetime | None:
    if timed.first_contact_seconds is None:
        return None
    return clock.add(timed.started_at, timed.first_contact_seconds)


def resolution_due_at(clock: Clock, timed: Timed) -> datetime | None:
    """When it must be put right: later by as much business time as the case waited."""
    if timed.resolution_seconds is None:
        return None
    return clock.add(timed.started_at, timed.resolution_seconds + timed.waited_seconds)


def earliest(clock: Clock, kept: Timed, other: Clock, gone: Timed, now: datetime) -> Timed:
    """The clocks of a case that took in another, each on its own calendar: either promise is due when the first of the two was.
    What was fulfilled is handed on by neither; while the first waits, what is left of the other waits with it. `gone` waits
    no more.
    """
    first = _sooner(kept, first_contact_due_at(clock, kept), gone, first_contact_due_at(other, gone))
    due = resolution_due_at(other, gone)
    if due is not None and kept.waiting_since is not None and due > now:
        due = clock.add(kept.waiting_since, clock.between(now, due))
    last = min((each for each in (resolution_due_at(clock, kept), due) if each is not None), default=None)
    start = min(kept.started_at, gone.started_at)
    lasts = None if last is None else clock.between(start, last)
    waited = kept.waited_seconds if lasts is not None and lasts - kept.waited_seconds >= MINUTE else 0.0
    return replace(
        kept,
        started_at=start,
        first_contact_seconds=None if first is None else max(clock.between(start, first), 1.0),
        resolution_seconds=None if lasts is None else max(lasts - waited, 1.0),
        waited_seconds=waited,
    )


def prioritised(
    clock: Clock, timed: Timed, first_contact: float | None, resolution: float | None, now: datetime, *, took_in: bool
) -> Timed:
    """The clocks of a case that has another severity from now on, with the seconds promised to that one: time that was used counts.

    Where more was used than is promised now, the promise breaks now. What is broken stays broken, what was fulfilled is over, and
    a promise that was given is not taken back. A case that `took_in` another is due no later than it was.
    """
    used = clock.between(timed.started_at, now)
    worked = clock.between(timed.started_at, timed.waiting_since or now) - timed.waited_seconds
    first = timed.first_contact_seconds
    return replace(
        timed,
        first_contact_seconds=first if timed.first_contact_at else _lasts(first, first_contact, used, took_in),
        resolution_seconds=_lasts(timed.resolution_seconds, resolution, worked, took_in),
    )


def _lasts(given: float | None, wanted: float | None, used: float, took_in: bool) -> float | None:
    """Seconds a promise lasts, of which so many are used."""
    if wanted is None or (given is not None and used > given):
        return given
    lasts = max(wanted, used)
    return min(given, lasts) if took_in and given is not None else lasts


def _sooner(kept: Timed, mine: datetime | None, gone: Timed, theirs: datetime | None) -> datetime | None:
    """The earlier of two first contacts due; one that was made hands nothing on, and takes nothing in."""
    if kept.first_contact_at is not None or gone.first_contact_at is not None:
        return mine
    return min((each for each in (mine, theirs) if each is not None), default=None)


def promised(clock: Clock, timed: Timed, now: datetime) -> tuple[Promised, ...]:
    """Both promises at a moment, those that were given."""
    found = []
    if timed.first_contact_seconds is not None:
        ended = timed.first_contact_at or timed.closed_at
        due = first_contact_due_at(clock, timed)
        found.append(_promised("first_contact", clock, due, timed.first_contact_seconds, ended, now, paused=False))
    if timed.resolution_seconds is not None:
        due, moment, paused = resolution_due_at(clock, timed), now, timed.waiting_since is not None
        if timed.waiting_since is not None:
            moment = timed.waiting_since
        found.append(
            _promised("resolution", clock, due, timed.resolution_seconds, timed.closed_at, moment, paused=paused)
        )
    return tuple(found)


def _promised(
    promise: Literal["first_contact", "resolution"],
    clock: Clock,
    due: datetime | None,
    seconds: float,
    ended: datetime | None,
    now: datetime,
    *,
    paused: bool,
) -> Promised:
    assert due is not None
    if ended is not None:
        return Promised(promise, due, "kept" if ended <= due else "missed", None, None)
    left = clock.between(now, due)
    used = 1 - left / seconds
    if left <= 0:
        # What is broken stays broken, also while it waits.
        return Promised(promise, due, "broken", left, used)
    if paused:
        return Promised(promise, None, "paused", left, used)
    return Promised(promise, due, "at_risk" if used >= AT_RISK else "running", left, used)


def escalates_at(clock: Clock, timed: Timed, step: Escalation) -> datetime | None:
    """When a step of escalation is reached; None when its promises are kept, stand still, or were not given."""
    moments = []
    wants_first = step.promise in ("any", "first_contact") and timed.first_contact_at is None
    if wants_first and timed.first_contact_seconds is not None:
        moments.append(clock.add(timed.started_at, step.after * timed.first_contact_seconds))
    wants_resolution = step.promise in ("any", "resolution") and timed.waiting_since is None
    if wants_resolution and timed.resolution_seconds is not None:
        moments.append(clock.add(timed.started_at, step.after * timed.resolution_seconds + timed.waited_seconds))
    return min(moments, default=None)


def next_escalation(clock: Clock, timed: Timed, steps: Sequence[Escalation], done: int) -> datetime | None:
    """When the next step is reached; None when there is none to come. Bit n of `done` says that step n was made."""
    if timed.closed_at is not None:
        return None
    open_steps = (step for place, step in enumerate(steps) if not done >> place & 1)
    return min((at for step in open_steps if (at := escalates_at(clock, timed, step)) is not None), default=None)


def reached(clock: Clock, timed: Timed, steps: Sequence[Escalation], done: int, now: datetime) -> list[int]:
    """The places of the steps whose moment has come and that were not made, in the order of their moments."""
    if timed.closed_at is not None:
        return []
    moments = [(escalates_at(clock, timed, step), place) for place, step in enumerate(steps) if not done >> place & 1]
    return [place for at, place in sorted((at, place) for at, place in moments if at is not None and at <= now)]


def nearest_promise(clock: Clock, timed: Timed, now: datetime) -> str:
    """Which promise is broken longest, or breaks next; empty when none runs."""
    running = [
        (each.left_seconds, each.promise) for each in promised(clock, timed, now) if each.left_seconds is not None
    ]
    return min(running)[1] if running else ""
