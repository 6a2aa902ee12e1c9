"""Erlang C and A over many half-hours at once, whatever their loads, handle times and patience. Pure.

The same closed forms as `heed.stats.queues`, written without the sum over states, so that a hundred thousand are one pass.
Times are in handle times: `impatience` is handle time over mean patience, 0 where all wait (Erlang C).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.stats.arrays import Flags, Floats

TINY = 1e-280
ROUNDING = 1e-12


@dataclass(frozen=True)
class Queues:
    """Queues in steady state, arrays of one shape. `delayed`: the chance to wait; `left`: the share that gives up; `answered`:
    the share that is ever answered (less than all who stay where a queue without impatience grows for ever).
    """

    load: Floats
    agents: Floats
    impatience: Floats
    delayed: Floats
    left: Floats

    @property
    def answered(self) -> Floats:
        endless = (self.impatience <= 0) & (self.agents <= self.load)
        return np.where(endless, self.agents / np.maximum(self.load, ROUNDING), 1.0 - self.left)

    @property
    def occupancy(self) -> Floats:
        return np.minimum(self.load * (1.0 - self.left) / np.maximum(self.agents, ROUNDING), 1.0)

    def within(self, threshold: ArrayLike) -> Floats:
        """Answered within a time, of all callers. Nobody is where nobody is there to answer."""
        time = np.asarray(threshold, dtype=np.float64)
        spare = self.agents - self.load
        with np.errstate(over="ignore", invalid="ignore"):
            waits_on = np.where(spare > 0, 1.0 - self.delayed * np.exp(-np.maximum(spare, 0.0) * time), 0.0)
            impatient = 1.0 - self.left - (self.delayed - self.left) * self._late(time)
        found = np.where(self.impatience > 0, impatient, waits_on)
        return np.where(self.load <= 0, 1.0, np.where(self.agents <= 0, 0.0, np.clip(found, 0.0, 1.0)))

    def _late(self, time: Floats) -> Floats:
        """Of those answered after a wait, the share answered later than `time` (Zeltyn and Mandelbaum 2005)."""
        rate = np.where(self.impatience > 0, self.impatience, 1.0)
        s, whole = self.agents / rate + 1.0, np.maximum(self.load, ROUNDING) / rate
        rest = whole * np.exp(-rate * time)
        return np.minimum(np.exp(_log_lower(s, rest) - _log_lower(s, whole)), 1.0)


def queues(load: ArrayLike, agents: ArrayLike, impatience: ArrayLike) -> Queues:
    """Steady state of M/M/n+M (Palm 1957; Garnett, Mandelbaum and Reiman 2002), of M/M/n where the impatience is 0.

    With A = Σ_j Π_{i<=j} a/(n + iθ) and B Erlang's blocking: P(wait) = A / (A + 1/B - 1), P(left | wait) = 1/(ρA) + 1 - 1/ρ.
    """
    a, n, theta = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (load, agents, impatience)))
    some = (a > 0) & (n > 0)
    load_, agents_ = np.where(some, a, 1.0), np.where(some, n, 2.0)
    log_free = _log_free(load_, agents_)
    rate = np.where(theta > 0, theta, 1.0)
    log_queue = _log_queue(load_, agents_, rate)
    rho = load_ / agents_
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        patient_delay = 1.0 / (1.0 + np.exp(log_free) * (1.0 - rho))
        delayed_c = np.where(rho < 1.0, patient_delay, 1.0)
        delayed_a = 1.0 / (1.0 + np.exp(np.clip(log_free - log_queue, -700, 700)))
        gone = np.clip(np.exp(-log_queue) / rho + 1.0 - 1.0 / rho, 0.0, 1.0)
    impatient = theta > 0
    delayed = np.where(impatient, delayed_a, delayed_c)
    left = np.where(impatient, delayed_a * gone, 0.0)
    nobody = (a > 0) & (n <= 0)
    return Queues(
        a,
        n,
        theta,
        np.where(some, delayed, np.where(nobody, 1.0, 0.0)),
        np.where(some, left, np.where(nobody & impatient, 1.0, 0.0)),
    )


def _log_free(a: Floats, n: Floats) -> Floats:
    """Logarithm of 1/B - 1, the weight of the states in which somebody is free."""
    from scipy.special import gammaincc, gammaln

    upper = gammaincc(n + 1.0, a)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        whole = gammaln(n + 1.0) + a - n * np.log(a) + np.log(upper)
        # Far overloaded, the series n/a + n(n-1)/a² … is that of a falling geometric.
        far = np.log(np.maximum(n / a, TINY) / np.maximum(1.0 - n / a, ROUNDING))
        exact = np.where(whole > 30.0, whole, np.log(np.expm1(np.clip(whole, ROUNDING, 30.0))))
    return np.where(upper > TINY, exact, far)


def _log_queue(a: Floats, n: Floats, theta: Floats) -> Floats:
    """Logarithm of A, the weight of the states in which all are busy: x e^y y^-x γ(x, y), x = n/θ, y = a/θ."""
    from scipy.special import gammaln

    x, y = n / theta, a / theta
    return np.asarray(np.log(x) + y - x * np.log(y) + gammaln(x) + _log_lower(x, y))


def _log_lower(s: Floats, x: Floats) -> Floats:
    """Logarithm of the regularised lower incomplete gamma function; its series, three terms long, where it underflows."""
    from scipy.special import gammainc, gammaln

    plain = gammainc(s, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = x / (s + 1.0)
        series = 1.0 + ratio * (1.0 + x / (s + 2.0) / np.maximum(1.0 - x / (s + 3.0), 0.05))
        far = s * np.log(x) - x - gammaln(s + 1.0) + np.log(series)
        return np.asarray(np.where(plain > TINY, np.log(np.maximum(plain, TINY)), far), dtype=np.float64)


def least_agents(
    load: ArrayLike,
    impatience: ArrayLike,
    within: ArrayLike,
    *,
    target: float,
    max_occupancy: float = 1.0,
    near: ArrayLike | None = None,
) -> Floats:
    """The least number of agents that answers the target share within a time, and is busy at most so much of its; found by
    halving for all at once. `near`: a guess, which makes it quicker. 0 where nobody calls.
    """
    a, theta, time = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (load, impatience, within)))
    shape = a.shape
    rows, back = np.unique(np.stack([a.ravel(), theta.ravel(), time.ravel()], axis=1), axis=0, return_inverse=True)
    a, theta, time = rows.T
    if near is None:
        guess = np.ceil(a + np.sqrt(a))
    else:
        guess = np.zeros(a.size)
        guess[back.ravel()] = np.broadcast_to(np.asarray(near, dtype=np.float64), shape).ravel()
    found = _halved(a, theta, time, np.maximum(np.round(guess), 1.0), target, max_occupancy)
    return np.asarray(np.where(a > 0, found, 0.0)[back.ravel()].reshape(shape), dtype=np.float64)


def _halved(a: Floats, theta: Floats, time: Floats, guess: Floats, target: float, most: float) -> Floats:
    def enough(agents: Floats, some: NDArray[np.int64]) -> Flags:
        reached = queues(a[some], agents[some], theta[some])
        busy = reached.load * (1.0 - reached.left) / agents[some]
        return np.asarray((reached.within(time[some]) >= target) & (busy <= most * (1.0 + ROUNDING)), dtype=bool)

    low, high, step = np.zeros(a.size), guess.copy(), np.ones(a.size)
    left = np.arange(a.size, dtype=np.int64)
    # Up until enough, remembering the last that was not.
    while left.size:
        holds = enough(high, left)
        left = left[~holds]
        low[left] = high[left]
        high[left] += step[left]
        step[left] *= 2.0
    step[:] = 1.0
    left = np.flatnonzero(high - low > 1.0).astype(np.int64)
    while left.size:
        # Down from what is enough in growing steps, so that a good guess is found out at once.
        middle = high.copy()
        middle[left] = np.maximum(np.floor((low[left] + high[left]) / 2.0), high[left] - step[left])
        holds = enough(middle, left)
        high[left[holds]] = middle[left[holds]]
        low[left[~holds]] = middle[left[~holds]]
        step[left] *= 2.0
        left = left[high[left] - low[left] > 1.0]
    return high
