"""Small cells: what is withheld cannot be worked out from what is shown and the totals."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from heed.metrics.suppression import suppressed_cells
from tests.places import ROOT


def line(*n: int, least: int = 10) -> list[bool]:
    return suppressed_cells([(index,) for index in range(len(n))], [float(each) for each in n], least)


def test_a_lone_small_cell_takes_the_smallest_other_with_it() -> None:
    assert line(50, 3, 20, 40) == [False, True, True, False]


def test_two_small_cells_that_together_are_too_few_take_one_more() -> None:
    assert line(50, 3, 4, 40) == [False, True, True, True]
    assert line(50, 6, 7, 40) == [False, True, True, False]


def test_nothing_small_nothing_withheld_and_empty_cells_harm_nobody() -> None:
    assert line(50, 20, 0) == [False, False, False]
    assert line(3) == [True]
    assert line(3, 12) == [True, True]
    assert suppressed_cells([()], [4.0], 10) == [True]
    assert suppressed_cells([], [], 10) == []


def test_a_total_alone_is_withheld_only_when_it_is_small() -> None:
    assert suppressed_cells([()], [0.0], 10) == [False]
    assert suppressed_cells([()], [11.0], 10) == [False]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(2, 15))
def test_a_split_against_its_total_gives_nobody_away(n: list[int], least: int) -> None:
    withheld = line(*n, least=least)
    hidden = [size for size, away in zip(n, withheld, strict=True) if away]
    assert all(away or size == 0 or size >= least for size, away in zip(n, withheld, strict=True))
    if hidden and not all(away or size == 0 for size, away in zip(n, withheld, strict=True)):
        # Total less what is shown is the sum of these: never one cell, never too few people.
        assert len(hidden) >= 2
        assert sum(hidden) >= least


def feasible(table: np.ndarray, withheld: np.ndarray, cell: tuple[int, int]) -> tuple[float, float]:
    """The least and most a withheld cell can be, given every cell shown and the totals of rows and columns."""
    hidden = list(zip(*np.nonzero(withheld), strict=True))
    sums, totals = [], []
    for axis in (0, 1):
        for index in range(table.shape[axis]):
            sums.append([1.0 if place[axis] == index else 0.0 for place in hidden])
            totals.append(sum(table[place] for place in hidden if place[axis] == index))
    wanted = np.array([1.0 if place == cell else 0.0 for place in hidden])
    low = linprog(wanted, A_eq=sums, b_eq=totals, bounds=(0, None)).fun
    high = -linprog(-wanted, A_eq=sums, b_eq=totals, bounds=(0, None)).fun
    return float(low), float(high)


def withheld_in(table: np.ndarray, least: int) -> np.ndarray:
    groups = [(row, column) for row in range(table.shape[0]) for column in range(table.shape[1])]
    return np.array(suppressed_cells(groups, table.ravel().astype(float).tolist(), least)).reshape(table.shape)


REFERENCE = json.loads((ROOT / "tests/reference/disclosure.json").read_text())["cases"]


@pytest.mark.parametrize(
    "case", [each for each in REFERENCE if each["procedure"] == "suppression"], ids=lambda case: case["id"]
)
def test_the_reference_tables(case: dict) -> None:
    table, least = np.array(case["input"]["table"]), case["input"]["threshold"]
    withheld = withheld_in(table, least)
    primary = [tuple(place) for place in case["expected"]["primary"]]
    assert all(withheld[place] for place in primary)
    for place in primary:
        low, high = feasible(table, withheld, place)
        assert low < least <= high + 1e-9
    assert withheld.sum() - len(primary) == case["expected"]["min_complementary_cells"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_two_way_tables_leave_no_small_cell_exact(seed: int) -> None:
    generator = np.random.default_rng(seed)
    table = generator.choice([1, 2, 3, 4, 6, 9, 15, 30], size=(generator.integers(2, 5), generator.integers(2, 5)))
    withheld = withheld_in(table, 5)
    for place in zip(*np.nonzero(withheld & (table < 5)), strict=True):
        row, column = table[place[0]], table[:, place[1]]
        if row.sum() >= 5 and column.sum() >= 5:
            assert feasible(table, withheld, place)[1] >= 5 - 1e-6
