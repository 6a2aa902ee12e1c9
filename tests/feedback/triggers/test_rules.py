"""Whether a fact asks a customer: each reason, in the order that keeps the probability true."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.deciding import carry, decide, draw_of, tally
from heed.feedback.triggers.rules.ledger import Account, Ledger
from heed.feedback.triggers.rules.reasons import BY_CONDITION, REASONS
from heed.feedback.triggers.rules.telling import ask_once_key, wanted_language
from heed.feedback.triggers.rules.terms import micros, terms_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIGGER = Trigger(name="After a call", when='channel == "phone"', never_when='topic == "complaint"', survey="s")


def known(
    rest_days: int = 30,
    at: datetime | None = NOW,
    surveys: tuple[str, ...] = ("s",),
    obstacles: dict[str, str] | None = None,
    asked: dict[str, datetime] | None = None,
    unknown: str = "",
    **policy: Any,
) -> Ledger:
    """A ledger that holds what the test says."""
    terms = terms_of(ContactPolicy(rest_days=rest_days, **policy))
    accounts = {key: Account(obstacle) for key, obstacle in (obstacles or {}).items()}
    for key, when in (asked or {}).items():
        accounts.setdefault(key, Account()).spend("", micros(when), [micros(when)])
    return Ledger(terms, at, accounts, unknown, surveys=lambda survey: survey in surveys)


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
        ({}, known(), "condition_met"),
        ({"channel": "chat"}, known(), "condition_not_met"),
        ({"channel": None}, known(), "unknown"),
        ({"topic": "complaint"}, known(), "excepted"),
        ({"customer_key": None}, known(), "no_customer"),
        ({"started_at": NOW - timedelta(days=8)}, known(), "too_late"),
        ({}, known(surveys=()), "survey_not_in_force"),
        ({}, known(obstacles={"c_1": "opted_out"}), "opted_out"),
        ({}, known(obstacles={"c_1": "no_address"}), "no_address"),
        ({}, known(obstacles={"c_1": "unknown_customer"}), "unknown_customer"),
        ({}, known(asked={"c_1": NOW - timedelta(days=29)}), "rested"),
        ({}, known(asked={"c_1": NOW - timedelta(days=30)}), "condition_met"),
        ({}, known(asked={"c_1": NOW + timedelta(days=2)}), "rested"),
        ({}, known(rest_days=0, asked={"c_1": NOW}), "condition_met"),
    ],
)
def test_each_reason(said: dict[str, Any], state: Ledger, reason: str) -> None:
    decision = decide(TRIGGER, state, fact(**said))
    assert decision.reason == reason
    assert decision.code == ("asked" if reason == "condition_met" else "not_asked")
    assert reason in REASONS


def test_who_rests_is_told_until_when() -> None:
    decision = decide(TRIGGER, known(asked={"c_1": NOW - timedelta(days=1)}), fact())
    assert decision.details["rested_until"] == NOW + timedelta(days=29)


def test_a_share_is_asked_by_chance_that_is_the_same_every_time() -> None:
    tenth = TRIGGER.model_copy(update={"probability": 0.1})
    decisions = [decide(tenth, known(), fact(interaction_id=f"i{number}")) for number in range(4000)]
    asked = sum(decision.code == "asked" for decision in decisions)
    assert 320 < asked < 480
    assert {decision.reason for decision in decisions} == {"condition_met", "held_out"}
    assert decisions == [decide(tenth, known(), fact(interaction_id=f"i{number}")) for number in range(4000)]


def test_who_may_not_be_asked_never_comes_to_the_draw() -> None:
    hardly = TRIGGER.model_copy(update={"probability": 1e-9})
    assert decide(hardly, known(), fact()).reason == "held_out"
    assert decide(hardly, known(obstacles={"c_1": "opted_out"}), fact()).reason == "opted_out"
    assert decide(hardly, known(asked={"c_1": NOW}), fact()).reason == "rested"


@given(st.text(min_size=1, max_size=300))
def test_a_draw_is_a_share_and_a_decision_has_one_key(key: str) -> None:
    assert 0 <= draw_of(TRIGGER, key) < 1
    assert len(ask_once_key("t" * 80, "interactions", key)) <= 255


def test_a_rehearsal_rests_customers_as_production_does() -> None:
    state, seen = known(30, None), tally(TRIGGER, NOW, NOW + timedelta(days=60))
    for day in range(60):
        told = fact(interaction_id=f"i{day}", started_at=NOW + timedelta(days=day))
        decision = decide(TRIGGER, state, told)
        carry(TRIGGER, state, told, decision)
        seen.add(told, decision)
    figures = seen.figures()
    assert (figures["asks"], figures["customers"], figures["not_asked"]) == (2, 1, {"rested": 58})


def test_a_rehearsal_knows_whom_it_could_reach_today() -> None:
    state = known(30, None, obstacles={"c_1": "", "c_2": "opted_out"}, unknown="unknown_customer")
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
