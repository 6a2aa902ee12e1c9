"""`heed journeys mine` on a log small enough to reckon by hand, and beside plain loops on any."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heed.mining.columns import Columns
from heed.mining.handoffs import audited
from heed.mining.mined import mapped, mined
from heed.mining.readers import raw
from heed.mining.readers.opening import opened
from tests.mining import plain
from tests.mining.logs import REFUNDS, written


@pytest.fixture
def refunds(tmp_path: Path) -> Path:
    file = tmp_path / "refunds.csv"
    file.write_text(REFUNDS)
    return file


def told(file: Path, columns: Columns | None = None) -> dict[str, Any]:
    with opened(str(file), columns) as log:
        return mined(log)


def test_a_log_reckoned_by_hand(refunds: Path) -> None:
    found = told(refunds)
    assert (found["cases"], found["events"], found["activities"], found["variants"]) == (3, 11, 3, 3)
    assert all(type(found[name]) is int for name in ("cases", "events", "activities", "variants", "untimed"))
    assert {type(count) for count in (*found["rework"].values(), found["edges"][0]["count"])} == {int}
    assert found["starts"] == {"ask": 3}
    assert found["ends"] == {"pay": 3}
    # ask→check takes 600, 1,800 and 1,200 s: median 1,200, p90 1,200 + 0.8 · 600.
    assert found["edges"][0] == {
        "from": "ask", "to": "check", "count": 3, "mean_seconds": 1200.0, "median_seconds": 1200.0, "p90_seconds": 1680.0,
    }  # fmt: skip
    assert {(row["from"], row["to"]): row["count"] for row in found["edges"]} == {
        ("ask", "check"): 3, ("ask", "pay"): 1, ("check", "ask"): 1, ("check", "check"): 1, ("check", "pay"): 2,
    }  # fmt: skip
    assert found["rework"] == {"cases": 2, "events": 2}
    assert found["handovers"] == [
        {"from": "ann", "to": "bob", "count": 2},
        {"from": "bob", "to": "ann", "count": 1},
        {"from": "bob", "to": "cid", "count": 1},
    ]
    assert [row["activities"] for row in found["top_variants"]] == [
        ["ask", "check", "pay"], ["ask", "check", "ask", "pay"], ["ask", "check", "check", "pay"],
    ]  # fmt: skip
    assert found["loops"] == [
        {"activity": "ask", "via": "check", "count": 1, "cases": 1},
        {"activity": "check", "via": None, "count": 1, "cases": 1},
    ]


def test_handoffs_reckoned_by_hand(refunds: Path) -> None:
    with opened(str(refunds), Columns(group="team"), required=("case", "time", "group")) as log:
        found = audited(log)
    assert (found["cases"], found["handoffs"]) == (3, 4)
    # Lifetimes 4,200 + 7,200 + 6,600 s. desk→back waits 600, 1,800 and 3,000 s; only that of r3 comes back.
    assert found["pairs"] == [
        {
            "from": "desk", "to": "back", "count": 3, "wait_median_seconds": 1800.0,
            "wait_p90_seconds": pytest.approx(2760.0), "share_of_cycle_time": 5400 / 18000, "returns": 1,
        },
        {
            "from": "back", "to": "desk", "count": 1, "wait_median_seconds": 3600.0, "wait_p90_seconds": 3600.0,
            "share_of_cycle_time": 3600 / 18000, "returns": 0,
        },
    ]  # fmt: skip
    assert found["ping_pong"] == {
        "cases": 1, "share": 1 / 3, "definition": "A case ping-pongs when its groups, repeats collapsed, hold A, B, A.",
    }  # fmt: skip
    assert found["ownerless_seconds"] == 1800.0
    assert {type(found["pairs"][0][name]) for name in ("count", "returns")} == {int}


START = datetime(2024, 3, 30, 22, tzinfo=UTC)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "case": st.sampled_from(["a", "b", "c"]),
            "activity": st.sampled_from(["ask", "check", "pay", "école"]),
            "at": st.one_of(st.none(), st.integers(0, 400).map(lambda tens: START + timedelta(seconds=tens * 30.5))),
            "resource": st.sampled_from(["", "ann", "bob"]),
            "group": st.sampled_from(["", "desk", "back", "lab"]),
        }
    ),
    min_size=1,
    max_size=25,
).filter(lambda events: any(event["at"] for event in events))


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """The last bits of a mean and a quantile are the engine's own."""
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in row.items()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_any_log_gives_what_plain_loops_give(tmp_path: Path, events: list[dict[str, Any]]) -> None:
    file = written(tmp_path / "any.csv", events)
    expected = plain.mined(events)
    with opened(str(file), Columns(group="team")) as log:
        found, passed = mined(log), audited(log)
        alone = mined(replace(log, connection=None))
    assert alone | {"edges": []} == found | {"edges": []}, "the same by expressions alone"
    assert [*map(rounded, alone["edges"])] == [*map(rounded, found["edges"])]
    for row in found["edges"]:
        edge = expected["edges"].pop((row["from"], row["to"]))
        assert {name: row[name] for name in edge} == pytest.approx(edge, nan_ok=True)
    assert not expected.pop("edges")
    assert {(row["from"], row["to"]): row["count"] for row in found["handovers"]} == expected.pop("handovers")
    assert {name: found[name] for name in expected} == expected
    handed = plain.audited(events)
    for row in passed["pairs"]:
        pair = handed["pairs"].pop((row["from"], row["to"]))
        assert {name: row[name] for name in pair} == pytest.approx(pair)
    assert not handed["pairs"]
    assert (passed["cases"], passed["handoffs"]) == (handed["cases"], handed["handoffs"])
    assert passed["ping_pong"]["cases"] == handed["ping_pong"]
    assert passed["ownerless_seconds"] == pytest.approx(handed["ownerless_seconds"])


def test_ways_of_the_same_activities_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    orders = list(permutations("abcdefg"))
    rows = (f"{case},{step},{at}\n" for case, order in enumerate([*orders, orders[9]]) for at, step in enumerate(order))
    file.write_text("case,activity,at\n" + "".join(rows))
    with opened(str(file), Columns("case", "activity", "at")) as log:
        found = mined(log, top=2)
    assert (found["variants"], found["rework"]) == (len(orders), {"cases": 0, "events": 0})
    assert found["top_variants"][0]["activities"] == list(orders[9])
    assert [row["count"] for row in found["top_variants"]] == [2, 1]


def test_what_few_cases_do_often_is_no_edge_of_many(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = [(case, step) for case in range(5) for step in ("ask", "pay")] + [(9, "call")] * 20 + [(9, "pay")] * 3
    file.write_text("case,activity,at\n" + "".join(f"{case},{step},{at}\n" for at, (case, step) in enumerate(rows)))
    with opened(str(file), Columns("case", "activity", "at")) as log:
        told, edges, size = mapped(log, 1.0, least=5)
    assert [(row["from"], row["to"]) for row in edges] == [("ask", "pay")]
    assert (told["activity_counts"], size["edges"]) == ({"ask": 5, "pay": 8}, 1)


def test_cases_the_hashes_of_which_meet_stay_apart(refunds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(refunds)
    monkeypatch.setattr(raw, "KEY", "hash(case_id) % 2")
    assert told(refunds) == expected
