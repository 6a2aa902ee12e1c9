"""Estimates by survey design: what must hold whatever the design, and designs that say they know no variance."""

import numpy as np
import pytest

from heed.core.errors.rules import Invalid, Refused
from heed.stats.intervals.mean import weighted_mean
from heed.stats.sufficient import CoMoments
from heed.stats.survey_design.calibration import calibrate, post_stratify, rake
from heed.stats.survey_design.design import survey_design
from heed.stats.survey_design.estimates import Sample, design_effect, difference, mean, mean_by, ratio, total
from heed.stats.survey_design.independence import independence
from heed.stats.survey_design.proportions import METHODS, proportion

CHANCE = np.random.default_rng(2)
N = 120
Y, X = CHANCE.normal(5, 2, N), CHANCE.normal(3, 1, N)
W = CHANCE.uniform(1, 4, N)
STRATA, CLUSTERS = np.repeat([0, 1, 2], 40), np.repeat(np.arange(24), 5)
GROUP, OTHER = CHANCE.choice(["a", "b"], N), CHANCE.choice(["x", "y", "z"], N)


def test_without_a_design_it_is_the_weighted_mean() -> None:
    found, plain = mean(Sample.of(survey_design(N, weights=W)), Y), weighted_mean(CoMoments.of(W * Y, W)).figure()
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_strata_add_their_variances() -> None:
    whole = total(Sample.of(survey_design(N, strata=STRATA, weights=W)), Y)
    parts = [total(Sample.of(survey_design(40, weights=W[at])), Y[at]) for at in (s == STRATA for s in range(3))]
    assert whole.se**2 == pytest.approx(sum(part.se**2 for part in parts))
    assert whole.df == N - 3


def test_a_census_has_no_error() -> None:
    sample = Sample.of(survey_design(N, population=[np.full(N, float(N))]))
    assert mean(sample, Y).se == 0.0
    assert total(sample, Y).value == pytest.approx(Y.sum())


def test_equal_answers_of_a_sample_are_not_certain() -> None:
    found = mean(Sample.of(survey_design(N, clusters=[CLUSTERS])), np.full(N, 4.0))
    assert (found.value, found.low, found.reason) == (4.0, None, "no_variation")
    assert difference(Sample.of(survey_design(N)), np.full(N, 4.0), GROUP == "a").reason == "no_variation"


def test_the_population_correction_shrinks_the_error() -> None:
    free, half = (mean(Sample.of(survey_design(N, population=p)), Y).se for p in ([], [np.full(N, 2.0 * N)]))
    assert half == pytest.approx(free * np.sqrt(0.5))


def test_fractions_are_as_good_as_counts() -> None:
    counts, shares = (survey_design(N, population=[np.full(N, value)]) for value in (480.0, 0.25))
    assert mean(Sample.of(counts), Y).se == pytest.approx(mean(Sample.of(shares), Y).se)


def test_two_stages_add_what_varies_within() -> None:
    one = survey_design(N, clusters=[CLUSTERS], population=[np.full(N, 48.0)])
    two = survey_design(N, clusters=[CLUSTERS, np.arange(N)], population=[np.full(N, 48.0), np.full(N, 10.0)])
    assert mean(Sample.of(two), Y).se > mean(Sample.of(one), Y).se
    assert two.degrees_of_freedom == 23


def test_a_subpopulation_keeps_the_design() -> None:
    sample = Sample.of(survey_design(N, strata=STRATA, clusters=[CLUSTERS], weights=W))
    inside = GROUP == "a"
    kept, dropped = (
        mean(sample, Y, inside=inside),
        mean(Sample.of(survey_design(int(inside.sum()), weights=W[inside])), Y[inside]),
    )
    assert kept.value == pytest.approx(dropped.value)
    assert kept.se != pytest.approx(dropped.se)
    assert mean_by(sample, Y, GROUP)["a"] == kept


def test_a_difference_keeps_the_covariance() -> None:
    sample = Sample.of(survey_design(N, clusters=[CLUSTERS], weights=W))
    groups = mean_by(sample, Y, GROUP)
    found = difference(sample, Y, GROUP == "b")
    assert found.difference == pytest.approx(groups["b"].value - groups["a"].value)
    apart = np.hypot(groups["a"].se, groups["b"].se)
    assert found.se != pytest.approx(apart)
    assert found.t == pytest.approx(found.difference / found.se)


def test_labels_of_clusters_may_repeat_over_strata() -> None:
    repeated = np.tile(np.repeat(np.arange(8), 5), 3)
    with pytest.raises(Invalid, match="several strata"):
        survey_design(N, strata=STRATA, clusters=[repeated])
    nested = survey_design(N, strata=STRATA, clusters=[repeated], nest=True)
    assert np.unique(nested.clusters[0]).size == 24


def test_a_lonely_cluster_says_so() -> None:
    strata = np.where(np.arange(N) == 0, "alone", "rest")
    found = mean(Sample.of(survey_design(N, strata=strata)), Y)
    assert (found.se, found.reason) == (None, "single_cluster")
    assert found.value == pytest.approx(Y.mean())
    certain = survey_design(N, strata=strata, population=[np.where(strata == "alone", 1.0, 500.0)])
    assert mean(Sample.of(certain), Y).se > 0


@pytest.mark.parametrize("method", METHODS)
def test_limits_of_a_share_hold_it(method: str) -> None:
    sample = Sample.of(survey_design(N, clusters=[CLUSTERS], weights=W))
    found = proportion(sample, Y > 4, method=method)  # type: ignore[arg-type]
    assert 0 < found.low < found.value < found.high < 1
    assert found.df == 23


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("holds", [0.0, 1.0])
def test_a_share_of_none_or_all_is_not_certain(method: str, holds: float) -> None:
    found = proportion(Sample.of(survey_design(N, clusters=[CLUSTERS])), np.full(N, holds), method=method)  # type: ignore[arg-type]
    assert found.value == holds
    if method == "beta":
        assert found.high - found.low > 0.01
    else:
        assert (found.low, found.reason) == (None, "no_variation")


def test_the_likelihood_read_off_a_grid_is_near_the_exact_one() -> None:
    sample = Sample.of(survey_design(N, clusters=[CLUSTERS], weights=W))
    exact, read = (proportion(sample, Y > 4, method=m) for m in ("likelihood", "likelihood_interpolated"))
    assert (exact.low, exact.high) == pytest.approx((read.low, read.high), abs=2e-3)


def test_nobody_in_a_subpopulation() -> None:
    sample = Sample.of(survey_design(N))
    assert mean(sample, Y, inside=np.zeros(N, dtype=bool)).reason == "no_rows"
    assert ratio(sample, Y, np.zeros(N)).reason == "no_denominator"
    assert difference(sample, Y, np.zeros(N, dtype=bool)).reason == "no_rows"


TOTALS = {"a": 300.0, "b": 200.0}


def test_calibrated_weights_meet_their_totals() -> None:
    design = survey_design(N, clusters=[CLUSTERS], weights=W)
    post = post_stratify(design, GROUP, TOTALS)
    assert post.weights[GROUP == "a"].sum() == pytest.approx(300)
    raked = rake(design, [(GROUP, TOTALS), (OTHER, {"x": 100, "y": 150, "z": 250})])
    assert raked.weights[OTHER == "z"].sum() == pytest.approx(250)
    assert raked.weights[GROUP == "b"].sum() == pytest.approx(200)
    x = np.column_stack([np.ones(N), X])
    for distance in ("linear", "raking"):
        sample = calibrate(design, x, np.array([500.0, 1450.0]), distance)  # type: ignore[arg-type]
        assert x.T @ sample.weights == pytest.approx([500, 1450])
        # What the totals fix has no error left.
        assert total(sample, X).se == pytest.approx(0, abs=1e-6)
    assert total(post, np.ones(N)).se == pytest.approx(0, abs=1e-9)


def test_post_stratification_is_calibration_to_indicators() -> None:
    design = survey_design(N, clusters=[CLUSTERS], weights=W)
    post = mean(post_stratify(design, GROUP, TOTALS), Y)
    x = np.column_stack([GROUP == "a", GROUP == "b"]).astype(float)
    linear = mean(calibrate(design, x, np.array([300.0, 200.0])), Y)
    assert (post.value, post.se) == pytest.approx((linear.value, linear.se))


def test_totals_that_cannot_be_met_are_refused() -> None:
    design = survey_design(N, weights=W)
    with pytest.raises(Invalid, match="c is in the sample or in the population only"):
        post_stratify(design, GROUP, {**TOTALS, "c": 5.0})
    with pytest.raises(Refused):
        calibrate(design, np.column_stack([np.ones(N), X]), np.array([100.0, 1e6]), "raking")


def test_properties_drawn_apart_are_seldom_found_together() -> None:
    found = independence(Sample.of(survey_design(N, clusters=[CLUSTERS], weights=W)), GROUP, OTHER)
    assert 0 <= found.p <= 1
    assert 0 < found.df1 <= 2.0 + 1e-9
    same = independence(Sample.of(survey_design(N, clusters=[CLUSTERS])), GROUP, np.where(Y > 4, GROUP, "a"))
    assert same.p < 0.001
    assert independence(Sample.of(survey_design(N)), GROUP, ["one"] * N).reason == "no_variation"


def test_the_design_effect_of_a_simple_sample_is_one() -> None:
    sample = Sample.of(survey_design(N, population=[np.full(N, 1000.0)]))
    effect = design_effect(sample, Y, mean(sample, Y).se ** 2)
    assert effect.without == pytest.approx(1.0)
    assert effect.effective_n == pytest.approx(N)
    assert design_effect(sample, np.ones(N), 0.0).without is None
