"""How many people an experiment needs, and what it can see: shares and means of two arms."""

import math
from collections.abc import Callable

from heed.core.errors.rules import Refused
from heed.stats.arrays import check_level, normal_quantile, require
from heed.stats.distributions import normal_below

MOST = 1e12


def arcsine_effect(p1: float, p2: float) -> float:
    """Cohen's (1988) h of p2 against p1: 2 asin √p2 - 2 asin √p1."""
    require(0 <= p1 <= 1 and 0 <= p2 <= 1, "power", "shares must lie between 0 and 1")
    return 2.0 * (math.asin(math.sqrt(p2)) - math.asin(math.sqrt(p1)))


def _check(alpha: float, power: float) -> None:
    check_level(alpha)
    require(alpha < power < 1.0, "power", "the power must lie between alpha and 1")


def size_for_shares(p1: float, p2: float, *, power: float, alpha: float = 0.05) -> float:
    """People an arm (not rounded) for the two-sided z test of p1 against p2 with pooled variance under no difference
    (Fleiss, Levin and Paik 2003, 4.2). Raises Invalid, Refused where the shares are equal.
    """
    _check(alpha, power)
    require(0 <= p1 <= 1 and 0 <= p2 <= 1, "power", "shares must lie between 0 and 1")
    if p1 == p2:
        raise _unreachable()
    middle = (p1 + p2) / 2.0
    z, needed = normal_quantile(1.0 - alpha), _one_sided_quantile(power)
    null, other = math.sqrt(2.0 * middle * (1.0 - middle)), math.sqrt(p1 * (1.0 - p1) + p2 * (1.0 - p2))
    return ((z * null + needed * other) / (p1 - p2)) ** 2


def _one_sided_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def _unreachable() -> Refused:
    return Refused("No number of people shows that.", code="unreachable", hint="Give an effect other than none.")


def normal_power(effect: float, n: float, *, alpha: float = 0.05, ratio: float = 1.0) -> float:
    """Of the two-sided z test of a standardised effect with n people in the first arm and n·ratio in the second."""
    z = normal_quantile(1.0 - alpha)
    shift = abs(effect) * math.sqrt(n * ratio / (1.0 + ratio))
    return float(normal_below(shift - z) + normal_below(-shift - z))


def size_for_effect(effect: float, *, power: float, alpha: float = 0.05, ratio: float = 1.0) -> float:
    """People in the first arm (not rounded) for `normal_power` to reach the power. Raises Invalid, Refused."""
    _check(alpha, power)
    return _least(lambda n: normal_power(effect, n, alpha=alpha, ratio=ratio), power, effect)


def t_power(effect: float, n: float, *, alpha: float = 0.05, ratio: float = 1.0, both_tails: bool = True) -> float:
    """Of the two-sided t test of two means effect standard deviations apart, by the noncentral t (Cohen 1988).

    both_tails counts findings in the wrong direction too. n in the first arm, n·ratio in the second. Raises Invalid.
    """
    from scipy.stats import nct, t

    require(n > 1 and ratio > 0, "power", "an arm needs more than one person")
    df = n * (1.0 + ratio) - 2.0
    edge = float(t.isf(alpha / 2.0, df))
    shift = abs(effect) * math.sqrt(n * ratio / (1.0 + ratio))
    right = float(nct.sf(edge, df, shift))
    return right + (float(nct.cdf(-edge, df, shift)) if both_tails else 0.0)


def t_size(effect: float, *, power: float, alpha: float = 0.05, ratio: float = 1.0, both_tails: bool = True) -> float:
    """People in the first arm (not rounded) for `t_power` to reach the power. Raises Invalid, Refused."""
    _check(alpha, power)
    return _least(lambda n: t_power(effect, n, alpha=alpha, ratio=ratio, both_tails=both_tails), power, effect, 2.0)


def _least(reached: Callable[[float], float], power: float, effect: float, start: float = 1e-6) -> float:
    from scipy.optimize import brentq

    if effect == 0:
        raise _unreachable()
    if reached(start) >= power:
        return start
    high = max(4.0, 2.0 * start)
    while reached(high) < power:
        high *= 2.0
        if high > MOST:
            raise _unreachable()
    return float(brentq(lambda n: reached(n) - power, start, high, xtol=1e-9, rtol=1e-13))
