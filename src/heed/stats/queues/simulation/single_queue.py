"""One queue, first come first served, many runs side by side: the recursion on the times at which servers come free.

A caller is answered when the first server comes free, if that is within their patience; who gives up changes nothing
for others. Each step serves one caller of every run, so the work is numpy's (Kiefer and Wolfowitz 1955).
"""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, require
from heed.stats.queues.simulation.outcomes import Outcome, outcome

BLOCK = 256  # callers of each run whose random numbers are drawn at once


@dataclass(frozen=True)
class Waits:
    """By caller and run, shape (callers, runs): how long they waited, and whether they were served."""

    wait: Floats
    served: np.ndarray


def waits(gaps: Floats, service: Floats, patience: Floats | None, servers: int, free: Floats | None = None) -> Waits:
    """From times between arrivals, service times and patience, each of shape (callers, runs). `free`, of shape (runs,
    servers), is when servers come free, counted from the last arrival before: it is brought up to date. Raises Invalid.
    """
    require(servers >= 1, "simulation", "there must be a server")
    callers, runs = gaps.shape
    ahead = np.zeros((runs, servers)) if free is None else free
    flat, base = ahead.reshape(-1), np.arange(runs) * servers  # a view: what is written there is written ahead
    wait, got = np.empty((callers, runs)), np.ones((callers, runs), dtype=bool)
    at = np.cumsum(gaps, axis=0)
    for caller in range(callers):
        place = base + ahead.argmin(axis=1)
        first = flat[place]
        delay = np.maximum(first - at[caller], 0.0, out=wait[caller])
        if patience is None:
            flat[place] = at[caller] + delay + service[caller]
        else:
            stays = np.less_equal(delay, patience[caller], out=got[caller])
            flat[place] = np.where(stays, at[caller] + delay + service[caller], first)
            np.minimum(delay, patience[caller], out=delay)
    # Times are told from the last arrival: so they stay small, and exact, however long the run.
    ahead -= at[-1][:, None]
    return Waits(wait, got)


def simulate_queue(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    *,
    abandon_rate: float | None = None,
    threshold: float = 0.0,
    callers: int = 2000,
    runs: int = 400,
    warm_up: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> Outcome:
    """M/M/n, or M/M/n+M with an abandon_rate, from empty: `runs` runs of `callers` callers, of which the first `warm_up` are
    left out. The same seed gives the same figures. Raises Invalid.
    """
    require(arrival_rate > 0 and service_rate > 0, "simulation", "rates must be positive")
    require(0 <= warm_up < callers and runs >= 1, "simulation", "the warm-up must leave callers")
    generator = np.random.default_rng(seed)
    free = np.zeros((runs, servers))
    wait, served = [], []
    for start in range(0, callers, BLOCK):
        size = (min(BLOCK, callers - start), runs)
        gaps = generator.standard_exponential(size) / arrival_rate
        service = generator.standard_exponential(size) / service_rate
        patience = generator.standard_exponential(size) / abandon_rate if abandon_rate else None
        block = waits(gaps, service, patience, servers, free)
        keep = max(warm_up - start, 0)
        wait.append(block.wait[keep:])
        served.append(block.served[keep:])
    by_run, got = np.concatenate(wait).T, np.concatenate(served).T
    return outcome(list(by_run), list(got), threshold, level)
