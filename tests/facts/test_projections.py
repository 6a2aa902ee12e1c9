"""What a projection declares is held against the schema and the event; what it makes is complete."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from heed.facts import projections as registry
from heed.facts.projected import as_table
from heed.facts.projections import (
    PROJECTIONS,
    Projection,
    ProjectionFailed,
    completes,
    faults,
    projects,
    rows_of,
)
from tests.facts.fake_journal import entry


@dataclass(frozen=True)
class RefundPromised:
    remedy: str
    amount: str
    at: str


COLUMNS = {"remedy_id": "remedy", "amount": "amount", "issued_at": "at", "currency": ""}


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "PROJECTIONS", {})
    monkeypatch.setattr(registry, "COMPLETIONS", {})
    yield


def refund(payload: registry.Payload, entry: registry.Entry) -> registry.Row:
    return {"remedy_id": payload["remedy"], "amount": payload["amount"], "issued_at": payload["at"], "currency": "EUR"}


def test_a_projection_is_registered_under_the_name_of_its_event() -> None:
    projects(RefundPromised, "remedies", columns=COLUMNS)(refund)
    found = registry.PROJECTIONS["refund-promised", "remedies"]
    assert (found.event, found.table, found.project) == ("refund-promised", "remedies", refund)
    assert not PROJECTIONS.get(("refund-promised", "remedies"))


def test_two_functions_may_not_project_one_event_into_one_table() -> None:
    projects(RefundPromised, "remedies", columns=COLUMNS)(refund)
    with pytest.raises(TypeError, match="twice"):
        projects(RefundPromised, "remedies", columns=COLUMNS)(lambda payload, entry: None)


def test_a_projection_that_fits_has_no_faults() -> None:
    assert faults(Projection("refund-promised", "remedies", COLUMNS, refund), RefundPromised) == []


@pytest.mark.parametrize(
    ("table", "columns", "event", "told"),
    [
        ("remedy", COLUMNS, RefundPromised, "remedies"),
        ("remedies", {"amuont": "amount"}, RefundPromised, "amount"),
        ("remedies", {"amount": "amuont"}, RefundPromised, "no field amuont"),
        ("remedies", COLUMNS, None, "no event"),
        ("case_changes", {"case_id": "remedy"}, RefundPromised, "case_changes.change is required"),
    ],
)
def test_each_fault_of_a_declaration_is_told(
    table: str, columns: dict[str, str], event: type | None, told: str
) -> None:
    found = faults(Projection("refund-promised", table, columns, refund), event)
    assert any(told in fault for fault in found), found


def test_a_field_that_is_completed_counts_as_the_events_own() -> None:
    projection = Projection("refund-promised", "remedies", {"region": "region"}, refund)
    assert faults(projection, RefundPromised)
    completes(RefundPromised, fields=("region",))(lambda entries: {})
    assert not faults(projection, RefundPromised)


def test_a_row_gets_its_key_its_time_and_its_origin() -> None:
    projection = Projection("came", "usage", {}, lambda payload, entry: [{}, {}])
    one = entry(7, "came", {})
    rows = [row for _, row in rows_of(one, [projection])]
    assert [row["usage_id"] for row in rows] == ["journal:7.0", "journal:7.1"]
    assert {(row["source"], row["batch"], row["used_at"], row["recorded_at"]) for row in rows} == {
        ("heed", "journal:7", one.at, one.at)
    }


def test_an_erased_entry_becomes_no_row() -> None:
    projection = Projection("came", "usage", {}, lambda payload, entry: {})
    assert rows_of(entry(7, "came", None), [projection]) == []


def test_a_column_that_was_not_declared_is_refused() -> None:
    projection = Projection("came", "usage", {}, lambda payload, entry: {"measure": "login"})
    with pytest.raises(ProjectionFailed, match="measure"):
        rows_of(entry(7, "came", {}), [projection])


def test_a_function_that_fails_is_told_with_its_entry() -> None:
    projection = Projection(
        "came", "usage", {"measure": "measure"}, lambda payload, entry: {"measure": payload["gone"]}
    )
    with pytest.raises(ProjectionFailed, match="Entry 7"):
        rows_of(entry(7, "came", {}), [projection])


def test_json_becomes_times_money_and_maps() -> None:
    projection = Projection(
        "refund-promised",
        "remedies",
        {**COLUMNS, "attributes": ""},
        lambda payload, entry: {**refund(payload, entry), "attributes": {"n": 3, "what": ["a"], "none": None}},
    )
    payload = {"remedy": "r1", "amount": "12.50", "at": "2025-03-30T02:30:00+02:00"}
    table = as_table("remedies", [row for _, row in rows_of(entry(1, "refund-promised", payload), [projection])])
    row = table.to_pylist()[0]
    assert row["amount"] == Decimal("12.5000")
    assert row["issued_at"] == datetime(2025, 3, 30, 0, 30, tzinfo=UTC)
    assert row["attributes"] == [("n", "3"), ("what", '["a"]'), ("none", None)]


def test_a_required_value_that_is_missing_is_told_with_its_entry() -> None:
    with pytest.raises(ProjectionFailed, match="journal:9 does not fit"):
        as_table(
            "case_changes",
            [
                {
                    "change_id": "1",
                    "at": datetime(2025, 1, 1, tzinfo=UTC),
                    "case_id": "c",
                    "change": "opened",
                    "source": "heed",
                    "batch": "journal:8",
                },
                {
                    "change_id": "2",
                    "at": datetime(2025, 1, 1, tzinfo=UTC),
                    "case_id": "c",
                    "change": None,
                    "source": "heed",
                    "batch": "journal:9",
                },
            ],
        )
