"""How many answers a share needs, and how near a sample comes."""

import math
from dataclasses import dataclass

from heed.stats.arrays import normal_quantile, require
from heed.stats.exact import ceil_ratio

ROUNDING = 1e-9  # a size this far above a whole number, in its own terms, is that number


@dataclass(frozen=True)
class SampleSize:
    """Answers needed. `infinite` is for a population without end, `with_design` that times the design effect; `required`
    is `finite` rounded up, `invitations` how many must be asked. `finite_q_over_n` keeps q/N where Cochran has q/(N-1).
    """

    infinite: float
    with_design: float
    finite: float
    required: int
    finite_q_over_n: float
    required_q_over_n: int
    invitations: int
    level: float


def sample_size(
    margin: float,
    *,
    p: float = 0.5,
    level: float = 0.95,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Answers for a share p to come within ± margin (Cochran 1977, eq. 4.1 and 4.2); margin, p, response_rate in 0..1.

    n0 = z² p q / margin², times the design effect, then n = n0 / (1 + (n0 - 1) / N). Raises Invalid.
    """
    require(0.0 < margin < 1.0, "sample size", "the margin must lie between 0 and 1")
    require(0.0 <= p <= 1.0, "sample size", "the share must lie between 0 and 1")
    require(deff > 0 and 0.0 < response_rate <= 1.0, "sample size", "deff and response_rate must be positive shares")
    require(population is None or population >= 1, "sample size", "the population must hold somebody")
    infinite = normal_quantile(level) ** 2 * p * (1.0 - p) / margin**2
    wanted = infinite * deff
    finite = wanted if population is None else max(wanted / (1.0 + (wanted - 1.0) / population), 0.0)
    other = wanted if population is None else wanted / (1.0 + wanted / population)
    required = _up(finite)
    return SampleSize(
        infinite, wanted, finite, required, other, _up(other), ceil_ratio(required, float(response_rate)), level
    )


def _up(size: float) -> int:
    return math.ceil(size * (1.0 - ROUNDING))


def margin_of_error(n: float, *, p: float = 0.5, level: float = 0.95, population: float | None = None) -> float:
    """Half the width of Wald's interval with the finite population correction √((N - n)/(N - 1)): for plans, not results.

    A whole population has none. Raises Invalid when n is not in 1..N.
    """
    require(n > 0 and 0.0 <= p <= 1.0, "margin", "n must be positive and the share lie between 0 and 1")
    require(population is None or n <= population, "margin", "n must not pass the population")
    plain = normal_quantile(level) * math.sqrt(p * (1.0 - p) / n)
    if population is None:
        return plain
    return plain * math.sqrt((population - n) / (population - 1.0)) if population > n else 0.0
