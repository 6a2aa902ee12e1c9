"""How often a customer will come back: BG/NBD (Fader, Hardie and Lee 2005), times in one unit such as weeks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import TOO_FEW, Floats, floats, require

NEAR_ONE = 1e-3
NODES = 200


@dataclass(frozen=True)
class Purchasing:
    """Parameters: purchase rates are Gamma(r, alpha) (alpha in units of time), dropping out is Beta(a, b) a purchase.
    `loglik`, `n` and `reason` are those of a fit.
    """

    r: float
    alpha: float
    a: float
    b: float
    loglik: float | None = None
    n: int = 0
    reason: str = ""

    def __post_init__(self) -> None:
        require(min(self.r, self.alpha, self.a, self.b) > 0, "purchases", "the parameters must be positive")


def expected_purchases(model: Purchasing, t: ArrayLike) -> Floats:
    """E[X(t)] of a new customer within t (eq. 9); defined at a = 1 too, where the closed form is 0 / 0."""
    (time,) = floats("purchases", t)
    require(time >= 0, "purchases", "time must not be negative")
    one = np.ones(time.shape)
    return _expected(model.r * one, model.alpha * one, model.a, model.b * one, time)


def probability_alive(model: Purchasing, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
    """P(still a customer | x repeat purchases, the last at t_x, age T); 1 without a repeat purchase, as the model has
    it. Raises Invalid unless 0 <= t_x <= T.
    """
    x, last, age_ = floats("purchases", frequency, recency, age)
    require((x >= 0) & (last >= 0) & (last <= age_), "purchases", "0 <= recency <= age, and no negative frequency")
    with np.errstate(over="ignore"):
        odds = model.a / np.where(x > 0, model.b + x - 1.0, 1.0)
        gone = odds * np.exp((model.r + x) * (np.log(model.alpha + age_) - np.log(model.alpha + last)))
    return np.where(x > 0, 1.0 / (1.0 + gone), 1.0)


def expected_further(
    model: Purchasing, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
) -> Floats:
    """Purchases expected within a horizon from now, given the past (eq. 10): alive or not, times those of a customer
    with the posterior parameters.
    """
    x, last, age_, ahead = floats("purchases", frequency, recency, age, horizon)
    require(ahead >= 0, "purchases", "the horizon must not be negative")
    alive = probability_alive(model, x, last, age_)
    return alive * _expected(model.r + x, model.alpha + age_, model.a, model.b + x, ahead)


def _expected(r: Floats, alpha: Floats, a: float, b: Floats, t: Floats) -> Floats:
    """(a + b - 1)/(a - 1) [1 - u^(a-1) 2F1(a - 1, a + b - 1 - r; a + b - 1; z)], u = alpha/(alpha + t), z = 1 - u: equation
    9 after Euler's transformation, whose parameters stay small.
    """
    from scipy.special import hyp2f1

    if abs(a - 1.0) < NEAR_ONE:
        flat = [_by_quadrature(*each, a) for each in zip(r.ravel(), alpha.ravel(), b.ravel(), t.ravel(), strict=True)]
        return np.array(flat).reshape(t.shape)
    u = alpha / (alpha + t)
    c = a + b - 1.0
    return np.asarray(c / (a - 1.0) * (1.0 - u ** (a - 1.0) * hyp2f1(a - 1.0, c - r, c, 1.0 - u)))


def _by_quadrature(r: float, alpha: float, b: float, t: float, a: float) -> float:
    """The mean of (1 - (alpha/(alpha + p t))^r) / p over p ~ Beta(a, b), by Gauss-Jacobi nodes."""
    from scipy.special import roots_jacobi

    nodes, weights = roots_jacobi(NODES, b - 1.0, a - 1.0)
    p = (nodes + 1.0) / 2.0
    inside = -np.expm1(-r * np.log1p(p * t / alpha)) / p
    return float(weights @ inside / weights.sum())


def log_likelihood(model: Purchasing, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> float:
    """Of all customers together (eq. 6)."""
    x, last, age_ = floats("purchases", frequency, recency, age)
    return float(_logs(np.log([model.r, model.alpha, model.a, model.b]), x, last, age_).sum())


def _logs(logs: Floats, x: Floats, last: Floats, age: Floats) -> Floats:
    from scipy.special import betaln, gammaln

    r, alpha, a, b = np.exp(logs)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    bought = np.where(x > 0, x, 1.0)
    left = betaln(a + 1.0, b + bought - 1.0) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return np.asarray(common + np.logaddexp(stays, np.where(x > 0, left, -np.inf)))


def fit_purchases(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Purchasing:
    """Maximum likelihood, several starts. frequency: repeat purchases, recency: time of the last, age: time watched; shape
    (n,). Without a repeat purchase there is nothing to fit: parameters of 1 and the reason `too_few`. Raises Invalid.
    """
    from scipy.optimize import minimize

    x, last, age_ = floats("purchases", frequency, recency, age)
    require((x >= 0) & (last >= 0) & (last <= age_), "purchases", "0 <= recency <= age, and no negative frequency")
    if x.size < 2 or not np.any(x > 0):
        return Purchasing(1.0, 1.0, 1.0, 1.0, n=x.size, reason=TOO_FEW)
    rows, counts = np.unique(np.column_stack([x, last, age_]), axis=0, return_counts=True)
    # Time in units of the mean age: the likelihood is then well scaled whatever the unit.
    unit = float(age_.mean()) or 1.0
    scaled = (rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit)

    def loss(logs: Floats) -> float:
        return -float(counts @ _logs(logs, *scaled)) / x.size

    tried = [
        minimize(loss, np.log(start), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 8000})
        for start in ((0.5, 0.5, 0.5, 2.0), (1.0, 1.0, 1.0, 1.0), (0.2, 0.1, 0.8, 2.5))
    ]
    best = min(tried, key=lambda found: float(found.fun))
    again = minimize(loss, best.x, method="BFGS", options={"gtol": 1e-9})
    logs = again.x if again.fun <= best.fun else best.x
    r, alpha, a, b = np.exp(logs)
    found = Purchasing(float(r), float(alpha * unit), float(a), float(b))
    return Purchasing(found.r, found.alpha, found.a, found.b, log_likelihood(found, x, last, age_), x.size)
