"""What a panel says of a figure itself and of two beside one another."""

import numpy as np
import pytest

from heed.stats.panels.evidence import correlation, shares_of_variance, smallest_change


def test_a_correlation_is_that_of_all_cells_with_limits_from_whole_units() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, (10, 30))
    y = 0.6 * x + 0.8 * rng.normal(0, 1, x.shape)
    found = correlation(x, y, np.ones_like(x))
    assert found.value == pytest.approx(np.corrcoef(x.ravel(), y.ravel())[0, 1])
    assert found.low is not None and found.high is not None
    assert found.low < 0.6 < found.high
    # Cells that repeat what their unit has said already make it no surer.
    again = correlation(np.repeat(x, 4, axis=1), np.repeat(y, 4, axis=1), np.ones((10, 120)))
    assert again.low == pytest.approx(found.low)


def test_one_series_is_left_out_in_blocks_and_thin_ones_say_so() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, (1, 40))
    assert correlation(x, 2 * x + rng.normal(0, 1, x.shape), np.ones_like(x)).low is not None
    assert correlation(x[:, :5], x[:, :5], np.ones((1, 5))).reason == "too_few"
    assert correlation(np.ones((5, 9)), rng.normal(0, 1, (5, 9)), np.ones((5, 9))).reason == "no_variation"


def test_the_smallest_change_of_plain_noise_is_that_of_the_textbook() -> None:
    rng = np.random.default_rng(5)
    found = smallest_change(rng.normal(0, 1, 5000), np.full(5000, 1.0))
    assert found == pytest.approx((1.959964 + 0.841621) * np.sqrt(2 / 4), rel=0.06)
    # Sampling alone sets a floor, and what lasts from week to week raises it.
    assert smallest_change(np.zeros(20), np.full(20, 4.0)) == pytest.approx(2.801585 * np.sqrt(2.0), rel=1e-4)
    slow = np.repeat(rng.normal(0, 1, 500), 4)
    assert (smallest_change(slow, np.full(2000, 0.1)) or 0.0) > 1.3 * found
    assert smallest_change(np.zeros(8), np.ones(8)) is None


def test_spread_is_divided_into_units_time_and_chance() -> None:
    rng = np.random.default_rng(7)
    units, weeks = 60, 80
    common = rng.normal(0, 5, (1, weeks))
    values = rng.normal(0, 1, (units, 1)) + common + rng.normal(0, np.sqrt(2.0), (units, weeks))
    values[3, 4] = np.nan
    found = shares_of_variance(values, np.full(values.shape, 0.5))
    assert found.between.value == pytest.approx(1 / 3, abs=0.08)
    assert found.within == pytest.approx(0.5, abs=0.08)
    assert found.sampling == pytest.approx(1 / 6, abs=0.03)
    assert found.between.low is not None and found.between.high is not None
    assert found.between.low < found.between.value < found.between.high
    assert shares_of_variance(values[:2], values[:2]).between.reason == "too_few"
    assert shares_of_variance(np.ones((5, 9)), np.zeros((5, 9))).between.reason == "no_variation"
