"""Conformance by steps, reckoned by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.mining.conformance import Design, conformance, judged, sequence

ORDER = sequence(["ask", "check", "pay", "thank"], optional=["thank"])


def test_a_way_as_designed_is_wholly_fit() -> None:
    assert judged(["ask", "check", "pay"], ORDER) == (1.0, {})
    assert judged(["ask", "check", "pay", "thank"], ORDER) == (1.0, {})


def test_each_departure_costs_a_step() -> None:
    # Of 3 + 1 steps ask→pay is not allowed, and check, which is missing, adds one: 3 of 5 … pay may end, ask may start.
    fitness, found = judged(["ask", "pay", "thank"], ORDER)
    assert fitness == pytest.approx(3 / 5)
    assert found == {("step", "ask", "pay"): 1, ("missing", "check", "check"): 1}


def test_repeats_and_wrong_ends_depart() -> None:
    fitness, found = judged(["check", "ask", "ask", "check", "pay"], ORDER)
    assert found == {("start", "", "check"): 1, ("step", "check", "ask"): 1, ("step", "ask", "ask"): 1}
    assert fitness == pytest.approx(3 / 6)
    assert judged(["ask", "ask", "check", "pay"], sequence(["ask", "check", "pay"], repeats=True)) == (1.0, {})


def test_unknown_activities_depart_or_are_passed_over() -> None:
    _, found = judged(["ask", "lunch", "check", "pay"], ORDER)
    assert found["unknown", "lunch", "lunch"] == 1
    passing = Design(ORDER.steps, ORDER.starts, ORDER.ends, ORDER.required, ignores_unknown=True)
    assert judged(["ask", "lunch", "check", "pay"], passing) == (1.0, {})


def test_a_case_without_anything_known_misses_all_that_is_required() -> None:
    fitness, found = judged([], ORDER)
    assert (fitness, len(found)) == (1 / 4, 3)


def test_departures_are_ranked_by_the_cases_they_touch() -> None:
    variants = [
        {"activities": ["ask", "check", "pay"], "count": 6, "example": "a"},
        {"activities": ["ask", "pay"], "count": 3, "example": "b"},
        {"activities": ["check", "pay"], "count": 1, "example": "c"},
    ]
    told = conformance(variants, ORDER)
    assert (told.cases, told.conforming) == (10, 6)
    assert told.fitness == pytest.approx((6 * 1 + 3 * 2 / 4 + 1 * 2 / 4) / 10)
    assert [(each.kind, each.start, each.end, each.cases, each.example) for each in told.departures] == [
        ("missing", "check", "check", 3, "b"),
        ("step", "ask", "pay", 3, "b"),
        ("missing", "ask", "ask", 1, "c"),
        ("start", "", "check", 1, "c"),
    ]
    assert conformance([], ORDER).fitness is None


@given(way=st.lists(st.sampled_from(["ask", "check", "pay", "thank", "lunch"]), max_size=8))
def test_fitness_is_one_exactly_where_nothing_departs(way: list[str]) -> None:
    known = Design(ORDER.steps | {("lunch", "ask")}, ORDER.starts, ORDER.ends, ORDER.required)
    fitness, found = judged(way, known)
    assert 0 <= fitness <= 1
    assert (fitness == 1) == (not found)
