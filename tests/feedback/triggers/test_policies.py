"""Under any policy: no clause is ever broken and none refuses without need; and in bulk each row comes out the same."""

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.bulk import CODES, Candidates, decide_many
from heed.feedback.triggers.rules.deciding import carry, decide
from heed.feedback.triggers.rules.draws import draw, draws, salt_of
from heed.feedback.triggers.rules.ledger import Account, Ledger, Pause
from heed.feedback.triggers.rules.standing import candidates_of
from heed.feedback.triggers.rules.terms import is_control, micros, terms_of
from tests.feedback.triggers.policies import CUSTOMERS, HOME, START, ZONES, Facts, Oracle, facts, policies, triggers

CASES = {"c_0": [(START + timedelta(days=3), START + timedelta(days=9))]}
PAUSES = [(START + timedelta(days=12), START + timedelta(days=15), "north")]
ZONE_OF = dict(zip(CUSTOMERS, ZONES, strict=True))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def ledger(policy: ContactPolicy) -> Ledger:
    accounts = {}
    for key in CUSTOMERS:
        spans = tuple((micros(a), micros(b)) for a, b in CASES.get(key, []))
        accounts[key] = Account("", ZONE_OF[key], "silver", HOME[key], cases=spans)
    pauses = tuple(Pause(micros(a), micros(b), region) for a, b, region in PAUSES)
    return Ledger(terms_of(policy), None, accounts, surveys=lambda survey: survey != "gone", pauses=pauses)


def plainly(policy: ContactPolicy, watching: list[Trigger], told: Facts) -> list[Any]:
    state, found = ledger(policy), []
    for place, fact in told:
        decision = decide(watching[place], state, fact)
        carry(watching[place], state, fact, decision)
        found.append(decision)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data(), policies(), st.lists(triggers(), min_size=1, max_size=3))
def test_no_clause_is_broken_and_none_refuses_without_need(
    data: st.DataObject, policy: ContactPolicy, watching: list[Trigger]
) -> None:
    told = data.draw(facts(len(watching)))
    control = {key for key in CUSTOMERS if is_control(terms_of(policy), key)}
    oracle = Oracle(policy, ZONE_OF, CASES, PAUSES, control)
    for (place, fact), decision in zip(told, plainly(policy, watching, told), strict=True):
        forbidden = oracle.forbids(watching[place], fact)
        assert forbidden == (decision.reason not in ("condition_met", "held_out")), decision
        assert forbidden == ("probability" not in decision.details)
        if decision.code == "asked":
            assert decision.details["due_at"] == oracle.due(watching[place], fact)
            oracle.send(watching[place], fact)
        until = decision.details.get("rested_until")
        if until is not None:
            # As things are, from that moment on nothing of the clocks stands against it, and it is not quiet.
            assert not oracle._rests(fact["customer_key"], watching[place].survey, until)
            assert not oracle._overspends(fact["customer_key"], oracle._new(watching[place], until))
            assert not oracle.is_quiet(until, ZONE_OF[fact["customer_key"]])


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data(), policies(), st.lists(triggers(), min_size=1, max_size=3))
def test_in_bulk_each_row_comes_out_the_same(
    data: st.DataObject, policy: ContactPolicy, watching: list[Trigger]
) -> None:
    told = data.draw(facts(len(watching)))
    one_by_one = plainly(policy, watching, told)
    state = ledger(policy)
    many = decide_many(state, watching, rows_of(state, watching, told))
    assert [CODES[code] for code in many.reason] == [each.reason for each in one_by_one]
    assert list(many.share) == [each.details.get("probability", 0.0) for each in one_by_one]
    asked = [micros(each.details["due_at"]) for each in one_by_one if each.code == "asked"]
    assert list(many.due[many.asked]) == asked


def rows_of(state: Ledger, watching: list[Trigger], told: Facts) -> Candidates:
    columns = ("customer_key", "region", "segment", "touchpoint", "interaction_id", "started_at")
    table = pa.table({name: [fact[name] for _, fact in told] for name in columns})
    return candidates_of(state, watching, [(table, np.array([place for place, _ in told], np.int64))])


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30))
def test_draws_in_bulk_are_those_one_by_one(keys: list[str]) -> None:
    salt = salt_of("interactions", "s", "Name")
    assert list(draws(np.full(len(keys), salt, np.uint64), pa.array(keys))) == [draw(salt, key) for key in keys]


def test_draws_are_spread_evenly_and_apart() -> None:
    """Kolmogorov's distance of 20,000 draws from the even spread, of two salts, and what they have to do with each other."""
    keys = pa.array([f"call-{number}" for number in range(20_000)])
    one, other = (draws(np.full(20_000, salt_of("interactions", name), np.uint64), keys) for name in ("a", "b"))
    for each in (one, other):
        assert np.abs(np.sort(each) - (np.arange(20_000) + 0.5) / 20_000).max() < 1.95 / np.sqrt(20_000)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.03
