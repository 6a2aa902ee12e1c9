"""Change points as the cheapest cut of a series into segments, each change paid for by a penalty: exact, every place tried."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import Floats, floats, require

Statistic = Literal["l2", "mean", "meanvar", "var"]
Cost = Callable[[NDArray[np.intp], int], Floats]

# How many figures of the model change at a change point.
PARAMETERS = {"mean": 1, "var": 1, "meanvar": 2}
LEAST_SEGMENT = {"l2": 1, "mean": 1, "var": 2, "meanvar": 2}
LEAST_VARIANCE = 1e-11


@dataclass(frozen=True)
class Segmentation:
    """`ends` of the segments (last index, from 1; the last one is n), the sum of their costs without penalties."""

    ends: tuple[int, ...]
    cost: float
    penalty: float
    n: int


def penalty_named(name: str, statistic: str, n: int) -> float:
    """The price of a change by an information criterion: AIC, BIC (SIC), Hannan-Quinn, the place of the change counted as
    a parameter (with 0 at the end of the name: not), or MBIC (Zhang and Siegmund 2007). Raises Invalid.
    """
    figures = PARAMETERS.get(statistic, 1)
    log = math.log(n) if n > 1 else 0.0
    twice = math.log(log) if log > 1.0 else 0.0
    known = {"none": 0.0, "mbic": (figures + 2) * log}
    for more, suffix in ((1, ""), (0, "0")):
        free = figures + more
        known |= {f"aic{suffix}": 2.0 * free, f"bic{suffix}": free * log, f"sic{suffix}": free * log}
        known[f"hannan-quinn{suffix}"] = 2.0 * free * twice
    if name.lower() not in known:
        raise Invalid(
            phrase("There is no penalty {name}.", name=name), code="unknown_penalty", hint=nearest(name.lower(), known)
        )
    return known[name.lower()]


def segment(
    values: ArrayLike,
    penalty: float,
    *,
    statistic: Statistic = "l2",
    least: int | None = None,
    step: int = 1,
    by_length: bool = False,
) -> Segmentation:
    """Optimal partitioning (Jackson et al. 2005) with the pruning of PELT where it is exact (Killick, Fearnhead and
    Eckley 2012): the cut with the least sum of costs + penalty a change.

    l2, mean: squared deviations (of unit variance for `mean`); var: normal with the mean of all known; meanvar: normal.
    least: values a segment at least; step > 1 tries only every step-th place, which can miss the best cut; by_length
    adds each segment's log length, as MBIC asks. values: shape (n,). Raises Invalid.
    """
    (x,) = floats("change points", values)
    require(penalty >= 0 and step >= 1, "change points", "the penalty must not be negative, the step at least 1")
    if statistic not in LEAST_SEGMENT:
        raise Invalid(
            phrase("There is no statistic {name}.", name=statistic),
            code="unknown_statistic",
            hint=nearest(statistic, LEAST_SEGMENT),
        )
    shortest = max(least or LEAST_SEGMENT[statistic], 1)
    if x.size == 0:
        return Segmentation((), 0.0, penalty, 0)
    cost = _cost(x, statistic, by_length)
    ends = _cut(x.size, cost, penalty, shortest, step, prune=not by_length)
    starts = [0, *ends[:-1]]
    plain = _cost(x, statistic, False)
    total = sum(float(plain(np.array([low]), high)[0]) for low, high in zip(starts, ends, strict=True))
    return Segmentation(tuple(ends), total, penalty, x.size)


def _cost(x: Floats, statistic: str, by_length: bool) -> Cost:
    rest = x - x.mean()
    sums, squares = np.concatenate(([0.0], np.cumsum(rest))), np.concatenate(([0.0], np.cumsum(rest**2)))

    def cost(starts: NDArray[np.intp], end: int) -> Floats:
        length = (end - starts).astype(np.float64)
        spread = squares[end] - squares[starts]
        if statistic != "var":
            spread = spread - (sums[end] - sums[starts]) ** 2 / length
        if statistic in ("meanvar", "var"):
            variance = np.maximum(spread / length, LEAST_VARIANCE)
            spread = length * (math.log(2.0 * math.pi) + np.log(variance) + 1.0)
        return np.asarray(spread + np.log(length) if by_length else spread)

    return cost


def _cut(n: int, cost: Cost, penalty: float, least: int, step: int, *, prune: bool) -> list[int]:
    ends = [end for end in range(step, n, step) if end >= least]
    best = np.full(n + 1, np.inf)
    best[0], before = -penalty, np.zeros(n + 1, dtype=np.intp)
    starts = np.array([0], dtype=np.intp)
    last_use = np.full(n + 1, n)
    waiting: list[int] = []
    for end in [*ends, n]:
        ready = [place for place in waiting if end - place >= least]
        if ready:
            starts = np.concatenate([starts, np.array(ready, dtype=np.intp)])
            waiting = [place for place in waiting if end - place < least]
        starts = starts[last_use[starts] >= end]
        usable = starts[end - starts >= least]
        if not usable.size:
            usable = starts[:1]
        costs = best[usable] + cost(usable, end)
        at = int(np.argmin(costs))
        best[end], before[end] = costs[at] + penalty, usable[at]
        if prune:
            # A start dearer than the best by the penalty now is never the best again, once this end may start a segment.
            dead = usable[costs > best[end]]
            last_use[dead] = np.minimum(last_use[dead], end + least - 1)
        waiting.append(end)
    found, end = [n], int(before[n])
    while end > 0:
        found.append(end)
        end = int(before[end])
    return found[::-1]
