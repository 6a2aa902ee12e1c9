"""What two sides may offer each other, who speaks for which, and what an offer is worth on the history. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from heed.core.calendar.definition import WEEKDAYS
from heed.core.errors.rules import Invalid, phrase
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules.frontier import Climb, Prices, climb
from heed.goals.slas.rules.history import History, within_hours
from heed.goals.slas.rules.simulating import Predicted, predict
from heed.stats.falling import Falling

Side = Literal["provider", "customer"]
RUNS = 30
RUNGS = 5
MOST_MONEY = Decimal("999999999999.99")


@dataclass(frozen=True)
class Terms:
    """What an offer says. `days`, `opens`, `closes`: hours of opening; empty = as before. `head_count`: people on the roster,
    full time; `money`: what is paid for it a week.
    """

    target: float
    within_seconds: float
    head_count: Decimal
    money: Decimal
    in_force_on: date
    days: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""

    def hours(self) -> dict[str, tuple[str, ...]] | None:
        if not self.days:
            return None
        return {day: (f"{self.opens}-{self.closes}",) for day in WEEKDAYS if day in self.days}


class Speaker(Protocol):
    """Who speaks, as far as sides go: a `heed.core.access.rules.Scope`."""

    @property
    def person(self) -> str: ...
    def may(self, permission: str) -> bool: ...
    def holds_in(self, permission: str, unit: str) -> bool: ...


@dataclass(frozen=True)
class Table:
    """The two sides: each a unit, or one person of it."""

    provider_unit: str
    customer_unit: str
    provider_person: str = ""
    customer_person: str = ""

    def side_of(self, who: Speaker, permission: str = "propose") -> Side | None:
        """The side somebody speaks for. Where a side is a unit, it is whoever holds the permission in it and not in the
        other's: who reaches both speaks for neither.
        """
        if who.person in (self.provider_person, self.customer_person) and who.person:
            mine: Side = "provider" if who.person == self.provider_person else "customer"
            return mine if who.may(permission) else None
        provider = not self.provider_person and who.holds_in(permission, self.provider_unit)
        customer = not self.customer_person and who.holds_in(permission, self.customer_unit)
        # The unit counts also where the other side is one named person of it.
        if provider and not who.holds_in(permission, self.customer_unit):
            return "provider"
        if customer and not who.holds_in(permission, self.provider_unit):
            return "customer"
        return None


def checked(terms: Terms, sla: Sla) -> Terms:
    """Terms that can be offered. Raises Invalid naming what is wrong."""
    if not 0 < terms.target < 1:
        raise Invalid("A target lies between 0 and 1.", code="invalid_share", hint="Such as 0.8 for eight of ten.")
    if not 0 < terms.within_seconds <= 86_400 * 366:
        raise Invalid("A time of more than none, and of a year at most.", code="invalid_time", hint="Give seconds.")
    if not (terms.head_count.is_finite() and 0 < terms.head_count <= 100_000):
        raise Invalid("At least somebody, and not above 100,000 people.", code="invalid_count", hint="Such as 12.5.")
    if not (terms.money.is_finite() and 0 <= terms.money <= MOST_MONEY):
        raise Invalid("Money is none or more.", code="invalid_money", hint="Such as 12500.00 a week.")
    if bool(terms.days) != bool(terms.opens and terms.closes):
        raise Invalid("Hours are days with an opening and a closing.", code="invalid_hours", hint="Give all or none.")
    for day in terms.days:
        if day not in WEEKDAYS:
            raise Invalid(phrase("{day} is no weekday.", day=day), code="invalid_hours", hint="Such as monday.")
    return terms


def body_of(sla: Sla, terms: Terms, zone: str) -> dict[str, Any]:
    """The SLA as it would be in force."""
    body = sla.model_dump(mode="json") | {"target": terms.target, "within_seconds": terms.within_seconds}
    hours = terms.hours()
    if hours is not None:
        before = body["hours"] or {"name": sla.name, "time_zone": zone}
        body["hours"] = {**before, "hours": hours}
    return body


def score_calls(
    history: History,
    sla: Sla,
    head_count: float,
    prices: Prices,
    *,
    seed: int,
    curve: Falling | None,
    targets: Sequence[float],
    runs: int = RUNS,
) -> dict[str, Any]:
    """An offer on the history: what its people are predicted to reach, what its target takes, and the range between the
    targets on the table: for each the least people and money that the closed form says reach it, simulated.
    """
    open_hours = within_hours(history, sla.hours)
    if not open_hours.calls:
        raise Invalid("Nobody calls in these hours.", code="no_calls", hint="Offer hours in which customers call.")
    path = climb(open_hours, sla.within_seconds)
    additions = path.affordable(prices.hours_of(head_count))

    def played(steps: int, many: int) -> Predicted:
        return predict(open_hours, path.roster(steps), sla.within_seconds, runs=many, seed=seed, curve=curve)

    predicted = None if additions is None else played(additions, runs)
    return {
        "method": "simulation",
        "runs": runs,
        "seed": seed,
        "calls": history.learned_from,
        "calls_a_week": open_hours.calls,
        "share_of_calls": open_hours.calls / history.calls,
        "predicted": None if predicted is None else told(predicted),
        "least_head_count": _people(path.least_hours, prices),
        "cost": str(prices.cost(head_count * prices.hours_per_person)),
        "needed": _rung(path, sla.target, prices, None),
        "rungs": [
            _rung(path, target, prices, lambda steps: played(steps, max(runs // 3, 2)))
            for target in rung_targets(targets)
        ],
    }


def told(found: Predicted) -> dict[str, Any]:
    names = ("service_level", "abandonment", "asa_seconds", "occupancy", "csat")
    return {name: getattr(found, name).as_dict() for name in names}


def rung_targets(targets: Sequence[float]) -> list[float]:
    """Five steps from the lowest to the highest target on the table; around it where there is one."""
    low, high = min(targets), max(targets)
    if high - low < 0.02:
        low, high = max(low - 0.05, 0.05), min(high + 0.05, 0.99)
    return [round(low + (high - low) * step / (RUNGS - 1), 4) for step in range(RUNGS)]


def _people(hours: float, prices: Prices) -> float:
    return prices.paid_hours(hours) / prices.hours_per_person


def _rung(path: Climb, target: float, prices: Prices, play: Any) -> dict[str, Any]:
    steps = path.reaching(target)
    if steps is None:
        return {"target": target, "head_count": None, "cost": None, "predicted": None}
    hours = path.hours(steps)
    return {
        "target": target,
        "head_count": _people(hours, prices),
        "cost": str(prices.cost(prices.paid_hours(hours))),
        "predicted": play(steps).service_level.as_dict() if play else None,
    }


def holds(score: Mapping[str, Any], target: float) -> str:
    """What the score says of the target: likely, unlikely, open (the weeks lie on both sides), or not_open where so few people
    do not keep the hours open.
    """
    predicted = score.get("predicted")
    if predicted is None:
        return "not_open"
    level = predicted["service_level"]
    if level["value"] is None:
        return "open"
    if level["week_low"] is not None and level["week_low"] >= target:
        return "likely"
    return "unlikely" if (level["week_high"] or level["value"]) < target else "open"
