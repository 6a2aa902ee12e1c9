"""Differences recovered from intervals."""

import math

import pytest

from heed.stats.intervals.differences import proportion_difference
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.recovered import difference_of


@pytest.mark.parametrize(
    ("x_a", "n_a", "x_b", "n_b"), [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (340, 400, 333, 400)]
)
def test_with_wilson_limits_it_is_newcombes_method(x_a: int, n_a: int, x_b: int, n_b: int) -> None:
    first, second = proportion([x_a], [n_a]).figure(), proportion([x_b], [n_b]).figure()
    found = difference_of((first.value, first.low, first.high), (second.value, second.low, second.high))
    known = proportion_difference([x_b], [n_b], [x_a], [n_a], method="newcombe").figure()
    assert (found.difference, found.low, found.high) == pytest.approx((known.value, known.low, known.high), abs=1e-12)


def test_symmetric_limits_add_as_variances_do() -> None:
    found = difference_of((10, 7, 13), (6, 2, 10))
    assert (found.low, found.high) == (4 - 5, 4 + 5)
    assert found.is_noise


def test_beyond_noise_is_counted_in_half_widths() -> None:
    assert difference_of((10, 9, 11), (6, 6, 6)).beyond == pytest.approx(3)
    assert difference_of((6, 6, 6), (10, 9, 11)).beyond == pytest.approx(3)
    assert difference_of((6, 5, 7), (6, 5, 7)).beyond <= 0
    assert difference_of((2, 2, 2), (1, 1, 1)).beyond == math.inf
    assert not difference_of((10, 9, 11), (6, 6, 6)).is_noise
