"""Cases of the same shape as the reference ones, with other inputs: gaps, empty cells, names, uneven sizes."""

from pathlib import Path
from typing import Any

import pytest

from heed.stats.procedures.computing import compute_case


def computed(method: str, procedure: str, given: dict[str, Any], *names: str) -> dict[str, Any]:
    case = {"id": "x", "procedure": procedure, "input": given, "expected": dict.fromkeys(names)}
    found = compute_case(method, case, Path())
    assert found.refusal is None and not found.unknown, found.refusal or found.unknown
    return found.figures


# Unequal weights within classes, and a value that is missing.
ROWS: dict[str, list[Any]] = {
    "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    "w": [10, 20, 15, 5, 30, 10, 12, 18, 25, 5],
    "kind": ["a", "b", "a", "b", "a", "b", "b", "a", "a", "b"],
    "y": [4, 7, 3, 8, 5, 6, None, 9, 2, 7],
}
DESIGN = {"strata": None, "clusters": ["psu"], "weights": "w", "fpc": None, "nest": False}
SURVEY = {"data": ROWS, "design": DESIGN, "variable": "y"}


def test_a_domain_leaves_out_the_rows_without_a_value() -> None:
    found = computed("survey_design", "domain_means", {**SURVEY, "by": "kind"}, "level", "estimate")
    b = [(w, y) for w, kind, y in zip(ROWS["w"], ROWS["kind"], ROWS["y"], strict=True) if kind == "b" and y is not None]
    assert found["level"] == ["a", "b"]
    assert found["estimate"][1] == pytest.approx(sum(w * y for w, y in b) / sum(w for w, _ in b))


def test_groups_are_compared_over_the_rows_with_a_value() -> None:
    found = computed("survey_design", "group_difference", {**SURVEY, "group": "kind"}, "difference", "df", "p")
    means = computed("survey_design", "domain_means", {**SURVEY, "by": "kind"}, "estimate")["estimate"]
    assert found["difference"] == pytest.approx(means[1] - means[0])
    assert found["df"] == 3  # five clusters, one stratum, one slope


def test_post_stratification_is_calibration_on_its_classes_also_where_weights_differ() -> None:
    by = {"by": "kind", "population": {"kind": ["a", "b"], "Freq": [120, 90]}}
    one = computed("survey_design", "post_stratification", {**SURVEY, **by}, "mean", "total")
    totals = {"totals": {"(Intercept)": 210, "kindb": 90}, "factors": ["kind"]}
    other = computed("survey_design", "calibration", {**SURVEY, **totals}, "linear")["linear"]
    for figure in ("mean", "total"):
        assert one[figure] == pytest.approx(other[figure])


def test_long_numbers_as_labels_stay_apart_and_short_ones_come_by_size() -> None:
    rows = {**ROWS, "id": [19647330000001 + at for at in range(10)], "wave": [10, 9, 10, 9, 10, 9, 10, 9, 2, 2]}
    apart = {"data": rows, "design": {**DESIGN, "clusters": ["id"]}, "variable": "w"}
    assert computed("survey_design", "mean", apart, "degf")["degf"] == 9
    assert computed("survey_design", "domain_means", {**apart, "by": "wave"}, "level")["level"] == ["2", "9", "10"]


def test_limits_that_meet_at_zero_are_still_told_by_point() -> None:
    given = {"counts": [1, 0, 2, 1], "sizes": [9, 10, 12, 8], "chart": "u", "nsigmas": 3}
    found = computed("spc", "shewhart", given, "center", "lcl", "ucl")
    assert found["lcl"] == [0.0] * 4 and len(set(found["ucl"])) == 4 and isinstance(found["center"], float)


def test_a_cusum_without_target_takes_mean_and_moving_range() -> None:
    x = [3.0, 5.0, 4.0, 6.0]
    told = {"x": x, "target": 4.5, "sigma": (5.0 / 3.0) / 1.128, "decision_interval_h": 5, "se_shift": 1}
    named, plain = (
        computed("spc", "cusum", {key: each for key, each in told.items() if key not in left_out}, "pos", "neg")
        for left_out in ((), ("target", "sigma"))
    )
    assert named["pos"] == pytest.approx(plain["pos"]) and named["neg"] == pytest.approx(plain["neg"])


def test_a_penalty_may_be_given_by_hand() -> None:
    x = [0.0, 0.1, -0.1, 0.0, 5.0, 5.1, 4.9, 5.0]
    given = {"x": x, "statistic": "mean", "method": "PELT"}
    asked = ("changepoints_1based_last_index", "penalty_value")
    by_hand = computed("changepoint", "pelt", {**given, "penalty": "Manual", "pen_value": 3.0}, *asked)
    assert by_hand == computed("changepoint", "pelt", {**given, "penalty": 3.0}, *asked)
    assert by_hand == {"changepoints_1based_last_index": [4], "penalty_value": 3.0}


def test_raters_agree_on_what_all_of_them_rated() -> None:
    one, other = ["a", "b", "a", "b", "a"], ["a", "b", "b", "b", "a"]
    whole = computed("agreement", "cohen_kappa", {"rater1": one, "rater2": other, "ordinal": False}, "n", "kappa")
    gaps = {"rater1": [*one, None, "a"], "rater2": [*other, "a", None], "ordinal": False}
    assert computed("agreement", "cohen_kappa", gaps, "n", "kappa") == whole
    three = {"r": [1, 2, 3, None], "s": [2, 2, 4, 5]}
    full = {"r": [1, 2, 3], "s": [2, 2, 4]}
    assert computed("agreement", "icc", {"ratings": three}, "icc") == computed(
        "agreement", "icc", {"ratings": full}, "icc"
    )


def test_columns_that_no_model_names_may_hold_anything() -> None:
    data: dict[str, list[Any]] = {
        "y": [1, 2, 4, 3, 6, None],
        "x": [1, 2, 3, 4, 5, 6],
        "z": [2, 1, 2, 3, 1, 1],
        "words": ["a"] * 6,
    }
    full = {name: data[name][:5] for name in ("y", "x", "z")}
    asked = {"response": "y", "predictors": ["x", "z"]}
    assert computed("drivers", "relative_importance", {"data": data, **asked}, "r2", "lmg_shapley") == computed(
        "drivers", "relative_importance", {"data": full, **asked}, "r2", "lmg_shapley"
    )


def test_answers_that_are_numbers_are_ordered_by_size() -> None:
    data = {"y": [9, 10, 11, 9, 10, 11, 9, 11, 10], "x": [1, 3, 4, 2, 2, 5, 3, 2, 4]}
    found = computed("drivers", "proportional_odds", {"data": data, "formula": "y ~ x"}, "thresholds", "coef")
    assert list(found["thresholds"]) == ["9|10", "10|11"] and found["coef"]["x"] > 0


def test_limits_of_a_difference_of_shares_end_at_one() -> None:
    given = {"x_control": 2, "n_control": 48, "x_treat": 11, "n_treat": 11}
    low, high = computed("experiments", "two_proportions", given, "wald_ci95")["wald_ci95"]
    assert 0.9 < low < high == 1.0


def test_score_limits_follow_the_reference_where_a_cell_is_empty() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    given = {"x_a": 4, "n_a": 38, "x_b": 0, "n_b": 33, "level": 0.9}
    wanted = confint_proportions_2indep(0, 33, 4, 38, method="score", compare="diff", alpha=0.1)
    assert computed("proportion", "difference", given, "score")["score"] == pytest.approx(wanted, rel=1e-7)


def test_any_quantile_of_the_wait_may_be_asked_for() -> None:
    given = {"calls": 100, "interval_s": 1800, "aht_s": 180, "agents": 11, "threshold_s": 20}
    found = computed("erlang", "erlang_c", given, "p60_wait", "p97.5_wait")
    assert 0 < found["p60_wait"] < found["p97.5_wait"]


def test_classes_that_fail_come_in_order_of_their_first_row() -> None:
    given = {"columns": ["q", "sensitive"], "rows": [["z", 1], ["z", 1], ["a", 2], ["m", 1], ["m", 2]], "k": 2, "l": 2}
    assert computed("disclosure", "k_anonymity", given, "classes_failing_l2")["classes_failing_l2"] == ["z", "a"]


def test_a_share_that_the_strata_fix_has_no_variance() -> None:
    rows = {"s": ["a"] * 7 + ["b"] * 3, "w": [4421 / 7] * 7 + [755 / 3] * 3}
    design = {"strata": "s", "clusters": None, "weights": "w", "fpc": None, "nest": False}
    given = {"data": rows, "design": design, "condition": {"column": "s", "equals": "a"}}
    found = computed("survey_design", "proportion", {**given, "method": "logit"}, "estimate", "ci")
    assert found == {"estimate": pytest.approx(4421 / 5176), "ci": [None, None]}
    low, high = computed("survey_design", "proportion", {**given, "method": "beta"}, "ci")["ci"]
    assert low < 0.6 < 0.9 < high
