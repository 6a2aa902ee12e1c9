"""How much a customer will spend a purchase: Gamma-Gamma; and recency, frequency and money as scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.stats.arrays import Floats, Masked, floats, masked, require


@dataclass(frozen=True)
class Spending:
    """Parameters of Fader and Hardie 2013: values are Gamma(p, ν), ν is Gamma(q, v) (v in units of money)."""

    p: float
    q: float
    v: float

    def __post_init__(self) -> None:
        require(min(self.p, self.q, self.v) > 0, "spending", "the parameters must be positive")

    @property
    def population_mean(self) -> float | None:
        """p v / (q - 1); there is none for q <= 1."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else None


def expected_spend(model: Spending, frequency: ArrayLike, mean_value: ArrayLike) -> Masked:
    """p (v + x m) / (p x + q - 1) for a customer with x purchases of mean value m; the population's mean at x = 0; masked
    where that does not exist. Raises Invalid.
    """
    x, m = floats("spending", frequency, mean_value)
    require((x >= 0) & (m >= 0), "spending", "frequency and value must not be negative")
    below = model.p * x + model.q - 1.0
    none = below <= 0
    return masked(model.p * (model.v + x * m) / np.where(none, 1.0, below), none)


@dataclass(frozen=True)
class Rfm:
    """Scores 1 (worst) to `classes` (best) by customer."""

    recency: NDArray[np.int64]
    frequency: NDArray[np.int64]
    money: NDArray[np.int64]


def rfm(days_since_last: ArrayLike, frequency: ArrayLike, money: ArrayLike, *, classes: int = 5) -> Rfm:
    """Equal shares of customers by recency (few days are best), frequency and money (Hughes 1994); equal values get one
    score, that of their middle rank. Raises Invalid.
    """
    days, times, spent = floats("rfm", days_since_last, frequency, money)
    require(classes >= 2, "rfm", "there must be two classes")
    return Rfm(_scores(-days, classes), _scores(times, classes), _scores(spent, classes))


def _scores(values: Floats, classes: int) -> NDArray[np.int64]:
    from scipy.stats import rankdata

    middle = (rankdata(values) - 0.5) / max(values.size, 1)
    return np.minimum(np.floor(middle * classes) + 1, classes).astype(np.int64)
