"""Cases from their changes, and contacts with what came after, on each engine."""

from pathlib import Path
from typing import Any

import pytest

from heed.metrics.measures import Count, Quantile
from heed.metrics.periods import zone_of
from heed.metrics.readings import read
from heed.metrics.records import Mark, records
from heed.metrics.selection import Slice
from heed.metrics.sources.opening import kept_beside, open_source
from heed.metrics.sources.shapes import SHAPES
from tests.metrics.facts import ENGINES, at, facts

DAY = 86400.0


def change(case: str, what: str, days: float, **more: Any) -> dict[str, Any]:
    return {"change_id": f"{case}-{days}-{what}", "case_id": case, "change": what, "at": at(days), **more}


CHANGES = [
    change("plain", "opened", 0, team="a", region="north"),
    change("plain", "first_responded", 0.5, agent_key="x"),
    change("plain", "transferred", 0.75, team="b", attributes=[("queue", "late")]),
    change("plain", "resolved", 2, cause="billing"),
    change("plain", "closed", 9),
    change("back", "opened", 0),
    change("back", "resolved", 1),
    change("back", "reopened", 2),
    change("again", "opened", 0),
    change("again", "resolved", 1),
    change("again", "reopened", 2),
    change("again", "resolved", 5),
    change("shut", "opened", 3),
    change("shut", "closed", 4),
    change("test", "opened", 3, excluded_reason="test_case"),
    change("test", "resolved", 4),
    change("headless", "resolved", 4),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_cases(tmp_path: Path, engine: str) -> None:
    with facts(tmp_path, engine, case_changes=CHANGES) as opened:
        found = {row["case_id"]: row for row in opened.run(open_source(opened, "cases").rows).to_pylist()}
    plain = found["plain"]
    assert (plain["opened_at"], plain["first_responded_at"], plain["resolved_at"]) == (at(0), at(0.5), at(2))
    assert (plain["closed_at"], plain["resolutions"], plain["reopens"], plain["transfers"]) == (at(9), 1, 0, 1)
    assert (plain["team"], plain["region"], plain["agent_key"], plain["cause"]) == ("b", "north", "x", "billing")
    assert dict(plain["attributes"]) == {"queue": "late"}
    assert (plain["first_response_seconds"], plain["resolution_seconds"]) == (DAY / 2, 2 * DAY)
    assert plain["observed_seconds"] == 9 * DAY
    assert (found["back"]["resolved_at"], found["back"]["reopens"], found["back"]["resolutions"]) == (None, 1, 1)
    assert (found["again"]["resolved_at"], found["again"]["resolutions"]) == (at(5), 2)
    assert (found["shut"]["resolved_at"], found["shut"]["resolutions"]) == (at(4), 1)
    assert found["test"]["excluded_reason"] == "test_case"
    assert (found["headless"]["opened_at"], found["headless"]["resolution_seconds"]) == (None, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cases_took_is_dated_by_their_end(tmp_path: Path, engine: str) -> None:
    """By their opening, the newest week would hold only the cases that were quick, and look good."""
    changes = []
    for week in range(4):
        for number, days in enumerate((1, 10)):
            changes += [
                change(f"{week}-{number}", "opened", 7 * week),
                change(f"{week}-{number}", "resolved", 7 * week + days),
            ]
    seen = [row for row in changes if row["at"] <= at(25)]
    with facts(tmp_path, engine, case_changes=seen) as opened:
        took = Quantile(source="resolved_cases", value="resolution_seconds", exclusions=(("open", "!has_resolved_at"),))
        rows = read(opened, took, period="week", zone=zone_of("UTC"), min_n=1).rows
        late = read(opened, took, part=Slice(since=at(15)), min_n=1).rows
        whole = read(opened, took, min_n=1)
    assert sum(row.n or 0 for row in rows) == 7
    assert (late[0].n, late[0].value) == (4, 5.5 * DAY)
    assert (whole.rows[0].n, whole.excluded) == (7, {"open": 1})


def contact(key: str, customer: str | None, days: float, **more: Any) -> dict[str, Any]:
    return {"interaction_id": key, "customer_key": customer, "started_at": at(days), "topic": "bill", **more}


CONTACTS = [
    contact("a1", "a", 0),
    contact("a2", "a", 3, direction="inbound"),
    contact("a-out", "a", 1, direction="outbound"),
    contact("a-phantom", "a", 2, excluded_reason="phantom"),
    contact("a-other", "a", 1, topic="move"),
    contact("b1", "b", 0, topic=None),
    contact("b2", "b", 1, topic=None),
    contact("n1", None, 0),
    contact("n2", None, 1),
    contact("end", "c", 30),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_contacts(tmp_path: Path, engine: str) -> None:
    with facts(tmp_path, engine, interactions=CONTACTS) as opened:
        found = {row["interaction_id"]: row for row in opened.run(open_source(opened, "contacts").rows).to_pylist()}
        later = opened.run(open_source(opened, "contacts", at(0.5)).rows).to_pylist()
    gaps = {key: row["seconds_to_next"] for key, row in found.items()}
    assert gaps == {
        "a1": 3 * DAY,
        "a2": None,
        "a-out": None,
        "a-phantom": None,
        "a-other": None,
        "b1": DAY,
        "b2": None,
        "n1": None,
        "n2": None,
        "end": None,
    }
    assert found["a1"]["next_contact_at"] == at(3)
    assert found["a1"]["observed_seconds"] == 30 * DAY
    # Looking from a later start leaves out what came before, and changes nothing else.
    assert {row["interaction_id"] for row in later} == set(found) - {"a1", "b1", "n1"}
    assert all(row["observed_seconds"] == found[row["interaction_id"]]["observed_seconds"] for row in later)


def test_every_shape_is_what_the_engine_gives(tmp_path: Path) -> None:
    with facts(tmp_path) as opened:
        for name, shape in SHAPES.items():
            rows = open_source(opened, name).rows
            assert set(shape.fields) == set(rows.columns), name
            assert opened.run(rows).num_rows == 0
            assert {shape.key, shape.time} <= set(shape.fields)


def test_records_come_newest_first_in_pages_within_the_slice(tmp_path: Path) -> None:
    rows = [
        {"interaction_id": f"i{index}", "started_at": at(index // 2), "region": "n" if index % 3 else None}
        for index in range(9)
    ]
    rows[4]["excluded_reason"] = "phantom"
    with facts(tmp_path, interactions=rows) as opened:
        measure = Count(source="interactions")
        first = records(opened, measure, limit=4)
        assert [record.key for record in first] == ["i8", "i7", "i6", "i5"]
        assert first[0].at is not None and first[-1].at is not None
        rest = records(opened, measure, limit=9, after=Mark(first[-1].at, first[-1].key))
        assert [record.key for record in rest] == ["i4", "i3", "i2", "i1", "i0"]
        assert rest[0].left_out == "phantom"
        assert [record.key for record in records(opened, measure, group={"region": None})] == ["i6", "i3", "i0"]
        inside = records(opened, measure, part=Slice(within={"region": {"n"}}))
        assert {record.places["region"] for record in inside} == {"n"}
        assert not {"customer_key", "agent_key", "text"} & set(first[0].places)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_files_brought_beside_the_columns_is_known_where_it_can_split(tmp_path: Path, engine: str) -> None:
    def beside(number: int) -> list[tuple[str, str]] | None:
        if number == 0:
            return None
        return [("Shop", f"shop {number % 3}"), ("receipt", str(number)), ("file", "one"), ("A level", str(number % 2))]

    changes = [change(f"c{number}", "opened", number, attributes=beside(number)) for number in range(60)]
    with facts(tmp_path, engine, case_changes=changes) as opened:
        source = open_source(opened, "cases")
        assert kept_beside(opened, source) == ["A level", "Shop"]
        assert kept_beside(opened, source, most=1) == ["A level"]
        assert kept_beside(opened, open_source(opened, "responses")) == []
