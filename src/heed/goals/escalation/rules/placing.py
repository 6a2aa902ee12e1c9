"""To whom a case is brought: the lowest level with authority, the least loaded of those with room. Pure.

Of a person's daily budget an ordinary case may not take what is kept for severe ones, and a severe case not the last unit:
that one is kept for the major incident into which severe cases go when nobody has room. So no budget is passed, and no
severe case waits for a day to end.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from heed.goals.escalation.definition import EscalationProtocol

People = Callable[[int], Sequence[str]]


class Ledger(Protocol):
    """What people have been given on the day."""

    def units(self, person: str) -> int: ...


@dataclass(frozen=True)
class Placed:
    """Who is given it, at the place of which level. `surge`: it goes into the incident for severe cases without room."""

    code: Literal["given", "deferred", "surge", "unattended"]
    level: int
    person: str
    reason: str


def _least_loaded(people: Sequence[str], ledger: Ledger, below: int) -> str:
    """Of those with fewer units than `below` the one with the fewest, the first of equals; empty when there is none."""
    free = [person for person in people if ledger.units(person) < below]
    return min(free, key=ledger.units, default="")


def place(
    protocol: EscalationProtocol,
    start: int,
    severe: bool,
    people: People,
    ledger: Ledger,
    passed_over: Collection[str] = (),
) -> Placed:
    """Who is to have it. An ordinary case stays at its level; a severe one goes up until somebody has room."""
    last = len(protocol.levels) if severe else start + 1
    below = protocol.daily_budget - (1 if severe else protocol.kept_for_severe)
    somebody = False
    for level in range(start, last):
        there = [person for person in people(level) if person not in passed_over]
        somebody = somebody or bool(there)
        person = _least_loaded(there, ledger, below)
        if person:
            return Placed("given", level, person, "on_call" if level == start else "no_room_below")
    if not severe:
        return Placed("deferred", start, "", "budget" if somebody else "nobody_on_call")
    return Placed("surge", start, "", "budget") if somebody else Placed("unattended", start, "", "nobody_on_call")


def surge_lead(protocol: EscalationProtocol, start: int, people: People, ledger: Ledger) -> tuple[int, str]:
    """(level, person) who leads the incident of severe cases without room, on the unit kept for it; empty when nobody can."""
    for level in (*range(start, len(protocol.levels)), *range(start)):
        person = _least_loaded(people(level), ledger, protocol.daily_budget)
        if person:
            return level, person
    return start, ""


def passed_on(
    protocol: EscalationProtocol, level: int, severe: bool, tried: Collection[str], people: People, ledger: Ledger
) -> Placed | None:
    """Who is next when nobody acknowledged: somebody else of the level, and above it where it is severe. None: nobody is,
    and the same person is told again. A routine case stays at its level.
    """
    found = place(protocol, level, severe, people, ledger, tried)
    return found if found.code == "given" else None
