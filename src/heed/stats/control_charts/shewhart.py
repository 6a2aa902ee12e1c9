"""Shewhart charts of counts and shares: p, np, c, u."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import Floats, divide, floats, require
from heed.stats.control_charts.signals import beyond, runs

Chart = Literal["p", "np", "c", "u"]
CHARTS = ("p", "np", "c", "u")


@dataclass(frozen=True)
class Shewhart:
    """A chart by point: what is drawn, centre, standard deviation of one unit (p, u) or of the point (np, c), limits.

    `beyond` and `runs` are the places (from 0) of points outside the limits and of points that make a run of
    `run_length` or more on one side of the centre, from the point that completes it.
    """

    chart: str
    points: Floats
    center: Floats
    sd: Floats
    low: Floats
    high: Floats
    beyond: tuple[int, ...]
    runs: tuple[int, ...]
    n: int
    reason: str = ""


def shewhart(
    counts: ArrayLike, sizes: ArrayLike, chart: Chart, *, sigmas: float = 3.0, run_length: int = 7
) -> Shewhart:
    """The chart of counts over sizes, both of shape (n,) (Shewhart 1931; Montgomery 2013, ch. 7). Limits are cut to
    what can be: 0 below, and for p and np the size above. Raises Invalid; no points give empty arrays.
    """
    x, size = floats("control chart", counts, sizes)
    require((x >= 0) & (size > 0), "control chart", "counts must not be negative, sizes must be positive")
    if chart not in CHARTS:
        raise Invalid(
            phrase("There is no chart {chart}.", chart=chart), code="unknown_chart", hint=nearest(chart, CHARTS)
        )
    if chart in ("p", "np"):
        require(x <= size, "control chart", "a count must not pass its size")
    rate = divide(x.sum(), size.sum())
    spread = np.sqrt(rate * (1.0 - rate)) if chart in ("p", "np") else np.sqrt(rate)
    if chart == "c":
        require(np.all(size == size[:1]), "control chart", "a c chart needs equal sizes; take u")
        rate, spread = (np.asarray(x.mean() if x.size else 0.0), np.sqrt(x.mean() if x.size else 0.0))
    per_point = {"p": spread / np.sqrt(size), "np": spread * np.sqrt(size), "u": spread / np.sqrt(size)}
    width = sigmas * per_point.get(chart, np.broadcast_to(spread, x.shape))
    center = rate * size if chart == "np" else np.broadcast_to(rate, x.shape)
    points = x / size if chart in ("p", "u") else x
    top = {"p": np.ones(x.shape), "np": size}.get(chart, np.full(x.shape, np.inf))
    low, high = np.maximum(center - width, 0.0), np.minimum(center + width, top)
    sd = spread * np.sqrt(size) if chart == "np" else np.broadcast_to(spread, x.shape)
    return Shewhart(
        chart, points, center, sd, low, high, beyond(points, low, high), runs(points, center, run_length), x.size
    )
