"""Breaks in a mean: the best places for every number of breaks, how many there are, and how surely each lies there."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, floats, require


@dataclass(frozen=True)
class Breaks:
    """`ends` are the lengths up to each break (the last index of a segment, from 1); `rss` and `bic` by number of breaks
    0, 1, …; `limits` of each break at the level, whole. Without variation or length: no breaks, and a reason.
    """

    ends: tuple[int, ...]
    rss: Floats
    bic: Floats
    limits: tuple[tuple[int, int] | None, ...]
    n: int
    level: float
    reason: str = ""


def mean_breaks(
    values: ArrayLike, *, least_share: float = 0.15, most: int | None = None, level: float = 0.95
) -> Breaks:
    """Bai and Perron 1998, 2003: least squares by dynamic programming over all segments of at least a share of the
    values; their number by BIC; limits of each break by Bai 1997, variances differing by segment. values: shape (n,), in
    order of time. Raises Invalid.
    """
    (x,) = floats("breaks", values)
    check_level(level)
    require(0.0 < least_share < 1.0, "breaks", "the least share must lie between 0 and 1")
    n = x.size
    least = max(math.floor(least_share * n), 1)
    possible = max(math.ceil(n / least) - 2, 0) if n else 0
    allowed = possible if most is None else min(most, possible)
    if n < 2 or np.ptp(x) == 0:
        return Breaks((), np.zeros(min(n, 1)), np.zeros(0), (), n, level, TOO_FEW if n < 2 else NO_VARIATION)
    rss, places = _best(x, least, allowed)
    count = np.arange(rss.size)
    # Where a fit is perfect the logarithm has no bound: the tiniest number stands in.
    squares = np.maximum(rss, 1e-300)
    bic = n * (np.log(squares) + 1.0 - math.log(n) + math.log(2.0 * math.pi)) + math.log(n) * 2.0 * (count + 1)
    ends = places[int(np.argmin(bic))]
    return Breaks(tuple(ends), rss, bic, tuple(_limits(x, ends, level)), n, level)


def _best(x: Floats, least: int, most: int) -> tuple[Floats, list[list[int]]]:
    """For 0..most breaks: the least sum of squares and the ends of the segments before each break."""
    n = x.size
    rest = x - x.mean()
    sums, squares = np.concatenate(([0.0], np.cumsum(rest))), np.concatenate(([0.0], np.cumsum(rest**2)))

    def cost(start: np.ndarray | int, end: np.ndarray | int) -> Floats:
        length = np.subtract(end, start)
        return np.asarray(squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / length)

    best = np.full(n + 1, np.inf)
    every = np.arange(least, n + 1)
    best[every] = cost(0, every)
    rss, chosen = [float(best[n])], []
    places: list[list[int]] = [[]]
    for number in range(1, most + 1):
        new, before = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.intp)
        for end in range((number + 1) * least, n + 1):
            starts = np.arange(number * least, end - least + 1)
            totals = best[starts] + cost(starts, end)
            at = int(np.argmin(totals))
            new[end], before[end] = totals[at], starts[at]
        best = new
        chosen.append(before)
        rss.append(float(best[n]))
        ends, end = [], n
        for table in reversed(chosen):
            end = int(table[end])
            ends.append(end)
        places.append(ends[::-1])
    return np.maximum(np.array(rss), 0.0), places


def _limits(x: Floats, ends: list[int], level: float) -> list[tuple[int, int] | None]:
    edges = [0, *ends, x.size]
    segments = [x[low:high] for low, high in pairwise(edges)]
    found: list[tuple[int, int] | None] = []
    for at, end in enumerate(ends):
        before, after = segments[at], segments[at + 1]
        step, noise = float(after.mean() - before.mean()), (float(before.var()), float(after.var()))
        if step == 0 or min(noise) <= 0:
            found.append(None)
            continue
        ratio = math.sqrt(noise[1] / noise[0])
        scale = noise[0] / step**2
        tail = (1.0 - level) / 2.0
        upper, lower = _quantile(1.0 - tail, ratio) * scale, _quantile(tail, ratio) * scale
        found.append((end - math.ceil(upper), end - math.floor(lower)))
    return found


def _quantile(p: float, ratio: float) -> float:
    from scipy.optimize import brentq

    below = below_maximum(0.0, ratio)
    edge = 10.0 if p > below else -10.0
    while (below_maximum(edge, ratio) < p) == (p > below) and abs(edge) < 1e6:
        edge *= 2.0
    return float(brentq(lambda place: below_maximum(place, ratio) - p, min(edge, 0.0), max(edge, 0.0), xtol=1e-10))


def below_maximum(x: float, ratio: float = 1.0) -> float:
    """P(V <= x) of the place V of the maximum of a two-sided Brownian motion with drift (Bai 1997, appendix B), where
    the second side is `ratio` times as noisy as the first, and the drift is the same.
    """
    phi = ratio * ratio
    size = abs(x)
    if size == 0:
        size = 1e-300
    if x < 0:
        frac = 1.0 / phi
        return (
            -math.sqrt(size / (2.0 * math.pi)) * math.exp(-size / 8.0)
            - phi
            * (phi + 2.0)
            / (phi + 1.0)
            * _scaled(frac * (1.0 + frac) * size / 2.0, -(0.5 + frac) * math.sqrt(size))
            + (size / 2.0 - 2.0 + (phi + 2.0) ** 2 / (phi + 1.0)) * _scaled(0.0, -math.sqrt(size) / 2.0)
        )
    frac = 1.0 / phi
    return (
        1.0
        + math.sqrt(frac) * math.sqrt(size / (2.0 * math.pi)) * math.exp(-frac * size / 8.0)
        + (2.0 * phi + 1.0)
        / (phi * (phi + 1.0))
        * _scaled((phi + 1.0) * size / 2.0, -(phi + 0.5) / math.sqrt(phi) * math.sqrt(size))
        - ((2.0 * phi + 1.0) ** 2 / ((phi + 1.0) * phi) - 2.0 + frac * size / 2.0)
        * _scaled(0.0, -math.sqrt(frac) * math.sqrt(size) / 2.0)
    )


def _scaled(log_factor: float, z: float) -> float:
    """e^log_factor Φ(z), where one may overflow and the other vanish."""
    from scipy.special import log_ndtr

    return math.exp(min(log_factor + float(log_ndtr(z)), 700.0))
