"""Shares: limits at the ends, coverage, weights, the score limits against a direct search, and what thin data gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtri
from scipy.stats import binom

from heed.core.errors.rules import Invalid
from heed.stats.intervals.differences import proportion_difference
from heed.stats.intervals.proportion import proportion, weighted_proportion
from heed.stats.sufficient import CoMoments, Tally

SHOWN = ("wilson", "clopper_pearson", "jeffreys", "agresti_coull")


@pytest.mark.parametrize("method", SHOWN)
def test_limits_at_the_ends_are_exact_and_never_of_width_zero(method: str) -> None:
    result = proportion([0, 5, 0, 10**9], [5, 5, 10**9, 10**9], method=method)  # type: ignore[arg-type]
    assert result.low[0] == 0.0
    assert result.high[1] == 1.0
    assert np.all(result.high - result.low > 0)


def test_no_rows_give_no_figure_and_a_reason() -> None:
    figure = proportion([0, 3], [0, 4]).figures()[0]
    assert (figure.value, figure.low, figure.high, figure.n, figure.reason) == (None, None, None, 0.0, "no_rows")


@pytest.mark.parametrize(("x", "n"), [(5, 4), (-1, 4), (float("nan"), 4), ("a", 4)])
def test_impossible_counts_are_refused(x: object, n: int) -> None:
    with pytest.raises(Invalid):
        proportion(x, n)  # type: ignore[arg-type]


def test_a_level_must_be_a_share() -> None:
    with pytest.raises(Invalid):
        proportion(1, 2, level=95)


def coverage(n: int, p: float, method: str) -> float:
    x = np.arange(n + 1)
    result = proportion(x, np.full(n + 1, n), method=method)  # type: ignore[arg-type]
    return float(np.sum(binom.pmf(x, n, p)[(result.low.data <= p) & (p <= result.high.data)]))


def test_coverage_is_what_the_level_claims() -> None:
    shares = np.linspace(0.02, 0.98, 49)
    for n in (10, 30, 100):
        assert min(coverage(n, p, "clopper_pearson") for p in shares) >= 0.95
        assert 0.945 <= np.mean([coverage(n, p, "wilson") for p in shares]) <= 0.965
        assert np.mean([coverage(n, p, "jeffreys") for p in shares]) >= 0.94


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.sampled_from(SHOWN))
def test_an_interval_holds_its_share_and_mirrors(case: tuple[int, int], method: str) -> None:
    n, x = case
    here = proportion(x, n, method=method).figure()  # type: ignore[arg-type]
    there = proportion(n - x, n, method=method).figure()  # type: ignore[arg-type]
    assert here.low is not None and here.high is not None and here.value is not None
    assert 0 <= here.low <= here.value <= here.high <= 1
    assert there.high == pytest.approx(1 - here.low, abs=1e-9)


def test_a_hundred_thousand_groups_in_one_call() -> None:
    n = np.full(100_000, 50.0)
    x = np.arange(100_000) % 51
    result = proportion(x, n)
    assert result.estimate.shape == (100_000,)
    assert result.figures()[50].high == 1.0


def sums(weight: np.ndarray, y: np.ndarray) -> CoMoments:
    return CoMoments.of(weight * y, weight)


def test_equal_weights_give_wilson_at_n() -> None:
    y = np.array([1.0] * 8 + [0.0] * 4)
    for weight in (1.0, 2.5):
        weighted = weighted_proportion(sums(np.full(12, weight), y))
        assert weighted.interval.figure() == proportion(8, 12).figure()
        assert weighted.deff[0] == weighted.deff_kish[0] == 1.0


def test_weighted_share_and_its_linearised_variance() -> None:
    """By hand: p = 5/8; residuals w(y - p) = .75, .375, -.625, -1.25; n/(n-1) Σ² / W²."""
    weight, y = np.array([2.0, 1.0, 1.0, 2.0, 2.0]), np.array([1.0, 1.0, 0.0, 0.0, 1.0])
    result = weighted_proportion(sums(weight, y))
    p = 5 / 8
    residual = weight * (y - p)
    assert result.interval.figure().value == pytest.approx(p)
    assert result.variance[0] == pytest.approx(5 / 4 * np.sum(residual**2) / 64)
    assert result.deff_kish[0] == pytest.approx(5 * np.sum(weight**2) / 64)
    assert result.deff[0] == pytest.approx(result.variance[0] / (p * (1 - p) / 4))
    assert result.n_effective[0] == pytest.approx(5 / max(result.deff[0], 1.0))
    assert result.interval.figure().n == 5


def test_weights_widen_the_interval_and_ends_keep_a_width() -> None:
    generator = np.random.default_rng(3)
    weight, y = generator.lognormal(0, 1, 400), (generator.random(400) < 0.7).astype(float)
    weighted, plain = weighted_proportion(sums(weight, y)).interval.figure(), proportion(y.sum(), 400).figure()
    assert weighted.high - weighted.low > plain.high - plain.low  # type: ignore[operator]
    all_true = weighted_proportion(sums(weight, np.ones(400))).interval.figure()
    assert all_true.value == all_true.high == 1.0
    assert all_true.low < proportion(400, 400).figure().low  # type: ignore[operator]


def test_weighted_coverage() -> None:
    """Weights unrelated to the answer: the interval covers the population share about as often as it says."""
    generator = np.random.default_rng(11)
    groups, size, share = 4000, 60, 0.8
    y = (generator.random(groups * size) < share).astype(float)
    weight = generator.choice([0.5, 1.0, 3.0], groups * size)
    index = np.repeat(np.arange(groups), size)
    result = weighted_proportion(CoMoments.grouped(weight * y, weight, index, groups)).interval
    covered = np.mean((result.low.data <= share) & (share <= result.high.data))
    assert 0.93 <= covered <= 0.975


def test_weights_that_sum_to_nothing_give_a_reason() -> None:
    figure = weighted_proportion(sums(np.zeros(3), np.ones(3))).interval.figure()
    assert (figure.value, figure.reason) == (None, "no_denominator")


def likeliest_share(xa: float, na: float, xb: float, nb: float, delta: float) -> float:
    def unlikely(p: float) -> float:
        return -(
            xa * np.log(p) + (na - xa) * np.log(1 - p) + xb * np.log(p + delta) + (nb - xb) * np.log(1 - p - delta)
        )

    bounds = (max(0.0, -delta) + 1e-9, min(1.0, 1 - delta) - 1e-9)
    return float(minimize_scalar(unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x)


def test_score_limits_against_a_direct_search_of_the_likelihood() -> None:
    """The closed root must be the maximum, which statsmodels' is not: its upper limit here is 0.0735998."""
    xa, na, xb, nb = 180.0, 1000.0, 221.0, 1010.0
    z = ndtri(0.975)

    def statistic(delta: float) -> float:
        pa = likeliest_share(xa, na, xb, nb, delta)
        pb = pa + delta
        variance = (pa * (1 - pa) / na + pb * (1 - pb) / nb) * (na + nb) / (na + nb - 1)
        return float((xb / nb - xa / na - delta) / np.sqrt(variance))

    figure = proportion_difference(xa, na, xb, nb, method="score").figure()
    assert figure.low == pytest.approx(brentq(lambda d: statistic(d) - z, -0.5, 0.0388), abs=1e-7)
    assert figure.high == pytest.approx(brentq(lambda d: statistic(d) + z, 0.0388, 0.5), abs=1e-7)


@pytest.mark.parametrize("table", [(0, 10, 0, 12), (5, 5, 3, 6), (0, 7, 7, 7), (7, 7, 0, 7), (1, 1, 0, 1)])
def test_score_limits_stand_on_boundary_tables(table: tuple[int, int, int, int]) -> None:
    figure = proportion_difference(*table, method="score").figure()
    assert figure.low is not None and figure.high is not None and figure.value is not None
    assert -1 <= figure.low <= figure.value <= figure.high <= 1
    assert figure.high > figure.low


def test_tallies_add() -> None:
    both = Tally.of(3, 10) + Tally.of(4, 20)
    assert (both.successes, both.n) == (7, 30)
