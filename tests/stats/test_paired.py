"""Two shares of the same rows: published tables, and that the limits cover what they claim."""

import numpy as np
import pytest

from heed.core.errors.rules import Invalid
from heed.stats.intervals.paired import paired_difference


@pytest.mark.parametrize(
    ("table", "value", "low", "high"),
    [
        # Newcombe 1998, method 10: both, only the first, only the second, neither; first less second.
        ((36, 12, 2, 0), 0.2, 0.0569, 0.3404),
        ((36, 14, 0, 0), 0.28, 0.1528, 0.4167),
        # Bentur et al. 2009 as in Fagerland, Lydersen and Laake 2014.
        ((1, 1, 7, 12), -0.2857, -0.507, -0.026),
    ],
)
def test_published_limits_are_met(table: tuple[int, int, int, int], value: float, low: float, high: float) -> None:
    both, first, second, neither = table
    found = paired_difference(both, second, first, neither).interval.figure()
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=6e-4)


def test_published_tests_are_met() -> None:
    found = paired_difference(1, 1, 7, 12)
    assert float(found.p_mid) == pytest.approx(0.0391, abs=1e-4)
    assert float(found.p_exact) == pytest.approx(0.0703, abs=1e-4)


def test_who_never_differs_cannot_be_told_apart_but_the_width_is_not_none() -> None:
    found = paired_difference([90, 0], [0, 0], [0, 0], [10, 0])
    alike, empty = found.interval.figures()
    assert alike.value == 0
    assert alike.low is not None and -0.04 < alike.low < 0
    assert empty.reason == "no_rows"
    assert found.p_mid.tolist() == [1.0, 1.0]
    with pytest.raises(Invalid):
        paired_difference(1, -1, 0, 0)


def test_turned_round_it_is_the_same() -> None:
    one, other = paired_difference(50, 7, 19, 24), paired_difference(50, 19, 7, 24)
    left, right = one.interval.figure(), other.interval.figure()
    assert (left.value, left.low, left.high) == pytest.approx((-right.value, -right.high, -right.low))  # type: ignore[operator]
    assert float(one.p_mid) == pytest.approx(float(other.p_mid))


@pytest.mark.parametrize("shares", [(0.7, 0.08, 0.05, 0.17), (0.9, 0.02, 0.04, 0.04), (0.3, 0.2, 0.2, 0.3)])
def test_limits_cover_what_they_claim(shares: tuple[float, float, float, float]) -> None:
    tables = np.random.default_rng(0).multinomial(150, shares, size=4000).astype(float)
    found = paired_difference(*tables.T)
    true = shares[2] - shares[1]
    covered = np.mean((found.interval.low <= true) & (true <= found.interval.high))
    assert 0.94 <= covered <= 0.98
    if true == 0:
        assert np.mean(found.p_mid < 0.05) <= 0.055
