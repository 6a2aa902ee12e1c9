"""Facts in order of time, one decision each: kept, missed, and what neither."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import keeping  # noqa: F401  registers how an SLA decides
from heed.goals.slas.rules.tallying import Outcome, SlaTally
from heed.rehearsal.replay.deciders import Decision, decider_of
from heed.rehearsal.replay.replay import replay
from tests.goals.slas.test_clock import REFERENCE, calendar_of

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sla(**more: Any) -> Sla:
    return Sla.model_validate({"name": "x", "within_seconds": 3600, "target": 0.9, **more})


def fact(case: str, hours: float, change: str, to_value: str | None = None, **more: Any) -> dict[str, Any]:
    known = {"team": "front", "region": "north", "channel": "email", "priority": "normal", "customer_key": f"c{case}"}
    return {"case_id": case, "at": START + hours * HOUR, "change": change, "to_value": to_value, **known, **more}


def call(name: str, wait: float | None, answered: bool, **more: Any) -> dict[str, Any]:
    known = {"offered": True, "answered": answered, "abandoned": not answered, "wait_seconds": wait, "channel": "phone"}
    return {"interaction_id": name, "started_at": START, **known, **more}


def lived(definition: Sla, *facts: dict[str, Any], reach: Any = None) -> tuple[list[Decision], Outcome]:
    tally = SlaTally(definition, START, START + 48 * HOUR, reach)
    decisions = list(replay(decider_of("sla"), definition, facts))
    for each, decision in zip(facts, decisions, strict=True):
        tally.add(each, decision)
    return decisions, tally.outcome()


def codes(found: tuple[list[Decision], Outcome]) -> list[str]:
    return [decision.code for decision in found[0]]


def test_the_life_of_a_case() -> None:
    found = lived(
        sla(),
        fact("1", 0, "opened"),
        fact("1", 0.5, "waiting", "customer"),
        fact("1", 5, "resumed"),
        fact("1", 5.5, "resolved"),
        fact("1", 6, "closed", "resolved"),
    )
    assert codes(found) == ["started", "paused", "resumed", "kept", "noted"]
    (judged,) = found[1].judged
    assert (judged.kept, judged.life.used, judged.customer) == (True, 3600 * 10**6, "c1")


def test_a_promise_that_breaks_is_dated_by_the_moment_it_broke_and_counts_while_it_is_open() -> None:
    found = lived(sla(), fact("1", 0, "opened"), fact("2", 1, "opened"), fact("2", 9, "resolved"))
    assert codes(found) == ["started", "started", "missed"]
    assert [(each.case, each.kept, each.at // 10**6) for each in found[1].judged] == [
        ("1", False, int((START + HOUR).timestamp())),
        ("2", False, int((START + 2 * HOUR).timestamp())),
    ]
    assert [each.case for each in found[1].open] == ["1"]


def test_a_reopened_case_is_judged_once_where_it_goes_on_and_twice_where_it_starts_anew() -> None:
    facts = (fact("1", 0, "opened"), fact("1", 0.5, "resolved"), fact("1", 9, "reopened"), fact("1", 9.7, "resolved"))
    assert [each.kept for each in lived(sla(), *facts)[1].judged] == [False]
    assert [each.kept for each in lived(sla(reopened="restarts"), *facts)[1].judged] == [True, True]
    assert [each.kept for each in lived(sla(reopened="ignored"), *facts)[1].judged] == [True]


def test_a_merged_case_goes_on_as_the_other() -> None:
    found = lived(
        sla(),
        fact("1", 0, "opened"),
        fact("2", 0.5, "opened"),
        fact("1", 0.9, "merged", "2"),
        fact("2", 1.2, "resolved"),
    )
    assert codes(found) == ["started", "started", "merged", "missed"]
    assert [(each.case, each.kept) for each in found[1].judged] == [("2", False)]
    assert found[1].merged == 1


def test_a_broken_promise_that_is_handed_on_counts_once_and_when_it_broke() -> None:
    found = lived(
        sla(), fact("1", 0, "opened"), fact("2", 3, "opened"), fact("1", 3.5, "merged", "2"), fact("2", 3.6, "resolved")
    )
    assert [(each.case, each.kept, each.at // 10**6) for each in found[1].judged] == [
        ("2", False, int((START + HOUR).timestamp()))
    ]


def test_a_promise_is_not_lost_in_a_case_that_had_none() -> None:
    facts = (
        fact("1", 0, "opened", channel="phone"),
        fact("2", 0.2, "opened"),
        fact("1", 0.5, "merged", "2", channel="phone"),
        fact("2", 0.9, "resolved"),
    )
    found = lived(sla(population='channel == "phone"'), *facts)
    assert [(each.case, each.kept, each.life.used) for each in found[1].judged] == [("2", True, 3240 * 10**6)]
    # … nor where the case went into one that was over: it was a duplicate of what is done, and is not judged.
    late = lived(sla(), *facts[:2], fact("2", 0.3, "resolved"), facts[2])
    assert [(each.case, each.kept) for each in late[1].judged] == [("2", True)]


def test_a_source_may_close_the_duplicate_before_it_says_where_it_went() -> None:
    found = lived(
        sla(),
        fact("1", 0, "opened"),
        fact("2", 0.5, "opened"),
        fact("1", 0.9, "closed", "duplicate"),
        fact("1", 0.9, "merged", "2"),
        fact("2", 1.1, "resolved"),
    )
    assert [(each.case, each.kept) for each in found[1].judged] == [("2", False)]


def test_the_team_of_a_case_that_took_in_another_keeps_its_own_time() -> None:
    definition = sla(within_seconds=36_000, teams=[{"team": "front", "within_seconds": 3600}])
    moves = (fact("1", 0, "opened"), fact("2", 0.9, "opened"), fact("1", 1, "merged", "2"))
    late = lived(definition, *moves, fact("2", 2, "resolved"))
    assert late[1].stays == {"front": [True, False]}


def test_the_population_is_who_is_opened_so() -> None:
    found = lived(
        sla(population='channel == "phone"'),
        fact("1", 0, "opened"),
        fact("1", 0.5, "resolved"),
        fact("2", 0, "opened", channel="phone"),
        fact("2", 0.1, "assigned", channel="email"),
        fact("2", 0.5, "resolved", channel="email"),
        fact("3", 0, "opened", channel=None),
    )
    assert codes(found) == ["not_concerned", "not_concerned", "started", "noted", "kept", "not_concerned"]
    assert found[1].left_out == {"not_in_population": 1, "opening_unknown": 1, "unknown": 1}


def test_each_stay_with_a_team_is_held_against_what_the_team_promised() -> None:
    definition = sla(
        within_seconds=7200,
        teams=[{"team": "front", "within_seconds": 1800}, {"team": "billing", "within_seconds": 3600, "step": 2}],
    )
    found = lived(
        definition,
        fact("1", 0, "opened"),
        fact("1", 0.4, "waiting", "customer"),
        fact("1", 3, "resumed"),
        fact("1", 3.1, "transferred", "billing", team="billing"),
        fact("1", 4.2, "resolved", team="billing"),
    )
    # 24 + 6 minutes in front, to the second; 66 in billing.
    assert found[1].stays == {"front": [True], "billing": [False]}


def test_calls_are_answered_in_time_or_not() -> None:
    calls = (
        call("a", 20.0, True),
        call("b", 20.000001, True),
        call("c", 5, False),
        call("d", 50, False),
        call("e", None, True),
        call("f", 1, True, offered=False),
        call("g", 1, True, excluded_reason="phantom"),
    )
    definition = sla(promise="answer", within_seconds=20)
    assert codes(lived(definition, *calls)) == ["kept", "missed", "missed", "missed", *["not_concerned"] * 3]
    left = sla(promise="answer", within_seconds=20, short_abandons="left_out")
    assert codes(lived(left, *calls))[2:4] == ["not_concerned", "missed"]


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["id"])
def test_the_reference_cases_as_facts(case: dict[str, Any]) -> None:
    given, wanted = case["input"], case["expected"]
    zone = ZoneInfo(given["tz"])

    def moment(local: str, fold: int = 0) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold).astimezone(UTC)

    facts = [fact("1", 0, "opened", at=moment(given["start_local"], given["start_fold"]))]
    for low, high in given["pauses_local"]:
        facts += [fact("1", 0, "waiting", "customer", at=moment(low)), fact("1", 0, "resumed", at=moment(high))]
    facts.append(fact("1", 0, "resolved", at=moment(given["end_local"], given["end_fold"])))
    definition = sla(within_seconds=10**7, hours=calendar_of(given))
    decisions = list(replay(decider_of("sla"), definition, facts))
    assert decisions[-1].code == "kept"
    assert decisions[-1].details["life"].used == wanted["business_minutes"] * 60 * 10**6


def test_only_what_somebody_reaches_is_counted() -> None:
    facts = (fact("1", 0, "opened"), fact("1", 0.5, "resolved"), fact("2", 0, "opened", team="back", region="south"))
    reach = {"team": frozenset({"back"}), "region": frozenset[str]()}
    assert [each.case for each in lived(sla(), *facts, reach=reach)[1].judged] == ["2"]


def test_of_calls_those_count_that_come_while_it_is_open() -> None:
    hours = {"name": "Line", "time_zone": "Europe/Berlin", "hours": {"monday": ["09:00-17:00"]}}
    definition = sla(promise="answer", within_seconds=20, hours=hours)
    came = {"in": datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), "late": datetime(2026, 3, 2, 16, 0, tzinfo=UTC)}
    calls = (call(name, 5, True, started_at=at) for name, at in came.items())
    assert codes(lived(definition, *calls)) == ["kept", "not_concerned"]
