"""Faults of other packages, each of which was seen: heed does not share them."""

import math

import numpy as np
import pytest

from heed.stats.agreement.krippendorff import krippendorff_alpha
from heed.stats.careless.indices import even_odd
from heed.stats.change_points.penalised import segment
from heed.stats.customer_value.purchases import Purchasing, expected_further, expected_purchases
from heed.stats.exact import ceil_ratio
from heed.stats.experiments.arms import Arm, mean_arm, share_arm
from heed.stats.experiments.effects import bayes_effect, sequential_effect, welch_effect
from heed.stats.experiments.sample_ratio import sample_ratio, sample_ratio_with_empty_arms
from heed.stats.intervals.differences import proportion_difference
from heed.stats.queues.erlang import agents_required, erlang_c
from heed.stats.sampling.allocation import neyman, proportional, stratified_variance
from heed.stats.sufficient import Moments
from tests.stats.references import cases


@pytest.mark.parametrize("alternative", ["less", "greater"])
@pytest.mark.parametrize(("x", "y"), [(180, 221), (221, 180), (200, 200)])
def test_a_one_sided_interval_holds_its_own_estimate(alternative: str, x: int, y: int) -> None:
    found = welch_effect(share_arm(x, 1000), share_arm(y, 1000), alternative=alternative)  # type: ignore[arg-type]
    assert found.low <= found.estimate <= found.high
    assert math.isinf(found.low if alternative == "less" else found.high)


def test_the_open_side_is_the_one_that_is_not_tested() -> None:
    less = welch_effect(share_arm(221, 1000), share_arm(180, 1000), alternative="less")
    more = welch_effect(share_arm(221, 1000), share_arm(180, 1000), alternative="greater")
    assert less.high < 0 < less.p * 100
    assert less.p + more.p == pytest.approx(1.0)
    two = welch_effect(share_arm(221, 1000), share_arm(180, 1000))
    assert two.p == pytest.approx(2 * less.p)


def test_an_arm_of_weight_zero_is_no_arm() -> None:
    with_it, without = sample_ratio([500, 560, 0], [1, 1, 0]), sample_ratio([500, 560], [1, 1])
    assert (with_it.chi2, with_it.df, with_it.p) == (without.chi2, without.df, without.p)
    assert sample_ratio_with_empty_arms([500, 560, 0], [1, 1, 0]) > 2 * without.p
    assert sample_ratio([500, 500, 3], [1, 1, 0]).mismatch


def test_the_variance_does_not_cancel_at_large_means() -> None:
    values = 1e8 + np.tile(np.arange(1.0, 6.0), 20)
    assert Moments.of(values).variance[0] == pytest.approx(2.0202020202, rel=1e-10)
    assert mean_arm(values).variance == pytest.approx(2.0202020202, rel=1e-10)


def test_p_is_never_zero_and_its_logarithm_is_told() -> None:
    far = welch_effect(Arm(1e6, 0.0, 1.0, 0.0), Arm(1e6, 1.0, 1.0, 1.0))
    assert far.p > 0
    assert far.log10_p == pytest.approx(-96_910, rel=1e-3)
    near = welch_effect(Arm(100, 0.0, 1.0, 0.0), Arm(100, 0.3, 1.0, 0.3))
    assert far.log10_p < near.log10_p == pytest.approx(math.log10(near.p))
    assert sequential_effect(Arm(1e6, 0.0, 1.0, 0.0), Arm(1e6, 1.0, 1.0, 1.0)).log10_p < -1000


def test_the_tail_of_t_is_continuous_where_it_changes_hands() -> None:
    """Either side of the place where p itself becomes too small for the ordinary function."""
    logs = [
        welch_effect(Arm(50, 0.0, 1.0, 0.0), Arm(50, 10.0**k, 1.0, 10.0**k)).log10_p for k in np.arange(1.0, 5.0, 0.05)
    ]
    steps = np.diff(logs)
    assert np.all(steps < 0)
    assert np.max(np.abs(np.diff(steps))) < 0.3


def test_a_baseline_of_zero_has_no_relative_effect_and_says_so() -> None:
    control, treatment = share_arm(0, 100), share_arm(12, 100)
    for found in (
        welch_effect(control, treatment, relative=True),
        sequential_effect(control, treatment, relative=True),
    ):
        assert found.estimate is None
        assert found.reason == "no_denominator"
    assert bayes_effect(control, treatment, relative=True).reason == "no_denominator"
    assert welch_effect(control, treatment).p < 0.001


def test_under_overload_all_wait_and_nobody_is_answered_in_time() -> None:
    found = erlang_c(100 / 1800, 180, np.array([1, 5, 10]), 20)
    assert not found.stable.any()
    assert (found.wait_probability == 1).all()
    assert (found.service_level == 0).all()
    assert np.isinf(found.mean_wait).all()


def test_the_agents_required_are_the_fewest() -> None:
    chance = np.random.default_rng(2)
    rate, time = chance.uniform(1, 200, 40) / 900, chance.uniform(60, 600, 40)
    found = agents_required(rate, time, 20.0, target=0.8, max_occupancy=0.9)
    enough, less = erlang_c(rate, time, found.agents, 20.0), erlang_c(rate, time, found.agents - 1, 20.0)
    assert np.all((enough.service_level >= 0.8) & (enough.occupancy <= 0.9 + 1e-12))
    assert np.all((less.service_level < 0.8) | (less.occupancy > 0.9) | ~less.stable)
    assert found.service_level == pytest.approx(enough.service_level)


def test_shrinkage_is_rounded_up_in_decimals() -> None:
    assert ceil_ratio(21, 0.7) == 30
    assert [ceil_ratio(7 * k, 0.7) for k in range(1, 50)] == [10 * k for k in range(1, 50)]


def test_neyman_is_neyman_and_adds_up() -> None:
    population, sd = {"a": 40, "b": 400, "c": 4000}, {"a": 30.0, "b": 5.0, "c": 1.0}
    for n in range(3, 400, 7):
        best, even = neyman(population, sd, n), proportional(population, n, sd)
        assert sum(best.whole.values()) == sum(even.whole.values()) == n
        assert all(best.whole[name] <= population[name] for name in population)
    best = neyman(population, sd, 200).whole
    least = stratified_variance(population, sd, best)
    for one in population:
        for other in population:
            moved = {**best, one: best[one] + 2, other: best[other] - 2} if one != other else best
            if moved[one] <= population[one]:
                assert stratified_variance(population, sd, moved) >= least - 1e-12


def test_alpha_of_complete_data() -> None:
    """Krippendorff 2011, example A: two observers, ten units, nothing missing, nominal alpha 0.095."""
    observers = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert krippendorff_alpha(observers, "nominal").alpha == pytest.approx(0.095, abs=5e-4)


def test_the_score_limits_of_boundary_tables_are_there() -> None:
    x_a, x_b = np.array([0.0, 0, 10, 10, 0]), np.array([0.0, 12, 0, 12, 1])
    found = proportion_difference(x_a, 10.0, x_b, 12.0, method="score")
    assert np.all(np.isfinite(found.low.data) & np.isfinite(found.high.data))
    assert np.all((found.low >= -1) & (found.low < found.high) & (found.high <= 1))


def test_the_cheapest_cut_is_found_and_a_grid_can_miss_it() -> None:
    (case,) = cases("changepoint", "pelt_l2_exact")
    penalty, x = case.input["penalty"], case.input["x"]
    assert segment(x, penalty, least=2).ends == (28, 100)
    coarse = segment(x, penalty, least=2, step=5)
    assert coarse.ends == (30, 100)
    assert coarse.cost > segment(x, penalty, least=2).cost


def test_purchases_at_a_equal_to_one() -> None:
    around = [
        float(expected_purchases(Purchasing(0.243, 4.414, a, 2.426), 39)) for a in (0.99, 0.9999, 1.0, 1.0001, 1.01)
    ]
    assert all(math.isfinite(each) for each in around)
    assert np.all(np.diff(around) < 0)
    assert around[2] == pytest.approx((around[1] + around[3]) / 2, rel=1e-7)
    ahead = [float(expected_further(Purchasing(0.243, 4.414, a, 2.426), 3, 20, 30, 39)) for a in (0.9999, 1.0, 1.0001)]
    assert ahead[1] == pytest.approx((ahead[0] + ahead[2]) / 2, rel=1e-7)


def test_all_items_count_in_the_halves_of_a_scale() -> None:
    answers = [[5, 5, 6, 7, 3, 2]]
    # Means of odd items 5.5 and 4.5, of even ones 5 and 3: they go together. The first two items alone do not.
    assert even_odd(answers, [3, 3])[0] == -1.0
    assert even_odd(answers, [3, 3], first_items_only=True)[0] == 1.0
