"""The process map: boxes do not meet, labels do not meet boxes, all that is drawn is named, and the same log is the same picture."""

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.mining.mined import pictured
from heed.mining.picture.layout import Box, Line, drawn
from heed.mining.picture.process_map import coloured, wrapped
from heed.mining.picture.words import span
from heed.mining.readers.opening import opened
from heed.mining.selection import cases_behind, frequent
from tests.mining.logs import REFUNDS

NAMES = [f"n{at}" for at in range(12)]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), unique=True, max_size=30)


@settings(max_examples=40, deadline=None)
@given(pairs=PAIRS)
def test_boxes_and_labels_of_any_graph_do_not_meet(pairs: list[tuple[str, str]]) -> None:
    boxes = {name: Box(60.0 + 7 * at, 40.0) for at, name in enumerate(NAMES)}
    lines = [Line(one, two, 1.0, Box(70.0, 14.0)) for one, two in pairs if one != two]
    found = drawn(boxes, lines, NAMES)
    placed = [(*found.nodes[name], box) for name, box in boxes.items()]
    placed += [(*found.labels[line.start, line.end], line.label) for line in lines]
    for (x, y, box), (other_x, other_y, other) in combinations(placed, 2):
        apart = abs(x - other_x) >= (box.width + other.width) / 2 - 1e-6
        assert apart or abs(y - other_y) >= (box.height + other.height) / 2 - 1e-6
    assert all(x - box.width / 2 + 1e-6 >= 0 and x + box.width / 2 <= found.width + 1e-6 for x, _, box in placed)
    assert all(found.points[line.start, line.end][0] == found.nodes[line.start] for line in lines)


@pytest.fixture
def refunds(tmp_path: Path) -> Path:
    file = tmp_path / "refunds.csv"
    file.write_text(REFUNDS.replace("check", "check <b>&</b>"))
    return file


def test_the_picture_names_each_activity_with_its_count_and_each_edge_with_its_median(refunds: Path) -> None:
    with opened(str(refunds)) as log:
        picture, about = pictured(log, "Refunds", 1.0)
    root = ElementTree.fromstring(picture)
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"ask", "check <b>&</b>", "pay", "4", "3"} <= set(words)
    assert {"3 · 20 min", "1 · 30 min"} <= set(words)
    assert (about["edges"], about["edges_shown"], about["share_shown"]) == (5, 5, 1.0)
    # Programs that know no variables would show it in black.
    assert "var(" not in picture
    assert "prefers-color-scheme" not in coloured(picture, "dark")
    with opened(str(refunds)) as log:
        assert pictured(log, "Refunds", 1.0)[0] == picture


def test_rare_edges_go_first_and_no_activity_is_lost() -> None:
    edges = [
        {"from": "a", "to": "b", "count": 90},
        {"from": "b", "to": "c", "count": 5},
        {"from": "a", "to": "c", "count": 4},
        {"from": "c", "to": "d", "count": 1},
    ]
    kept = [(edge["from"], edge["to"]) for edge in frequent(edges, 0.9)]
    assert kept == [("a", "b"), ("b", "c"), ("c", "d")]


def test_the_cases_behind_an_edge_are_listed_with_the_slowest_first(refunds: Path) -> None:
    with opened(str(refunds)) as log:
        found = cases_behind(log, "ask", "check <b>&</b>")
    assert found == [
        {"case": "r2", "count": 1, "longest_seconds": 1800.0},
        {"case": "r3", "count": 1, "longest_seconds": 1200.0},
        {"case": "r1", "count": 1, "longest_seconds": 600.0},
    ]


def test_names_and_durations_are_short() -> None:
    assert wrapped("Determine necessity of stop advice") == ["Determine necessity of", "stop advice"]
    assert [span(each) for each in (None, 0, 1.25, 45, 90, 7200, 200_000, 3_000_000)] == [
        "", "0 s", "1.2 s", "45 s", "1.5 min", "2.0 h", "2.3 d", "35 d",
    ]  # fmt: skip
