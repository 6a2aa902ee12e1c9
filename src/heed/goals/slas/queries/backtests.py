"""How well breaches were told ahead: past weeks, each predicted by what was known before it."""

from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, phrase
from heed.goals.kpis.queries import engine
from heed.goals.slas.definition import Sla
from heed.goals.slas.queries.attainment import attained, sla_in_force
from heed.goals.slas.queries.calls import Asked, learn, presence_of
from heed.goals.slas.rules.backtest import Backtest, backtest_calls, backtest_weeks

WEEKS, MOST_WEEKS, BACK = 8, 26, 8


def backtest_of(scope: Scope, key: str, weeks: int = WEEKS, by: str = "region") -> Backtest:
    """The back-test of an SLA. Raises Forbidden, NotFound, Invalid."""
    scope.demand("see_figures")
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be shown.", weeks=weeks),
            code="invalid_weeks",
            hint=phrase("Ask for 1 to {most}.", most=MOST_WEEKS),
        )
    sla = cast(Sla, sla_in_force(key).body)
    if sla.promise != "answer":
        shown = attained(key, scope, weeks + BACK + 1)
        return backtest_weeks([(row.period, row.value, row.n) for row in shown.weeks[:-1] if row.period], back=BACK)
    asked = Asked(sla.population, weeks + BACK + 1, by, sla.within_seconds)
    found = learn(scope, asked)
    return _kept(scope, found.asked, weeks, engine().store.version("workforce"))


@lru_cache(maxsize=16)
def _kept(scope: Scope, asked: Asked, weeks: int, version: int | None) -> Backtest:
    found = learn(scope, asked)
    there = presence_of(scope, found)
    return backtest_calls(
        found.traffic,
        there,
        found.zone,
        found.cutoff + timedelta(seconds=1),
        asked.within_seconds,
        weeks=weeks,
        back=BACK,
    )


def told_backtest(found: Backtest) -> dict[str, Any]:
    """A back-test as scripts read it: breach rates."""
    return {
        "method": found.method,
        "weeks": [
            {
                "week": each.week.isoformat(),
                "predicted": each.predicted.value,
                "week_low": each.predicted.week_low,
                "week_high": each.predicted.week_high,
                "achieved": each.achieved.value,
                "low": each.achieved.low,
                "high": each.achieved.high,
                "n": each.achieved.n,
                "inside": each.inside,
            }
            for each in found.weeks
        ],
        "bias": found.bias,
        "mean_error": found.mean_error,
        "inside": found.inside,
    }
