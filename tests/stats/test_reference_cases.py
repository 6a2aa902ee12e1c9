"""heed's figures against trusted implementations, to the tolerance each case names."""

from collections.abc import Callable

import numpy as np
import pytest

from heed.stats.intervals.differences import nps_difference, proportion_difference
from heed.stats.intervals.mean import mean
from heed.stats.intervals.nps import nps_multinomial, nps_t, se_multinomial, se_sample, variance_unit
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.quantile import quantile
from heed.stats.intervals.result import Interval
from heed.stats.scales import bottom_box, nps_counts, top_box
from heed.stats.sufficient import Moments, NpsCounts
from tests.stats.references import Case, cases


def by_id(case: Case) -> str:
    return case.id


def each(method: str, procedure: str) -> Callable:
    return pytest.mark.parametrize("case", cases(method, procedure), ids=by_id)


def meets(case: Case, key: str, result: Interval) -> bool:
    figure = result.figure()
    return all(case.near(got, want) for got, want in zip((figure.low, figure.high), case.expected[key], strict=True))


INTERVALS = {
    "wilson": "wilson",
    "clopper_pearson": "clopper_pearson",
    "jeffreys_raw": "jeffreys_raw",
    "jeffreys_modified": "jeffreys",
    "agresti_coull": "agresti_coull",
    "wald_do_not_use": "wald",
}


@each("proportion", "interval")
def test_interval_of_a_share(case: Case) -> None:
    x, n, level = case.input["successes"], case.input["n"], case.input["level"]
    assert case.near(proportion(x, n, level=level).figure().value, case.expected["estimate"])
    for key, method in INTERVALS.items():
        assert meets(case, key, proportion(x, n, level=level, method=method)), key  # type: ignore[arg-type]


@each("proportion", "difference")
def test_difference_of_shares(case: Case) -> None:
    sides = [case.input[name] for name in ("x_a", "n_a", "x_b", "n_b")]
    methods = {"newcomb": "newcombe", "wald": "wald", "agresti-caffo": "agresti_caffo", "score": "score_statsmodels"}
    for key, method in methods.items():
        result = proportion_difference(*sides, level=case.input["level"], method=method)  # type: ignore[arg-type]
        assert case.near(result.figure().value, case.expected["diff_b_minus_a"])
        if key in case.expected:
            assert meets(case, key, result), key


def counts(of: dict[str, float]) -> NpsCounts:
    return NpsCounts.of([of["promoters"]], [of["passives"]], [of["detractors"]])


@each("nps", "interval")
def test_nps(case: Case) -> None:
    answers, level, want = counts(case.input), case.input["level"], case.expected
    plain, student = nps_multinomial(answers, level=level), nps_t(answers, level=level)
    assert case.near(plain.figure().value, want["nps"])
    assert plain.figure().n == want["n"]
    assert case.near(variance_unit(answers)[0], want["variance_unit"])
    assert case.near(se_multinomial(answers)[0], want["se_multinomial"])
    assert case.near(se_sample(answers)[0], want["se_sample"])
    assert meets(case, "ci_multinomial", plain)
    assert meets(case, "ci_t", student)
    if want["se_sample"] == 0:
        assert plain.figure().reason == student.figure().reason == "no_variation"


@each("nps", "difference")
def test_difference_of_nps(case: Case) -> None:
    got, want = (
        nps_difference(counts(case.input["a"]), counts(case.input["b"]), level=case.input["level"]),
        case.expected,
    )
    assert case.near(got.interval.figure().value, want["diff"])
    for key in ("se_multinomial", "z", "p_z", "se_sample", "welch_t", "welch_df", "welch_p"):
        assert case.near(float(getattr(got, key)[0]), want[key]), key
    for key, low, high in (("ci_z", got.low_z, got.high_z), ("welch_ci", got.low_welch, got.high_welch)):
        assert case.near(float(low[0]), want[key][0])
        assert case.near(float(high[0]), want[key][1])


@each("nps", "from_scores")
def test_nps_from_scores(case: Case) -> None:
    answers = nps_counts(case.input["scores"])
    assert (answers.promoters[0], answers.passives[0], answers.detractors[0]) == tuple(
        case.expected[name] for name in ("promoters", "passives", "detractors")
    )
    assert case.near(nps_multinomial(answers).figure().value, case.expected["nps"])


@each("nps", "top_box")
def test_top_box(case: Case) -> None:
    scores = case.input["scores"]
    assert top_box(scores) == case.expected["top2"]
    assert bottom_box(scores) == case.expected["bottom2"]
    result = proportion(top_box(scores), len(scores))
    assert case.near(result.figure().value, case.expected["share"])
    assert meets(case, "wilson95", result)


@each("ces", "mean")
def test_ces(case: Case) -> None:
    scores, level, want = np.array(case.input["scores"]), case.input["level"], case.expected
    moments = Moments.of(scores)
    result = mean(moments, level=level)
    assert case.near(result.figure().value, want["mean"])
    assert result.figure().n == want["n"]
    assert case.near(float(np.sqrt(moments.variance[0])), want["sd"])
    assert case.near(float(np.sqrt(moments.variance[0] / want["n"])), want["se"])
    assert meets(case, "ci_t", result)
    assert case.near(quantile(scores, 0.5).figure().value, want["median"])
    agree = proportion(np.sum(scores >= 5), scores.size, level=level)
    assert case.near(agree.figure().value, want["share_5plus"])
    assert meets(case, "share_wilson95", agree)


@each("ces", "mean_degenerate")
def test_ces_without_variation(case: Case) -> None:
    figure = mean(Moments.of(case.input["scores"])).figure()
    assert (figure.n, figure.value, figure.low, figure.high) == (case.expected["n"], case.expected["mean"], None, None)
    assert figure.reason == "no_variation"
