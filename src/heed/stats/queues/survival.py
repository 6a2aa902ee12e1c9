"""How long things last, with those among them that are not over: the product-limit estimate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import Floats, require


@dataclass(frozen=True)
class Survival:
    """Shares that last beyond each of `times` (ascending, at which something ended); `durations` are all, ascending."""

    times: Floats
    surviving: Floats
    durations: Floats

    def beyond(self, time: float) -> float:
        """The share that lasts longer than a time."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.surviving[place - 1]) if place else 1.0

    def lasting(self, time: float) -> int:
        """How many are known to have lasted longer than a time."""
        return int(self.durations.size - np.searchsorted(self.durations, time, side="right"))

    def beyond_given(self, time: float, lasted: float) -> float | None:
        """Of those that lasted longer than `lasted`, the share that lasts longer than `time`; None where none did."""
        among = self.beyond(lasted)
        return min(self.beyond(max(time, lasted)) / among, 1.0) if among > 0 else None


def kaplan_meier(durations: ArrayLike, ended: ArrayLike) -> Survival:
    """Kaplan and Meier 1958. durations: >= 0, shape (n,); ended: false where it was still going on when last seen.
    Raises Invalid.
    """
    lasted, over = np.asarray(durations, dtype=np.float64), np.asarray(ended, dtype=bool)
    require(
        lasted.ndim == 1 and lasted.shape == over.shape and np.isfinite(lasted).all() and (lasted >= 0).all(),
        "survival",
        "each duration is a number, zero or more, and says whether it ended",
    )
    every = np.sort(lasted)
    times, ends = np.unique(lasted[over], return_counts=True)
    at_risk = every.size - np.searchsorted(every, times, side="left")
    surviving: Floats = np.asarray(np.cumprod(1.0 - ends / at_risk), dtype=np.float64)
    return Survival(times, surviving, every)
