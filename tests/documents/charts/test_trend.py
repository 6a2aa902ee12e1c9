"""A trend: what is drawn, what is kept back, and its numbers beside it."""

import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import altair
import pytest

from heed.documents.charts.trend import Mark, Point, trend

START = date(2026, 3, 2)


def points(*values: float | None, spread: float = 0.02) -> list[Point]:
    return [
        Point(
            START + timedelta(days=7 * index),
            value,
            None if value is None else value - spread,
            None if value is None else value + spread,
            100,
            suppressed=value is None,
        )
        for index, value in enumerate(values)
    ]


def test_the_spec_is_vega_lite() -> None:
    drawn = trend(
        points(0.8, 0.82, 0.79), title="CSAT", unit="share", target=0.85, marks=[Mark(date(2026, 3, 9), "New menu")]
    )
    altair.Chart.from_dict(drawn.spec)


def test_a_gap_and_a_break_in_series_stop_the_line() -> None:
    gap = trend(points(0.8, None, 0.79, 0.8), title="CSAT", unit="share")
    assert [row["run"] for row in gap.spec["data"]["values"]] == [0, 1, 1]
    broken = trend(
        points(0.8, 0.81, 0.7, 0.71),
        title="CSAT",
        unit="share",
        marks=[Mark(date(2026, 3, 12), "Reworded", is_break=True)],
    )
    runs = [row["run"] for row in broken.spec["data"]["values"]]
    assert runs[0] == runs[1] != runs[2] == runs[3]
    whole = trend(points(0.8, 0.81, 0.7), title="CSAT", unit="share", marks=[Mark(date(2026, 3, 12), "New menu")])
    assert len({row["run"] for row in whole.spec["data"]["values"]}) == 1


def test_the_picture_is_labelled_and_carries_no_colours_of_its_own() -> None:
    drawn = trend(points(0.8, 0.82, 0.79), title='CSAT "now"', unit="share")
    picture = drawn.svg()
    assert picture.count('role="img"') == 3
    assert "&quot;now&quot;: from 80.0%" in picture
    assert "var(--accent)" in picture
    assert not re.findall(r'(?:fill|stroke)="#[0-9a-f]+"| style="', picture)
    ElementTree.fromstring(f"<div>{picture}</div>".replace("&quot;", ""))


def test_on_paper_the_colours_are_their_own() -> None:
    drawn = trend(points(0.8, 0.82, 0.79), title="CSAT", unit="share")
    assert "#0d5f7d" in drawn.svg("light")
    assert "#6db9d6" in drawn.svg("dark")
    assert "var(" not in drawn.svg("dark")
    assert drawn.png().startswith(b"\x89PNG")


def test_the_numbers_stand_beside_the_picture() -> None:
    drawn = trend(points(0.8, None), title="CSAT", unit="share")
    assert [cell.value for cell in drawn.numbers[0]] == [
        "2026-03-02",
        0.8,
        pytest.approx(0.78),
        pytest.approx(0.82),
        100,
    ]
    assert drawn.numbers[1][1].value == "too few to show"
    assert len(drawn.columns) == len(drawn.numbers[0])


def test_seconds_are_drawn_in_the_unit_they_are_read_in() -> None:
    drawn = trend(points(5400.0, 6600.0, spread=300), title="Answer", unit="seconds")
    assert [row["value"] for row in drawn.spec["data"]["values"]] == [90, 110]


def test_the_spec_cannot_leave_its_script_element() -> None:
    drawn = trend(points(0.8, 0.9), title="</script><b>", unit="share")
    assert "<" not in drawn.json()
    assert json.loads(drawn.json())["description"] == "</script><b>"


def test_nothing_to_draw_is_said() -> None:
    drawn = trend(points(None, None), title="CSAT", unit="share")
    assert drawn.alt == "CSAT: no values."
    assert drawn.svg()


def test_weeks_are_named_by_their_own_first_days() -> None:
    drawn = trend(points(*(0.8 for _week in range(13))), title="CSAT", unit="share")
    axis = drawn.spec["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"][0] == {"year": 2026, "month": 3, "date": 2}
    assert len(axis["values"]) == 13
    assert ">2 Mar<" in drawn.svg()
    # A day alone would be read as UTC, and shown as the day before in the west.
    assert drawn.spec["data"]["values"][0]["at"] == "2026-03-02T00:00:00"
    assert (
        "values"
        not in trend(points(*(0.8 for _week in range(60))), title="x").spec["layer"][0]["encoding"]["x"]["axis"]
    )


def test_marks_too_close_to_be_told_apart_share_a_letter() -> None:
    day = timedelta(days=1)
    marks = [Mark(START + 7 * day, "First"), Mark(START + 8 * day, "Next"), Mark(START + 60 * day, "Late")]
    drawn = trend(points(*(0.8 for _week in range(13))), title="CSAT", unit="share", marks=marks)
    assert [(letter, title) for letter, _day, title in drawn.legend] == [("a", "First"), ("a", "Next"), ("b", "Late")]
    rules, letters = (layer["data"]["values"] for layer in drawn.spec["layer"][-2:])
    assert len(rules) == 3
    assert [(row["letter"], row["at"][:10]) for row in letters] == [("b", "2026-05-01"), ("a", "2026-03-09")]
