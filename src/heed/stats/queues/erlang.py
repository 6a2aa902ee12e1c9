"""Queues without impatience: Erlang B and C, M/M/c, M/M/c/K, and the agents that a service level needs.

Arrays broadcast over intervals. Rates and times may be in any unit of time, as long as it is one.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Invalid
from heed.stats.arrays import Flags, Floats, divide, floats, require
from heed.stats.exact import as_written

MOST_AGENTS = 1_000_000
OCCUPANCY_ROUNDING = 1e-12
RELEVANT = 12  # a term so many roots of n down the series is below the last digit
SMALL_LOAD = 20.0  # from here on Stirling's series is exact to the last digit


def erlang_b(erlangs: ArrayLike, servers: ArrayLike) -> Floats:
    """The share of arrivals that find all servers busy and are lost (Erlang 1917), by the recursion on its inverse:
    1/B(k) = 1 + k / (a B(k-1)), which neither overflows nor cancels. servers: whole, >= 0. Raises Invalid.
    """
    a, n = floats("erlang b", erlangs, servers)
    require((a >= 0) & (n >= 0) & (n == np.floor(n)), "erlang b", "load and whole servers must not be negative")
    inverse = np.ones(a.shape)
    most = int(n.max(initial=0))
    require(most <= MOST_AGENTS, "erlang b", "too many servers")
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for k in range(1, most + 1):
            inverse = np.where(k <= n, 1.0 + k / a * inverse, inverse)
        return 1.0 / inverse


def inverse_blocking(erlangs: float, servers: int) -> float:
    """1/B of one load, without the steps of the recursion: of a large centre in microseconds. erlangs > 0. Infinite where
    nobody is ever lost.

    Up to the load the falling series 1/B = Σ_j Π_{i<j} (n - i)/a; above it the Poisson distribution over its chance at n.
    """
    if servers <= erlangs:
        terms = min(servers, int(RELEVANT * servers**0.5) + RELEVANT)
        return 1.0 + float(np.cumprod((servers - np.arange(terms)) / erlangs).sum())
    from scipy.special import gammaincc, gammaln

    log_chance = (
        float(_log_chance(np.float64(erlangs), np.float64(servers)))
        if servers > SMALL_LOAD
        else servers * float(np.log(erlangs)) - erlangs - float(gammaln(servers + 1.0))
    )
    with np.errstate(over="ignore"):
        return float(gammaincc(servers + 1.0, erlangs) * np.exp(-log_chance))


def _log_chance(a: Floats | np.float64, n: Floats | np.float64) -> Floats:
    """Logarithm of the Poisson chance of n at a mean of a, n not small, by Stirling's series: nothing large cancels."""
    x = (n - a) / a
    off = 1.0 / (12.0 * n) - 1.0 / (360.0 * n**3) + 1.0 / (1260.0 * n**5) - 1.0 / (1680.0 * n**7)
    return np.asarray(-a * ((1.0 + x) * np.log1p(x) - x) - off - 0.5 * np.log(2.0 * np.pi * n))


@dataclass(frozen=True)
class Waiting:
    """An M/M/n queue in steady state, by interval. Where the load reaches the agents there is none (`stable` is false):
    all wait, without bound, and nobody is answered in time. Times are in the unit of the service time.
    """

    erlangs: Floats
    stable: Flags
    blocking: Floats
    wait_probability: Floats
    service_level: Floats
    mean_wait: Floats
    occupancy: Floats
    mean_queue: Floats
    mean_wait_of_delayed: Floats

    def wait_quantile(self, q: float) -> Floats:
        """The time that a share q of all callers waits at most."""
        late = np.maximum(self.wait_probability / (1.0 - q), 1.0)
        with np.errstate(invalid="ignore"):
            return np.where(self.stable, np.log(late) * np.where(self.stable, self.mean_wait_of_delayed, 0.0), np.inf)


def erlang_c(arrival_rate: ArrayLike, service_time: ArrayLike, agents: ArrayLike, threshold: ArrayLike) -> Waiting:
    """Waiting in M/M/n (Erlang 1917). arrival_rate: per unit of time; service_time, threshold: in that unit.

    C = B / (1 - ρ (1 - B)); service level = 1 - C exp(-(n - a) threshold / service_time). Raises Invalid.
    """
    rate, time, n, within = floats("erlang c", arrival_rate, service_time, agents, threshold)
    require((rate >= 0) & (time > 0) & (within >= 0), "erlang c", "rates and times must not be negative")
    a = rate * time
    return _waiting(a, n, erlang_b(a, n), time, within, rate)


def _waiting(a: Floats, n: Floats, b: Floats, time: Floats, within: Floats, rate: Floats) -> Waiting:
    stable = a < n
    rho = divide(a, n)
    c = np.where(stable, divide(b, 1.0 - rho * (1.0 - b)), 1.0)
    spare = np.where(stable, n - a, 1.0)
    delayed = np.where(stable, time / spare, np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        mean_wait = np.where(stable, c * time / spare, np.inf)
        return Waiting(
            erlangs=a,
            stable=stable,
            blocking=b,
            wait_probability=c,
            service_level=np.where(stable, 1.0 - c * np.exp(-spare * within / time), 0.0),
            mean_wait=mean_wait,
            occupancy=np.where(stable, rho, 1.0),
            mean_queue=np.where(stable, rate * np.where(stable, mean_wait, 0.0), np.inf),
            mean_wait_of_delayed=delayed,
        )


@dataclass(frozen=True)
class Staffing:
    """The fewest agents that reach the target, by interval, what they reach, and how many to schedule for them.

    `service_level_with_one_less` is NaN where one less would not be a queue at all.
    """

    agents: Floats
    service_level: Floats
    occupancy: Floats
    service_level_with_one_less: Floats
    scheduled: Floats


def agents_required(
    arrival_rate: ArrayLike,
    service_time: ArrayLike,
    threshold: ArrayLike,
    *,
    target: float,
    max_occupancy: float = 1.0,
    shrinkage: float = 0.0,
) -> Staffing:
    """The least n above the load with a service level of the target and an occupancy of at most max_occupancy, all
    intervals in one pass of Erlang B's recursion from just under the load; scheduled = n / (1 - shrinkage) rounded up in exact arithmetic.

    target, max_occupancy, shrinkage: shares, target and shrinkage under 1. Raises Invalid.
    """
    rate, time, within = floats("agents", arrival_rate, service_time, threshold)
    require((rate >= 0) & (time > 0) & (within >= 0), "agents", "rates and times must not be negative")
    require(0.0 <= target < 1.0, "agents", "a service level of one cannot be reached")
    require(0.0 < max_occupancy <= 1.0 and 0.0 <= shrinkage < 1.0, "agents", "shares must lie between 0 and 1")
    a = rate * time
    least = np.maximum(np.floor(a) + 1.0, np.ceil(a / max_occupancy - OCCUPANCY_ROUNDING * a))
    found, reached, before = _least_agents(a, least, time, within, target)
    present = 1 - as_written(shrinkage)
    scheduled = np.array([ceil(int(n) / present) for n in found.ravel()], dtype=np.float64)
    return Staffing(found, reached, a / found, before, scheduled.reshape(a.shape))


def _least_agents(
    a: Floats, least: Floats, time: Floats, within: Floats, target: float
) -> tuple[Floats, Floats, Floats]:
    """For each load the first number from `least` on that reaches the target, the level it reaches and that of one less."""
    found = np.zeros(a.shape)
    reached, before = np.zeros(a.shape), np.full(a.shape, np.nan)
    k, inverse = _start(a, least)
    most = float(k.max(initial=0.0)) + MOST_AGENTS
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        last = _level(a, k, inverse, within / time)
        while not found.all():
            k += 1.0
            if np.max(k) > most:
                raise Invalid("No number of agents reaches this target.", code="unreachable", hint="Lower the target.")
            inverse = 1.0 + k / a * inverse
            level = _level(a, k, inverse, within / time)
            new = (found == 0) & (k >= least) & (level >= target)
            if new.any():
                found, reached, before = (
                    np.where(new, k, found),
                    np.where(new, level, reached),
                    np.where(new, last, before),
                )
            last = level
    return found, reached, before


def _level(a: Floats, k: Floats, inverse: Floats, within: Floats) -> Floats:
    """The service level with k agents and 1/B of them; NaN where they are no queue. within: in service times.

    C = B / (1 - ρ (1 - B)) = k / (k + (k - a)(1/B - 1)).
    """
    spare = k - a
    return np.where(spare > 0, 1.0 - k / (k + spare * (inverse - 1.0)) * np.exp(-spare * within), np.nan)


def _start(a: Floats, least: Floats) -> tuple[Floats, Floats]:
    """One server less than the first number to be tried, and 1/B with so many, where the recursion need not begin at none:
    the Poisson distribution up to it over its chance there, by Stirling's series.
    """
    from scipy.special import gammaincc

    k = np.where(least <= SMALL_LOAD, 0.0, least - 1.0)
    n = np.maximum(k, 1.0)
    log_chance = np.where(k > 0, _log_chance(np.where(a > 0, a, 1.0), n), 0.0)
    # Far above the load nobody is lost, to the last digit: 1/B is infinite.
    with np.errstate(over="ignore"):
        return k, np.where(k > 0, gammaincc(k + 1.0, a) * np.exp(-log_chance), 1.0)


@dataclass(frozen=True)
class Limited:
    """M/M/c/K in steady state: `states` are the chances of 0..K in the system; the wait is that of those let in."""

    states: Floats
    mean_queue: float
    mean_wait: float
    throughput: float
    blocking: float


def limited_queue(arrival_rate: float, service_rate: float, servers: int, capacity: int) -> Limited:
    """M/M/c/K with K the most in the system, those being served included (Gross and Harris 1998, 2.5). Raises Invalid."""
    require(arrival_rate > 0 and service_rate > 0, "limited queue", "rates must be positive")
    require(1 <= servers <= capacity, "limited queue", "the capacity must hold all servers")
    places = np.arange(1, capacity + 1)
    logs = np.concatenate(([0.0], np.cumsum(np.log(arrival_rate / (service_rate * np.minimum(places, servers))))))
    weights = np.exp(logs - logs.max())
    states = weights / weights.sum()
    queue = float(np.sum(np.maximum(np.arange(capacity + 1) - servers, 0) * states))
    through = float(arrival_rate * (1.0 - states[-1]))
    return Limited(states, queue, queue / through, through, float(states[-1]))
