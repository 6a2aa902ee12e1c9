"""Charts, scales, series, drivers and disclosure: what must hold whatever the data, and thin data that must say so."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid, NotFound, Refused
from heed.stats.agreement.intraclass import intraclass
from heed.stats.agreement.kappa import cohen_kappa, cross_table, fleiss_kappa, in_order
from heed.stats.agreement.krippendorff import krippendorff_alpha
from heed.stats.burn_rates.alerts import Rule, firings
from heed.stats.careless.indices import distances, even_odd, strings, synonyms
from heed.stats.change_points.breaks import below_maximum, mean_breaks
from heed.stats.change_points.penalised import penalty_named, segment
from heed.stats.control_charts.individuals import individuals
from heed.stats.control_charts.memory import cusum, ewma
from heed.stats.control_charts.run_lengths import cusum_run_length, ewma_run_length
from heed.stats.control_charts.shewhart import shewhart
from heed.stats.control_charts.signals import nelson
from heed.stats.customer_value.purchases import Purchasing, expected_purchases, fit_purchases
from heed.stats.customer_value.spend import Spending, expected_spend, rfm
from heed.stats.disclosure.anonymity import anonymity
from heed.stats.disclosure.suppression import feasible_ranges, suppress
from heed.stats.drivers.importance import importance
from heed.stats.drivers.proportional_odds import proportional_odds
from heed.stats.intervals.proportion import proportion
from heed.stats.regression.formula import model_matrix, parse
from heed.stats.reliability.consistency import consistency, omega_total
from heed.stats.reliability.usability import sus_scores
from heed.stats.representativeness.fit import goodness_of_fit
from heed.stats.representativeness.indicator import r_indicator
from heed.stats.sampling.size import margin_of_error, sample_size
from heed.stats.series.correlation import cross_correlation, lagged_correlation, ljung_box, partial_correlation
from heed.stats.series.prediction import granger

CHANCE = np.random.default_rng(3)


def test_a_hundred_thousand_groups_in_one_call() -> None:
    n = CHANCE.integers(0, 50, 100_000)
    found = proportion(np.minimum(n, 3), n)
    assert found.low.shape == (100_000,)
    assert (found.low.mask == (n == 0)).all()


def test_nelsons_rules_ring_where_their_pattern_ends() -> None:
    flat = np.zeros(30)
    assert nelson([0, 0, 3.5, 0], 0.0, 1.0)[1] == (2,)
    assert nelson(np.concatenate([[-1], np.full(9, 0.5)]), 0.0, 1.0)[2] == (9,)
    assert nelson([0, 1, 2, 3, 4, 5], 2.0, 9.0)[3] == (5,)
    assert nelson(np.tile([0.5, -0.5], 7), 0.0, 1.0)[4] == (13,)
    assert nelson([2.5, 0, 2.5], 0.0, 1.0)[5] == (2,)
    assert nelson([1.5, 1.5, 0, 1.5, 1.5], 0.0, 1.0)[6] == (4,)
    assert nelson(flat[:15] + 0.1, 0.0, 1.0)[7] == (14,)
    assert nelson(np.tile([1.5, -1.5], 4), 0.0, 1.0)[8] == (7,)
    assert not any(nelson(flat[:5], 0.0, 0.0).values())


def test_charts_of_thin_data_say_why() -> None:
    assert individuals([]).reason == individuals([4.0]).reason == "one_value"
    assert individuals([4.0, 4.0]).reason == "no_variation"
    assert ewma([1.0, 1.0], 1.0, None).reason == "no_variation"
    assert shewhart([], [], "p").n == 0
    with pytest.raises(Invalid):
        shewhart([1], [0], "p")
    with pytest.raises(Invalid):
        shewhart([1, 2], [10, 20], "c")


def test_run_lengths_at_the_ends_of_their_memory() -> None:
    assert ewma_run_length(1.0, 3.0, 0.0) == pytest.approx(370.398, rel=1e-5)
    assert cusum_run_length(3.0, 1e-9, 0.0)[1] == pytest.approx(370.398, rel=1e-4)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_a_cusum_is_never_on_the_wrong_side(values: list[float]) -> None:
    found = cusum(values, 0.0, 1.0)
    assert np.all(found.above >= 0)
    assert np.all(found.below <= 0)
    mirrored = cusum([-value for value in values], 0.0, 1.0)
    assert mirrored.above == pytest.approx(-found.below)


def test_labels_are_ordered_as_numbers_where_they_are() -> None:
    assert in_order(["10", "9", "2"]) == ["2", "9", "10"]
    assert in_order(["b", "10", "a"]) == ["10", "a", "b"]


def test_perfect_agreement_and_none_at_all() -> None:
    same = cohen_kappa(cross_table("aabb", "aabb"))
    assert (same.kappa, same.low, same.reason) == (1.0, None, "no_variation")
    assert cohen_kappa(cross_table("aaaa", "aaaa")).reason == "no_variation"
    assert cohen_kappa(np.zeros((0, 0))).reason == "no_rows"
    assert fleiss_kappa(["aabb", "aabb", "aabb"]).kappa == pytest.approx(1.0)
    assert fleiss_kappa(["aa", "aa"]).reason == "no_variation"
    assert krippendorff_alpha([[1, 2, 3], [1, 2, 3]], "interval").alpha == 1.0
    assert krippendorff_alpha([[1, np.nan], [np.nan, 2]]).reason == "no_rows"
    assert krippendorff_alpha([[1, 1], [1, 1]]).reason == "no_variation"
    assert intraclass([[1, 1]])[0].reason == "too_few"
    assert intraclass([[2, 2], [2, 2]])[0].reason == "no_variation"


@given(st.lists(st.lists(st.integers(1, 3), min_size=3, max_size=3), min_size=4, max_size=10))
def test_alpha_does_not_care_who_rated(ratings: list[list[int]]) -> None:
    table = np.array(ratings, dtype=float).T
    found, turned = krippendorff_alpha(table, "ordinal"), krippendorff_alpha(table[::-1], "ordinal")
    assert found.alpha == (None if turned.alpha is None else pytest.approx(turned.alpha))


def test_scales_of_thin_data_say_why() -> None:
    assert consistency([[1, 2]]).reason == "too_few"
    assert consistency([[1, 2], [1, 3]]).reason == "no_variation"
    assert omega_total([[1, 2, 3], [1, 2, 3]]) is None
    assert sus_scores([[None] + [3] * 9])[0] is np.ma.masked
    assert sus_scores([[None] + [3] * 9], missing=3.0)[0] == 50.0
    with pytest.raises(Invalid):
        sus_scores([[3] * 9])
    with pytest.raises(Invalid):
        sus_scores([[6] * 10])


def test_omega_finds_the_loadings_that_made_the_items() -> None:
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    x = CHANCE.normal(size=(50_000, 1)) * loadings + CHANCE.normal(size=(50_000, 4)) * np.sqrt(1 - loadings**2)
    wanted = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega_total(x) == pytest.approx(wanted, abs=0.01)


def test_signs_of_thin_data() -> None:
    assert distances([[1, 2], [2, 1]]).reason == "too_few"
    assert synonyms([[1, 2, 3]]).pairs == 0
    assert strings(np.zeros((0, 3))).longest.size == 0
    assert even_odd([[1, 2, 3]], [3]).mask.all()
    with pytest.raises(Invalid):
        even_odd([[1, 2, 3]], [2])


def test_respondents_like_the_population_fit_it() -> None:
    found = goodness_of_fit([50, 30, 20], [5, 3, 2])
    assert (found.chi2, found.p) == (0.0, 1.0)
    assert goodness_of_fit([0, 0], [1, 1]).reason == "no_rows"
    with pytest.raises(Invalid):
        goodness_of_fit([1, 1], [1, 0])


def test_an_even_response_is_representative() -> None:
    cells = {"segment": ["a", "b"]}
    assert r_indicator(cells, np.array([20.0, 40.0]), np.array([100.0, 200.0])).r == pytest.approx(1.0)
    assert r_indicator(cells, np.zeros(2), np.array([10.0, 10.0])).reason == "no_variation"
    assert r_indicator(cells, np.array([0.0, 5.0]), np.array([10.0, 10.0])).reason == "separated"


def test_anonymity_counts() -> None:
    found = anonymity([["a"], ["a"], ["b"]], [1, 1, 2])
    assert (found.k, found.l, found.rows_below(2), found.classes_below(2)) == (1, 1, [2], [("a",), ("b",)])
    assert anonymity([], []).k is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=3))
def test_what_is_suppressed_cannot_be_worked_out(table: list[list[int]]) -> None:
    try:
        found = suppress(table, 4)
    except Refused:
        return
    counts = np.array(table)
    withheld = [*found.primary, *found.complementary]
    assert all(counts[cell] > 0 for cell in withheld)
    for cell, (low, high) in feasible_ranges(table, withheld).items():
        assert low <= counts[cell] <= high
        if cell in found.primary:
            assert low < 4 <= high


def test_a_rate_at_its_threshold_does_not_fire() -> None:
    rule = [Rule(10.0, 10, 5)]
    assert firings([0.01] * 60, 0.999, rule)[0].minutes == 0
    assert firings([0.0101] * 60, 0.999, rule)[0].first == 10


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=14), st.floats(0.1, 20), st.integers(1, 3))
def test_a_cut_is_the_cheapest_of_all(values: list[float], penalty: float, least: int) -> None:
    found, x = segment(values, penalty, least=least), np.array(values)
    best = np.inf
    for chosen in range(2 ** (x.size - 1)):
        edges = [0, *(at + 1 for at in range(x.size - 1) if chosen >> at & 1), x.size]
        if len(edges) > 2 and min(np.diff(edges)) < least:
            continue
        cost = sum(((x[a:b] - x[a:b].mean()) ** 2).sum() for a, b in pairwise(edges))
        best = min(best, cost + penalty * (len(edges) - 2))
    assert found.cost + penalty * (len(found.ends) - 1) == pytest.approx(best, abs=1e-9)


def test_breaks_of_thin_data_say_why() -> None:
    assert mean_breaks([]).reason == mean_breaks([1.0]).reason == "too_few"
    assert mean_breaks([2.0] * 30).reason == "no_variation"
    assert segment([], 1.0).ends == ()
    with pytest.raises(Invalid):
        penalty_named("MBCI", "mean", 10)


def test_the_place_of_a_break_has_a_distribution() -> None:
    assert below_maximum(0.0) == pytest.approx(0.5, abs=1e-6)
    assert below_maximum(11.0) == pytest.approx(0.975, abs=0.003)  # Bai 1997: 11 for 95 % of both sides
    grid = [below_maximum(float(x), 1.7) for x in np.linspace(-200, 200, 401)]
    assert np.all(np.diff(grid) > -1e-9)
    assert grid[0] == pytest.approx(0, abs=1e-3)
    assert grid[-1] == pytest.approx(1, abs=1e-2)


def test_shares_of_drivers_add_up() -> None:
    drivers = {name: CHANCE.normal(size=80) for name in "abcd"}
    drivers["d"] = drivers["d"] + drivers["a"]
    found = importance(sum(drivers.values()) + CHANCE.normal(size=80), drivers)
    for measure in (found.shapley, found.johnson, found.car, found.pratt):
        assert measure.sum() == pytest.approx(found.r2)
    with pytest.raises(Refused):
        importance(CHANCE.normal(size=80), {**drivers, "e": drivers["a"] + drivers["b"]})
    assert importance(np.ones(80), drivers).reason == "no_variation"
    assert importance(np.arange(3.0), {"a": np.arange(3.0) ** 2, "b": np.array([1.0, 0, 2])}).reason == "too_few"


def test_odds_find_the_coefficients_that_made_the_answers() -> None:
    x = CHANCE.normal(size=(20_000, 2))
    latent = x @ [1.0, -0.5] + CHANCE.logistic(size=20_000)
    found = proportional_odds(np.digitize(latent, [-1.0, 0.5, 2.0]).astype(float), x)
    assert found.coefficients == pytest.approx([1.0, -0.5], abs=0.06)
    assert found.thresholds == pytest.approx([-1.0, 0.5, 2.0], abs=0.06)
    assert proportional_odds(np.zeros(10), x[:10]).reason == "no_variation"
    assert proportional_odds((x[:50, 0] > 0).astype(float), x[:50, :1]).reason == "separated"


def test_series_of_thin_data_say_why() -> None:
    assert granger([1, 2, 3], [3, 2, 1], 2).reason == "too_few"
    assert ljung_box([1, 1, 1, 1], 2).reason == "no_variation"
    assert ljung_box([1, 2], 5).reason == "too_few"
    assert partial_correlation([1, 2, 3], [3, 1, 2], [[1, 2, 2]]).reason == "too_few"
    assert partial_correlation([1, 1, 1, 1], [3, 1, 2, 5], []).reason == "no_variation"
    assert not lagged_correlation([1, 1, 1], [1, 2, 3], 1).any()
    with pytest.raises(Invalid):
        cross_correlation([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], order=1, max_lag=2)


def test_a_series_leads_its_echo() -> None:
    x = CHANCE.normal(size=300).cumsum()
    y = np.concatenate([np.zeros(3), x[:-3]]) + CHANCE.normal(size=300)
    found = cross_correlation(x, y, order=1, max_lag=6)
    assert found.lags[int(np.argmax(found.prewhitened))] == -3


def test_a_formula_is_read_or_refused() -> None:
    assert parse("y ~ a*b + 0").terms == (("a",), ("b",), ("a", "b"))
    matrix = model_matrix({"a": ["x", "y", "z"], "b": [1.0, 2.0, 4.0]}, parse("y ~ a*b").terms)
    assert matrix.names == ("(Intercept)", "ay", "az", "b", "ay:b", "az:b")
    assert matrix.values[2].tolist() == [1, 0, 1, 4, 0, 4]
    for wrong in ("y a", "y ~ ", "y ~ log(a)", "~ a"):
        with pytest.raises(Invalid):
            parse(wrong)
    with pytest.raises(NotFound, match="There is no column aa"):
        model_matrix({"a": [1.0]}, (("aa",),))


def test_customers_are_fitted_as_they_were_made() -> None:
    rate, chance = CHANCE.gamma(0.8, 1 / 6.0, 4000), CHANCE.beta(1.5, 4.0, 4000)
    rows = []
    for buys, drops in zip(rate, chance, strict=True):
        now = last = times = 0.0
        while True:
            now += CHANCE.exponential(1 / buys)
            if now > 50:
                break
            last, times = now, times + 1
            if CHANCE.random() < drops:
                break
        rows.append((times, last, 50.0))
    found = fit_purchases(*np.array(rows).T)
    truth = Purchasing(0.8, 6.0, 1.5, 4.0)
    assert float(expected_purchases(found, 30)) == pytest.approx(float(expected_purchases(truth, 30)), rel=0.06)
    assert fit_purchases([0, 0], [0, 0], [5, 5]).reason == "too_few"


def test_money_without_a_mean_is_masked() -> None:
    assert Spending(6.0, 0.9, 15.0).population_mean is None
    assert expected_spend(Spending(6.0, 0.9, 15.0), [0, 2], [0.0, 20.0]).mask.tolist() == [True, False]
    scores = rfm([1, 30, 30, 200], [9, 2, 2, 1], [90, 20, 20, 5], classes=4)
    assert scores.recency[0] == 4
    assert scores.recency[1] == scores.recency[2]
    assert scores.money[3] == 1


def test_plans_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: sample_size(0.0),
        lambda: sample_size(0.05, p=1.2),
        lambda: margin_of_error(10, population=5),
    ):
        with pytest.raises(Invalid):
            wrong()
    assert margin_of_error(500, population=500) == 0.0
    assert sample_size(0.05, population=10).required <= 10
