"""How a figure answers changes: what moved it is told, what did not is not, and chance is kept in bounds."""

from datetime import date, timedelta

import numpy as np
import pytest

from heed.metrics.panels import Panel
from heed.metrics.responses import Changed, changed_units, responses

FIRST, UNITS, WEEKS = date(2026, 1, 5), tuple(f"team-{number}" for number in range(10)), 30


def panel(seed: int = 1, *, by: float = 0.0, units: frozenset[str] = frozenset()) -> Panel:
    rng = np.random.default_rng(seed)
    value = 0.8 + rng.normal(0, 0.02, (len(UNITS), WEEKS))
    value += rng.normal(0, 0.05, (1, WEEKS))  # a bad week is bad for all
    value[[unit in units for unit in UNITS], 15:] += by
    n = np.full(value.shape, 100.0)
    return Panel(
        UNITS, tuple(FIRST + timedelta(weeks=w) for w in range(WEEKS)), n, n, value, value, 0.16 / n, (), False
    )


def change(*units: str, week: int = 15) -> Changed:
    return Changed(FIRST + timedelta(weeks=week), "A change", frozenset(units))


def test_a_change_that_moved_its_units_is_told_beside_the_others() -> None:
    touched = frozenset(UNITS[:3])
    told = responses(panel(by=0.08, units=touched), [change(*touched), change(UNITS[8])])
    assert told.looked_at == 2
    (one,) = told.moved
    assert one.difference == pytest.approx(0.08, abs=0.03)
    assert one.low < one.difference < one.high
    assert told.largest == one


def test_what_moves_nothing_is_told_as_often_as_chance_has_it() -> None:
    found = [responses(panel(seed), [change(*UNITS[:2])]).moved for seed in range(200)]
    assert sum(map(bool, found)) <= 20  # 5 % of 200 is 10; beyond 20 has a chance of 1 in 900


def test_too_few_units_or_weeks_tell_nothing() -> None:
    assert responses(panel(), [change(*UNITS[:8])]).looked_at == 0
    assert responses(panel(), [change(UNITS[0], week=1)]).looked_at == 0
    assert responses(panel(), [change(UNITS[0], week=99), change()]).looked_at == 0


def test_a_change_of_a_region_touches_its_teams() -> None:
    belongs = {"a": "north", "b": "north", "c": "south"}
    assert changed_units("", "north", belongs) == {"a", "b"}
    assert changed_units("c", "north", belongs) == {"c"}
    assert changed_units("", "", belongs) == frozenset()
