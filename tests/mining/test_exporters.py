"""What heed writes, heed reads again as the same log; OCEL 2.0 keeps the rules of its schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from heed.core.errors.rules import Invalid
from heed.mining.columns import Columns
from heed.mining.exporters.ocel import ocel_json
from heed.mining.exporters.writing import exported
from heed.mining.mined import mined
from heed.mining.objects import Event, Object, ObjectLog
from heed.mining.readers.objects import read_object_log
from heed.mining.readers.opening import opened
from heed.mining.readers.source import source_of
from tests.mining.logs import REFUNDS
from tests.places import shared_data

TEXT, MOMENT = {"type": "string"}, {"type": "string", "format": "date-time"}


def listed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": properties, "required": required}}


TYPES = listed(["name", "attributes"], name=TEXT, attributes=listed(["name", "type"], name=TEXT, type=TEXT))
RELATIONS = listed(["objectId", "qualifier"], objectId=TEXT, qualifier=TEXT)
# The rules of the schema at ocel-standard.org, in this project's own words.
SCHEMA = {
    "type": "object",
    "required": ["objectTypes", "eventTypes", "objects", "events"],
    "properties": {
        "objectTypes": TYPES,
        "eventTypes": TYPES,
        "objects": listed(
            ["id", "type"], id=TEXT, type=TEXT, relationships=RELATIONS,
            attributes=listed(["name", "time", "value"], name=TEXT, time=MOMENT, value=TEXT),
        ),
        "events": listed(
            ["id", "type", "time"], id=TEXT, type=TEXT, time=MOMENT, relationships=RELATIONS,
            attributes=listed(["name", "value"], name=TEXT, value=TEXT),
        ),
    },
}  # fmt: skip


@pytest.fixture
def refunds(tmp_path: Path) -> Path:
    file = tmp_path / "refunds.csv"
    file.write_text(REFUNDS.replace("pay", "pay <&'\" é"))
    return file


def told(file: Path, columns: Columns | None = None, object_type: str = "") -> dict[str, Any]:
    with opened(str(file), columns, object_type=object_type) as log:
        return mined(log)


def objects(file: Path, folder: Path) -> ObjectLog:
    return read_object_log(source_of(str(file), folder), folder)


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_xes_is_read_again_as_the_same_log(name: str, refunds: Path, tmp_path: Path) -> None:
    out = tmp_path / name
    assert exported(str(refunds), str(out), Columns(extra=("team",)))["events"] == 11
    assert told(out) == told(refunds)
    with opened(str(out), Columns(extra=("team",))) as log:
        teams = log.rows(log.events.group_by(log.extra["team"]).agg(n=log.events.count()))
    assert {row["x0"]: row["n"] for row in teams} == {"desk": 4, "back": 5, None: 2}


def test_a_log_of_cases_is_a_log_of_objects(refunds: Path, tmp_path: Path) -> None:
    out = tmp_path / "log.jsonocel"
    exported(str(refunds), str(out), Columns(extra=("team",)))
    jsonschema.validate(json.loads(out.read_text()), SCHEMA, format_checker=jsonschema.FormatChecker())
    again, before = told(out, object_type="case"), told(refunds)
    assert again["edges"] == before["edges"]
    assert again["cases"] == before["cases"]


@pytest.mark.parametrize("form", ["jsonocel", "xmlocel", "sqlite"])
def test_the_forms_of_an_object_centric_log_hold_the_same(form: str, tmp_path: Path) -> None:
    folder = shared_data("eventlogs")
    first, other = (objects(folder / f"ocel20_example.{each}", tmp_path) for each in ("jsonocel", form))
    assert (first.event_types, first.object_types) == (other.event_types, other.object_types)
    assert [(each.id, each.type, each.attributes) for each in first.events] == [
        (each.id, each.type, each.attributes) for each in other.events
    ]
    assert sorted(first.concerns) == sorted(other.concerns)
    assert sorted(first.relations) == sorted(other.relations)
    for kind in ("Invoice", "Payment", "Purchase Order", "Purchase Requisition"):
        ways = [told(folder / f"ocel20_example.{each}", object_type=kind) for each in ("jsonocel", form)]
        # Two of the forms write times of a clock in winter without its zone: an hour apart, alike between one another.
        assert {k: v for k, v in ways[0].items() if not k.endswith("_at")} == {
            k: v for k, v in ways[1].items() if not k.endswith("_at")
        }


def test_an_object_centric_log_is_written_and_read_again(tmp_path: Path) -> None:
    file = shared_data("eventlogs") / "ocel20_example.sqlite"
    out = tmp_path / "again.jsonocel"
    exported(str(file), str(out), Columns())
    jsonschema.validate(json.loads(out.read_text()), SCHEMA, format_checker=jsonschema.FormatChecker())
    again, before = objects(out, tmp_path), objects(file, tmp_path)
    assert (again.event_types, again.object_types) == (before.event_types, before.object_types)
    assert [each.id for each in again.events] == [each.id for each in before.events]
    assert (sorted(again.concerns), sorted(again.relations)) == (sorted(before.concerns), sorted(before.relations))
    assert [len(each.attributes) for each in again.objects] == [len(each.attributes) for each in before.objects]


def test_a_type_is_asked_for_and_a_misspelt_one_is_told_the_nearest() -> None:
    file = shared_data("eventlogs") / "ocel20_example.jsonocel"
    with pytest.raises(Invalid, match="which of them are the cases") as refused:
        told(file)
    assert "Purchase Order" in refused.value.hint
    with pytest.raises(Invalid) as refused:
        told(file, object_type="Purchase Ordr")
    assert refused.value.hint == "Did you mean Purchase Order?"


def test_a_log_that_names_what_it_does_not_hold_is_not_written() -> None:
    log = ObjectLog(events=[Event("e", "ask", "2024-03-04")], objects=[Object("o", "case")], concerns=[("e", "p", "")])
    with pytest.raises(Invalid, match="does not hold"):
        ocel_json(log)


def test_a_name_that_tells_no_form_is_refused(refunds: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        exported(str(refunds), str(tmp_path / "log.doc"), Columns())
    assert refused.value.code == "unknown_form"
