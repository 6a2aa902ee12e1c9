"""How likely a running promise is to break: from how long cases like it took that had lasted as long. Pure.

Not the deadline decides but the work that remains: of past cases of the priority that were still open after the time this
one has used, the share that took longer than promised (Kaplan and Meier 1958, conditional on the time used).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from heed.goals.slas.rules.clock import Life
from heed.goals.slas.rules.tallying import share_from
from heed.stats.queues.survival import Survival, kaplan_meier

# Of fewer past cases no chance is told: its interval would be wider than half of all there is.
LEAST_PAST = 30


@dataclass(frozen=True)
class Risk:
    """The chance that a promise breaks, with its interval, and the past cases it rests on: those of the priority, or all.

    None where there are too few.
    """

    chance: float | None
    low: float | None
    high: float | None
    n: int
    like: str


UNKNOWN = Risk(None, None, None, 0, "")


@dataclass(frozen=True)
class Experience:
    """How long cases took, in microseconds of the clock, by priority and all together."""

    every: Survival
    by_priority: Mapping[str | None, Survival]

    def chance(self, priority: str | None, used: int, limit: int) -> tuple[float, int, str] | None:
        """The chance that a case which has used so much takes longer than its limit, the past cases it rests on, and which those are;
        None where they are too few.
        """
        for survival, like in ((self.by_priority.get(priority), "priority"), (self.every, "all")):
            if survival is None or survival.lasting(used) < LEAST_PAST:
                continue
            chance = survival.beyond_given(limit, used)
            if chance is not None:
                return chance, survival.lasting(used), like
        return None

    def risk(self, priority: str | None, used: int, limit: int) -> Risk:
        """The chance with its interval."""
        found = self.chance(priority, used, limit)
        if found is None:
            return UNKNOWN
        chance, n, like = found
        told = share_from(chance * n, n)
        return Risk(chance, told.low, told.high, n, like)


def experience(lives: Iterable[tuple[Life, int]]) -> Experience:
    """What the past says: each case with the time it has used when last seen. Who is still open, or went into another
    case, lasted longer than that, and no more is known.
    """
    seen = [(life.priority, used, life.ended_at is not None and not life.merged) for life, used in lives]
    groups: dict[str | None, list[tuple[int, bool]]] = {}
    for priority, used, over in seen:
        groups.setdefault(priority, []).append((used, over))
    every = [(used, over) for _priority, used, over in seen]
    return Experience(_survival(every), {priority: _survival(group) for priority, group in groups.items()})


def _survival(group: list[tuple[int, bool]]) -> Survival:
    return kaplan_meier([used for used, _over in group], [over for _used, over in group])
