"""A day of intervals played as one, for what closed forms cannot express: a queue carried over into the next interval, kinds
of calls with priorities, groups with skills, breaks. Pure, seeded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from heed.core.errors.rules import Invalid, phrase
from heed.goals.slas.rules.simulating import Guess
from heed.goals.slas.rules.staffing import NO_CALLS, Demand, Planned, Promise, plan, scheduled
from heed.stats.arrays import Floats
from heed.stats.queues.simulation.arrivals import Rates
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Played, Staffing, play
from heed.stats.queues.simulation.outcomes import over_runs

STRICT = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(min_length=1, max_length=80)]
MOST_ROUNDS = 200
MOST_CALLS = 2_000_000  # all runs together, of one round


class Break(BaseModel):
    """How many of a group are away in the interval that starts so."""

    model_config = STRICT
    at: str
    away: int = Field(ge=0, le=100_000)


class CallKind(BaseModel):
    """Calls of one kind: their share of all, who goes first (the lower), and times where they differ from the interval's."""

    model_config = STRICT
    name: Name
    share: float = Field(gt=0, le=1)
    priority: int = Field(0, ge=0, le=1000)
    aht_seconds: float | None = Field(None, gt=0, le=1e7, allow_inf_nan=False)
    aht_spread: float | None = Field(None, gt=0, le=20)
    patience_seconds: float | None = Field(None, gt=0, le=1e7, allow_inf_nan=False)


class AgentGroup(BaseModel):
    """Agents who can do the same kinds of calls: their share of all agents, and their breaks."""

    model_config = STRICT
    name: Name
    share: float = Field(gt=0, le=1)
    skills: tuple[Name, ...] = Field(min_length=1)
    breaks: tuple[Break, ...] = ()


class Mix(BaseModel):
    """Who calls and who answers. Shares add up to one."""

    model_config = STRICT
    kinds: tuple[CallKind, ...] = Field(
        (CallKind.model_validate({"name": "calls", "share": 1.0}),), min_length=1, max_length=20
    )
    groups: tuple[AgentGroup, ...] = Field(
        (AgentGroup(name="agents", share=1.0, skills=("calls",)),), min_length=1, max_length=20
    )

    @model_validator(mode="after")
    def _whole(self) -> "Mix":
        for what, parts in (("kinds", self.kinds), ("groups", self.groups)):
            if abs(sum(each.share for each in parts) - 1.0) > 1e-6:
                raise ValueError(f"the shares of {what} must add up to 1")
        known, able = {each.name for each in self.kinds}, {skill for group in self.groups for skill in group.skills}
        if able - known:
            raise ValueError(f"{min(able - known)} is a skill and no kind of calls")
        if known - able:
            raise ValueError(f"nobody is skilled in {min(known - able)}")
        return self


def mix_of(written: Mapping[str, Any]) -> Mix:
    """A mix as a file has it. Raises Invalid naming the place."""
    try:
        return Mix.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "mix"
        raise Invalid(
            phrase("{path}: {fault}", path=place, fault=first["msg"].removeprefix("Value error, ")),
            code="invalid_mix",
            hint="A mix has kinds (name, share, priority …) and groups (name, share, skills, breaks).",
        ) from error


@dataclass(frozen=True)
class OfKind:
    """What calls of one kind meet over the whole day."""

    name: str
    service_level: Guess
    asa_seconds: Guess
    abandonment: Guess


@dataclass(frozen=True)
class PlayedPlan:
    """The plan of each interval, the limits of its service level, and each kind over the day."""

    intervals: list[Planned]
    limits: list[Guess]
    kinds: list[OfKind]
    runs: int
    seed: int


@dataclass(frozen=True)
class _Day:
    demands: Sequence[Demand]
    promise: Promise
    mix: Mix
    runs: int
    seed: int

    def play(self, agents: Sequence[int]) -> list[Played]:
        centre = self.centre(agents)
        until = len(self.demands) * self.demands[0].interval_seconds
        seeds = np.random.SeedSequence(self.seed).spawn(self.runs)
        return [play(centre, until, np.random.default_rng(each)) for each in seeds]

    def centre(self, agents: Sequence[int]) -> Centre:
        length = self.demands[0].interval_seconds
        edges = tuple(place * length for place in range(len(self.demands)))
        calls = sum(each.calls for each in self.demands)
        aht = sum(each.calls * each.aht_seconds for each in self.demands) / calls
        kinds = tuple(
            Kind(
                each.name,
                Rates(edges, tuple(demand.calls * each.share / length for demand in self.demands)),
                each.aht_seconds or aht,
                each.patience_seconds or self.promise.patience_seconds,
                each.priority,
                each.aht_spread,
            )
            for each in self.mix.kinds
        )
        split = [_split(count, [group.share for group in self.mix.groups]) for count in agents]
        groups = tuple(
            Group(
                group.name,
                frozenset(group.skills),
                Staffing(
                    edges,
                    tuple(
                        max(parts[place] - self.away(group, demand.start), 0)
                        for parts, demand in zip(split, self.demands, strict=True)
                    ),
                ),
            )
            for place, group in enumerate(self.mix.groups)
        )
        return Centre(kinds, groups)

    def away(self, group: AgentGroup, start: str | None) -> int:
        return sum(each.away for each in group.breaks if each.at == start)

    def resting(self, start: str | None) -> int:
        return sum(self.away(group, start) for group in self.mix.groups)


def _split(count: int, shares: Sequence[float]) -> list[int]:
    """So many people by shares, the largest remainders first."""
    exact = [count * share for share in shares]
    found = [int(each + 1e-9) for each in exact]
    for place in sorted(range(len(shares)), key=lambda at: (found[at] - exact[at], at))[: count - sum(found)]:
        found[place] += 1
    return found


def play_plan(
    demands: Sequence[Demand], promise: Promise, mix: Mix | None = None, *, runs: int = 100, seed: int = 1
) -> PlayedPlan:
    """Agents for each interval, found by playing the day: from just below the closed form up, one agent more where the
    first interval of a stretch misses the promise, until all keep it. Raises Invalid.
    """
    found = _Day(_checked(demands, runs), promise, mix or Mix.model_validate({}), runs, seed)
    rest = [found.resting(each.start) for each in found.demands]
    start = plan(found.demands, Promise(promise.target, promise.within_seconds, promise.patience_seconds))
    agents = [max(each.agents - 1, 1 if each.calls else 0) + away for each, away in zip(start, rest, strict=True)]
    for _round in range(MOST_ROUNDS):
        played = found.play(agents)
        sums = _by_interval(played, found)
        late = _late(sums, found, agents, rest)
        if not late:
            return _told(found, agents, rest, played, sums)
        for place in late:
            agents[place] += 1
    raise Invalid(
        "No number of agents was found that keeps the promise with this mix.",
        code="unreachable",
        hint="Lower the target, or give a scarce skill to more agents.",
    )


def _checked(demands: Sequence[Demand], runs: int) -> Sequence[Demand]:
    if not 2 <= runs <= 10_000:
        raise Invalid("A day is played 2 to 10,000 times.", code="invalid_runs", hint="Such as --runs 100.")
    if len({each.interval_seconds for each in demands}) != 1:
        raise Invalid(
            "The intervals differ in length.", code="unequal_intervals", hint="Give intervals of one length for a day."
        )
    calls = sum(each.calls for each in demands)
    if not calls:
        raise Invalid("Nobody calls in these intervals.", code="no_calls", hint="Give intervals with calls.")
    if calls * runs > MOST_CALLS:
        raise Invalid(
            phrase("{calls} calls are too many to play.", calls=f"{calls * runs:.0f}"),
            code="too_many_calls",
            hint="Play fewer runs, or plan in parts.",
        )
    return demands


def _late(sums: Floats, day: _Day, agents: Sequence[int], rest: Sequence[int]) -> list[int]:
    """The intervals that miss the promise, of each stretch the first: those after it wait in its queue."""
    totals = sums.sum(axis=0)
    found: list[int] = []
    for place, (callers, in_time, _left, _waited, busy) in enumerate(totals):
        there = max(agents[place] - rest[place], 0) * day.demands[0].interval_seconds * day.runs
        full = there > 0 and busy / there > day.promise.max_occupancy + 1e-12 and day.promise.max_occupancy < 1
        misses = callers > 0 and (in_time / callers < day.promise.target or full)
        if misses and not (found and found[-1] == place - 1):
            found.append(place)
    return found


def _by_interval(played: Sequence[Played], day: _Day) -> Floats:
    """By run and interval: callers, answered in time, given up, time waited by those answered, and time on calls."""
    many, length = len(day.demands), day.demands[0].interval_seconds
    found = np.zeros((len(played), many, 5))
    handle = [kind.mean_service for kind in day.centre([1] * many).kinds]
    for run, each in enumerate(played):
        for kind, (came, waits, served) in enumerate(zip(each.came, each.waits, each.served, strict=True)):
            place = np.minimum((came / length).astype(np.intp), many - 1)
            in_time = served & (waits <= day.promise.within_seconds)
            columns = (np.ones(came.size), in_time, ~served, waits * served, served * handle[kind])
            for column, values in enumerate(columns):
                found[run, :, column] += np.bincount(place, weights=values, minlength=many)
    return found


def _told(day: _Day, agents: Sequence[int], rest: Sequence[int], played: Sequence[Played], sums: Floats) -> PlayedPlan:
    intervals, limits = [], []
    for place, each in enumerate(day.demands):
        callers, in_time, left, waited, busy = sums[:, place].T
        some = callers > 0
        limits.append(_over(in_time[some] / callers[some]))
        there = agents[place] - rest[place]
        same = (each.start, each.calls, each.aht_seconds, each.interval_seconds)
        roster = ceil(scheduled(agents[place], day.promise.shrinkage))
        if not each.calls:
            intervals.append(Planned(*same, there, roster, None, None, None, None, NO_CALLS))
            continue
        served = callers.sum() - left.sum()
        intervals.append(
            Planned(
                *same,
                there,
                roster,
                float(in_time.sum() / callers.sum()),
                float(waited.sum() / served) if served else None,
                min(float(busy.sum() / (there * each.interval_seconds * day.runs)), 1.0) if there else None,
                float(left.sum() / callers.sum()),
            )
        )
    return PlayedPlan(intervals, limits, _kinds(day, played), day.runs, day.seed)


def _over(values: Floats, *, share: bool = True) -> Guess:
    mean = over_runs(values.tolist(), 0.95, share=share)
    return Guess(mean.value, mean.low, mean.high)


def _kinds(day: _Day, played: Sequence[Played]) -> list[OfKind]:
    found = []
    for place, kind in enumerate(day.mix.kinds):
        runs = [(each.waits[place], each.served[place]) for each in played if each.waits[place].size]
        within = day.promise.within_seconds
        level = np.array([float((served & (waits <= within)).mean()) for waits, served in runs])
        waited = np.array([float(waits[served].mean()) for waits, served in runs if served.any()])
        left = np.array([float((~served).mean()) for _, served in runs])
        found.append(OfKind(kind.name, _over(level), _over(waited, share=False), _over(left)))
    return found
