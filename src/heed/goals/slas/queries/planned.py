"""The frontier and the weekdays as they are told, kept until the facts they rest on have a new version: whoever asks first waits,
and for the question most ask the worker does.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.goals.kpis.queries import engine, organisation_zone
from heed.goals.slas.queries.calls import (
    Asked,
    frontier_of,
    learn,
    organisation_currency,
    prices_of,
    reach_of,
    told_frontier,
    told_weekdays,
    versions_of_calls,
    weekdays_of,
)
from heed.goals.slas.queries.marked import marks_of_curve

# Counted up where the same facts would be told otherwise.
FORM = 1
KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Priced:
    """What an hour costs, as it was given; None = as facts say."""

    cost_per_hour: Decimal | None = None
    currency: str = ""
    shrinkage: float = 0.0
    hours_per_person: float = 38.0


def frontier_told(
    scope: Scope, asked: Asked, priced: Priced | None = None, *, runs: int = 20, seed: int = 1
) -> dict[str, Any]:
    """The frontier of an ordinary week as scripts read it, with the failed audits it rests on. Raises Forbidden or Invalid."""
    given = priced or Priced()

    def found() -> dict[str, Any]:
        money = given.cost_per_hour, given.currency, given.shrinkage, given.hours_per_person
        prices = prices_of(learn(scope, asked), *money)
        return told_frontier(frontier_of(scope, asked, prices, runs=runs, seed=seed))

    told = _kept(scope, ("frontier", asked, given, organisation_currency(), runs, seed), found)
    marks = marks_of_curve(scope, datetime.fromisoformat(told["cutoff"]), asked.weeks)
    return told | {"marks": [mark.told() for mark in marks]}


def weekdays_told(scope: Scope, asked: Asked, target: float = 0.8) -> dict[str, Any]:
    """Scheduled against needed as scripts read it. Raises Forbidden or Invalid."""
    return _kept(
        scope, ("weekdays", asked, target), lambda: told_weekdays(*weekdays_of(scope, asked, target), target=target)
    )


def _kept(scope: Scope, question: tuple[Any, ...], found: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    scope.demand("see_figures")
    rests_on = versions_of_calls(), reach_of(scope), organisation_zone().key, engine().store.url, FORM
    key = f"staffing-{sha256(repr((question, rests_on)).encode()).hexdigest()}"
    held = cache.get(key)
    if held is None:
        held = json.dumps(found(), default=_plain)
        cache.set(key, held, KEPT_SECONDS)
    told: dict[str, Any] = json.loads(held)
    return told


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value.item()


def prepare(scope: Scope) -> bool:
    """Have ready what the pages show first. Whether there is anything to be shown."""
    try:
        frontier_told(scope, Asked())
        weekdays_told(scope, Asked())
    except Invalid:
        return False
    return True
