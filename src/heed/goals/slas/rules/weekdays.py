"""Whether people are there when callers are: scheduled against needed agents, by queue and weekday. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from heed.goals.slas.rules.history import Day, History, local_days
from heed.goals.slas.rules.staffing import Promise, demand, plan

if TYPE_CHECKING:
    from heed.metrics.traffic import Presence, Traffic

# A weekday stands out where it has surely a tenth fewer people, for what it needs, than the queue has on its other days.
SHORT = 0.9
LEVEL = 0.95
LEAST_DATES = 6


@dataclass(frozen=True)
class Cover:
    """One weekday of a queue. Hours a day: needed by the closed form, scheduled on average; `cover` = scheduled / needed;
    `beside`: that over the cover of the queue's other weekdays, with limits that hold for all weekdays of all queues together.
    Abandonment on this weekday and on the others.
    """

    queue: str
    weekday: int
    dates: int
    needed_hours: float
    scheduled_hours: float
    cover: float
    beside: float
    low: float
    high: float
    abandonment: float
    abandonment_others: float
    callers: int
    suffers: bool

    @property
    def is_short(self) -> bool:
        """Surely fewer people than on other weekdays for what the day needs, and surely more callers who give up."""
        return self.high < SHORT and self.suffers


def covers(traffic: "Traffic", presence: "Presence", history: History, promise: Promise, zone: ZoneInfo) -> list[Cover]:
    """By queue and weekday, the shortest of people first. Weekdays with fewer than six dates are left out."""
    from scipy.special import ndtri

    there = local_days(presence.unit, presence.start, presence.agents, zone)
    needed = {(day.queue, day.weekday): _needed(day, promise) for day in history.days}
    found: dict[str, dict[int, list[float]]] = {}
    for (queue, date), agents in there.items():
        weekday = (date - 1) % 7
        hours = needed.get((queue, weekday), 0.0)
        if hours > 0:
            found.setdefault(queue, {}).setdefault(weekday, []).append(sum(agents.values()) * 0.5 / hours)
    calls = _calls(traffic, zone)
    comparisons = max(sum(len(days) for days in found.values()), 1)
    z = float(ndtri(1.0 - (1.0 - LEVEL) / 2.0 / comparisons))
    told = [
        _cover(queue, weekday, days, needed[queue, weekday], calls, z)
        for queue, days in found.items()
        for weekday in days
        if len(days[weekday]) >= LEAST_DATES and sum(map(len, days.values())) - len(days[weekday]) >= LEAST_DATES
    ]
    return sorted(told, key=lambda each: (not each.is_short, each.beside, each.queue, each.weekday))


def _needed(day: Day, promise: Promise) -> float:
    """Hours of people that a day needs, each half-hour by the closed form."""
    wanted = [demand(None, slot.calls, day.aht_seconds, day.length) for slot in day.slots if slot.calls > 0]
    return sum(each.agents for each in plan(wanted, promise)) * day.length / 3600.0


def _calls(traffic: "Traffic", zone: ZoneInfo) -> dict[tuple[str, int], tuple[float, float]]:
    """Callers and those who gave up, by queue and weekday."""
    found: dict[tuple[str, int], tuple[float, float]] = {}
    offered = local_days(traffic.unit, traffic.start, traffic.offered, zone)
    left = local_days(traffic.unit, traffic.start, traffic.abandoned, zone)
    for (queue, date), held in offered.items():
        key = (queue, (date - 1) % 7)
        before = found.get(key, (0.0, 0.0))
        found[key] = before[0] + sum(held.values()), before[1] + sum(left[queue, date].values())
    return found


def _cover(
    queue: str,
    weekday: int,
    days: dict[int, list[float]],
    needed: float,
    calls: dict[tuple[str, int], tuple[float, float]],
    z: float,
) -> Cover:
    own = days[weekday]
    others = [each for other, held in days.items() if other != weekday for each in held]
    beside, spread = _ratio(own, others)
    came, left = calls.get((queue, weekday), (0.0, 0.0))
    rest = [held for (unit, day), held in calls.items() if unit == queue and day != weekday]
    came_else, left_else = sum(each[0] for each in rest), sum(each[1] for each in rest)
    share, share_else = left / max(came, 1.0), left_else / max(came_else, 1.0)
    return Cover(
        queue,
        weekday,
        len(own),
        needed,
        needed * float(np.mean(own)),
        float(np.mean(own)),
        beside,
        beside * exp(-z * spread),
        beside * exp(z * spread),
        share,
        share_else,
        int(came),
        _surely_more(left, came, left_else, came_else, z),
    )


def _ratio(own: Iterable[float], others: Iterable[float]) -> tuple[float, float]:
    """The ratio of two means and the standard error of its logarithm (delta method)."""
    parts = []
    for held in (own, others):
        values = np.array(list(held))
        mean = float(values.mean())
        parts.append((mean, float(values.var(ddof=1)) / values.size / max(mean, 1e-9) ** 2))
    (top, top_error), (bottom, bottom_error) = parts
    return max(top, 1e-9) / max(bottom, 1e-9), sqrt(top_error + bottom_error)


def _surely_more(left: float, came: float, left_else: float, came_else: float, z: float) -> bool:
    """Whether a share is surely the larger, by the logarithm of their ratio (Katz, Baptista, Azen and Pike 1978)."""
    if min(came, came_else) <= 0 or left <= 0:
        return False
    if left_else <= 0:
        return True
    ratio = (left / came) / (left_else / came_else)
    error = sqrt(max(1 / left - 1 / came + 1 / left_else - 1 / came_else, 0.0))
    return log(ratio) - z * error > 0
