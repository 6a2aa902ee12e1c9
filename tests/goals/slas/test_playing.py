"""A day played as one: against the closed form where it holds, and where it does not."""

from typing import Any

import pytest

from heed.core.errors.rules import Invalid
from heed.goals.slas.rules.playing import mix_of, play_plan
from heed.goals.slas.rules.staffing import demand, plan, promised

KINDS: dict[str, Any] = {
    "kinds": [{"name": "gold", "share": 0.3, "priority": 0}, {"name": "usual", "share": 0.7, "priority": 1}],
    "groups": [{"name": "all", "share": 1.0, "skills": ["gold", "usual"]}],
}


def test_one_long_interval_takes_what_the_closed_form_says() -> None:
    wanted = [demand("day", 2000, 180, 36_000)]
    for patience in (None, 120.0):
        promise = promised(0.8, 20, patience)
        found = play_plan(wanted, promise, runs=20)
        (exact,) = plan(wanted, promise)
        (played,) = found.intervals
        assert played.agents == exact.agents
        assert played.service_level == pytest.approx(exact.service_level, abs=0.02)
        assert played.abandonment == pytest.approx(exact.abandonment, abs=0.01)
        assert played.occupancy == pytest.approx(exact.occupancy, abs=0.02)


def test_a_queue_goes_on_into_the_next_interval() -> None:
    wanted = [demand("peak", 60, 300, 1800), demand("after", 10, 300, 1800)]
    promise = promised(0.8, 20)
    found = play_plan(wanted, promise, runs=60)
    assert found.intervals[1].agents > plan(wanted, promise)[1].agents
    assert all((each.service_level or 0) >= 0.8 for each in found.intervals)
    assert found == play_plan(wanted, promise, runs=60)


def test_who_goes_first_waits_less() -> None:
    wanted = [demand("a", 100, 240, 1800)] * 2
    found = play_plan(wanted, promised(0.8, 20), mix_of(KINDS), runs=40)
    gold, usual = found.kinds
    assert (gold.service_level.value or 0) > (usual.service_level.value or 0)
    assert (gold.asa_seconds.value or 0) < (usual.asa_seconds.value or 0)


def test_people_on_a_break_are_scheduled_besides() -> None:
    broken = {"groups": [{**KINDS["groups"][0], "breaks": [{"at": "b", "away": 3}]}]}
    wanted = [demand(name, 60, 240, 1800) for name in ("a", "b")]
    found = play_plan(wanted, promised(0.8, 20), mix_of(KINDS | broken), runs=40)
    assert found.intervals[1].scheduled == found.intervals[1].agents + 3


def test_who_knows_one_kind_alone_helps_nobody_of_the_other() -> None:
    """Two groups that know one kind each are two queues: together as many as twice half the calls take, and more than one pool."""
    kinds = [{"name": name, "share": 0.5, "priority": 0} for name in ("gold", "usual")]
    one_each = [{"name": name, "share": 0.5, "skills": [name]} for name in ("gold", "usual")]
    both = [{"name": "all", "share": 1.0, "skills": ["gold", "usual"]}]
    wanted, promise = [demand("day", 240, 240, 7_200)], promised(0.8, 20)
    (pooled,) = play_plan(wanted, promise, mix_of({"kinds": kinds, "groups": both}), runs=12).intervals
    (apart,) = play_plan(wanted, promise, mix_of({"kinds": kinds, "groups": one_each}), runs=12).intervals
    (half,) = plan([demand("half", 120, 240, 7_200)], promise)
    assert abs(apart.agents - 2 * half.agents) <= 2
    assert apart.agents > pooled.agents


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        ({"kinds": [{"name": "a", "share": 0.5}]}, "must add up to 1"),
        ({"groups": [{"name": "g", "share": 1, "skills": ["golden"]}]}, "golden is a skill"),
        (KINDS | {"groups": [{"name": "g", "share": 1, "skills": ["gold"]}]}, "nobody is skilled in usual"),
        ({"kinds": [{"name": "calls", "share": 1, "aht_seconds": -1}]}, "kinds.0.aht_seconds"),
        ({"people": []}, "people"),
    ],
)
def test_a_mix_that_is_none_is_refused(mix: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        mix_of(mix)


def test_days_that_cannot_be_played_are_refused() -> None:
    promise = promised(0.8, 20)
    for wanted, runs, code in (
        ([demand("a", 0, 0, 1800)], 20, "no_calls"),
        ([demand("a", 10, 60, 1800), demand("b", 10, 60, 900)], 20, "unequal_intervals"),
        ([demand("a", 10, 60, 1800)], 1, "invalid_runs"),
        ([demand("a", 100_000, 60, 1800)], 100, "too_many_calls"),
    ):
        with pytest.raises(Invalid) as refused:
            play_plan(wanted, promise, runs=runs)
        assert refused.value.code == code
