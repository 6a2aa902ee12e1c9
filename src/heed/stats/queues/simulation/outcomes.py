"""What many runs of a simulation say together: means over runs, with the limits that their spread gives."""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.intervals.mean import mean
from heed.stats.intervals.result import Figure
from heed.stats.sufficient import Moments


@dataclass(frozen=True)
class Outcome:
    """Of the callers of one kind that came after the warm-up. Each figure is the mean over the runs with its t limits;
    n is the number of runs that had such a caller. Shares are of all callers; waits are those of all, till answered or
    given up, in the unit of the rates.
    """

    callers: int
    waited: Figure
    mean_wait: Figure
    mean_wait_of_served: Figure
    abandoned: Figure
    served_within: Figure
    served_within_of_served: Figure


def outcome(waits: list[Floats], served: list[np.ndarray], threshold: float, level: float) -> Outcome:
    """From each run's waits (shape (callers,)) and whether they were served."""
    runs = [(wait, got) for wait, got in zip(waits, served, strict=True) if wait.size]
    with_served = [(wait, got) for wait, got in runs if got.any()]
    return Outcome(
        callers=sum(wait.size for wait, _ in runs),
        waited=over_runs([float((wait > 0).mean()) for wait, _ in runs], level),
        mean_wait=over_runs([float(wait.mean()) for wait, _ in runs], level, share=False),
        mean_wait_of_served=over_runs([float(wait[got].mean()) for wait, got in with_served], level, share=False),
        abandoned=over_runs([float((~got).mean()) for _, got in runs], level),
        served_within=over_runs([float((got & (wait <= threshold)).mean()) for wait, got in runs], level),
        served_within_of_served=over_runs([float((wait[got] <= threshold).mean()) for wait, got in with_served], level),
    )


def over_runs(values: list[float], level: float, *, share: bool = True) -> Figure:
    """The mean over runs with its t limits; those of a share stay within 0 and 1."""
    found = mean(Moments.of(values), level=level).figure()
    if not share or found.low is None or found.high is None:
        return found
    return Figure(found.value, max(found.low, 0.0), min(found.high, 1.0), found.n, found.reason)
