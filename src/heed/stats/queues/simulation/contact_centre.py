"""A contact centre by events: several kinds of calls with priorities and patience, groups of agents with skills, staffing
that changes with shifts and breaks, rates that change by the hour.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf

import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats, require
from heed.stats.intervals.result import Figure
from heed.stats.queues.patience import Endurance
from heed.stats.queues.simulation.arrivals import Listed, Rates, arrival_times
from heed.stats.queues.simulation.outcomes import Outcome, outcome, over_runs


@dataclass(frozen=True)
class Kind:
    """Calls of one kind. `priority`: the lower goes first; calls of one priority go by arrival. `mean_service` and
    `mean_patience` (None: they wait for ever) in the unit of the rates; service exponential, or lognormal with
    `service_spread` (sd / mean); patience exponential, or as `endurance` has it.
    """

    name: str
    arrivals: Rates | Listed
    mean_service: float
    mean_patience: float | None = None
    priority: int = 0
    service_spread: float | None = None
    endurance: Endurance | None = None


@dataclass(frozen=True)
class Staffing:
    """How many agents are there from each of `starts` (ascending, the first at 0) until the next: shifts, less breaks. Who
    is to leave while on a call finishes it first.
    """

    starts: tuple[float, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.starts, self.starts[1:], strict=False))
        require(bool(self.starts) and self.starts[0] == 0.0 and rising, "staffing", "starts must rise from zero")
        require(
            len(self.starts) == len(self.counts) and min(self.counts) >= 0, "staffing", "each start needs a count >= 0"
        )


@dataclass(frozen=True)
class Group:
    """Agents who can do the same kinds of calls. Free agents of the group with fewest skills are taken first."""

    name: str
    skills: frozenset[str]
    staffing: Staffing


@dataclass(frozen=True)
class Centre:
    """What is simulated. Raises Invalid when a skill names no kind, or two things have one name."""

    kinds: tuple[Kind, ...]
    groups: tuple[Group, ...]

    def __post_init__(self) -> None:
        names = [kind.name for kind in self.kinds]
        require(len(set(names)) == len(names) and names, "simulation", "each kind of calls needs a name of its own")
        require(len({group.name for group in self.groups}) == len(self.groups), "simulation", "groups need own names")
        for group in self.groups:
            for skill in sorted(group.skills - set(names)):
                raise Invalid(
                    phrase("{group} is skilled in {skill}, which is no kind of calls.", group=group.name, skill=skill),
                    code="unknown_kind",
                    hint="Name the kind, or leave the skill out.",
                )


@dataclass(frozen=True)
class Forecast:
    """By kind of calls; and of each group the share of paid time spent on calls."""

    kinds: dict[str, Outcome]
    occupancy: dict[str, Figure]
    runs: int
    level: float


def simulate(
    centre: Centre,
    until: float,
    *,
    warm_up: float = 0.0,
    threshold: float = 0.0,
    runs: int = 20,
    seed: int = 0,
    level: float = 0.95,
) -> Forecast:
    """Runs from an empty centre at 0; calls that arrive before `warm_up` count for nobody, those that arrive before `until`
    are followed to their end. The same seed gives the same figures. Raises Invalid.
    """
    require(0.0 <= warm_up < until and runs >= 1, "simulation", "the warm-up must end before the end")
    seeds = np.random.SeedSequence(seed).spawn(runs)
    done = [play(centre, until, np.random.default_rng(each), warm_up=warm_up) for each in seeds]
    kinds = {
        kind.name: outcome([run.waits[at] for run in done], [run.served[at] for run in done], threshold, level)
        for at, kind in enumerate(centre.kinds)
    }
    occupancy = {
        group.name: over_runs([run.busy[at] / run.paid[at] for run in done if run.paid[at] > 0], level)
        for at, group in enumerate(centre.groups)
    }
    return Forecast(kinds, occupancy, runs, level)


@dataclass(frozen=True)
class Played:
    """One run: by kind when calls came, how long they waited and whether they were served; by group the time on calls and
    the time paid after the warm-up.
    """

    came: list[Floats]
    waits: list[Floats]
    served: list[np.ndarray]
    busy: list[float]
    paid: list[float]


def play(centre: Centre, until: float, generator: np.random.Generator, *, warm_up: float = 0.0) -> Played:
    """One run, as `simulate` makes many of them."""
    return _Run(centre, until, warm_up, generator).play()


@dataclass
class _Calls:
    """All calls of a run in order of arrival, as plain lists: what the loop reads for each."""

    at: list[float]
    kind: list[int]
    service: list[float]
    gives_up_at: list[float]

    @classmethod
    def drawn(cls, centre: Centre, until: float, generator: np.random.Generator) -> "_Calls":
        at = [arrival_times(kind.arrivals, until, generator) for kind in centre.kinds]
        which = np.repeat(np.arange(len(at)), [each.size for each in at])
        service = np.concatenate(
            [_services(kind, each.size, generator) for kind, each in zip(centre.kinds, at, strict=True)]
        )
        patience = np.concatenate(
            [_patiences(kind, each.size, generator) for kind, each in zip(centre.kinds, at, strict=True)]
        )
        times = np.concatenate(at)
        order = np.argsort(times, kind="stable")
        return cls(
            times[order].tolist(),
            which[order].tolist(),
            service[order].tolist(),
            (times + patience)[order].tolist(),
        )


def _patiences(kind: Kind, size: int, generator: np.random.Generator) -> Floats:
    if kind.endurance is not None:
        return kind.endurance.drawn(size, generator)
    return generator.exponential(kind.mean_patience, size) if kind.mean_patience else np.full(size, inf)


def _services(kind: Kind, size: int, generator: np.random.Generator) -> Floats:
    if kind.service_spread is None:
        return generator.exponential(kind.mean_service, size)
    variance = np.log1p(kind.service_spread**2)
    return generator.lognormal(np.log(kind.mean_service) - variance / 2.0, np.sqrt(variance), size)


@dataclass
class _Run:
    centre: Centre
    until: float
    warm_up: float
    generator: np.random.Generator
    # By group: agents free now, and agents who leave when their call ends.
    free: list[int] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        kinds, groups = self.centre.kinds, self.centre.groups
        self.calls = _Calls.drawn(self.centre, self.until, self.generator)
        self.started: list[float] = [inf] * len(self.calls.at)
        self.queues: list[deque[int]] = [deque() for _ in kinds]
        self.free = [group.staffing.counts[0] for group in groups]
        self.leaving = [0] * len(groups)
        few_first = sorted(range(len(groups)), key=lambda at: (len(groups[at].skills), at))
        self.able = [[at for at in few_first if kind.name in groups[at].skills] for kind in kinds]
        by_priority = sorted(range(len(kinds)), key=lambda at: kinds[at].priority)
        self.serves = [
            [
                [at for at in by_priority if kinds[at].priority == rank and kinds[at].name in group.skills]
                for rank in ranks
            ]
            for group in groups
            for ranks in [sorted({kind.priority for kind in kinds if kind.name in group.skills})]
        ]
        self.ends: list[tuple[float, int]] = []
        self.busy = [0.0] * len(groups)

    def play(self) -> Played:
        """Arrivals, ends of calls and changes of staffing in order of time; patience is looked at when a call's turn
        comes, as who has left by then changes nothing for others.
        """
        at, kind, able, free = self.calls.at, self.calls.kind, self.able, self.free
        changes = self._changes()
        heapify(changes)
        ends, queues = self.ends, self.queues
        arrivals, call = len(at), 0
        next_arrival = at[0] if arrivals else inf
        while True:
            next_end = ends[0][0] if ends else inf
            next_change = changes[0][0] if changes else inf
            if next_arrival < next_end and next_arrival < next_change:
                which = kind[call]
                for group in able[which]:
                    if free[group]:
                        free[group] -= 1
                        self._start(call, group, next_arrival)
                        break
                else:
                    queues[which].append(call)
                call += 1
                next_arrival = at[call] if call < arrivals else inf
            elif next_end <= next_change and ends:
                now, group = heappop(ends)
                if self.leaving[group]:
                    self.leaving[group] -= 1
                elif not self._take_next(group, now):
                    free[group] += 1
            elif changes:
                now, group, more = heappop(changes)
                self._restaff(group, more, now)
            else:
                return self._played()

    def _changes(self) -> list[tuple[float, int, int]]:
        return [
            (start, group, count - before)
            for group, each in enumerate(self.centre.groups)
            for start, count, before in zip(
                each.staffing.starts[1:], each.staffing.counts[1:], each.staffing.counts, strict=False
            )
        ]

    def _start(self, call: int, group: int, now: float) -> None:
        self.started[call] = now
        end = now + self.calls.service[call]
        heappush(self.ends, (end, group))
        low, high = max(now, self.warm_up), min(end, self.until)
        if high > low:
            self.busy[group] += high - low

    def _take_next(self, group: int, now: float) -> bool:
        """Start the waiting call whose turn it is; whether there was one."""
        queues, gives_up_at, at = self.queues, self.calls.gives_up_at, self.calls.at
        for rank in self.serves[group]:
            best = -1
            for which in rank:
                queue = queues[which]
                while queue and gives_up_at[queue[0]] < now:
                    queue.popleft()
                if queue and (best < 0 or at[queue[0]] < at[queues[best][0]]):
                    best = which
            if best >= 0:
                self._start(queues[best].popleft(), group, now)
                return True
        return False

    def _restaff(self, group: int, more: int, now: float) -> None:
        if more < 0:
            idle = min(self.free[group], -more)
            self.free[group] -= idle
            self.leaving[group] += -more - idle
            return
        stay = min(self.leaving[group], more)
        self.leaving[group] -= stay
        for _ in range(more - stay):
            if not self._take_next(group, now):
                self.free[group] += 1

    def _played(self) -> Played:
        at, kind = np.array(self.calls.at), np.array(self.calls.kind, dtype=np.intp)
        started, left = np.array(self.started), np.array(self.calls.gives_up_at)
        served = np.isfinite(started)
        # Who was never answered waited until they gave up; who never gives up, until the last call of all ended.
        last = max([self.until, *(started[served].tolist())]) if at.size else self.until
        wait = np.where(served, started, np.where(np.isfinite(left), left, last)) - at
        counted = at >= self.warm_up
        picked = [counted & (kind == which) for which in range(len(self.centre.kinds))]
        paid = [self._paid(group.staffing) for group in self.centre.groups]
        came = [at[each] for each in picked]
        return Played(came, [wait[each] for each in picked], [served[each] for each in picked], self.busy, paid)

    def _paid(self, staffing: Staffing) -> float:
        edges = np.clip(np.array([*staffing.starts, inf]), self.warm_up, self.until)
        return float(np.diff(edges) @ np.array(staffing.counts))


def agents(count: int, breaks: Sequence[tuple[float, float, int]] = ()) -> Staffing:
    """A constant number of agents less breaks (from, to, how many are away). Raises Invalid."""
    edges = sorted({0.0, *(edge for start, end, _ in breaks for edge in (start, end))})
    away = [sum(number for start, end, number in breaks if start <= edge < end) for edge in edges]
    return Staffing(tuple(edges), tuple(count - number for number in away))
