"""A share that can only fall as something grows, such as satisfaction with the wait: antitonic regression."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import Floats, require

MOST_STEPS = 40
LEAST_ANSWERS = 300
LEAST_IN_STEP = 25
DRAWS = 400


@dataclass(frozen=True)
class Falling:
    """Steps of a falling share: `starts[i]` is where step i begins (the first at the least value seen), `value` its share
    with limits, `many` the answers behind it. `draws`, shape (draws, steps), are curves of data drawn anew: what is read
    off the curve gets its limits from them.
    """

    starts: Floats
    value: Floats
    low: Floats
    high: Floats
    many: Floats
    draws: Floats
    last: float
    level: float

    def steps_of(self, at: ArrayLike) -> Floats:
        """The step each value falls on; below the first it is the first."""
        found = np.searchsorted(self.starts, np.asarray(at, dtype=np.float64), side="right") - 1
        return np.asarray(np.maximum(found, 0), dtype=np.int64)

    def expected(self, shares: ArrayLike) -> tuple[float, float, float]:
        """The share among many of whom `shares[i]` fall on step i, with its limits."""
        weights = np.asarray(shares, dtype=np.float64)
        require(weights.shape == self.value.shape and weights.sum() > 0, "falling share", "a weight for each step")
        weights = weights / weights.sum()
        tail = (1.0 - self.level) / 2.0
        low, high = np.quantile(self.draws @ weights, [tail, 1.0 - tail])
        return float(self.value @ weights), float(low), float(high)


def falling(
    at: ArrayLike, successes: ArrayLike, many: ArrayLike, *, level: float = 0.95, seed: int = 0
) -> Falling | None:
    """The likeliest falling share (Ayer, Brunk, Ewing, Reid and Silverman 1955), in at most 40 steps of as many answers
    each, with limits by drawing each step's answers anew. None where there are too few answers to tell a curve.

    at, successes, many: shape (n,), at ascending. Raises Invalid.
    """
    x, yes, n = (np.asarray(each, dtype=np.float64) for each in (at, successes, many))
    require(x.shape == yes.shape == n.shape and bool((np.diff(x) > 0).all()), "falling share", "values must rise")
    require((yes >= 0) & (yes <= n), "falling share", "successes lie between none and all")
    if n.sum() < LEAST_ANSWERS:
        return None
    size = max(n.sum() / MOST_STEPS, LEAST_IN_STEP)
    step = np.floor((np.cumsum(n) - n / 2.0) / size).astype(np.int64)
    _, first, place = np.unique(step, return_index=True, return_inverse=True)
    above: Floats = np.asarray(np.bincount(place, weights=yes), dtype=np.float64)
    below: Floats = np.asarray(np.bincount(place, weights=n), dtype=np.float64)
    if below.size < 3:
        return None
    value = _pooled(above / below, below)
    generator = np.random.default_rng(seed)
    # Half a success and half a failure more, so that a step in which all agreed does not pass for certain.
    chances = (above + 0.5) / (below + 1.0)
    drawn = generator.binomial(below.astype(np.int64), chances, (DRAWS, below.size)) / below
    draws = np.array([_pooled(each, below) for each in drawn])
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return Falling(x[first], value, np.minimum(low, value), np.maximum(high, value), below, draws, float(x[-1]), level)


def _pooled(share: Floats, weight: Floats) -> Floats:
    """Pool neighbours that rise until none does."""
    blocks: list[tuple[float, float, int]] = []
    for value, heavy in zip(share.tolist(), weight.tolist(), strict=True):
        own, mass, length = value, heavy, 1
        while blocks and blocks[-1][0] < own:
            before, more, longer = blocks.pop()
            own = (own * mass + before * more) / (mass + more)
            mass, length = mass + more, length + longer
        blocks.append((own, mass, length))
    return np.repeat([value for value, _, _ in blocks], [length for _, _, length in blocks])
