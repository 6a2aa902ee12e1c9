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


def steady(rate: float) -> Rates:
    return Rates((0.0,), (rate,))


def arrival_times(rates: Rates, until: float, generator: np.random.Generator) -> Floats:
    """Times of a Poisson process up to a time, ascending: arrivals of rate 1 brought to the clock on which they are even
    (Çınlar 1975, 4.7).
    """
    count = generator.poisson(rates.expected(until))
    even = np.sort(generator.uniform(0.0, rates.expected(until), count))
    edges = np.append(np.array([start for start in rates.starts if start < until]), until)
    return np.interp(even, *_rising(rates._cumulated(edges), edges))


def _rising(cumulated: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Without the ends of stretches in which nobody comes: time jumps over them."""
    flat = np.concatenate(([False], np.diff(cumulated) <= 0))
    # An arrival just after such a stretch must fall after it: the later end of the two stands for the place.
    keep = ~np.append(flat[1:], False) if flat.any() else np.ones(edges.size, dtype=bool)
    return cumulated[keep], edges[keep]
