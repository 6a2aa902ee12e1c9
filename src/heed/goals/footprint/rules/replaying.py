"""A footprint rehearsed on the past: the calls of each week as they came, answered by each option's people. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from heed.goals.footprint.rules.comparing import Compared, Option
from heed.goals.footprint.rules.pools import Pool
from heed.goals.footprint.rules.queueing import queues
from heed.goals.footprint.rules.weeks import HALF_HOUR, Setting
from heed.stats.arrays import Floats


@dataclass(frozen=True)
class PastWeek:
    """One week as it was: calls by region (its key) and slot, and the share answered in time of them."""

    monday: date
    calls: dict[str, Floats]
    service_level: float

    @property
    def whole(self) -> float:
        return float(sum(each.sum() for each in self.calls.values()))


@dataclass(frozen=True)
class Replayed:
    """What an option would have given in one week, shares of all callers. `missed`: calls when nobody would have been there."""

    option: str
    monday: date
    calls: float
    service_level: float
    abandonment: float
    missed: float
    was: float


def replay(found: Compared, weeks: Sequence[PastWeek]) -> tuple[Replayed, ...]:
    """Every week through every option that differs, by the closed form of each half-hour; the split by language as written."""
    told = []
    for each in found.options:
        if each.same_as is None:
            told += [_week(found.setting, each, week) for week in weeks if week.whole > 0]
    return tuple(told)


def _week(setting: Setting, option: Option, week: PastWeek) -> Replayed:
    in_time = left = missed = 0.0
    for one in option.pools:
        sums = _pool(setting, one, week)
        in_time, left, missed = in_time + sums[0], left + sums[1], missed + sums[2]
    whole = week.whole
    return Replayed(option.name, week.monday, whole, in_time / whole, left / whole, missed / whole, week.service_level)


def _pool(setting: Setting, one: Pool, week: PastWeek) -> tuple[float, float, float]:
    """Calls answered in time, given up, and come to nobody, of one queue."""
    groups = [setting.groups[place] for place in one.members]
    shares = [setting.language_share(group) for group in groups]
    calls = np.array([week.calls[group.region] * share for group, share in zip(groups, shares, strict=True)])
    times = np.array([group.aht_seconds for group in groups])
    whole = calls.sum(axis=0)
    aht = np.where(whole > 0, (calls * times[:, None]).sum(axis=0) / np.maximum(whole, 1e-12), times.mean())
    impatience = aht / setting.patience_seconds if setting.patience_seconds else np.zeros(aht.shape)
    found = queues(whole * aht / HALF_HOUR, one.agents, impatience)
    in_time = sum(
        float((found.within(group.within_seconds / aht) * row).sum()) for group, row in zip(groups, calls, strict=True)
    )
    nobody = float(whole[one.agents <= 0].sum())
    return in_time, float(((1.0 - found.answered) * whole).sum()), nobody
