"""An event as a row: each kind of column, people by key, and what cannot become a fact."""

from datetime import UTC, datetime
from typing import Any

import pytest

from heed.collector.rules import check_fit, row_of, table_of
from heed.core.errors.rules import Invalid
from heed.core.http.rules import Envelope
from heed.facts.schema.tables import TABLES

AT = datetime(2026, 5, 3, 9, tzinfo=UTC)
INTERACTIONS = TABLES["interactions"]


def _keyed(kind: str, system: str, identifier: str) -> str:
    return f"{kind}|{system}|{identifier}"


def _event(data: dict[str, Any], type_: str = "heed.fact.interactions") -> Envelope:
    return Envelope("7", "/crm", type_, "", AT, data)


def _row(data: dict[str, Any]) -> dict[str, Any]:
    row = row_of(_event(data), INTERACTIONS, _keyed, "event")
    check_fit(INTERACTIONS, [("event", row)])
    return row


def test_a_row_of_every_kind() -> None:
    row = _row(
        {
            "interaction_id": "i1",
            "started_at": "2026-05-03T10:00:00+02:00",
            "customer_key": "crm:4711",
            "agent_key": "e_0123456789abcdef0123",
            "channel": "phone",
            "answered": True,
            "transfers": 2,
            "wait_seconds": 12,
            "attributes": {"plan": "gold"},
        }
    )
    assert row["started_at"] == "2026-05-03T08:00:00+00:00"
    assert row["customer_key"] == "c|crm|4711"
    assert row["agent_key"] == "e_0123456789abcdef0123"
    assert (row["answered"], row["transfers"], row["wait_seconds"]) == (True, 2, 12.0)


def test_key_and_time_come_from_the_event_where_none_are_told() -> None:
    row = _row({"channel": "chat"})
    assert row["started_at"] == AT.isoformat()
    assert row["interaction_id"] == _row({"channel": "mail"})["interaction_id"]
    assert len(row["interaction_id"]) == 32


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"chanel": "phone"}, "has no column chanel"),
        ({"source": "me"}, "has no column source"),
        ({"recorded_at": "2026-05-03T10:00:00Z"}, "has no column recorded_at"),
        ({"channel": 5}, "text"),
        ({"channel": "a\x00"}, "text"),
        ({"channel": "\ud800"}, "text"),
        ({"channel": "x" * 1001}, "text"),
        ({"customer_key": "Kim Lee"}, "person"),
        ({"customer_key": "crm:"}, "person"),
        ({"answered": "yes"}, "true or false"),
        ({"transfers": 1.5}, "whole number"),
        ({"transfers": True}, "whole number"),
        ({"transfers": 2**60}, "whole number"),
        ({"wait_seconds": "12"}, "number"),
        ({"wait_seconds": 10**400}, "number"),
        ({"started_at": "2026-05-03"}, "offset"),
        ({"started_at": 5}, "offset"),
        ({"attributes": ["x"]}, "object"),
        ({"attributes": {"x": 1}}, "text"),
        ({"interaction_id": ""}, "required"),
        ({"interaction_id": "x" * 256}, "255"),
    ],
)
def test_refused_with_the_reason(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        _row(data)
    assert refusal.value.code == "invalid_fact"


@pytest.mark.parametrize("type_", ["heed.fact.interaction", "interactions", "com.example.x", "heed.fact."])
def test_types_not_taken(type_: str) -> None:
    with pytest.raises(Invalid):
        table_of(_event({}, type_), "event")


@pytest.mark.parametrize(
    ("amount", "kept"), [("12.50", "12.50"), (12.5, "12.5"), ("1e3", "1E+3"), ("-0.0001", "-0.0001")]
)
def test_money_is_exact(amount: Any, kept: str) -> None:
    finance = TABLES["finance"]
    money = next(column.name for column in finance.columns if column.kind == "money")
    needed = {column.name: "x" for column in finance.columns if column.required and column.kind == "text"}
    needed = {name: value for name, value in needed.items() if name not in ("source", "batch")}
    row = row_of(_event({**needed, money: amount}), finance, _keyed, "event")
    assert row[money] == kept
    check_fit(finance, [("event", row)])
    for wrong in ("12,50", "0.00001", "1e20", "NaN", True, [], "١٢x"):
        with pytest.raises(Invalid):
            row_of(_event({**needed, money: wrong}), finance, _keyed, "event")
