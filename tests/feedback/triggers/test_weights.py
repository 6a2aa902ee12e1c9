"""What is asked with unequal chances is weighed back: the Horvitz–Thompson estimate recovers the truth, the plain mean does not."""

import numpy as np
import pytest

from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.bulk import Candidates, decide_many
from heed.feedback.triggers.rules.ledger import Ledger
from heed.feedback.triggers.rules.terms import DAY, terms_of
from tests.feedback.triggers.saving import saving

SMALL, LARGE = 2_000, 30_000
POLICY = ContactPolicy.model_validate(
    {
        "rest_days": 0,
        "coverage": {
            "targets": [{"segment": "small", "answers": 60}, {"segment": "large", "answers": 60}],
            "period_days": 14,
            "response_rate": 0.5,
            "least": 0.01,
        },
    }
)
TRIGGER = Trigger.model_validate({"name": "T", "when": "answered", "survey": "s", "adaptive": True})


def year(seed: int) -> tuple[Candidates, "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    """A year of two segments whose satisfaction differs, and falls over the year in one of them."""
    dice = np.random.default_rng(seed)
    many = SMALL + LARGE
    at = np.sort(dice.integers(0, 364 * DAY, many))
    cell = (dice.random(many) < LARGE / many).astype(np.int64)
    happy = np.where(cell == 0, 0.35, 0.9 - 0.3 * at / (364 * DAY))
    none = np.zeros(many, np.int64)
    keys = [f"c{number}" for number in range(many)]
    rows = Candidates(
        at,
        np.arange(many),
        none,
        dice.random(many),
        np.full(many, 0.05),
        cell,
        none,
        none,
        none,
        keys,
        [""],
        [""],
        [""],
    )
    return rows, (dice.random(many) < happy).astype(np.float64)


@pytest.mark.prove
def test_weights_of_recorded_chances_recover_the_truth() -> None:
    """Twenty seeds: the weighted mean lies within its 95 % interval of the truth on at least 17, its mean error is small
    beside that of the unweighted mean, and the weights add up to who came.
    """
    within, weighted, plain = 0, [], []
    for seed in range(20):
        rows, score = year(seed)
        found = decide_many(Ledger(terms_of(POLICY)), [TRIGGER], rows)
        asked = found.asked
        weights = 1 / found.share[asked]
        total, truth = weights.sum(), score.mean()
        # Horvitz and Thompson (1952): the sum of each answer over its chance; over those who came.
        estimate = float((score[asked] * weights).sum() / len(rows))
        hajek = float((score[asked] * weights).sum() / total)
        spread = float(np.sqrt((((score[asked] - hajek) * weights) ** 2 * (1 - found.share[asked])).sum())) / len(rows)
        assert abs(total / len(rows) - 1) < 0.25
        within += abs(hajek - truth) < 1.96 * spread
        weighted.append(estimate - truth)
        plain.append(float(score[asked].mean()) - truth)
    assert within >= 17
    assert abs(np.mean(weighted)) < 3 * np.std(weighted) / np.sqrt(20)
    assert abs(np.mean(plain)) > 0.1 > 4 * abs(np.mean(weighted))


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2))
def test_each_segment_is_known_as_well_with_a_quarter_fewer_asks_than_a_shared_cool_down_takes(seed: int) -> None:
    """No segment's interval is wider than the cool-down's plain one; by the same estimator none is wider by more than a tenth."""
    found = saving(seed)
    assert max(found["products_estimator"]) <= 1.0
    assert max(found["same_estimator"]) <= 1.1
    assert found["fewer"] >= 0.25
    assert found["heed_most_asks_of_one"] < found["cool_down_most_asks_of_one"]
