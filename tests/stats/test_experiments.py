"""Experiments: what must hold whatever the data, and thin data that must say so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as peer
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

from heed.core.errors.rules import Invalid, Refused
from heed.stats.experiments.always_valid import mixture_test
from heed.stats.experiments.arms import Arm, cuped_arms, mean_arm, ratio_arm, share_arm
from heed.stats.experiments.clustered import cluster_index, cr0, cr1, cr2
from heed.stats.experiments.conditional_odds import conditional_odds_ratio, zero
from heed.stats.experiments.difference_in_differences import difference_in_differences
from heed.stats.experiments.effects import Prior, bayes_effect, sequential_effect, welch_effect
from heed.stats.experiments.multiplicity import METHODS, adjust
from heed.stats.experiments.power import normal_power, size_for_effect, size_for_shares, t_power, t_size
from heed.stats.experiments.sample_ratio import sample_ratio
from heed.stats.experiments.stepped_wedge import stepped_wedge
from heed.stats.experiments.two_samples import pooled_z, rank_sum, two_shares
from heed.stats.regression.least_squares import fit, standard_errors

CHANCE = np.random.default_rng(1)
A, B = CHANCE.normal(10, 2, 40), CHANCE.normal(11, 3, 55)


def test_welch_beside_scipy() -> None:
    found, other = welch_effect(mean_arm(A), mean_arm(B), level=0.9), peer.ttest_ind(B, A, equal_var=False)
    limits = other.confidence_interval(0.9)
    assert (found.p, found.df, found.low, found.high) == pytest.approx(
        (other.pvalue, other.df, limits.low, limits.high)
    )


@pytest.mark.parametrize("effect", [welch_effect, sequential_effect, bayes_effect])
@pytest.mark.parametrize("relative", [False, True])
def test_thin_arms_have_no_effect_and_say_why(effect: object, relative: bool) -> None:
    nobody, one, alike = mean_arm([]), mean_arm([3.0]), mean_arm([3.0, 3.0, 3.0])
    assert effect(nobody, mean_arm(B), relative=relative).reason == "no_rows"  # type: ignore[operator]
    assert effect(one, alike, relative=relative).reason == "no_variation"  # type: ignore[operator]


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_effects_of_shares_hold_together(x: int, n: int, y: int, m: int) -> None:
    a, b = share_arm(min(x, n), n), share_arm(min(y, m), m)
    found, always = welch_effect(a, b), sequential_effect(a, b)
    if found.reason:
        assert always.reason == found.reason
        return
    assert 0 < found.p <= 1
    assert found.low <= found.estimate <= found.high
    assert 0 < always.p <= 1
    assert always.low <= always.estimate <= always.high
    assert (always.p < 0.05) == (not always.low <= 0 <= always.high)
    assert bayes_effect(a, b).mean == pytest.approx(found.estimate)


def test_a_strong_prior_pulls_the_effect_to_it() -> None:
    plain, pulled = (bayes_effect(mean_arm(A), mean_arm(B), prior=Prior(sd=sd)) for sd in (None, 0.01))
    assert 0 < pulled.mean < plain.mean / 2
    assert plain.risk_control - plain.risk_treatment == pytest.approx(plain.mean)


def test_a_ratio_of_ones_is_a_mean() -> None:
    ratio, plain = ratio_arm(A, np.ones(A.size)), mean_arm(A)
    assert (ratio.mean, ratio.variance) == pytest.approx((plain.mean, plain.variance))


def test_cuped_takes_out_what_was_known_before() -> None:
    before = CHANCE.normal(50, 10, 400)
    after = before + CHANCE.normal(0, 3, 400)
    found = cuped_arms(before[:200], after[:200], before[200:], after[200:] + 2)
    assert found.theta == pytest.approx(1.0, abs=0.1)
    assert found.control.variance < 0.2 * mean_arm(after[:200]).variance
    effect = welch_effect(found.control, found.treatment)
    assert effect.low < 2 < effect.high
    flat = cuped_arms([1, 1], A[:2], [1, 1], B[:2])
    assert flat.theta == 0.0


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("bonferroni", "bonferroni"),
        ("sidak", "sidak"),
        ("holm", "holm"),
        ("holm_sidak", "holm-sidak"),
        ("hochberg", "simes-hochberg"),
        ("hommel", "hommel"),
        ("bh", "fdr_bh"),
        ("by", "fdr_by"),
    ],
)
@settings(max_examples=25)
@given(p=st.lists(st.floats(1e-6, 1), min_size=1, max_size=12))
def test_adjusted_p_beside_statsmodels(ours: str, theirs: str, p: list[float]) -> None:
    assert adjust(p, ours) == pytest.approx(multipletests(p, method=theirs)[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_no_adjustment_of_nothing(method: str) -> None:
    assert adjust([], method).size == 0
    with pytest.raises(Invalid):
        adjust([1.5], method)


def test_power_and_size_are_each_others_answer() -> None:
    assert t_power(0.3, t_size(0.3, power=0.85)) == pytest.approx(0.85)
    assert normal_power(0.3, size_for_effect(0.3, power=0.85, ratio=2.0), ratio=2.0) == pytest.approx(0.85)
    for impossible in (lambda: t_size(0.0, power=0.8), lambda: size_for_shares(0.2, 0.2, power=0.8)):
        with pytest.raises(Refused):
            impossible()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_the_conditional_odds_ratio_beside_scipy(cells: list[int]) -> None:
    table = np.array(cells, dtype=float).reshape(2, 2)
    if table.sum(axis=0).all() and table.sum(axis=1).all():
        other = peer.contingency.odds_ratio(table.astype(int)).statistic
        assert conditional_odds_ratio(table) == pytest.approx(other, rel=1e-6)


def test_a_zero_is_found_within_its_tolerance() -> None:
    assert zero(lambda x: x**3 - 2, 0.0, 2.0, 1e-14) == pytest.approx(2 ** (1 / 3), abs=1e-13)


def test_shares_that_do_not_vary() -> None:
    assert pooled_z(0, 10, 0, 12).reason == "no_variation"
    assert two_shares(0, 10, 0, 12).reason == "no_variation"
    assert rank_sum([1, 1], [1, 1, 1]).reason == "no_variation"


def test_the_sample_ratio_of_nobody() -> None:
    assert sample_ratio([0, 0], [1, 1]).reason == "no_rows"
    assert sample_ratio([5], [1]).reason == "too_few"


def test_a_mixture_test_beyond_floats() -> None:
    found = mixture_test(100.0, 1e-4, 1.0)
    assert np.isinf(found.ratio)
    assert 0 < found.p < 1e-300
    assert found.low < 100 < found.high


def test_cluster_errors_beside_statsmodels() -> None:
    clusters = np.repeat(np.arange(12), 6)
    x = np.column_stack([np.ones(72), CHANCE.normal(size=72), np.repeat(CHANCE.normal(size=12), 6)])
    y = x @ [1.0, 0.5, 0.2] + np.repeat(CHANCE.normal(size=12), 6) + CHANCE.normal(size=72)
    found = fit(y, x)
    other = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    assert standard_errors(cr1(found, clusters)) == pytest.approx(other.bse)
    assert np.all(standard_errors(cr0(found, clusters)) < standard_errors(cr1(found, clusters)))
    for at in range(3):
        reduced = cr2(found, cluster_index(clusters), np.eye(3)[at])
        assert reduced.se > standard_errors(cr0(found, clusters))[at]
        assert 1 < reduced.df < 60


def test_the_difference_in_differences_is_one_of_means() -> None:
    treated, after = np.tile([0.0, 0, 1, 1], 10), np.tile([0.0, 1, 0, 1], 10)
    y = CHANCE.normal(size=40)
    means = {(g, t): y[(treated == g) & (after == t)].mean() for g in (0, 1) for t in (0, 1)}
    found = difference_in_differences(y, treated, after, np.repeat(np.arange(10), 4))
    assert found.estimate == pytest.approx(means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0])


def test_a_wedge_that_never_steps_tells_nothing() -> None:
    with pytest.raises(Refused):
        stepped_wedge(np.ones((4, 3)), 10, 1.0, 0.1, 0.2)


def test_p_values_are_even_where_nothing_is() -> None:
    draws = CHANCE.normal(size=(2, 1000, 30))
    p = [welch_effect(_arm(a), _arm(b)).p for a, b in zip(*draws, strict=True)]
    assert peer.kstest(p, "uniform").pvalue > 0.001


def _arm(values: np.ndarray) -> Arm:
    return Arm(values.size, values.mean(), values.var(ddof=1), values.mean())


def test_clusters_that_do_not_differ_tell_no_error() -> None:
    treated, after = np.tile([0.0, 0, 1, 1], 10), np.tile([0.0, 1, 0, 1], 10)
    found = difference_in_differences(1 + treated * after, treated, after, np.repeat(np.arange(10), 4))
    assert found.estimate == pytest.approx(1.0)
    assert (found.low, found.p, found.reason) == (None, None, "no_variation")
