"""Which answers open a case: rule by rule, and the same in bulk as one by one."""

import datetime as dt
import random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.facts.engine.engine import open_engine
from heed.facts.store.store import Store
from heed.facts.streams import Span
from heed.rehearsal.replay.deciders import decider_of
from heed.rehearsal.replay.replay import rehearse, replay, with_truths
from heed.service.cases.definition import CaseOpening
from heed.service.cases.rules.opening import Memory, conditions_of, decide
from tests.places import ROOT

START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
END = START + dt.timedelta(days=28)
BODY = {
    "name": "Close the loop",
    "when": 'instrument == "nps" && score <= 6',
    "never_when": 'segment == "staff"',
    "one_case_days": 7,
    "severities": [{"when": "score <= 2", "severity": "high"}],
    "owners": [{"when": 'channel == "phone"', "team": "hotline"}],
    "promises": [{"severity": "high", "first_contact_seconds": 3600}],
}


def opening(**changed) -> CaseOpening:
    found = validate("case_opening", {**BODY, **changed})
    assert isinstance(found, CaseOpening)
    return found


def answer(number: int = 0, **changed) -> dict:
    return {
        "answer_id": f"a{number:05}",
        "response_id": f"r{number}",
        "answered_at": START + dt.timedelta(hours=number),
        "instrument": "nps",
        "score": 5.0,
        "customer_key": "c_1",
        "team": "north",
        "source": "test",
        "batch": "test",
        "recorded_at": START,
        **changed,
    }


def decided(fact: dict, state: Memory | None = None, **changed) -> tuple[str, str]:
    decision = decide(opening(**changed), state or Memory(), fact)
    return decision.code, decision.reason


def test_a_detractor_opens_a_case_for_the_team_that_served():
    decision = decide(opening(), Memory(), answer())
    assert (decision.code, decision.reason) == ("opened_normal", "condition_met")
    assert decision.details["team"] == "north"
    assert decision.details["first_contact_seconds"] is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"score": 9.0}, ("not_opened", "condition_not_met")),
        ({"score": None}, ("not_opened", "unknown")),
        ({"score": None, "instrument": "csat"}, ("not_opened", "condition_not_met")),
        ({"segment": "staff"}, ("not_opened", "excepted")),
        ({"segment": "gold"}, ("opened_normal", "condition_met")),
        ({"score": 1.0}, ("opened_high", "condition_met")),
        ({"customer_key": None}, ("opened_normal", "condition_met_no_customer")),
    ],
)
def test_what_opens_a_case_and_what_does_not(changed, expected):
    assert decided(answer(**changed)) == expected


def test_the_first_rule_that_holds_gives_owner_severity_and_promise():
    details = decide(opening(), Memory(), answer(channel="phone", score=0.0)).details
    assert (details["team"], details["severity"], details["first_contact_seconds"]) == ("hotline", "high", 3600)
    assert decide(opening(owner="care"), Memory(), answer()).details["team"] == "care"
    assert decide(opening(), Memory(), answer(team=None)).details["team"] == ""


def test_a_customer_has_one_case_within_the_days():
    state = Memory({"c_1": START})
    day = dt.timedelta(days=1)
    assert decided(answer(answered_at=START + 7 * day - dt.timedelta(seconds=1)), state)[0] == "joined_existing"
    assert decided(answer(answered_at=START + 7 * day), state)[0] == "opened_normal"
    assert decided(answer(answered_at=START + day, customer_key="c_2"), state)[0] == "opened_normal"
    assert decided(answer(answered_at=START + day), state, one_case_days=0)[0] == "opened_normal"


@pytest.mark.parametrize(
    ("changed", "at", "words"),
    [
        ({"when": "scor <= 6"}, ("when",), "when: unknown name scor"),
        (
            {"severities": [{"when": 'score == "a"', "severity": "high"}]},
            ("severities", "0", "when"),
            "severities.0.when",
        ),
        ({"when": "wait_seconds > 5"}, ("when",), "unknown name wait_seconds"),
        ({"promises": [BODY["promises"][0], BODY["promises"][0]]}, (), "promises say one severity twice"),
    ],
)
def test_a_definition_that_cannot_be_meant_is_refused_when_proposed(changed, at, words):
    with pytest.raises(InvalidDefinition) as refused:
        opening(**changed)
    assert refused.value.at == at
    assert words in refused.value.message


def history(seed: int, count: int = 400) -> list[dict]:
    draw = random.Random(seed)
    span = int((END - START).total_seconds())
    return [
        answer(
            number,
            answered_at=START + dt.timedelta(seconds=draw.randrange(-3600, span + 3600)),
            instrument=draw.choice(["nps", "csat", None]),
            score=draw.choice([0.0, 2.0, 5.0, 6.0, 7.0, None]),
            segment=draw.choice(["staff", "gold", None]),
            channel=draw.choice(["phone", "chat", None]),
            team=draw.choice(["north", "south", None]),
            customer_key=draw.choice(["c_1", "c_2", "c_3", None]),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    made = []

    def engine_with(rows: list[dict]):
        store = Store(str(tmp_path_factory.mktemp("facts")))
        store.append("responses", pa.Table.from_pylist(rows), app="test", number=1)
        made.append(open_engine("duckdb", store))
        return made[-1]

    yield engine_with
    for engine in made:
        engine.close()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), days=st.sampled_from([0, 1, 7]), owner=st.sampled_from(["", "care"]))
def test_bulk_and_one_by_one_decide_the_same_for_the_same_reason(seed, days, owner, engines):
    rows, definition, decider = history(seed), opening(one_case_days=days, owner=owner), decider_of("case_opening")
    engine = engines(rows)
    kept = sorted(
        (row for row in rows if START <= row["answered_at"] < END),
        key=lambda row: (row["answered_at"], row["answer_id"]),
    )
    single = list(replay(decider, definition, kept))
    span = Span(engine, "responses", START, END, conditions_of(definition))
    state, many = Memory(), []
    for slice_ in span.slices(("customer_key", "team"), size=100):
        for fact, truths in with_truths(slice_, tuple(span.conditions)):
            decision = decide(definition, state, fact, truths)
            decider.carry(definition, state, fact, decision)
            many.append(decision)
            alone = decider.settled(definition, truths)
            assert alone is None or alone == decision
    assert many == single

    found = rehearse(engine, decider, definition, START, END)
    tally = decider.tally(definition, START, END)
    for fact, decision in zip(kept, single, strict=True):
        tally.add(fact, decision)
    assert found.facts == found.decided == len(kept)
    assert {code: sum(d.code == code for d in single) for code in found.outcomes} == found.outcomes
    assert {(c, r) for c, by in found.reasons.items() for r in by} == {(d.code, d.reason) for d in single}
    assert found.figures == tally.figures()
    assert found.figures["cases"] == sum(found.figures["teams"].values()) + found.figures["unowned"]


def test_figures_of_a_known_month(engines):
    rows = [
        answer(0, customer_key="c_1"),
        answer(1, customer_key="c_1"),
        answer(2, customer_key="c_2", team=None, score=1.0),
        answer(200, customer_key="c_1"),
        answer(201, score=10.0),
    ]
    found = rehearse(engines(rows), decider_of("case_opening"), opening(), START, END)
    assert found.outcomes == {"joined_existing": 1, "not_opened": 1, "opened_high": 1, "opened_normal": 2}
    assert found.figures == {
        "cases": 3,
        "cases_per_week": 0.75,
        "busiest_week": "2026-01-05",
        "busiest_week_cases": 2,
        "customers": 2,
        "teams": {"north": 2},
        "unowned": 1,
    }


def test_no_facts_give_nothing_and_no_error(engines):
    found = rehearse(engines([answer()]), decider_of("case_opening"), opening(), END, END + dt.timedelta(days=1))
    assert (found.facts, found.outcomes, found.figures["cases"]) == (0, {}, 0)
    assert found.figures["busiest_week"] is None


def test_the_worked_table_of_the_documents():
    page = (ROOT / "docs" / "methods" / "rehearsal.md").read_text(encoding="utf-8")
    told = [[cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines() if " Jan |" in line]
    assert len(told) == 8
    facts = [
        answer(
            number,
            answered_at=START + dt.timedelta(days=int(day.split()[0]) - 5, seconds=number),
            customer_key=None if customer == "–" else customer,
            score=None if score == "–" else float(score),
            segment=segment or None,
        )
        for number, (day, customer, score, segment, *_) in enumerate(told)
    ]
    decider, definition = decider_of("case_opening"), opening(owners=[])
    decisions = list(replay(decider, definition, facts))
    assert [[decision.code, decision.reason] for decision in decisions] == [row[4:] for row in told]
    tally = decider.tally(definition, START, START + dt.timedelta(days=8))
    for fact, decision in zip(facts, decisions, strict=True):
        tally.add(fact, decision)
    figures = tally.figures()
    assert (figures["cases"], figures["cases_per_week"], figures["customers"]) == (4, pytest.approx(3.5), 2)
