"""XES as tools write it: nested attributes, prefixes, classifiers, lifecycles, zones, traces without a name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heed.core.errors.rules import Invalid
from heed.mining.columns import Columns
from heed.mining.mined import mined
from heed.mining.readers.opening import opened
from heed.mining.selection import between, in_lifecycle, with_attribute

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<!-- <event> in a comment -->
<x:log xmlns:x="http://www.xes-standard.org/" xes.version="1.0">
  <x:extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <x:global scope="event"><x:string key="concept:name" value="UNKNOWN"/></x:global>
  <x:classifier name="Activity and state" keys="concept:name lifecycle:transition"/>
  <x:string key="concept:name" value="the log"/>
  <x:trace>
    <x:string key="channel" value="mail"/>
    <x:event>
      <x:string key="concept:name" value="ask &amp; tell"><x:string key="concept:name" value="nested"/></x:string>
      <x:date key="time:timestamp" value="2024-03-31T01:30:00.000+01:00"/>
      <x:string key="lifecycle:transition" value="start"/>
      <x:list key="tags"><x:values><x:string key="org:resource" value="nobody"/></x:values></x:list>
    </x:event>
    <x:event>
      <x:string value="ask &amp; tell" key="concept:name"/>
      <x:date key="time:timestamp" value="2024-03-31T03:30:00.000+02:00"/>
      <x:string key="lifecycle:transition" value="COMPLETE"/>
      <x:string key="org:resource" value="ann"/>
    </x:event>
    <x:event><x:string key="concept:name" value="pay"/><x:string key="lifecycle:transition" value="COMPLETE"/></x:event>
  </x:trace>
  <x:trace><x:string key="concept:name" value="empty"/></x:trace>
  <x:trace>
    <x:event><x:string key="concept:name" value="pay"/><x:date key="time:timestamp" value="2024-04-02"/></x:event>
    <x:string key="concept:name" value="named after its events"/>
  </x:trace>
</x:log>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "log.xes"
    path.write_text(LOG)
    return path


def told(file: Path, columns: Columns | None = None) -> dict[str, Any]:
    with opened(str(file), columns) as log:
        return mined(log)


def test_only_what_lies_right_under_an_event_or_trace_is_taken(file: Path) -> None:
    found = told(file)
    assert (found["cases"], found["events"], found["resources"], found["untimed"]) == (2, 4, 1, 1)
    assert {row["example"] for row in found["top_variants"]} == {"trace 1", "named after its events"}
    assert found["left_out"] == {"case_without_event": 1}
    # Half past one in winter to half past three in summer is one hour.
    assert found["edges"][0]["median_seconds"] == 3600
    assert found["first_at"] == datetime(2024, 3, 31, 0, 30, tzinfo=UTC)


def test_a_classifier_names_activities(file: Path) -> None:
    found = told(file, Columns(activity="Activity and state"))
    assert set(found["starts"]) == {"ask & tell+start", "pay"}
    with pytest.raises(Invalid, match="no column Activity"):
        told(file, Columns(activity="Activity and stat"))


def test_parts_of_a_log(file: Path) -> None:
    with opened(str(file), Columns(extra=("case:channel",))) as log:
        done = mined(in_lifecycle(log, "complete"))
        assert (done["events"], done["left_out"]["other_lifecycle"]) == (2, 2)
        with pytest.raises(Invalid, match="state 'complet'"):
            in_lifecycle(log, "complet")
        assert mined(with_attribute(log, "case:channel", ["mail"]))["cases"] == 1
        april = between(log, datetime(2024, 4, 1, tzinfo=UTC), None)
        assert [row["example"] for row in mined(april)["top_variants"]] == ["named after its events"]


def test_working_and_waiting_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case:concept:name,concept:name,time:timestamp,lifecycle:transition\n"
        "a,ask,2024-03-04T09:00,start\na,ask,2024-03-04T09:10,complete\na,check,2024-03-04T09:30,start\n"
        "a,check,2024-03-04T09:40,start\na,check,2024-03-04T09:45,complete\na,check,2024-03-04T10:00,complete\n"
    )
    ask, check = told(path)["work"][::-1]
    assert (ask["count"], ask["working_mean_seconds"], ask["waiting_mean_seconds"]) == (1, 600, None)
    # Two checks: 09:30 to 09:45 and 09:40 to 10:00; both wait from 09:10, when asking was done.
    assert (check["count"], check["working_mean_seconds"], check["waiting_mean_seconds"]) == (2, 1050, 1500)


def test_broken_xml_says_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(LOG.replace("</x:trace>\n</x:log>", "</x:log>"))
    with pytest.raises(Invalid, match=f"broken on line {LOG.count(chr(10)) - 1}: mismatched tag"):
        told(path)


def test_a_time_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(LOG.replace("2024-04-02", "soon"))
    line = LOG[: LOG.index("2024-04-02")].count("\n") + 1
    with opened(str(path)) as log:
        assert [str(note) for note in log.notes] == [f"1 times cannot be read; the first is 'soon' on line {line}."]
