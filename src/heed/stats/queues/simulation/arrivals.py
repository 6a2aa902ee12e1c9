"""Arrivals that come at random, at rates that change by the hour."""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, require


@dataclass(frozen=True)
class Rates:
    """A rate per unit of time that holds from each of `starts` (ascending, the first at 0) until the next."""

    starts: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.starts, self.starts[1:], strict=False))
        require(bool(self.starts) and self.starts[0] == 0.0 and rising, "arrivals", "starts must rise from zero")
        require(
            len(self.starts) == len(self.rates) and min(self.rates) >= 0.0, "arrivals", "each start needs a rate >= 0"
        )

    def expected(self, until: float) -> float:
        """Arrivals expected from 0 to a time."""
        return float(self._cumulated(np.array([until]))[0])

    def _cumulated(self, times: Floats) -> Floats:
        edges = np.array(self.starts)
        spans = np.clip(times[:, None] - edges, 0.0, np.diff(edges, append=np.inf))
        return np.asarray(spans @ np.array(self.rates))


@dataclass(frozen=True)
class Listed:
    """Arrivals that are known: their times, ascending."""

    times: tuple[float, ...]


def steady(rate: float) -> Rates:
    return Rates((0.0,), (rate,))


def arrival_times(rates: Rates | Listed, until: float, generator: np.random.Generator) -> Floats:
    """Times of a Poisson process up to a time, ascending: arrivals of rate 1 brought to the clock on which they are even
    (Çınlar 1975, 4.7); or those that are known.
    """
    if isinstance(rates, Listed):
        times = np.array(rates.times, dtype=np.float64)
        return np.asarray(times[times < until])
    edges = np.array([start for start in rates.starts if start < until])
    cumulated, whole = rates._cumulated(edges), rates.expected(until)
    even = np.sort(generator.uniform(0.0, whole, generator.poisson(whole)))
    # From the right: an arrival on the edge of a stretch in which nobody comes falls after it.
    stretch = np.searchsorted(cumulated, even, side="right") - 1
    return np.asarray(edges[stretch] + (even - cumulated[stretch]) / np.array(rates.rates)[stretch])
