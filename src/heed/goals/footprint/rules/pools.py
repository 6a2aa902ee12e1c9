"""Pools: some groups of callers answered as one queue at one site, and what that takes. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import numpy as np

from heed.goals.footprint.rules.queueing import Queues, least_agents, queues
from heed.goals.footprint.rules.weeks import HALF_HOUR, SLOTS, Curve, Place, Setting
from heed.stats.arrays import Floats

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Work:
    """What comes to one queue, by slot: calls of each group (groups, slots), handle time, the strictest wait promised."""

    calls: Floats
    whole: Floats
    aht: Floats
    within: Floats
    open: Floats
    patience: float | None

    @property
    def load(self) -> Floats:
        return np.asarray(self.whole * self.aht / HALF_HOUR)

    @property
    def impatience(self) -> Floats:
        return self.aht / self.patience if self.patience else np.zeros(self.aht.shape)

    def queues(self, agents: Floats) -> Queues:
        return queues(self.load, agents, self.impatience)


def work_of(setting: Setting, members: Sequence[int]) -> Work:
    """The work of some groups (their places in the setting) as one queue."""
    groups = [setting.groups[place] for place in members]
    calls = np.array([group.calls for group in groups]).reshape(len(groups), SLOTS)
    whole = calls.sum(axis=0)
    times = np.array([group.aht_seconds for group in groups])
    mean = float((calls * times[:, None]).sum() / max(calls.sum(), 1e-12)) or float(times.mean())
    aht = np.where(whole > 0, (calls * times[:, None]).sum(axis=0) / np.maximum(whole, 1e-12), mean)
    promised = np.array([group.within_seconds for group in groups])
    within = np.asarray(np.where(calls > 0, promised[:, None], promised.max()).min(axis=0))
    opened = np.asarray(np.array([group.open for group in groups]).any(axis=0), dtype=np.float64)
    return Work(calls, whole, aht, within, opened, setting.patience_seconds)


def staffed(setting: Setting, works: Sequence[Work], near: Sequence[Floats] | None = None) -> list[Floats]:
    """For each queue the fewest people by slot that keep the promise; one at least while it is open."""
    if not works:
        return []
    found = least_agents(
        np.array([work.load for work in works]),
        np.array([work.impatience for work in works]),
        np.array([work.within / work.aht for work in works]),
        target=setting.footprint.target,
        max_occupancy=setting.footprint.max_occupancy,
        near=None if near is None else np.array(near),
    )
    return [np.maximum(agents, work.open) for agents, work in zip(found, works, strict=True)]


@dataclass(frozen=True)
class Pool:
    """Groups answered as one queue at one site. `agents`: people there by slot."""

    place: Place
    members: tuple[int, ...]
    languages: tuple[str, ...]
    agents: Floats
    paid_hours: float

    @property
    def money(self) -> Decimal:
        """What its people cost a week; the site's own fixed cost is not in it."""
        hours = Decimal(str(round(self.paid_hours, 6)))
        return (hours * self.place.hourly(len(self.languages))).quantize(CENT, ROUND_HALF_UP)

    @cached_property
    def cost(self) -> float:
        return float(self.money)

    @property
    def peak(self) -> int:
        return int(self.agents.max(initial=0))

    def scheduled(self, shrinkage: float) -> Floats:
        """People to put on the roster by slot so that as many are there."""
        return np.ceil(np.round(self.agents / (1.0 - shrinkage), 9))


def pool(setting: Setting, place: Place, members: Iterable[int], agents: Floats) -> Pool:
    members = tuple(sorted(members))
    languages = tuple(sorted({setting.groups[each].language for each in members}))
    hours = float(agents.sum()) * HALF_HOUR / 3600.0 / (1.0 - setting.footprint.shrinkage)
    return Pool(place, members, languages, agents, hours)


def liked(curve: Curve, found: Queues, aht: Floats, draws: bool = False) -> tuple[Floats, Floats]:
    """By queue the share satisfied of those answered, and the shares of them on each step of the curve (steps, queues)."""
    answered = np.maximum(found.answered, 1e-12)
    # Those on a step: answered before the next step begins, less those answered before it does.
    until = [found.within(start / aht) for start in curve.starts[1:]]
    bounds = np.array([np.zeros(answered.shape), *until, answered])
    shares = np.clip(np.diff(bounds, axis=0), 0.0, None)
    shares = shares / np.maximum(shares.sum(axis=0), 1e-12)
    return np.tensordot(curve.value, shares, axes=1), shares


def satisfied_calls(setting: Setting, members: Sequence[int], work: Work, agents: Floats) -> float:
    """Satisfied customers of a week, each weighed as its region says; 0 where nothing says how waits are liked."""
    total, found = 0.0, work.queues(agents)
    by_curve: dict[int, Floats] = {}
    for row, place in enumerate(members):
        group = setting.groups[place]
        curve = setting.curves[group.curve]
        if curve is None:
            continue
        if group.curve not in by_curve:
            by_curve[group.curve] = liked(curve.merged(), found, work.aht)[0] * found.answered
        total += group.weight * float((by_curve[group.curve] * work.calls[row]).sum())
    return total if math.isfinite(total) else 0.0
