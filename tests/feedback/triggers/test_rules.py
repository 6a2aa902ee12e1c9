"""Whether a fact asks a customer: each reason, in the order that keeps the probability true."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.rules import (
    BY_CONDITION,
    REASONS,
    Memory,
    ask_once_key,
    carry,
    decide,
    draw_of,
    tally,
    wanted_language,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIGGER = Trigger(name="After a call", when='channel == "phone"', never_when='topic == "complaint"', survey="s")


@dataclass
class Known:
    """A state that says what the test says."""

    rest_days: int = 30
    at: datetime = NOW
    surveys: tuple[str, ...] = ("s",)
    obstacles: dict[str, str] = field(default_factory=dict)
    asked: dict[str, datetime] = field(default_factory=dict)

    def now(self, happened_at: datetime) -> datetime:
        return self.at

    def has_survey(self, survey: str) -> bool:
        return survey in self.surveys

    def obstacle(self, customer: str) -> str:
        return self.obstacles.get(customer, "")

    def asked_at(self, customer: str) -> datetime | None:
        return self.asked.get(customer)


def fact(**said: Any) -> dict[str, Any]:
    return {
        "interaction_id": "i1",
        "started_at": NOW - timedelta(hours=1),
        "customer_key": "c_1",
        "channel": "phone",
        **said,
    }


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        ({}, Known(), "condition_met"),
        ({"channel": "chat"}, Known(), "condition_not_met"),
        ({"channel": None}, Known(), "unknown"),
        ({"topic": "complaint"}, Known(), "excepted"),
        ({"customer_key": None}, Known(), "no_customer"),
        ({"started_at": NOW - timedelta(days=8)}, Known(), "too_late"),
        ({}, Known(surveys=()), "survey_not_in_force"),
        ({}, Known(obstacles={"c_1": "opted_out"}), "opted_out"),
        ({}, Known(obstacles={"c_1": "no_address"}), "no_address"),
        ({}, Known(obstacles={"c_1": "unknown_customer"}), "unknown_customer"),
        ({}, Known(asked={"c_1": NOW - timedelta(days=29)}), "rested"),
        ({}, Known(asked={"c_1": NOW - timedelta(days=30)}), "condition_met"),
        ({}, Known(asked={"c_1": NOW + timedelta(days=2)}), "rested"),
        ({}, Known(rest_days=0, asked={"c_1": NOW}), "condition_met"),
    ],
)
def test_each_reason(said: dict[str, Any], state: Known, reason: str) -> None:
    decision = decide(TRIGGER, state, fact(**said))
    assert decision.reason == reason
    assert decision.code == ("asked" if reason == "condition_met" else "not_asked")
    assert reason in REASONS


def test_who_rests_is_told_until_when() -> None:
    decision = decide(TRIGGER, Known(asked={"c_1": NOW - timedelta(days=1)}), fact())
    assert decision.details["rested_until"] == NOW + timedelta(days=29)


def test_a_share_is_asked_by_chance_that_is_the_same_every_time() -> None:
    tenth = TRIGGER.model_copy(update={"probability": 0.1})
    decisions = [decide(tenth, Known(), fact(interaction_id=f"i{number}")) for number in range(4000)]
    asked = sum(decision.code == "asked" for decision in decisions)
    assert 320 < asked < 480
    assert {decision.reason for decision in decisions} == {"condition_met", "held_out"}
    assert decisions == [decide(tenth, Known(), fact(interaction_id=f"i{number}")) for number in range(4000)]


def test_who_may_not_be_asked_never_comes_to_the_draw() -> None:
    hardly = TRIGGER.model_copy(update={"probability": 1e-9})
    assert decide(hardly, Known(), fact()).reason == "held_out"
    assert decide(hardly, Known(obstacles={"c_1": "opted_out"}), fact()).reason == "opted_out"
    assert decide(hardly, Known(asked={"c_1": NOW}), fact()).reason == "rested"


@given(st.text(min_size=1, max_size=300))
def test_a_draw_is_a_share_and_a_decision_has_one_key(key: str) -> None:
    assert 0 <= draw_of(TRIGGER, key) < 1
    assert len(ask_once_key("t" * 80, "interactions", key)) <= 255


def test_a_rehearsal_rests_customers_as_production_does() -> None:
    state, seen = Memory(30), tally(TRIGGER, NOW, NOW + timedelta(days=60))
    for day in range(60):
        told = fact(interaction_id=f"i{day}", started_at=NOW + timedelta(days=day))
        decision = decide(TRIGGER, state, told)
        carry(TRIGGER, state, told, decision)
        seen.add(told, decision)
    figures = seen.figures()
    assert (figures["asks"], figures["customers"], figures["not_asked"]) == (2, 1, {"rested": 58})


def test_a_rehearsal_knows_whom_it_could_reach_today() -> None:
    state = Memory(30, {"c_1": "", "c_2": "opted_out"})
    assert decide(TRIGGER, state, fact()).code == "asked"
    assert decide(TRIGGER, state, fact(customer_key="c_2")).reason == "opted_out"
    assert decide(TRIGGER, state, fact(customer_key="c_3")).reason == "unknown_customer"


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"when": "wait_second > 20.0"}, "wait_seconds"),
        ({"never_when": "wait_seconds > "}, "never_when"),
        ({"source": "interaction"}, "source"),
        ({"probability": 1.5}, "probability"),
        ({"delay": 60}, "delay_seconds"),
    ],
)
def test_a_trigger_that_cannot_be_meant_is_refused_by_field(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("trigger", {**TRIGGER.model_dump(), **wrong})
    assert names in f"{refused.value.message} {refused.value.hint}"


def test_the_language_wanted() -> None:
    assert wanted_language("customer", "de", "fr") == "de"
    assert wanted_language("customer", "", "fr") == "fr"
    assert wanted_language("fact", "de", "fr") == "fr"
    assert wanted_language("survey", "de", "fr") == ""


def test_reasons_of_a_condition_are_reasons() -> None:
    assert set(BY_CONDITION) <= set(REASONS)
