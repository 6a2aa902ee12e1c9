"""How waits are liked: the share of answered callers on each step of a curve, over queues and regions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heed.goals.footprint.rules.pools import Work, liked
from heed.goals.footprint.rules.queueing import Queues
from heed.goals.footprint.rules.weeks import Setting
from heed.stats.arrays import Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Liking:
    """A share of satisfied customers with the limits of the curve it is read from; None where nothing says."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Served:
    """One queue as it runs: its work, the groups of it and their rows, people there."""

    members: tuple[int, ...]
    work: Work
    queue: Queues
    site: str


def csat_of(setting: Setting, served: Sequence[Served]) -> Liking:
    """The share satisfied of those answered, weighed by region, with the limits that its curves give."""
    value, drawn = csat_drawn(setting, served)
    if value is None or drawn is None:
        return Liking(value)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Liking(value, min(float(low), value), max(float(high), value))


def csat_drawn(setting: Setting, served: Sequence[Served]) -> tuple[float | None, Floats | None]:
    """The same share, and what it would be by each drawn curve (None: the curves have no limits)."""
    shares = _on_steps(setting, served)
    if shares is None:
        return None, None
    whole = sum(float(each.sum()) for each in shares)
    if whole <= 0:
        return None, None
    pairs = [(curve, held) for curve, held in zip(setting.curves, shares, strict=True) if curve is not None]
    value = sum(float(curve.value @ held) for curve, held in pairs) / whole
    # Curves of regions are drawn apart; the first draws of each stand for it.
    drawn = [curve.draws @ held for curve, held in pairs if curve.draws is not None and held.any()]
    if not drawn:
        return value, None
    least = min(each.size for each in drawn)
    fixed = sum(float(curve.value @ held) for curve, held in pairs if curve.draws is None)
    return value, np.asarray((sum(each[:least] for each in drawn) + fixed) / whole)


def _on_steps(setting: Setting, served: Sequence[Served]) -> list[Floats] | None:
    """For each curve the weighed customers answered on each of its steps; None where a group has no curve."""
    shares = [np.zeros(curve.value.size if curve is not None else 0) for curve in setting.curves]
    for each in served:
        cached: dict[int, Floats] = {}
        for row, place in enumerate(each.members):
            group = setting.groups[place]
            curve = setting.curves[group.curve]
            if curve is None:
                return None
            if group.curve not in cached:
                cached[group.curve] = liked(curve, each.queue, each.work.aht)[1] * each.queue.answered
            shares[group.curve] += group.weight * (cached[group.curve] * each.work.calls[row]).sum(axis=1)
    return shares
