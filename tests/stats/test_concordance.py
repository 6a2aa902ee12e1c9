"""Concordance: equal to the count of pairs and to DeLong's variance, by cluster as a bootstrap of clusters has it."""

from itertools import product

import numpy as np
import pytest

from heed.core.errors.rules import Invalid
from heed.stats.discrimination.concordance import concordance, concordance_difference
from tests.places import ROOT


def pairs(score: list[float], event: list[int]) -> float:
    hit = [x for x, y in zip(score, event, strict=True) if y]
    rest = [x for x, y in zip(score, event, strict=True) if not y]
    return sum(1.0 if a < b else 0.5 if a == b else 0.0 for a, b in product(hit, rest)) / len(hit) / len(rest)


def rows(seed: int, people: int = 150, each: int = 3, effect: float = 1.0) -> tuple[list[float], list[int], list[int]]:
    dice = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), each)
    lasting, event = dice.normal(size=people)[who], dice.random(people * each) < 0.25
    score = np.round(4.0 - effect * event + lasting + 0.5 * dice.normal(size=people * each))
    return score.tolist(), event.astype(int).tolist(), who.tolist()


def test_it_is_the_share_of_pairs_in_order() -> None:
    score, event, _ = rows(1, 20, 2)
    assert concordance(score, event).value == pytest.approx(pairs(score, event))


def test_where_each_row_is_its_own_cluster_the_variance_is_that_of_delong() -> None:
    score, event, _ = rows(2, 40, 1)
    x, hit = np.array(score), np.array(event) == 1
    psi = np.where(x[hit][:, None] < x[~hit], 1.0, np.where(x[hit][:, None] == x[~hit], 0.5, 0.0))
    delong = psi.mean(axis=1).var(ddof=1) / hit.sum() + psi.mean(axis=0).var(ddof=1) / (~hit).sum()
    found = concordance(score, event)
    assert found.error is not None and found.error**2 == pytest.approx(delong, rel=1e-12)


def test_rows_of_one_customer_hang_together() -> None:
    score, event, who = rows(3)
    found, dice = concordance(score, event, who), np.random.default_rng(0)
    x, y, cluster = np.array(score).reshape(-1, 3), np.array(event).reshape(-1, 3), np.arange(150)
    drawn = []
    for _ in range(400):
        some = dice.choice(cluster, 150)
        again = concordance(x[some].ravel(), y[some].ravel()).value
        assert again is not None
        drawn.append(again)
    assert found.error == pytest.approx(np.std(drawn), rel=0.15)


def test_two_of_the_same_people_are_compared_more_sharply_than_two_of_others() -> None:
    score, event, who = rows(4)
    noisier = (np.array(score) + np.random.default_rng(5).normal(size=len(score))).tolist()
    one, same = concordance(score, event, who), concordance(noisier, event, who)
    other = concordance(noisier, event, (np.array(who) + 1_000).tolist())
    near, far = concordance_difference(one, same), concordance_difference(one, other)
    assert near.value == far.value and near.high is not None and far.high is not None
    assert near.high - near.value < far.high - far.value  # type: ignore[operator]
    assert concordance_difference(one, one).reason == "no_variation"


def test_thin_data_has_a_reason_and_no_figure() -> None:
    assert concordance([1, 2, 3], [0, 0, 1]).reason == "too_few"
    assert concordance([], []).reason == "too_few"
    apart = concordance([1, 2, 8, 9], [1, 1, 0, 0])
    assert (apart.value, apart.low, apart.reason) == (1.0, None, "no_variation")
    flat = concordance([1, 1, 1, 1], [1, 1, 0, 0])
    assert (flat.value, flat.low, flat.reason) == (0.5, None, "no_variation")
    assert concordance_difference(flat, apart).reason == "no_variation"
    for wrong in (([1.0, float("nan")], [0, 1]), ([1.0, 2.0], [0, 2]), ([[1.0], [2.0]], [[0], [1]])):
        with pytest.raises(Invalid):
            concordance(*wrong)


def test_the_page_says_what_the_code_computes() -> None:
    text = (ROOT / "docs/methods/advisor.md").read_text(encoding="utf-8").split("## Worked", 1)[1]
    score, event = [2, 3, 3, 5, 3, 4, 4, 5, 5, 5], [1] * 4 + [0] * 6
    one, other = concordance(score, event), concordance(score, event, [1, 1, 2, 3, 4, 4, 5, 6, 7, 8])
    for line in (
        f"| concordance | {one.value:.4f} |",
        f"| its limits, ten customers | {one.low:.4f} to {one.high:.4f} |",
        f"| its limits, the first two of each kind being one customer | {other.low:.4f} to {other.high:.4f} |",
    ):
        assert line in text


def covered(people: int) -> float:
    """Share of 400 samples whose limits hold the truth, that of 400,000 rows."""
    truth = concordance(*rows(999, 130_000)[:2]).value
    assert truth is not None
    found = [concordance(*rows(seed, people)) for seed in range(400)]
    return sum(each.low is not None and each.low <= truth <= each.high for each in found) / 400  # type: ignore[operator]


@pytest.mark.prove
@pytest.mark.parametrize("people", [25, 60, 200])
def test_the_limits_hold_the_truth_as_often_as_they_say(people: int) -> None:
    assert 0.92 <= covered(people) <= 0.98
