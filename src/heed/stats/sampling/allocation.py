"""A sample shared out among strata: proportional, and Neyman's."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import require
from heed.stats.exact import as_written, largest_remainder


@dataclass(frozen=True)
class Allocation:
    """`exact` shares of n and `whole` ones that add up to n. `census` strata are taken whole; `empty` ones get nobody, so
    that no mean can be estimated: then `variance_of_mean` is None.
    """

    exact: dict[str, Fraction]
    whole: dict[str, int]
    census: tuple[str, ...]
    empty: tuple[str, ...]
    variance_of_mean: float | None


def proportional(population: Mapping[str, int], n: int, sd: Mapping[str, float] | None = None) -> Allocation:
    """n_h = n N_h / N (Cochran 1977, 5.25), in exact arithmetic. sd gives the variance of the mean, in squared units."""
    _check(population, n)
    total = sum(population.values())
    return _allocation({name: Fraction(n * size, total) for name, size in population.items()}, population, n, sd, ())


def neyman(population: Mapping[str, int], sd: Mapping[str, float], n: int) -> Allocation:
    """n_h ∝ N_h S_h (Neyman 1934; Cochran 1977, 5.26). A stratum that would give more than it has is taken whole and the
    rest allocated anew (5.27). Where nothing varies, proportional.
    """
    _check(population, n)
    require(all(sd[name] >= 0 for name in population), "allocation", "standard deviations must not be negative")
    weights = {name: population[name] * as_written(sd[name]) for name in population}
    census: list[str] = []
    while True:
        open_ = [name for name in population if name not in census]
        left = n - sum(population[name] for name in census)
        varying = any(weights[name] for name in open_)
        shares = {name: weights[name] if varying else Fraction(population[name]) for name in open_}
        total = sum(shares.values(), Fraction(0))
        exact = {name: left * share / total for name, share in shares.items()}
        over = [name for name in open_ if exact[name] > population[name]]
        if not over:
            break
        census += over
    exact = {name: exact.get(name, Fraction(population[name])) for name in population}
    return _allocation(exact, population, n, sd, tuple(name for name in population if name in census))


def _check(population: Mapping[str, int], n: int) -> None:
    require(all(size >= 0 for size in population.values()), "allocation", "a stratum cannot hold fewer than nobody")
    if not 0 < n <= sum(population.values()):
        raise Invalid(
            phrase("A sample of {n} cannot be drawn from {total}.", n=n, total=sum(population.values())),
            code="invalid_numbers",
            hint="Draw at least one and at most all.",
        )


def _allocation(
    exact: dict[str, Fraction],
    population: Mapping[str, int],
    n: int,
    sd: Mapping[str, float] | None,
    census: tuple[str, ...],
) -> Allocation:
    whole = largest_remainder(exact, n)
    empty = tuple(name for name, size in whole.items() if not size and population[name])
    variance = None if sd is None or empty else stratified_variance(population, sd, whole)
    return Allocation(exact, whole, census, empty, variance)


def stratified_variance(population: Mapping[str, int], sd: Mapping[str, float], n: Mapping[str, float]) -> float:
    """Variance of the stratified mean, Σ W_h² (1 - n_h/N_h) S_h² / n_h (Cochran 1977, 5.6)."""
    total = sum(population.values())
    return float(
        sum(
            (size / total) ** 2 * (1 - n[name] / size) * sd[name] ** 2 / n[name]
            for name, size in population.items()
            if size
        )
    )
