"""Means, ratios, quantiles, rates, NPS and the sufficient statistics they rest on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom, chi2, poisson

from heed.core.errors.rules import Invalid
from heed.stats.intervals.differences import nps_difference
from heed.stats.intervals.mean import mean, ratio, weighted_mean
from heed.stats.intervals.nps import nps, weighted_nps
from heed.stats.intervals.quantile import order_statistic_ranks, quantile, weighted_shares
from heed.stats.intervals.rate import count, rate
from heed.stats.scales import nps_counts
from heed.stats.sufficient import CoMoments, Moments, NpsCounts


def test_variance_at_large_means() -> None:
    values = 1e8 + np.arange(1, 6)
    moments = Moments.of(values)
    assert moments.variance[0] == 2.5
    assert moments.mean_square[0] == 2.0
    merged = Moments.of(values[:2]) + Moments.of(values[2:])
    assert merged.variance[0] == 2.5
    pairs = CoMoments.of(values, np.ones(5))
    assert pairs.ratio_variance()[0] == pytest.approx(2.5 / 5, rel=1e-12)


@given(
    arrays(float, st.integers(0, 20), elements=st.floats(-1e6, 1e6)),
    arrays(float, st.integers(0, 20), elements=st.floats(-1e6, 1e6)),
)
def test_moments_add_like_rows(a: np.ndarray, b: np.ndarray) -> None:
    both, together = Moments.of(a) + Moments.of(b), Moments.of(np.concatenate([a, b]))
    assert both.n == together.n
    assert both.mean == pytest.approx(together.mean, abs=1e-6)
    assert both.m2 == pytest.approx(together.m2, rel=1e-6, abs=1e-3)


def test_co_moments_add_like_rows() -> None:
    generator = np.random.default_rng(1)
    x, y = generator.normal(50, 5, 40), generator.normal(10, 2, 40)
    both, together = CoMoments.of(x[:13], y[:13]) + CoMoments.of(x[13:], y[13:]), CoMoments.of(x, y)
    for name in ("n", "mean_x", "mean_y", "m_xx", "m_xy", "m_yy"):
        assert getattr(both, name) == pytest.approx(getattr(together, name), rel=1e-10), name


def test_a_mean_of_thin_data_says_why_it_has_no_limits() -> None:
    grouped = Moments.grouped([3.0, 4.0, 4.0, 1.0, 5.0], [1, 2, 2, 3, 3], 4)
    empty, single, flat, spread = mean(grouped).figures()
    assert (empty.value, empty.low, empty.reason) == (None, None, "no_rows")
    assert (single.value, single.low, single.reason) == (3.0, None, "one_value")
    assert (flat.value, flat.high, flat.reason) == (4.0, None, "no_variation")
    assert spread.low < 3.0 < spread.high and spread.reason == ""  # type: ignore[operator]


def test_weighted_mean_with_equal_weights_is_students() -> None:
    values = np.array([3.0, 5.0, 9.0, 4.0])
    plain = mean(Moments.of(values)).figure()
    weighted = weighted_mean(CoMoments.of(2.0 * values, np.full(4, 2.0))).figure()
    assert (weighted.value, weighted.low, weighted.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_weighted_mean_at_large_values_with_an_origin() -> None:
    values, weight = 1e8 + np.arange(1, 6), np.array([1.0, 2.0, 1.0, 3.0, 1.0])
    near = weighted_mean(CoMoments.of(weight * np.arange(1, 6), weight)).figure()
    far = weighted_mean(CoMoments.of(weight * (values - 1e8), weight), origin=1e8).figure()
    assert far.value == pytest.approx(1e8 + near.value)  # type: ignore[operator]
    assert far.high - far.low == pytest.approx(near.high - near.low)  # type: ignore[operator]


def test_ratio_of_sums_by_linearisation() -> None:
    x, y = np.array([10.0, 12.0, 7.0, 3.0]), np.array([2.0, 3.0, 2.0, 1.0])
    figure = ratio(CoMoments.of(x, y)).figure()
    assert figure.value == 4.0
    se = np.sqrt(4 / 3 * np.sum((x - 4 * y) ** 2)) / 8
    assert figure.high == pytest.approx(4.0 + 3.182446305283710 * se)
    assert ratio(CoMoments.of(x, np.zeros(4))).figure().reason == "no_denominator"
    assert ratio(CoMoments.of(3.3 * y, y)).figure().reason == "no_variation"


def test_ranks_cover_and_could_not_be_closer() -> None:
    for n in (6, 11, 50, 500):
        for q in (0.5, 0.9):
            ranks = order_statistic_ranks(n, q)
            low, high = int(ranks.low), int(ranks.high)
            below, above = binom.cdf(low - 1, n, q), 1 - binom.cdf(high - 1, n, q)
            assert below <= 0.025 and above <= 0.025
            assert binom.cdf(low, n, q) > 0.025


def test_quantile_is_hyndman_fan_7_within_order_statistics() -> None:
    values = np.arange(1.0, 101.0) ** 2
    figure = quantile(values, 0.9).figure()
    assert figure.value == np.quantile(values, 0.9)
    ranks = order_statistic_ranks(100, 0.9)
    assert (figure.low, figure.high) == (float(ranks.low) ** 2, float(ranks.high) ** 2)


def test_quantile_of_thin_data() -> None:
    assert quantile([], 0.5).figure().reason == "no_rows"
    five = quantile([1, 2, 3, 4, 5], 0.5).figure()
    assert (five.value, five.low, five.high, five.reason) == (3.0, None, None, "too_few")
    assert quantile([2.0] * 30, 0.5).figure().low is None
    tied = quantile([2.0] * 30 + [3.0], 0.5).figure()
    assert (tied.low, tied.high, tied.reason) == (2.0, 2.0, "tied")
    with pytest.raises(Invalid):
        quantile([1.0], 1.5)


def test_weighted_shares_bound_the_quantile() -> None:
    low, high = weighted_shares([0.0, 100.0], 0.5)
    assert (low[0], high[0]) == (0.0, 0.0)
    assert low[1] == pytest.approx(1 - high[1])


def test_rate_is_garwoods() -> None:
    figure = rate(7, 2.0).figure()
    assert figure.value == 3.5
    assert figure.low == pytest.approx(chi2.ppf(0.025, 14) / 4)
    assert figure.high == pytest.approx(chi2.ppf(0.975, 16) / 4)
    none = count(0).figure()
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(-np.log(0.025))
    assert rate(3, 0).figure().reason == "no_denominator"
    for expected in (0.5, 4.0, 30.0):
        x = np.arange(200)
        limits = rate(x, np.ones(200))
        inside = (limits.low.data <= expected) & (expected <= limits.high.data)
        assert poisson.pmf(x, expected)[inside].sum() >= 0.95


def every_sample(n: int) -> np.ndarray:
    return np.array([(i, n - i - j, j) for i in range(n + 1) for j in range(n + 1 - i)], dtype=float)


@pytest.mark.parametrize(("level", "n"), [(0.8, 10), (0.9, 10), (0.95, 5), (0.95, 10), (0.95, 30), (0.99, 20)])
def test_nps_covers_what_it_claims_at_small_n(level: float, n: int) -> None:
    """Exact: every sample of n answers, weighed by its multinomial probability, over a grid of populations."""
    from scipy.stats import multinomial

    samples = every_sample(n)
    result = nps(NpsCounts(*samples.T), level=level)
    covered = []
    for p in np.linspace(0.02, 0.9, 12):
        for d in np.linspace(0.02, 0.9, 12):
            if p + d < 0.98:
                truth = 100 * (p - d)
                inside = (result.low.data <= truth + 1e-9) & (truth - 1e-9 <= result.high.data)
                covered.append(multinomial.pmf(samples[inside], n, [p, 1 - p - d, d]).sum())
    assert np.mean(covered) >= level - 0.012
    assert np.quantile(covered, 0.05) >= level - 0.09


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_nps_limits_stay_on_the_scale_hold_the_score_and_have_a_width(p: int, s: int, d: int, level: float) -> None:
    figure = nps(NpsCounts.of([p], [s], [d]), level=level).figure()
    if p + s + d == 0:
        assert (figure.value, figure.reason) == (None, "no_rows")
        return
    assert -100 <= figure.low <= figure.value <= figure.high <= 100  # type: ignore[operator]
    assert figure.high > figure.low  # type: ignore[operator]


def test_weighted_nps_with_equal_weights_is_the_plain_one() -> None:
    scores = np.array([1.0] * 12 + [0.0] * 5 + [-1.0] * 3)
    plain = nps(NpsCounts.of([12], [5], [3])).figure()
    for weight in (1.0, 0.4):
        sums = CoMoments.of(weight * scores, np.full(20, weight))
        result = weighted_nps(sums, NpsCounts.of([12 * weight], [5 * weight], [3 * weight])).interval.figure()
        assert (result.value, result.low, result.high, result.n) == pytest.approx(
            (plain.value, plain.low, plain.high, 20)
        )


def test_weighted_nps_counts_weight_not_rows() -> None:
    scores, weight = np.array([1.0, 1.0, 0.0, -1.0]), np.array([3.0, 1.0, 2.0, 2.0])
    result = weighted_nps(CoMoments.of(weight * scores, weight), NpsCounts.of([4], [2], [2]))
    assert result.interval.figure().value == 25.0
    assert result.n_effective[0] <= 4
    assert result.deff_kish[0] == pytest.approx(4 * 18 / 64)


def test_nps_difference_is_cut_and_has_a_width() -> None:
    one = nps_difference(NpsCounts.of([0], [0], [9]), NpsCounts.of([9], [0], [0])).interval.figure()
    assert (one.value, one.high) == (200.0, 200.0)
    assert one.low < 200  # type: ignore[operator]
    assert (
        nps_difference(NpsCounts.of([0], [0], [0]), NpsCounts.of([1], [0], [0])).interval.figure().reason == "no_rows"
    )


def test_scores_off_the_scale_are_refused() -> None:
    with pytest.raises(Invalid):
        nps_counts([11])
