"""The clock of one case under one SLA, fed change by change: what it has used, when it is due, whether it was kept. Pure.

Exact to the microsecond: all instants and durations are whole microseconds (`heed.core.calendar.rules.Timeline`).
"""

from dataclasses import dataclass, replace
from typing import Literal

from heed.core.calendar.rules import Timeline
from heed.goals.slas.definition import Sla

SECOND = 1_000_000
ENDS = {"first_response": ("first_responded", "resolved", "closed"), "resolution": ("resolved", "closed")}
DUPLICATE = "duplicate"
Verdict = Literal["", "kept", "missed", "merged"]


@dataclass(frozen=True, slots=True)
class Life:
    """A case as its clock sees it. `used` is business time up to `since`; the clock runs where `since` is set.

    `round` counts the promises given: one, and another at each reopening that restarts. `broken_at` is when the promise
    broke: what is broken stays broken.
    """

    opened_at: int
    priority: str | None
    limit: int
    used: int = 0
    since: int | None = None
    ended_at: int | None = None
    broken_at: int | None = None
    merged: bool = False
    round: int = 1

    @property
    def verdict(self) -> Verdict:
        """Kept or missed once it is decided; merged where it went on as another case; empty while it runs."""
        if self.broken_at is not None:
            return "missed"
        if self.ended_at is None:
            return ""
        return "merged" if self.merged else "kept"

    @property
    def judged_at(self) -> int | None:
        """When it was decided: the moment the promise broke, or was fulfilled."""
        return self.broken_at if self.broken_at is not None else self.ended_at


def micro(seconds: float) -> int:
    return round(seconds * SECOND)


def opened(sla: Sla, at: int, priority: str | None) -> Life:
    return Life(at, priority, micro(sla.limit(priority)), since=at)


def used_at(line: Timeline, life: Life, at: int) -> int:
    """Business time used by a moment."""
    return life.used + (line.between(life.since, at) if life.since is not None else 0)


def due_at(line: Timeline, life: Life) -> int | None:
    """The moment at which the promise breaks, or broke; None while the clock stands or after the end."""
    if life.broken_at is not None:
        return life.broken_at
    return None if life.since is None else line.add(life.since, life.limit - life.used)


def seen_at(line: Timeline, life: Life, at: int) -> Life:
    """The case a moment later: whether the promise broke meanwhile. It is kept when fulfilled in its last instant."""
    if life.broken_at is not None or life.since is None or used_at(line, life, at) <= life.limit:
        return life
    return replace(life, broken_at=line.add(life.since, life.limit - life.used))


def _stopped(line: Timeline, life: Life, at: int) -> Life:
    life = seen_at(line, life, at)
    return replace(life, used=used_at(line, life, at), since=None)


def changed(line: Timeline, sla: Sla, life: Life, change: str, at: int, to_value: str | None) -> Life:
    """The case after a change of its life; changes that do not concern the clock leave it as it was."""
    if change in ENDS[sla.promise]:
        return ended(line, life, at, merged=change == "closed" and to_value == DUPLICATE)
    if change == "reopened":
        return reopened(sla, life, at)
    if life.ended_at is not None:
        return life
    if change == "waiting":
        stands = "*" in sla.pauses or (to_value or "") in sla.pauses
        return _stopped(line, life, at) if stands else _running(life, at)
    return _running(life, at) if change == "resumed" else life


def _running(life: Life, at: int) -> Life:
    return life if life.since is not None else replace(life, since=at)


def ended(line: Timeline, life: Life, at: int, *, merged: bool = False) -> Life:
    """The case fulfilled, or gone into another; a second end changes nothing."""
    if life.ended_at is not None:
        return life
    return replace(_stopped(line, life, at), ended_at=at, merged=merged)


def reopened(sla: Sla, life: Life, at: int) -> Life:
    """The case open again, as the SLA says; a first response that was given stays given."""
    if life.ended_at is None or sla.reopened == "ignored" or sla.promise == "first_response":
        return life
    if sla.reopened == "restarts":
        return Life(at, life.priority, life.limit, since=at, round=life.round + 1)
    # One that was handed on broken comes back broken.
    broken = at if life.broken_at is None and life.used > life.limit else life.broken_at
    return replace(life, ended_at=None, merged=False, since=at, broken_at=broken)


def prioritised(line: Timeline, sla: Sla, life: Life, priority: str | None, at: int) -> Life:
    """The case after its priority changed: a new limit, and the time used counts or starts anew.

    Where more was used than the new limit allows, the promise breaks at the change.
    """
    if priority is None or priority == life.priority:
        return life
    life = seen_at(line, life, at)
    limit = micro(sla.limit(priority))
    if life.ended_at is not None:
        return replace(life, priority=priority)
    if sla.priority_change == "restarts":
        since = None if life.since is None else at
        return replace(life, priority=priority, limit=limit, used=0, since=since)
    used = used_at(line, life, at)
    broken = at if life.broken_at is None and used > limit else life.broken_at
    since = None if life.since is None else at
    return replace(life, priority=priority, limit=limit, used=used, since=since, broken_at=broken)


def absorbed(line: Timeline, survivor: Life, gone: Life, at: int) -> Life:
    """The case another went into: it follows the earlier of the two promises, the one with less of its time left, with the
    limit and the time used of that one. One that broke already is the earliest: the survivor broke when it did.
    """
    survivor, gone = seen_at(line, survivor, at), seen_at(line, gone, at)
    if survivor.ended_at is not None:
        return survivor
    opened_at = min(survivor.opened_at, gone.opened_at)
    broken = min((each.broken_at for each in (survivor, gone) if each.broken_at is not None), default=None)
    mine, theirs = used_at(line, survivor, at), used_at(line, gone, at)
    if gone.limit - theirs >= survivor.limit - mine:
        return replace(survivor, opened_at=opened_at, broken_at=broken)
    since = None if survivor.since is None else at
    return replace(survivor, limit=gone.limit, used=theirs, since=since, broken_at=broken, opened_at=opened_at)


def taken_over(line: Timeline, gone: Life, at: int) -> Life:
    """The clock of a case that ran none until another with a promise went into it: it goes on with that one."""
    return replace(_stopped(line, gone, at), since=at)


def handed_on(line: Timeline, life: Life, at: int) -> Life:
    """The case that went into another, which keeps its promise from now on: it is judged there and nowhere else."""
    return replace(ended(line, life, at, merged=True), broken_at=None, merged=True)
