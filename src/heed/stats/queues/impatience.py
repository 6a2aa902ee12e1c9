"""Erlang A, M/M/n+M: callers who leave when their patience, exponential too, runs out."""

import math
from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, require
from heed.stats.queues.erlang import inverse_blocking

NEGLIGIBLE = 1e-22
MOST_STATES = 50_000_000
ROUNDING = 1e-12


@dataclass(frozen=True)
class Impatience:
    """Steady state of M/M/n+M; shares of all callers unless said otherwise, times in the unit of the rates.

    Three service levels: `served_within` (answered in time, of all), `served_within_of_served`, and
    `served_within_of_patient` (of all but those who left before the threshold).
    """

    offered_load: float
    wait_probability: float
    abandoned: float
    mean_wait: float
    mean_queue: float
    abandoned_of_delayed: float
    mean_wait_of_served: float
    served_within: float
    served_within_of_served: float
    served_within_of_patient: float
    abandoned_within: float
    waiting_longer: float
    occupancy: float


def erlang_a(
    arrival_rate: float, service_rate: float, abandon_rate: float, agents: int, threshold: float
) -> Impatience:
    """Palm 1957; Garnett, Mandelbaum and Reiman 2002. The waiting times come from the density of the virtual wait
    (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005), whose integrals are incomplete gamma functions.

    Rates positive, agents >= 1, threshold >= 0. Raises Invalid.
    """
    require(
        arrival_rate > 0 and service_rate > 0 and abandon_rate > 0,
        "erlang a",
        "rates must be positive (no impatience: Erlang C)",
    )
    require(agents >= 1 and threshold >= 0, "erlang a", "there must be an agent, and no negative threshold")
    load = arrival_rate / service_rate
    delayed, queue, waited_served = _steady(load, arrival_rate, agents * service_rate, abandon_rate, agents)
    left = abandon_rate * queue / arrival_rate
    late, late_served = _beyond(arrival_rate, agents * service_rate, abandon_rate, threshold)
    longer = delayed * late * math.exp(-abandon_rate * threshold)
    served_late = (delayed - left) * late_served
    within, left_within = 1.0 - left - served_late, left - (longer - served_late)
    return Impatience(
        offered_load=load,
        wait_probability=delayed,
        abandoned=left,
        mean_wait=queue / arrival_rate,
        mean_queue=queue,
        abandoned_of_delayed=left / delayed if delayed else 0.0,
        mean_wait_of_served=waited_served / (1.0 - left),
        served_within=within,
        served_within_of_served=within / (1.0 - left),
        served_within_of_patient=within / (1.0 - left_within),
        abandoned_within=left_within,
        waiting_longer=longer,
        occupancy=load * (1.0 - left) / agents,
    )


def _steady(load: float, rate: float, service: float, abandon: float, agents: int) -> tuple[float, float, float]:
    """The chance to wait, the mean number waiting, and the mean wait of those served times their share."""
    ahead, weights = _queue(rate, service, abandon)
    # All states together, in the unit of the weights; the first is that in which all are busy and nobody waits.
    total = float(weights[0]) * inverse_blocking(load, agents) + float(weights[1:].sum())
    own = service + (ahead + 1.0) * abandon
    reached = service / own  # the chance to be served with so many ahead
    waited_served = float((weights * reached * np.cumsum(1.0 / own)).sum()) / total
    return float(weights.sum()) / total, float((ahead * weights).sum()) / total, waited_served


def patient_agents(
    arrival_rate: float,
    service_rate: float,
    abandon_rate: float,
    threshold: float,
    *,
    target: float,
    max_occupancy: float = 1.0,
) -> tuple[int, Impatience]:
    """The least number of agents that answers a share `target` of all callers within the threshold and is busy at most a
    share max_occupancy of its time, and what it reaches. Both get better with each agent more, so it is found by halving.

    Rates positive; target under 1. Raises Invalid.
    """
    require(0.0 <= target < 1.0, "erlang a", "a service level of one cannot be reached")
    require(0.0 < max_occupancy <= 1.0, "erlang a", "shares must lie between 0 and 1")

    def tried(agents: int) -> tuple[bool, Impatience]:
        found = erlang_a(arrival_rate, service_rate, abandon_rate, agents, threshold)
        return found.served_within >= target and found.occupancy <= max_occupancy * (1.0 + ROUNDING), found

    load = arrival_rate / service_rate
    low, high, step = 0, max(1, math.ceil(load)), max(1, math.ceil(math.sqrt(load)))
    enough, reached = tried(high)
    while not enough:
        low, high, step = high, high + step, 2 * step
        enough, reached = tried(high)
    step = max(1, math.ceil(math.sqrt(load)))
    while high - low > 1:
        # Near the load first: that is where the answer lies, and far below it a queue is long to compute.
        middle = max((low + high) // 2, high - step)
        step *= 2
        enough, found = tried(middle)
        if enough:
            high, reached = middle, found
        else:
            low = middle
    return high, reached


def _queue(rate: float, service: float, abandon: float) -> tuple[Floats, Floats]:
    """Numbers waiting 0, 1, 2, … and their chances over the largest, until those are negligible."""
    peak = max(0.0, (rate - service) / abandon)
    spread = math.sqrt(rate / abandon)
    states = int(peak + 15.0 * spread + 100.0)
    while True:
        require(states <= MOST_STATES, "erlang a", "the queue is too long to be computed")
        ahead = np.arange(states, dtype=np.float64)
        logs = np.concatenate(([0.0], np.cumsum(np.log(rate / (service + ahead[1:] * abandon)))))
        if logs[-1] < logs.max() + math.log(NEGLIGIBLE):
            return ahead, np.exp(logs - logs.max())
        states *= 2


def _beyond(rate: float, service: float, abandon: float, threshold: float) -> tuple[float, float]:
    """Of those who wait: the chance of a virtual wait beyond the threshold; of those served after waiting: the share
    served later than it.
    """
    s, whole = service / abandon, rate / abandon
    left = whole * math.exp(-abandon * threshold)
    return (
        math.exp(_log_lower_gamma(s, left) - _log_lower_gamma(s, whole)),
        math.exp(_log_lower_gamma(s + 1.0, left) - _log_lower_gamma(s + 1.0, whole)),
    )


def _log_lower_gamma(s: float, x: float) -> float:
    """Logarithm of the regularised lower incomplete gamma function, also where it underflows."""
    from scipy.special import gammainc, gammaln

    if x <= 0.0:
        return -math.inf
    plain = float(gammainc(s, x))
    if plain > 1e-250:
        return math.log(plain)
    term = total = 1.0
    place = s
    while term > 1e-17 * total:
        place += 1.0
        term *= x / place
        total += term
    return s * math.log(x) - x - float(gammaln(s + 1.0)) + math.log(total)
