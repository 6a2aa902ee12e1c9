"""Each planted truth is in the tables at about the size it states, and each null twin is not."""

from itertools import pairwise

import pytest

from heed.facts.schema.tables import TABLES
from heed.sample.truths import drawn, planted
from heed.sample.world import build_world
from tests.places import ROOT
from tests.sample.expecting import EXPECTED, misses
from tests.sample.measuring import MEASURES, UNTIL, operation

SMALL = 0.5


@pytest.mark.parametrize("key", EXPECTED)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_truth_is_there_and_its_twin_is_not(seed: int, key: str) -> None:
    found = MEASURES[key](operation(seed, SMALL))
    assert not misses(key, found, SMALL), found


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_twenty_seeds(seed: int) -> None:
    op = operation(seed, 1.0)
    missed = {key: misses(key, measure(op), 1.0) for key, measure in MEASURES.items()}
    assert not {key: figures for key, figures in missed.items() if figures}


def test_every_truth_is_told_measured_and_expected() -> None:
    told = [truth.key for truth in planted(0, UNTIL)]
    assert len(told) == 15
    assert set(told) == set(MEASURES) == set(EXPECTED)


@pytest.mark.parametrize("seed", range(20))
def test_the_told_truths_name_columns_that_are_there(seed: int) -> None:
    for truth in planted(seed, UNTIL):
        assert truth.twin and truth.effect and truth.twin_effect and truth.finders
        for place in truth.where:
            assert set(place.columns) <= set(TABLES[place.table].names)
        assert "{" not in truth.what + truth.twin + "".join(place.filter for place in truth.where)


def test_twenty_seeds_give_twenty_operations() -> None:
    told = {tuple((truth.what, truth.twin) for truth in planted(seed, UNTIL)) for seed in range(20)}
    assert len(told) == 20


@pytest.mark.parametrize("seed", range(40))
def test_no_truth_stands_on_its_own_twin(seed: int) -> None:
    """Drawn things that must differ do differ, whatever the seed."""
    plan = operation_plan(seed)
    pairs = [
        (plan.pong_region, plan.calm_region),
        (plan.monday_region, plan.monday_twin),
        (plan.picker, plan.star),
        (plan.harmed_department, plan.unharmed_department),
        (plan.rising_team, plan.noisy_team),
        (plan.costly_stage, plan.valued_stage),
        (plan.overloaded_region, plan.shared_region),
        (plan.mode_wave, plan.still_wave),
        (plan.mixed[0], plan.weak[0]),
    ]
    assert all(first != second for first, second in pairs)
    assert not {plan.mixed[0], plan.weak[0]} & set(plan.offered_teams)
    days = sorted((plan.theme_day, plan.idle_release_day, plan.complaint_day))
    assert min(late - early for early, late in pairwise(days)) >= 14


def operation_plan(seed: int):
    from heed.sample.plan import draw

    return draw(seed, UNTIL)


def test_the_day_of_a_truth_is_the_day_in_the_log_of_changes() -> None:
    op = operation(0, SMALL)
    logged = {str(day) for (day,) in op.all("select \"at\"::date from changes where kind = 'release'")}
    theme, jump = (next(t for t in planted(0, UNTIL) if t.key == key) for key in ("release-theme", "complaint-jump"))
    assert {str(theme.where[0].since), str(jump.where[0].since)} <= logged


def test_the_document_tells_of_every_truth() -> None:
    text = (ROOT / "docs" / "sample-operation.md").read_text(encoding="utf-8")
    assert [key for key in EXPECTED if f"| `{key}` |" not in text] == []


def test_the_told_agents_are_those_of_the_tables() -> None:
    """At scale 1 and above: keys count through the agents of a team, of whom there are more at a larger scale."""
    for scale in (1.0, 2.0):
        world = build_world(3, scale, UNTIL)
        told = drawn(world.plan, scale)
        keys = world.agents.keys()
        assert told["picker"] == keys[world.agents.number(world.plan.picker)]
        assert told["senior"] == keys[world.agents.seniors(world.plan.overloaded_region)[0]]
