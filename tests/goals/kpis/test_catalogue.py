"""Each KPI beyond the first twelve, by pencil: a few rows in, and the figure anybody can count."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.readings import Reading, read
from tests.metrics.facts import at, facts

HOUR, DAY = 3600.0, 86400.0


def contact(number: int, days: float = 0, **more: Any) -> dict[str, Any]:
    return {"interaction_id": f"i{number}", "started_at": at(days), "answered": True, **more}


def change(case: str, what: str, days: float, **more: Any) -> dict[str, Any]:
    return {"change_id": f"{case}-{what}-{days}", "case_id": case, "change": what, "at": at(days), **more}


def used(number: int, who: str | None, days: float, **more: Any) -> dict[str, Any]:
    return {"usage_id": f"u{number}", "used_at": at(days), "customer_key": who, "measure": "order", **more}


def work(number: int, state: str, hours: float | None, **more: Any) -> dict[str, Any]:
    seconds = None if hours is None else hours * HOUR
    return {"interval_id": f"w{number}", "start_at": at(0), "state": state, "worked_seconds": seconds, **more}


def asked(number: int, who: str | None, days: float, survey: str = "s", **more: Any) -> dict[str, Any]:
    when = {"decided_at": at(days), "sent_at": at(days)}
    return {"invitation_id": f"n{number}", "customer_key": who, "asked": True, "survey_key": survey, **when, **more}


def answer(number: int, who: str | None, days: float, survey: str = "s", **more: Any) -> dict[str, Any]:
    named = {"answer_id": f"a{number}", "response_id": f"r{number}", "customer_key": who, "survey_key": survey}
    return {**named, "answered_at": at(days), **more}


CASES = [
    change("one", "opened", 0, from_value="responses", team="a"),
    change("one", "escalated", 0.5),
    change("one", "escalated", 0.6),
    change("one", "resolved", 1),
    change("two", "opened", 0, from_value="responses"),
    change("two", "resolved", 4),
    change("three", "opened", 0),
    change("three", "resolved", 2),
    change("open", "opened", 6),
    change("old", "opened", 2, from_value="verbatims"),
    change("late", "opened", 9),
    change("late", "resolved", 10),
]
CONTACTS = [
    contact(1, case_id="one"),
    contact(2, case_id="one"),
    contact(3, case_id="one", excluded_reason="test"),
    contact(4, case_id="two"),
    contact(5, case_id="open"),
]
INVITED = [
    asked(1, "anna", 0),
    asked(2, "anna", 10),
    asked(3, "ben", 0),
    asked(4, "ben", 0, survey="other"),
    asked(5, None, 0),
    asked(6, "cleo", 35),
    asked(7, "dora", 0, sent_at=None, asked=False),
]
ANSWERED = [
    answer(1, "anna", 12),
    answer(1, "anna", 12, answer_id="a1b"),
    answer(2, "ben", 20),
    answer(3, "nobody", 40),
]
USED = [used(1, "anna", 0), used(2, "anna", 20), used(3, "ben", 0), used(4, None, 5), used(5, "anna", 120)]
SHIFTS = [
    work(1, "scheduled", 10, cost=Decimal("200.00"), currency="EUR"),
    work(2, "handling", 6),
    work(3, "available", 2),
    work(4, "break", 1),
    work(5, "handling", None),
    work(6, "scheduled", 0, cost=Decimal("50.00"), currency="CHF"),
]
SCORES = [
    answer(1, "x", 0, instrument="qa", score=4.0, scale_min=0.0, scale_max=5.0),
    answer(2, "x", 0, instrument="qa", score=2.0, scale_min=1.0, scale_max=5.0),
    answer(3, "x", 0, instrument="qa", score=1.0),
    answer(4, "x", 0, instrument="enps", score=10.0),
    answer(5, "x", 0, instrument="enps", score=3.0),
    answer(6, "x", 0, instrument="enps", score=8.0),
    answer(7, "x", 0, instrument="enps", score=9.0),
]
BOTS = [
    contact(1, contained=True, offered=False, answered=False),
    contact(2, contained=False, offered=True, answered=False),
    contact(3, contained=False, offered=False, answered=False),
    contact(4, contained=False, answered=None),
    contact(5, offered=True),
    contact(6, contained=False, offered=False, answered=False, transferred=True),
    contact(7, contained=False, answered=True),
    contact(8, contained=False, offered=False, answered=False, transferred=False),
]
MONTH = 30 * DAY
# key, settings, facts, value, n, left out
PENCIL: list[tuple[str, dict[str, Any], dict[str, Any], float, int, Mapping[str, int]]] = [
    (
        "contacts_per_resolution", {}, {"case_changes": CASES, "interactions": CONTACTS},
        (2 + 1) / 2, 2, {"no_contact_recorded": 2},
    ),
    ("backlog_age", {}, {"case_changes": CASES}, (4 + 8) / 2 * DAY, 2, {}),
    ("escalation_rate", {}, {"case_changes": CASES}, 1 / 6, 6, {}),
    ("sla_attainment", {}, {"case_changes": CASES}, 2 / 5, 5, {"promise_running": 1}),
    ("sla_attainment", {"hours": 24}, {"case_changes": CASES}, 2 / 6, 6, {}),
    ("time_to_close_loop", {}, {"case_changes": CASES}, 2.5 * DAY, 2, {"not_resolved": 1}),
    ("contact_rate", {}, {"interactions": CONTACTS, "usage": USED}, 4 / 5, 9, {"test": 1}),
    ("contact_rate", {"per": "order"}, {"interactions": CONTACTS, "usage": [*USED, used(9, "x", 0, measure="login")]},
        4 / 5, 10, {"test": 1}),
    ("cost_per_contact", {}, {"interactions": CONTACTS, "workforce": SHIFTS}, 200 / 4, 5,
        {"test": 1, "other_currency": 1}),
    ("cost_per_contact", {"costs": "finance"},
        {"interactions": CONTACTS, "workforce": SHIFTS, "finance": [
            {"entry_id": "f1", "booked_at": at(0), "kind": "cost", "amount": Decimal("80.00"), "currency": "EUR"},
            {"entry_id": "f2", "booked_at": at(0), "kind": "revenue", "amount": Decimal("900.00"), "currency": "EUR"},
        ]}, 80 / 4, 5, {"test": 1}),
    ("occupancy", {}, {"workforce": SHIFTS}, 6 / 8, 2, {"no_time": 1}),
    ("utilisation", {}, {"workforce": SHIFTS}, 8 / 10, 4, {"no_time": 1}),
    ("containment", {}, {"interactions": BOTS}, 1 / 7, 7, {}),
    ("bot_handoff_rate", {}, {"interactions": BOTS}, 3 / 6, 6, {"not_told": 1}),
    ("repeat_usage", {}, {"usage": USED}, 1 / 3, 3, {"customer_unknown": 1, "window_open": 1}),
    ("churn", {}, {"usage": USED}, 2 / ((20 + 90 + 90) / 30), 3, {"window_open": 1}),
    ("qa_score", {}, {"responses": SCORES}, (0.8 + 0.25) / 2, 2, {"no_scale": 1}),
    ("enps", {}, {"responses": SCORES}, 25.0, 4, {}),
    ("response_rate", {}, {"invitations": INVITED, "responses": ANSWERED}, 1 / 4, 4,
        {"customer_unknown": 1, "window_open": 1}),
    ("response_rate", {"window_days": 30}, {"invitations": INVITED, "responses": ANSWERED}, 2 / 4, 4,
        {"customer_unknown": 1, "window_open": 1}),
]  # fmt: skip


def figure(folder: Path, engine: str, key: str, settings: dict[str, Any], tables: dict[str, Any]) -> Reading:
    body = Kpi.model_validate(catalogue_body(key))
    with facts(folder, engine, **tables) as opened:
        return read(opened, body.resolve(settings).measure, min_n=1)


@pytest.mark.parametrize("case", PENCIL, ids=lambda case: f"{case[0]}-{'-'.join(map(str, case[1].values()))}")
def test_the_figure_is_what_a_pencil_gives(tmp_path: Path, case: Any) -> None:
    key, settings, tables, value, n, excluded = case
    reading = figure(tmp_path, "duckdb", key, settings, tables)
    (row,) = reading.rows
    assert row.value == pytest.approx(value, rel=1e-12)
    assert (row.n, reading.excluded) == (n, excluded)


@pytest.mark.spark
def test_another_engine_gives_the_same_figures(tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "case_changes": CASES, "interactions": CONTACTS, "usage": USED, "workforce": SHIFTS,
        "invitations": INVITED, "responses": [*ANSWERED, *SCORES],
    }  # fmt: skip
    keys = ("contacts_per_resolution", "contact_rate", "cost_per_contact", "repeat_usage", "churn", "response_rate")
    found: dict[str, list[tuple[float | None, int | None]]] = {}
    for engine in ("duckdb", "local[2]"):
        with facts(tmp_path / engine.partition("[")[0], engine, **tables) as opened:
            for key in keys:
                (row,) = read(opened, Kpi.model_validate(catalogue_body(key)).resolve().measure, min_n=1).rows
                found.setdefault(key, []).append((row.value, row.n))
    assert all(one == pytest.approx(other) for one, other in found.values()), found


def test_an_answer_belongs_to_the_last_invitation_before_it(tmp_path: Path) -> None:
    """Anna was asked on day 0 and day 10 and answered on day 12: the second invitation was answered, the first not."""
    from heed.metrics.sources.opening import open_source

    with facts(tmp_path, invitations=INVITED, responses=ANSWERED) as opened:
        rows = {row["invitation_id"]: row for row in opened.run(open_source(opened, "asks").rows).to_pylist()}
    assert set(rows) == {"n1", "n2", "n3", "n4", "n5", "n6"}
    assert {key for key, row in rows.items() if row["responded_at"]} == {"n2", "n3"}
    assert rows["n2"]["seconds_to_response"] == 2 * DAY
    assert rows["n6"]["observed_seconds"] == timedelta(days=5).total_seconds()


def test_sources_of_two_tables_stand_where_one_is_empty(tmp_path: Path) -> None:
    with facts(tmp_path, interactions=CONTACTS) as opened:
        for key in ("contact_rate", "cost_per_contact", "response_rate", "contacts_per_resolution"):
            (row,) = read(opened, Kpi.model_validate(catalogue_body(key)).resolve().measure, min_n=1).rows
            assert row.value is None or row.value == 0, key
            assert row.reason or row.n == 0 or row.value == 0, key
