"""Marks drawn by hand: where a value stands, what is said of it, what a gap does."""

import pytest

from heed.documents.intervals import Domain, interval_mark, shared_domain, single_domain, sparkline


def row(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def test_places_stay_inside() -> None:
    axis = Domain(0.5, 1.0)
    assert [axis.place(value) for value in (0.5, 0.75, 1.0, 0.2, 3.0)] == [0, 50, 100, 0, 100]
    assert Domain(2, 2).place(2) == 50


def test_a_shared_axis_holds_every_interval_and_has_round_ends() -> None:
    axis = shared_domain([row(0.81, 0.778, 0.842), row(0.744, 0.713, 0.775), row(None)], "share")
    assert (axis.low, axis.high) == pytest.approx((0.70, 0.86))
    assert shared_domain([row(0.99, 0.96, 0.999)], "share", reference=0.7).high <= 1.0
    assert shared_domain([row(4.0, 1.0, 9.0)], "seconds").low >= 0


def test_an_axis_without_values_is_what_the_unit_allows() -> None:
    assert shared_domain([row(None)], "points") == Domain(-100, 100)
    assert single_domain(row(0.3, 0.2, 0.4), "share") == Domain(0, 1)
    assert single_domain(row(400, 380, 420), "seconds").low == 0
    assert single_domain(row(400, 380, 420), "seconds").high >= 420


def test_a_mark_says_its_interval_in_words() -> None:
    drawn = interval_mark(row(0.8, 0.75, 0.85), "share", Domain(0.5, 1.0), 0.7)
    assert 'aria-label="80.0%, between 75.0% and 85.0%"' in drawn
    assert 'class="band" x="50.00%"' in drawn
    assert 'width="20.00%"' in drawn
    assert 'class="reference" x1="40.00%"' in drawn
    assert interval_mark(row(None), "share", Domain(0, 1)) == ""


def test_a_gap_breaks_the_line() -> None:
    drawn = sparkline([row(1, 0.5, 1.5), row(2, 1.5, 2.5), row(None), row(3, 2, 4), row(2, 1, 3)])
    assert drawn.count("<polyline") == 2
    assert drawn.count("<polygon") == 2
    assert sparkline([row(1)]) == ""
