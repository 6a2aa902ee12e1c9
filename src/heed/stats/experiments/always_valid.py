"""A test that may be looked at whenever: the mixture sequential probability ratio test."""

import math
from dataclasses import dataclass

from heed.stats.arrays import check_level, require


@dataclass(frozen=True)
class MixtureTest:
    """`ratio` is the likelihood ratio averaged over a normal mixture of effects (infinite where it passes floats:
    `log_ratio` tells); `p` that of this look alone: the p of many looks is the least so far.
    """

    ratio: float
    log_ratio: float
    p: float
    low: float
    high: float
    level: float


def mixture_test(difference: float, variance: float, mixture: float, *, level: float = 0.95) -> MixtureTest:
    """Robbins 1970; Johari, Pekelis and Walsh 2017: Λ = √(V/(V + τ²)) exp(τ² d²/(2 V (V + τ²))), always-valid p = 1/Λ.

    variance V > 0 of the difference; mixture τ² > 0, the variance of effects that are looked for. Raises Invalid.
    """
    require(variance > 0 and mixture > 0, "mixture test", "variances must be positive")
    alpha = 1.0 - check_level(level)
    whole = variance + mixture
    log_ratio = 0.5 * math.log(variance / whole) + mixture * difference**2 / (2.0 * variance * whole)
    half = math.sqrt(2.0 * variance * whole / mixture * (0.5 * math.log(whole / variance) - math.log(alpha)))
    ratio = math.exp(log_ratio) if log_ratio < 709.0 else math.inf
    p = max(math.exp(min(-log_ratio, 0.0)), math.ulp(0.0))
    return MixtureTest(ratio, log_ratio, p, difference - half, difference + half, level)
