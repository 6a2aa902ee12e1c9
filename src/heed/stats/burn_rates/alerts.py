"""How fast an error budget burns, and the alerts on it over several windows, in exact arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm

from heed.stats.arrays import require
from heed.stats.exact import as_written


@dataclass(frozen=True)
class Rule:
    """Fires while the burn rates of the long and of the short window (minutes) both pass `burn`."""

    burn: float
    long_minutes: int
    short_minutes: int
    severity: str = ""


@dataclass(frozen=True)
class Firing:
    """Minutes since the start, counted from 1; None where it never fires."""

    first: int | None
    last: int | None
    minutes: int


def burn_rate(budget_share: float, window_hours: float, period_days: float) -> float:
    """The rate that spends a share of a period's budget within a window (Beyer et al. 2018, The Site Reliability
    Workbook, table 5-8): 2 % of 30 days within an hour is 14.4. A rate of 1 spends it evenly over the period.
    """
    require(window_hours > 0 and period_days > 0 and budget_share >= 0, "burn rate", "windows must be positive")
    return budget_share * period_days * 24.0 / window_hours


def firings(errors: Sequence[float], objective: float, rules: Sequence[Rule]) -> list[Firing]:
    """When each rule fires, for error shares of consecutive minutes under constant traffic. Before the first minute
    there are no errors. A rate just at the threshold does not fire. 0 < objective < 1. Raises Invalid.
    """
    require(0.0 < objective < 1.0, "burn rate", "the objective must lie between 0 and 1")
    require(all(0.0 <= error <= 1.0 for error in errors), "burn rate", "an error share lies between 0 and 1")
    exact = {error: as_written(error) for error in set(errors)}
    unit = lcm(*(error.denominator for error in exact.values())) if exact else 1
    whole = {error: int(share * unit) for error, share in exact.items()}
    sums = list(accumulate((whole[error] for error in errors), initial=0))
    return [_firing(sums, (1 - as_written(objective)) * unit, rule) for rule in rules]


def _firing(sums: list[int], budget: Fraction, rule: Rule) -> Firing:
    limits = [
        (minutes, as_written(rule.burn) * budget * minutes) for minutes in (rule.long_minutes, rule.short_minutes)
    ]
    minutes = [
        minute
        for minute in range(1, len(sums))
        if all(sums[minute] - sums[max(0, minute - window)] > limit for window, limit in limits)
    ]
    return Firing(minutes[0] if minutes else None, minutes[-1] if minutes else None, len(minutes))


def budget_spent(errors: Sequence[float], objective: float, period_days: float) -> float:
    """The share of a period's budget that these minutes spent."""
    require(0.0 < objective < 1.0 and period_days > 0, "burn rate", "the objective must lie between 0 and 1")
    counted: dict[float, int] = {}
    for error in errors:
        counted[error] = counted.get(error, 0) + 1
    total = sum((as_written(error) * times for error, times in counted.items()), Fraction(0))
    return float(total / ((1 - as_written(objective)) * as_written(period_days) * 24 * 60))
