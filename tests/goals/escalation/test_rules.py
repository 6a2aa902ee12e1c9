"""The rules alone: impact, turns of a rota, who is given a case, what a protocol refuses, what a rehearsal counts."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.errors.rules import Invalid
from heed.goals.escalation.definition import EscalationProtocol, ImpactWeights, Rota
from heed.goals.escalation.rules.deciding import decide
from heed.goals.escalation.rules.impact import impact_of
from heed.goals.escalation.rules.placing import passed_on, place, surge_lead
from heed.goals.escalation.rules.rehearsing import EscalationTally, Memory, seen_of
from heed.goals.escalation.rules.rotas import Swap, in_turn, next_midnight, on_call
from tests.goals.escalation.duty import PROTOCOL

DAY = dt.date(2026, 1, 5)
AT = dt.datetime(2026, 5, 4, 7, tzinfo=dt.UTC)
WEIGHTS = ImpactWeights.model_validate(
    {
        "values": [{"when": 'segment == "business"', "factor": 3}],
        "vulnerabilities": [{"when": 'segment == "care"', "factor": 2}],
    }
)


@pytest.mark.parametrize(
    ("customers", "severity", "segment", "score"),
    [(1, "normal", "private", 2), (1, "high", "business", 12), (1, "urgent", "care", 16), (20, "normal", "private", 40),
     (0, None, None, 2), (10**9, "low", None, 10_000)],
)  # fmt: skip
def test_the_impact_is_that_of_the_documented_table(customers: int, severity: Any, segment: Any, score: float) -> None:
    case = {"customers": customers, "severity": severity, "segment": segment}
    assert impact_of(WEIGHTS, case).score == score


def test_turns_follow_one_another_and_substitutes_stand_in() -> None:
    rota = Rota.model_validate({"people": ["a", "b", "c"], "at_once": 2, "turn_days": 7, "starts_on": DAY})
    weeks = [in_turn(rota, DAY + dt.timedelta(weeks=week)) for week in (-1, 0, 1, 2, 3)]
    assert weeks == [("b", "c"), ("a", "b"), ("c", "a"), ("b", "c"), ("a", "b")]
    assert in_turn(rota, DAY, [Swap("a", "x", DAY, DAY)]) == ("x", "b")
    assert in_turn(rota, DAY, [Swap("a", "b", DAY, DAY)]) == ("b",)
    hours = {"name": "Desk", "time_zone": "Europe/Berlin", "hours": {"monday": ("09:00-17:00",)}}
    open_ = Rota.model_validate({"people": ["a"], "hours": hours})
    assert on_call(open_, "Europe/Berlin", AT) == ("a",)
    assert on_call(open_, "Europe/Berlin", AT - dt.timedelta(minutes=1)) == ()


def test_a_day_begins_at_local_midnight_also_when_clocks_change() -> None:
    assert next_midnight("Europe/Berlin", dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC)) == dt.datetime(
        2026, 3, 29, 22, 0, tzinfo=dt.UTC
    )


class Loads(Counter[str]):
    def units(self, person: str) -> int:
        return self[person]


def protocol(**changed: Any) -> EscalationProtocol:
    return EscalationProtocol.model_validate({**PROTOCOL, **changed})


def test_of_those_with_room_the_least_loaded_and_the_last_unit_is_kept() -> None:
    rules, loads = protocol(), Loads(a=1, b=0, m=0)
    people = {0: ("a", "b"), 1: ("b",), 2: ("m",)}.__getitem__
    assert (place(rules, 0, False, people, loads).person, place(rules, 0, True, people, loads).person) == ("b", "b")
    loads.update(a=1, b=2)
    assert (place(rules, 0, False, people, loads).code, place(rules, 0, True, people, loads).person) == (
        "deferred",
        "a",
    )
    loads.update(a=1, b=1, m=3)
    assert place(rules, 0, True, people, loads).code == "surge"
    assert surge_lead(rules, 0, people, loads) == (0, "a")
    nobody = {0: (), 1: (), 2: ()}.__getitem__
    assert place(rules, 0, True, nobody, loads).code == "unattended"
    assert place(rules, 0, False, nobody, loads).reason == "nobody_on_call"


def test_who_did_not_acknowledge_is_not_given_it_again_and_a_routine_case_stays() -> None:
    rules, loads = protocol(), Loads()
    people = {0: ("a", "b"), 1: ("c",), 2: ("m",)}.__getitem__
    assert passed_on(rules, 0, False, ["a"], people, loads).person == "b"  # type: ignore[union-attr]
    assert passed_on(rules, 0, False, ["a", "b"], people, loads) is None
    assert passed_on(rules, 0, True, ["a", "b"], people, loads).person == "c"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"when": 'severty == "high"'}, "severity"),
        ({"covers": "impact > 3.0"}, "impact"),
        ({"severe_when": " "}, "missing"),
        ({"kept_for_severe": 4}, "kept_for_severe"),
        ({"time_zone": "Europe/Berlln"}, "Berlin"),
        ({"levels": [{"key": "a", "name": "A", "role": "supervisr"}]}, "supervisor"),
        ({"levels": [{"key": "a", "name": "A"}]}, "a role or a rota"),
        ({"levels": [{"key": "a", "name": "A", "role": "agent", "handles": "impact < 3.0"}]}, "highest"),
        ({"history": {"escalated": 'chnge == "escalated"'}}, "change"),
        ({"impact": {"values": [{"when": "customrs > 3", "factor": 2}]}}, "customers"),
        ({"impact": {"values": [{"when": "customers > 3", "factor": float("nan")}]}}, "factor"),
    ],
)
def test_a_protocol_that_cannot_be_meant_is_refused_with_the_nearest_name(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        validate("escalation", {**PROTOCOL, **changed})
    assert isinstance(refused.value, InvalidDefinition)
    assert said in f"{refused.value.message} {refused.value.hint}"


def replayed(rules: EscalationProtocol, facts: list[dict[str, Any]], until: dt.datetime) -> dict[str, Any]:
    memory, tally = Memory(rules), EscalationTally(rules, until)
    for fact in facts:
        decision = decide(rules, memory, seen_of(fact))
        memory.note(seen_of(fact), decision)
        tally.add(fact, decision)
    return tally.figures()


def opened(number: int, at: dt.datetime, **known: Any) -> dict[str, Any]:
    return {"case_id": f"k{number}", "at": at, "change": "opened", "team": "north", "priority": "high", **known}


def test_a_rehearsal_keeps_the_budget_and_counts_what_waits() -> None:
    facts = [opened(number, AT + dt.timedelta(minutes=number)) for number in range(7)]
    found = replayed(protocol(), facts, AT + dt.timedelta(days=10))
    assert (found["escalations"], found["deferred"], found["deferred_at_the_end"]) == (7, 5, 0)
    assert (found["most_per_person_and_day"], found["severe"]) == (2, 0)
    ends = [{**opened(number, AT + dt.timedelta(hours=1)), "change": "closed"} for number in range(2, 7)]
    assert replayed(protocol(), [*facts, *ends], AT + dt.timedelta(days=10))["escalations"] == 2


def test_a_rehearsal_never_defers_what_is_severe() -> None:
    facts = [opened(number, AT + dt.timedelta(minutes=number), priority="urgent") for number in range(30)]
    found = replayed(protocol(), facts, AT + dt.timedelta(days=2))
    assert (found["severe"], found["severe_deferred"], found["unattended"]) == (30, 0, 0)
    assert found["most_per_person_and_day"] <= 4
    assert found["incidents"] == 1
    assert found["severe_missed"] > 0


def test_a_promise_that_is_used_up_escalates_in_a_rehearsal() -> None:
    rules = protocol(promise_seconds={"normal": 36_000})
    case = opened(1, AT, priority="normal")
    assert replayed(rules, [case], AT + dt.timedelta(hours=7))["escalations"] == 0
    assert replayed(rules, [case], AT + dt.timedelta(hours=9))["escalations"] == 1


def test_another_severity_calls_for_a_look_and_stays_in_a_rehearsal() -> None:
    case = opened(1, AT, priority="normal")
    risen = {**case, "change": "prioritised", "at": AT + dt.timedelta(hours=1), "priority": "urgent"}
    found = replayed(protocol(), [case, risen], AT + dt.timedelta(hours=2))
    assert (found["escalations"], found["severe"]) == (1, 1)
    # One that was deferred comes back as severe as it is by then: not at all.
    rules = protocol(daily_budget=2, kept_for_severe=1)
    facts = [opened(number, AT + dt.timedelta(minutes=number), priority="high") for number in (1, 2)]
    fallen = {**facts[1], "change": "prioritised", "at": AT + dt.timedelta(hours=1), "priority": "normal"}
    end = AT + dt.timedelta(days=2)
    assert replayed(rules, facts, end)["escalations"] == 2
    assert replayed(rules, [*facts, fallen], end)["escalations"] == 1


def test_like_cases_are_one_piece_of_work_in_a_rehearsal() -> None:
    rules = protocol(group={"by": ["topic"], "from_cases": 3})
    facts = [opened(n, AT + dt.timedelta(minutes=n), topic="line", customer_key=f"c{n}") for n in range(9)]
    found = replayed(rules, facts, AT + dt.timedelta(days=1))
    assert (found["escalations"], found["incidents"], found["cases_in_incidents"]) == (2, 1, 8)
