"""Value beside cost, conformance in words, handoffs that come back: on figures worked by hand."""

import numpy as np
import pytest

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.goals.journeys.definition import Journey
from heed.goals.journeys.rules.keeping import departing, departures_of, kept, plan_of
from heed.goals.journeys.rules.passing import passed
from heed.goals.journeys.rules.report import Found, made
from heed.goals.journeys.rules.value import (
    chosen_shares,
    cost_shares,
    derived_shares,
    mean_scores,
    stated_shares,
    weighed,
)

BODY = {
    "name": "Order",
    "stages": [
        {"key": "buy", "title": "Buying", "weight": 1, "activities": ["ask", "offer", "accept"], "optional": ["offer"]},
        {"key": "get", "title": "Getting it", "weight": 1, "activities": ["pack", "send"], "repeats": ["send"]},
    ],
}


def journey(**changes: object) -> Journey:
    found = validate("journey", BODY | changes)
    assert isinstance(found, Journey)
    return found


def test_unknown_names_are_refused_with_the_nearest() -> None:
    stage = BODY["stages"][0]
    with pytest.raises(InvalidDefinition, match=r"optional: ofer is none of ask, offer, accept\. Did you mean offer\?"):
        validate("journey", BODY | {"stages": [stage | {"optional": ["ofer"]}, BODY["stages"][1]]})
    with pytest.raises(InvalidDefinition, match="channels: fone is none of"):
        journey(channels=["fone"])
    with pytest.raises(InvalidDefinition, match="finished_by: sent is none of"):
        journey(finished_by=["sent"])
    with pytest.raises(InvalidDefinition) as fault:
        journey(satisfaction='survey_keey == "x"')
    assert "survey_key" in fault.value.hint
    with pytest.raises(InvalidDefinition, match="say ask twice"):
        validate("journey", BODY | {"opening": ["ask"]})
    with pytest.raises(InvalidDefinition, match="importance needs `where`"):
        journey(importance={"by": "chosen"})


def test_what_departs_is_said_in_words() -> None:
    plan = plan_of(journey(), None)
    assert plan.order == ("ask", "offer", "accept", "pack", "send")
    assert not departures_of(("ask", "accept", "pack", "send", "send"), plan)
    assert dict(departures_of(("ask", "pack", "accept", "ask", "call", "send"), plan)) == {
        ("out_of_order", "accept", "pack"): 1,
        ("repeated", "ask", ""): 1,
        ("unknown", "call", ""): 1,
    }
    assert dict(departures_of(("ask", "accept"), plan)) == {("skipped", "pack", ""): 1, ("skipped", "send", ""): 1}


def test_conformance_counts_cases_and_fitness_by_steps() -> None:
    ways = [
        {"stage_key": None, "activities": ["ask", "accept", "pack", "send"], "count": 6, "example": "a"},
        {"stage_key": None, "activities": ["ask", "accept", "send"], "count": 4, "example": "b"},
    ]
    found = kept(ways, journey())
    # Three activities, a start, two steps, an end, one missing: accept to send is not allowed, pack is not there: 3 of 5.
    assert (found.cases, found.conforming, found.fitness) == (10, 6, pytest.approx(0.6 + 0.4 * 0.6))
    assert [(each.kind, each.activity, each.cases, each.example) for each in found.departures] == [
        ("skipped", "pack", 4, "b")
    ]
    assert [row["example"] for row in departing(ways, journey(), "skipped", "pack", "", "")] == ["b"]
    assert departing(ways, journey(), "repeated", "", "", "") == []


def test_value_and_cost_as_worked_in_the_document() -> None:
    """docs/methods/journeys.md, Worked."""
    importance = chosen_shares([50, 30, 20], [50, 30, 20], [50, 30, 20])
    scores = mean_scores([(100, 100, 80, 100, 80, 66), (100, 100, 60, 100, 60, 38), (100, 100, 70, 100, 70, 51)])
    cost = cost_shares(np.array([[10, 10, 20], [12, 9, 19], [11, 11, 21], [10, 10, 18]], dtype=np.float64))
    rows = {row.stage: row for row in weighed(("a", "b", "c"), importance, scores, cost, 1.5)}
    assert [round(rows[each].value, 3) for each in "abc"] == [0.4, 0.18, 0.14]
    assert [round(rows[each].value_share, 4) for each in "abc"] == [0.5556, 0.25, 0.1944]
    assert [round(rows[each].cost_share, 4) for each in "abc"] == [0.2671, 0.2484, 0.4845]
    assert [round(rows[each].ratio, 3) for each in "abc"] == [0.481, 0.994, 2.492]
    assert [rows[each].verdict for each in "abc"] == ["worth_more", "unclear", "costs_more"]
    assert next(iter(weighed(("a", "b", "c"), importance, scores, cost, 1.5))).stage == "c"


def test_weights_that_differ_count_by_kish() -> None:
    even, uneven = chosen_shares([50, 50], [50, 50], [50, 50]), chosen_shares([50, 50], [50, 50], [100, 100])
    assert uneven.covariance[0, 0] == pytest.approx(2 * even.covariance[0, 0])
    assert stated_shares([3, 1]).value.tolist() == [0.75, 0.25]


def test_importance_derived_from_answers() -> None:
    rng = np.random.default_rng(1)
    judged = rng.random((800, 3))
    whole = judged @ np.array([0.8, 0.2, 0.0]) + rng.normal(0, 0.1, 800)
    found = derived_shares(whole, judged)
    assert found is not None
    assert found.value[0] > 0.85
    assert found.value[2] < 0.05
    assert np.sqrt(found.covariance[0, 0]) < 0.05
    assert derived_shares(whole[:20], judged[:20]) is None


def test_of_even_stages_hardly_any_is_called_misaligned() -> None:
    """Ratios at the margin itself, where chance alone decides: any of the stages in at most a twentieth of the trials."""
    rng = np.random.default_rng(7)
    truth, flagged, trials = np.array([0.3, 0.3, 0.2, 0.2]), 0, 400
    costs = truth * np.array([1.5, 0.75, 1.0, 0.625])
    costs = costs / costs.sum()
    edge = costs[0] / truth[0]
    for _ in range(trials):
        picked = rng.multinomial(400, truth).astype(float)
        months = rng.normal(costs, 0.05 * costs, (12, 4)) * 1000
        scores = mean_scores([(n, n, 0.7 * n, n, 0.7 * n, 0.55 * n) for n in (300.0,) * 4])
        rows = weighed("abcd", chosen_shares(picked, picked, picked), scores, cost_shares(months), edge)
        flagged += next(row for row in rows if row.stage == "a").is_misaligned
    assert flagged / trials <= 0.05


def test_handoffs_that_come_back_stand_out() -> None:
    def row(start: str, end: str, count: int, returns: int) -> dict[str, object]:
        return {
            "from_group": start,
            "to_group": end,
            "count": count,
            "cases": count,
            "returns": returns,
            "wait_median_seconds": 60.0,
            "wait_p90_seconds": 90.0,
        }

    usual = [row(f"t{at}", f"u{at}", 200, 14) for at in range(6)]
    found = passed([*usual, row("a", "b", 180, 90), row("c", "d", 5, 5)], 1.5, 10)
    assert [(each.start, each.stands_out) for each in found][:2] == [("a", True), ("t0", False)]
    assert not any(each.start == "c" for each in found)
    assert passed([row("a", "b", 100, 90)], 1.5, 10)[0].stands_out is False


def test_a_report_of_nothing_says_why() -> None:
    report = made(journey(), Found(), 10)
    assert (report.misalignments, report.reason, report.kept.fitness) == ((), "no_cost", None)
    assert report.stages[0].effort.cases == 0


def test_small_groups_are_withheld() -> None:
    sums = {"n": 9, "w": 9.0, "wx": 6.0, "ww": 9.0, "wwx": 6.0, "wwxx": 5.0}
    found = Found(scores=[{"stage_key": "buy", **sums}], contacts=[{"stage_key": "buy", "channel": "phone", "n": 3}])
    stage = made(journey(), found, 10).stages[0]
    assert stage.satisfaction.suppressed
    assert stage.satisfaction.n is None
    assert stage.channels["phone"][1] is None
