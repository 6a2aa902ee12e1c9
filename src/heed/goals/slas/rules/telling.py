"""Options and prices as scripts read them. Pure."""

from typing import Any

from heed.goals.slas.rules.frontier import Option, Prices
from heed.goals.slas.rules.simulating import Guess


def told_option(each: Option) -> dict[str, Any]:
    """A point as scripts read it: money as text, so that no digit is lost."""
    predicted = {
        name: value.as_dict() if isinstance(value, Guess) else value for name, value in vars(each.predicted).items()
    }
    return {
        "target": each.target,
        "hours": round(each.hours, 2),
        "paid_hours": round(each.paid_hours, 2),
        "head_count": round(each.head_count, 2),
        "peak_agents": each.peak_agents,
        "cost": str(each.cost),
        **predicted,
    }


def told_prices(prices: Prices) -> dict[str, Any]:
    return {
        "currency": prices.currency,
        "cost_per_hour": str(prices.cost_per_hour),
        "shrinkage": prices.shrinkage,
        "hours_per_person": prices.hours_per_person,
    }
