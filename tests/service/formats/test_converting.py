"""How text becomes values: what is read, what is refused, and under which rule."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from heed.core.consent.rules import pseudonym
from heed.core.errors.rules import Invalid
from heed.service.formats.definition import Mapping
from heed.service.formats.rules.batches import Batch
from heed.service.formats.rules.plan import check_plan
from heed.service.formats.rules.transform import Transformer, Turned

SECRET = "s" * 32


def turned(target: dict[str, Any], rows: dict[str, list[str | None]], **mapping: Any) -> Turned:
    """One batch through a mapping with one target; every source column is text unless `columns` says otherwise."""
    body = {"columns": list(rows), "targets": [target], **mapping}
    plan = check_plan("unit", Mapping.model_validate(body))
    size = len(next(iter(rows.values())))
    table = pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()})
    numbers = np.arange(size, dtype=np.int64)
    transformer = Transformer(plan, lambda kind, system, text: pseudonym(SECRET, kind, system, text), "salt")
    try:
        return transformer.turn(Batch(table, numbers + 2, numbers))
    finally:
        transformer.close()


def one(
    column: str, spec: dict[str, Any], texts: list[str | None], table: str = "interactions", **mapping: Any
) -> tuple[list[Any], dict[int, str]]:
    """(values, {line: rule}) of one column read from source column x."""
    columns: dict[str, Any] = {"started_at": {"from": "at"}}
    if column != "started_at":
        columns[column] = {"from": "x", **spec}
    else:
        columns = {"started_at": {"from": "x", **spec}}
    found = turned({"table": table, "columns": columns}, {"x": texts, "at": ["2026-01-05"] * len(texts)}, **mapping)
    return found.tables[0].column(column).to_pylist(), {row.line: row.faults[0].rule for row in found.rejected}


def test_numbers() -> None:
    texts = ["1.5", " 2 ", "1e3", "1,234.5", "-.5", "", "nan", "inf", "1_000", "1,5", "0x1F", "12abc", "1e999"]
    values, rejected = one("wait_seconds", {}, texts)
    assert values == [1.5, 2.0, 1000.0, 1234.5, -0.5, None]
    assert rejected == dict.fromkeys(range(8, 15), "not_a_number")


def test_numbers_with_a_comma() -> None:
    values, rejected = one("wait_seconds", {"decimal": ","}, ["1,5", "1.234,5", "7", "1.5"])
    assert values == [1.5, 1234.5, 7.0]
    assert rejected == {5: "not_a_number"}


def test_units_become_seconds() -> None:
    assert one("wait_seconds", {"unit": "minutes"}, ["1.5"])[0] == [90.0]
    assert one("wait_seconds", {"unit": "milliseconds"}, ["1500"])[0] == [1.5]


def test_whole_numbers() -> None:
    values, rejected = one("transfers", {}, ["3", "3.0", "-1", "3.5", "1e3", "9" * 30])
    assert values == [3, 3, -1]
    assert set(rejected.values()) == {"not_a_whole_number"}
    assert sorted(rejected) == [5, 6, 7]


def test_flags_with_the_words_of_the_source() -> None:
    values, rejected = one("answered", {"true": ["Ja", "X"], "false": ["Nein"]}, ["ja", "X", "NEIN", "", "yes"])
    assert values == [True, True, False, None]
    assert rejected == {6: "not_a_flag"}


def test_durations() -> None:
    values, rejected = one(
        "talk_seconds", {"convert": "duration"}, ["0:02:30", "100:00:01", "2:05.5", "75", "1:75", "-3", "1:2:3:4"]
    )
    assert values == [150.0, 360001.0, 125.5, 75.0]
    assert sorted(rejected) == [6, 7, 8]


def moments(texts: list[str | None], **spec: Any) -> tuple[list[str | None], dict[int, str]]:
    zone = spec.pop("mapping_zone", "UTC")
    values, rejected = one("started_at", spec, texts, zone=zone)
    return [None if value is None else value.strftime("%Y-%m-%d %H:%M:%S") for value in values], rejected


def test_times_as_iso() -> None:
    texts = [
        "2026-01-05",
        "2026-01-05 09:30",
        "2026-01-05T09:30:15.250",
        "2026-01-05T09:30:15Z",
        "2026-01-05 09:30:15+02:00",
        "2026-01-05T09:30:15+0200",
        "2026-01-05 24:00:00",
        "2026-02-29",
        "2026-01-05 09:30:61",
        "05.01.2026",
        "infinity",
        "2026-01-05 09:30:00 Europe/Rome",
        "20260105",
    ]
    values, rejected = moments(texts)
    assert values == [
        "2026-01-05 00:00:00",
        "2026-01-05 09:30:00",
        "2026-01-05 09:30:15",
        "2026-01-05 09:30:15",
        "2026-01-05 07:30:15",
        "2026-01-05 07:30:15",
        "2026-01-06 00:00:00",
    ]
    assert rejected == dict.fromkeys(range(9, 15), "not_a_time")


def test_times_of_a_zone_whose_clocks_change() -> None:
    texts = ["2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-03-29T02:30:00Z"]
    values, rejected = moments(texts, mapping_zone="Europe/Berlin")
    assert values == ["2026-03-29 00:59:59", "2026-10-25 00:30:00", "2026-03-29 02:30:00"]
    assert rejected == {3: "time_skipped_by_clock"}


def test_times_out_of_a_spreadsheet() -> None:
    values, rejected = moments(["42051.98", "42059.4832407407", "42051", "12", "x"], formats=["excel"])
    assert values == ["2015-02-16 23:31:12", "2015-02-24 11:35:52", "2015-02-16 00:00:00"]
    assert sorted(rejected) == [5, 6]


def test_times_as_seconds_and_in_their_own_form() -> None:
    assert moments(["1767605400", "1767605400000"], formats=["epoch"])[0] == ["2026-01-05 09:30:00"] * 2
    assert moments(["05/01/2026 09:30", "2026-01-05"], formats=["%d/%m/%Y %H:%M", "iso"])[0] == [
        "2026-01-05 09:30:00",
        "2026-01-05 00:00:00",
    ]
    form = "%a %b %d %H:%M:%S %z %Y"
    assert moments(["Mon Jan 05 09:30:00 +0100 2026"], formats=[form], mapping_zone="Asia/Jerusalem")[0] == [
        "2026-01-05 08:30:00"
    ]


def test_a_date_and_a_clock_time_and_the_day_after() -> None:
    columns = {
        "started_at": {"from": ["day", "from"], "formats": "%y%m%d %H:%M:%S"},
        "ended_at": {
            "from": ["day", "to"],
            "formats": "%y%m%d %H:%M:%S",
            "not_before": "started_at",
            "nulls": ["0:00:00"],
        },
    }
    rows: dict[str, list[str | None]] = {
        "day": ["990201"] * 3,
        "from": ["7:02:47", "23:59:50", "8:00:00"],
        "to": ["7:05:00", "0:01:00", "0:00:00"],
    }
    found = turned({"table": "interactions", "columns": columns}, rows, zone="Asia/Jerusalem").tables[0]
    assert found.column("started_at").to_pylist()[0] == datetime(1999, 2, 1, 5, 2, 47, tzinfo=UTC)
    assert found.column("ended_at").to_pylist() == [
        datetime(1999, 2, 1, 5, 5, tzinfo=UTC),
        datetime(1999, 2, 1, 22, 1, tzinfo=UTC),
        None,
    ]


@pytest.mark.parametrize(
    ("otherwise", "values", "rejected"),
    [
        ("refuse", ["one", None], {3: "unknown_code"}),
        ("keep", ["one", "C9", None], {}),
        ("null", ["one", None, None], {}),
    ],
)
def test_codes_through_a_crosswalk(otherwise: str, values: list[str | None], rejected: dict[int, str]) -> None:
    assert one("topic", {"codes": {"C1": "one"}, "otherwise": otherwise}, [" C1", "C9", ""]) == (values, rejected)


def test_codes_may_stand_for_numbers_and_flags() -> None:
    assert one("answered", {"codes": {"A": True, "H": False}}, ["A", "H"])[0] == [True, False]
    assert one("wait_seconds", {"codes": {"short": 10, "long": 60}}, ["long"])[0] == [60.0]


def test_values_outside_what_is_allowed() -> None:
    assert one("priority", {"allowed": ["low", "high"]}, ["low", "odd", ""]) == (["low", None], {3: "not_allowed"})
    assert one("wait_seconds", {"least": 0, "most": 10}, ["0", "10", "10.1", "-1"])[1] == {
        4: "out_of_range",
        5: "out_of_range",
    }


def test_conditions_decide_and_compute() -> None:
    target = {
        "table": "interactions",
        "when": 'kind != "skip"',
        "columns": {
            "started_at": {"from": "at"},
            "abandoned": {"compute": 'kind == "HANG" && wait > 0'},
            "handle_seconds": {"compute": "wait * 2.0", "when": 'kind == "AGENT"'},
        },
        "excluded": [{"reason": "phantom", "when": 'kind == "PHANTOM"'}, {"reason": "long", "when": "wait > 50"}],
    }
    rows: dict[str, list[str | None]] = {
        "at": ["2026-01-05"] * 6,
        "kind": ["AGENT", "HANG", "HANG", "PHANTOM", "skip", None],
        "wait": ["3", "5", "0", "99", "1", None],
    }
    found = turned(target, rows, columns={"at": "text", "kind": "text", "wait": "number"})
    table = found.tables[0]
    assert table.column("abandoned").to_pylist() == [False, True, False, False]
    assert table.column("handle_seconds").to_pylist() == [6.0, None, None, None]
    assert table.column("excluded_reason").to_pylist() == [None, None, None, "phantom"]
    # The row that feeds nothing is passed over; so is the one of which the condition is unknown.
    assert found.passed_over == 2


def test_a_source_column_that_conditions_read_as_a_number_must_be_one() -> None:
    target = {"table": "interactions", "columns": {"started_at": {"from": "at"}, "abandoned": {"compute": "wait > 0"}}}
    found = turned(target, {"at": ["2026-01-05"], "wait": ["many"]}, columns={"at": "text", "wait": "number"})
    assert [row.faults[0].rule for row in found.rejected] == ["not_a_number"]


def test_people_are_written_by_key_only() -> None:
    values, _ = one("customer_key", {}, ["K1", " K1 ", "77.0", "77", None])
    assert values[0] == values[1] == pseudonym(SECRET, "c", "unit", "K1")
    assert values[2] == values[3]
    assert values[4] is None
    assert one("agent_key", {}, ["K1"])[0][0].startswith("e_")
    with pytest.raises(ValidationError, match="pseudonymous"):
        one("customer_key", {"convert": "text"}, ["K1"])


def test_ids_are_written_under_their_system_and_damaged_ones_told() -> None:
    target = {"table": "interactions", "columns": {"started_at": {"from": "at"}, "case_id": {"from": "case"}}}
    found = turned(target, {"at": ["2026-01-05"] * 3, "case": ["17.0", "A 4", "5.70306E+17"]})
    assert found.tables[0].column("case_id").to_pylist() == ["unit:17", "unit:A 4", "unit:5.70306E+17"]
    assert found.notes.counts == {"id_in_scientific_notation": 1}


def test_the_equals_sign_of_a_spreadsheet() -> None:
    texts = ["=@united hello", "=1+1 is two", "=5", "a=b", "= spaced"]
    values, _ = one("topic", {}, texts, excel=True)
    assert values == ["@united hello", "1+1 is two", "=5", "a=b", "spaced"]
    assert one("topic", {}, texts)[0] == texts


def test_attributes_are_what_is_left_and_not_personal() -> None:
    target = {"table": "interactions", "key": ["id"], "columns": {"started_at": {"from": "at"}}}
    rows: dict[str, list[str | None]] = {
        "id": ["1"],
        "at": ["2026-01-05"],
        "mood": ["glad"],
        "empty": [""],
        "name": ["Erika"],
    }
    (row,) = turned(target, rows, personal=["name"]).tables[0].to_pylist()
    assert dict(row["attributes"]) == {"mood": "glad"}


def test_a_row_is_whole_or_not_at_all() -> None:
    targets = [
        {"table": "interactions", "key": ["id"], "columns": {"started_at": {"from": "at"}}},
        {
            "table": "verbatims",
            "key": ["id"],
            "needs": "text",
            "columns": {"said_at": {"from": "later"}, "text": {"from": "words"}},
        },
    ]
    body = {"columns": ["id", "at", "later", "words"], "targets": targets}
    plan = check_plan("unit", Mapping.model_validate(body))
    table = pa.table(
        {
            "id": ["1", "2", "3"],
            "at": ["2026-01-05"] * 3,
            "later": ["2026-01-06", "x", "2026-01-06"],
            "words": ["a", "b", None],
        }
    )
    found = Transformer(plan, lambda *_: "k", "salt").turn(Batch(table, np.arange(3), np.arange(3)))
    assert [found.tables[number].column("_row").to_pylist() for number in (0, 1)] == [[0, 2], [0]]
    assert [row.row for row in found.rejected] == [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": [{"table": "nope", "columns": {}}]}, "no table nope"),
        ({"targets": [{"table": "interactions", "columns": {"colour": {"from": "x"}}}]}, "no column colour"),
        ({"targets": [{"table": "interactions", "columns": {"started_at": {"from": "y"}}}]}, "reads y"),
        ({"targets": [{"table": "interactions", "columns": {"topic": {"from": "x"}}}]}, "needs started_at"),
        ({"targets": [{"table": "interactions", "columns": {"started_at": {"from": "x", "value": 1}}}]}, "exactly one"),
        (
            {"targets": [{"table": "interactions", "columns": {"started_at": {"from": "x", "convert": "flag"}}}]},
            "gives a flag",
        ),
        (
            {"targets": [{"table": "interactions", "columns": {"started_at": {"from": "x", "formats": "soon"}}}]},
            "no format",
        ),
        (
            {"targets": [{"table": "interactions", "columns": {"started_at": {"from": "x"}, "source": {"from": "x"}}}]},
            "may fill",
        ),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"personal": ["z"]}, "personal names z"),
        ({"colour": 1}, "Extra inputs"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_when_it_is_written(change: dict[str, Any], words: str) -> None:
    good = {"columns": ["x"], "targets": [{"table": "interactions", "columns": {"started_at": {"from": "x"}}}]}
    with pytest.raises(ValidationError, match=words):
        Mapping.model_validate({**good, **change})


def test_a_condition_that_cannot_work_is_refused_when_it_is_written() -> None:
    body = {
        "columns": ["x"],
        "targets": [{"table": "interactions", "when": "y == 1", "columns": {"started_at": {"from": "x"}}}],
    }
    with pytest.raises(Invalid, match="unknown name y"):
        Mapping.model_validate(body).check()


def test_a_mapping_reads_back_from_how_it_is_stored() -> None:
    body = {"columns": ["x"], "targets": [{"table": "interactions", "columns": {"started_at": {"from": "x"}}}]}
    mapping = Mapping.model_validate(body)
    stored = mapping.model_dump(mode="json")
    assert stored["targets"][0]["columns"]["started_at"]["from"] == ["x"]
    assert Mapping.model_validate(stored) == mapping


def test_every_shipped_mapping_holds() -> None:
    import yaml

    folder = Path(__file__).parents[3] / "examples" / "mappings"
    keys = sorted(path.stem for path in folder.glob("*.yaml"))
    assert {"airline_tweets", "anonymous_bank", "helpdesk", "nps_verbatims", "twcs"} <= set(keys)
    for key in keys:
        mapping = Mapping.model_validate(yaml.safe_load((folder / f"{key}.yaml").read_text(encoding="utf-8")))
        mapping.check()
        assert check_plan(key, mapping).feeds
