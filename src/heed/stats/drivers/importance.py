"""What share of a linear model's R² each driver carries, by several measures; they differ most where drivers go together."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, floats, require

MOST_DRIVERS = 20  # all subsets are fitted


@dataclass(frozen=True)
class Importance:
    """By driver, in order. `shapley` and `johnson`, `car`, `pratt` add up to R²; `first` is each driver alone, `last` what
    it adds to all others, `beta_squared` its standardised coefficient squared, `inflation` its variance inflation factor.
    Empty, with a reason, where nothing varies or rows are too few.
    """

    names: tuple[str, ...]
    n: int
    r2: float | None
    shapley: Floats
    johnson: Floats
    car: Floats
    first: Floats
    last: Floats
    beta_squared: Floats
    pratt: Floats
    inflation: Floats
    reason: str = ""

    def named(self, measure: Floats) -> dict[str, float]:
        return {name: float(value) for name, value in zip(self.names, measure, strict=True)} if measure.size else {}


def importance(response: Floats, drivers: Mapping[str, Floats]) -> Importance:
    """Shapley value of R² (Lindeman, Merenda and Gold 1980; Kruskal 1987), relative weights (Genizi 1993; Johnson 2000),
    correlation-adjusted scores (Zuber and Strimmer 2011), Pratt 1987. response (n,), each driver (n,). Raises Refused
    when drivers depend on each other or are too many to try all subsets, Invalid.
    """
    y, *columns = floats("drivers", response, *drivers.values())
    names = tuple(drivers)
    k = len(names)
    require(k >= 1, "drivers", "there must be a driver")
    if k > MOST_DRIVERS:
        raise Refused(
            "These are too many drivers to try all subsets.", code="too_many_drivers", hint="Take at most 20."
        )
    none = np.zeros(0)
    reason = TOO_FEW if y.size < k + 2 else NO_VARIATION if any(np.ptp(each) == 0 for each in (y, *columns)) else ""
    if reason:
        return Importance(names, y.size, None, none, none, none, none, none, none, none, none, reason)
    correlation = np.asarray(np.corrcoef(np.column_stack([*columns, y]), rowvar=False))
    between, with_response = correlation[:k, :k], correlation[:k, k]
    values, vectors = np.linalg.eigh(between)
    if values[0] <= 1e-10 * values[-1]:
        raise Refused("Some drivers are sums of others.", code="collinear", hint="Leave one of them out.")
    inverse = np.linalg.inv(between)
    beta = inverse @ with_response
    explained = _subsets(between, with_response)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    scores = np.linalg.solve(root, with_response)
    return Importance(
        names=names,
        n=y.size,
        r2=float(explained[-1]),
        shapley=_shapley(explained, k),
        johnson=root**2 @ scores**2,
        car=scores**2,
        first=with_response**2,
        last=np.array([explained[-1] - explained[(2**k - 1) ^ (1 << at)] for at in range(k)]),
        beta_squared=beta**2,
        pratt=beta * with_response,
        inflation=np.diag(inverse).copy(),
    )


def _subsets(between: Floats, with_response: Floats) -> Floats:
    """R² of each subset of drivers, at the place whose bits name them."""
    k = with_response.size
    explained = np.zeros(2**k)
    for chosen in range(1, 2**k):
        inside = [at for at in range(k) if chosen >> at & 1]
        part = with_response[inside]
        explained[chosen] = part @ np.linalg.solve(between[np.ix_(inside, inside)], part)
    return explained


def _shapley(explained: Floats, k: int) -> Floats:
    """The mean gain of R² when a driver joins, over all orders in which drivers can come."""
    size = np.array([chosen.bit_count() for chosen in range(2**k)])
    share = np.array([1.0 / (k * comb(k - 1, before)) for before in range(k)])
    found = np.zeros(k)
    for at in range(k):
        without = np.array([chosen for chosen in range(2**k) if not chosen >> at & 1])
        found[at] = float(share[size[without]] @ (explained[without | (1 << at)] - explained[without]))
    return found
