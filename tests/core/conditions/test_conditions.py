"""A condition is checked when it is written, means one thing for one row, and is never true by accident."""

import datetime as dt
import pickle
import re

import pytest

from heed.core.conditions.rules import compile_condition
from heed.core.errors.rules import Invalid
from tests.places import ROOT

FIELDS = {
    "wait_seconds": "number",
    "transfers": "count",
    "amount": "money",
    "region": "text",
    "started_at": "time",
    "ended_at": "time",
    "resolved": "flag",
    "attributes": "map",
}
ROW = {
    "wait_seconds": 30.0,
    "transfers": 2,
    "region": "north",
    "started_at": dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC),
    "ended_at": dt.datetime(2026, 3, 29, 2, 30, tzinfo=dt.UTC),
    "resolved": True,
    "attributes": {"vip": "yes", "note": None},
}


def value(source: str, row: dict | None = None, returns: str = "flag"):
    return compile_condition(source, FIELDS, returns).evaluate(ROW if row is None else row)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("wait_seconds > 20", True),
        ("wait_seconds > 60 * 0.5", False),
        ("wait_seconds > 60 / 2 - 1", True),
        ("wait_seconds in [10, 30]", True),
        ("wait_seconds / 10 in [2.5, 6 / 2]", True),
        ("(resolved ? wait_seconds : 0) == 30", True),
        ("-5 < wait_seconds && wait_seconds > - 5", True),
        ("transfers > 1.5 && transfers < wait_seconds && transfers / 4 == 0.5", True),
        ("size(region) == 5 && wait_seconds == 30", True),
        ('region == "😀" || wait_seconds > 29', True),
        ("has_region && !has_amount", True),
        ('attributes.vip == "yes" && attributes["vip"] == "yes" && "vip" in attributes', True),
        ('"note" in attributes', False),
        ('ended_at - started_at > duration("1h")', True),
        ('ended_at - duration("2h") == started_at', True),
        ('started_at < timestamp("2026-03-29T01:00:00Z")', True),
        ('started_at.getHours("Europe/Berlin") == 1 && ended_at.getHours("Europe/Berlin") == 4', True),
        ("started_at.getDayOfWeek() == 0", True),
        ('region.matches("^n.r") && region.startsWith("no") && region.contains("rt")', True),
        ("int(wait_seconds) == 30", True),
    ],
)
def test_says_what_it_says(source, expected):
    assert value(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("amount > 3", None),
        ("!(amount > 3)", None),
        ("amount > 3 || wait_seconds > 20", True),
        ("amount > 3 && wait_seconds > 90", False),
        ("wait_seconds / (transfers - 2) > 1", None),
        ("wait_seconds / (transfers - 2) > 1 || resolved", True),
        ('"😀" == region || wait_seconds / (transfers - 2) > 1', None),
        ("wait_seconds / 0 > 1", None),
        ('attributes["other"] == "yes"', None),
        ('attributes["note"] == "yes"', None),
        ("amount in [1, 2]", None),
        ("amount > 3 ? true : true", None),
        ("resolved ? wait_seconds > 1 : amount > 3", True),
    ],
)
def test_an_absent_value_or_a_failing_step_is_neither_true_nor_false(source, expected):
    condition = compile_condition(source, FIELDS)
    assert condition.evaluate(ROW) is expected
    assert condition.holds(ROW) is (expected is True)


def test_nan_infinity_and_null_are_absent():
    for absent in (None, float("nan"), float("inf")):
        assert value("wait_seconds > 1", {"wait_seconds": absent}) is None
        assert value("has_wait_seconds", {"wait_seconds": absent}) is False
    assert value("has_wait_seconds", {}) is False


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("wait_sec > 2", "unknown name wait_sec (line 1, column 1)", "Did you mean wait_seconds?"),
        (
            'region == "a" &&\n  wait_seconds > 20 && regon == "b"',
            "unknown name regon (line 2, column 24)",
            "Did you mean region?",
        ),
        ("region > 1 && regon == 2", "unknown name regon (line 1, column 15)", "Did you mean region?"),
        ("has_regoin", "unknown name has_regoin (line 1, column 1)", "Did you mean has_region?"),
        ('region.startswith("a")', "unknown function startswith (line 1, column 18)", "Did you mean startsWith?"),
        ("has(attributes.x)", "has() is not used in conditions (line 1, column 4)", "has_<field>"),
        ("has(region)", "has() is not used in conditions (line 1, column 5)", "has_<field>"),
        ("region == null", "== does not take text and null (line 1, column 8)", "has_<field>"),
        ("region == 1", "== does not take text and whole number (line 1, column 8)", "quotes"),
        ('region = "x"', "token recognition error", "=="),
        ("size(region) > wait_seconds", "> does not take whole number and number (line 1, column 14)", "double("),
        ('ended_at > "2026"', "> does not take time and text (line 1, column 10)", "timestamp("),
        ("size(region) % 2 == 0", "% does not take whole numbers", "double("),
        ("[1, 2].exists(x, x == 1)", "a macro is not used in conditions", ""),
        ("region in []", "an empty list holds nothing", ""),
        ('region.matches("(")', "matches cannot read '('", "RE2"),
        ("region.matches(region)", "matches takes a text written in the condition", ""),
        ('started_at > timestamp("soon")', "timestamp cannot read 'soon'", "2026-01-31"),
        ('started_at - ended_at > duration("5 minutes")', "duration cannot read '5 minutes'", "1h30m"),
        ('started_at.getHours("Europe/Berln") == 1', "unknown time zone Europe/Berln", "Europe/Berlin"),
        ("started_at + (ended_at - started_at) == ended_at", "moved by a written duration", "24h"),
        ("attributes == attributes", "== is not used in conditions for map and map", ""),
        ('region == b"a"', "== does not take text and bytes", ""),
        ("9007199254740993 > 1", "too large", "9007199254740992"),
        ("wait_seconds", "this yields a number, a flag is wanted", "Compare"),
        ("(" * 40 + "resolved" + ")" * 40, "nested too deeply", "several"),
        ("1 / (" * 20 + "wait_seconds" + ")" * 20 + " > 0", "nested too deeply", "several"),
        ("", "ends too early (line 1, column 1)", ""),
        ("wait_seconds >", "ends too early (line 1, column 15)", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(source, message, hint):
    with pytest.raises(Invalid) as refused:
        compile_condition(source, FIELDS)
    assert refused.value.code == "invalid_condition"
    assert message in refused.value.message
    assert hint in refused.value.hint


def test_values_come_in_the_kind_that_was_asked_for():
    assert value("ended_at - started_at", returns="number") == 7200.0
    assert value("transfers", returns="count") == 2
    assert value("wait_seconds / 4", returns="count") is None
    assert value("resolved ? 1 : 0", returns="number") == 1.0
    assert value("ended_at", returns="time") == ROW["ended_at"]
    assert value('region + "-east"', returns="text") == "north-east"
    with pytest.raises(Invalid, match="a number is wanted"):
        compile_condition("region", FIELDS, "number")


def test_a_condition_names_the_fields_it_reads_and_survives_pickling():
    condition = compile_condition("has_amount || wait_seconds / transfers > 10", FIELDS)
    assert condition.field_names == {"amount", "wait_seconds", "transfers"}
    again = pickle.loads(pickle.dumps(condition))
    assert again == condition
    assert again.evaluate(ROW) is True


def test_the_table_of_missing_values_in_the_documents():
    page = (ROOT / "docs" / "methods" / "conditions.md").read_text(encoding="utf-8")
    rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in page.splitlines() if line.startswith("| ")]
    head = next(row for row in rows if "wait_seconds > 20" in row[2])
    sources = [cell.strip().strip("`").replace("\\|", "|") for cell in head[2:]]
    told = [[cell.strip(" *") for cell in row] for row in rows if row[0].strip() in ("30", "–")]
    assert len(told) == 3
    words = {"true": True, "false": False, "no answer": None}
    for wait, resolved, *answers in told:
        row = {"wait_seconds": None if wait == "–" else float(wait), "resolved": words[resolved]}
        assert [value(source, row) for source in sources] == [words[answer] for answer in answers]
