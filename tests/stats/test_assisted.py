"""Answers helped by what is known of everybody: the intervals hold the truth, and are narrower only where something is known."""

import numpy as np
import pytest

from heed.stats.arrays import Floats
from heed.stats.survey_design.assisted import Answers, Assisted, Ints, assisted_mean, foretold

PEOPLE, CUT = 1500, 0.3


def world(seed: int, effect: float, answers: int) -> tuple[Ints, Floats, Floats, Answers]:
    """Contacts of people of whom a tenth bring half, alike in what they answer; what is known of each and explains some of it
    (none at effect 0), who was asked with unequal chances, and how each is disposed, seen through an earlier answer.
    """
    dice = np.random.default_rng(seed)
    often, rows = dice.gamma(0.5, size=PEOPLE), 3 * PEOPLE
    person = dice.choice(PEOPLE, rows, p=often / often.sum()).astype(np.int64)
    x = np.column_stack([dice.exponential(1, rows), dice.random(rows) < 0.8, dice.normal(size=(rows, 4))])
    mood = dice.normal(size=PEOPLE) * 0.5
    before = effect * (mood + dice.normal(size=PEOPLE))
    z = effect * (0.9 * (x[:, 1] - 0.8) - 0.5 * (x[:, 0] - 1.0)) + mood[person] + dice.normal(size=rows)
    chance = np.clip(np.where(x[:, 2] > 0, 1.5, 0.5) * answers / rows, 0, 1)
    row = np.flatnonzero(dice.random(rows) < chance)
    return person, np.column_stack([x, before[person]]), z, Answers(row, z[row], 1.0 / chance[row])


def read(seed: int, effect: float, answers: int, share: bool = False) -> Assisted:
    person, x, _z, given = world(seed, effect, answers)
    if share:
        given = Answers(given.row, (given.y > CUT).astype(np.float64), given.weight)
    return assisted_mean(foretold(x, person, given), person, given, share=share)


def test_what_is_known_narrows_the_interval() -> None:
    found = read(1, 2.0, 600)
    assert found.plain.width is not None and found.assisted.width is not None
    assert found.assisted.width < 0.9 * found.plain.width
    assert found.worth is not None and found.worth > 1.2
    assert (found.plain.method, found.assisted.method) == ("by_person", "assisted_by_person")
    assert 0 < found.share <= 1
    assert found.alike is not None and 0 <= found.alike <= 1


def test_few_persons_are_not_helped_and_none_have_no_figure() -> None:
    person, x, _z, given = world(2, 2.0, 600)
    few = Answers(given.row[:12], given.y[:12], given.weight[:12])
    found = assisted_mean(foretold(x, person, few), person, few)
    assert found.share == 0 and found.assisted == found.plain
    nobody = Answers(given.row[:0], given.y[:0], given.weight[:0])
    nothing = assisted_mean(np.zeros(len(person)), person, nobody)
    assert (nothing.plain.value, nothing.plain.reason) == (None, "no_rows")
    one = Answers(given.row[:1], given.y[:1], given.weight[:1])
    assert assisted_mean(np.zeros(len(person)), person, one).plain.reason == "too_few"


def test_answers_of_one_customer_count_as_alike_as_they_are() -> None:
    """The same answer given four times by each is known no better than given once."""
    y = np.random.default_rng(3).normal(size=100)
    once = assisted_mean(np.zeros(100), np.arange(100), Answers(np.arange(100), y, np.ones(100)))
    four = np.repeat(np.arange(100), 4)
    often = assisted_mean(np.zeros(400), four, Answers(np.arange(400), y[four], np.ones(400)))
    assert often.plain.error == pytest.approx(once.plain.error)
    assert often.alike == pytest.approx(1.0)


def test_a_share_stays_within_nought_and_one() -> None:
    all_well = assisted_mean(np.zeros(50), np.arange(50), Answers(np.arange(50), np.ones(50), np.ones(50)), share=True)
    assert all_well.plain.high == 1.0
    assert all_well.plain.low is not None and 0.9 < all_well.plain.low < 1.0


@pytest.mark.prove
@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_intervals_hold_the_truth(effect: float, share: bool) -> None:
    """Of 400 draws at least 92 % of the 95 % intervals hold it, with and without help; without anything known (the null twin)
    nothing is gained: the width is the same within 2 %.
    """
    truth = np.mean([(world(9_000 + seed, effect, 10)[2] > CUT).mean() for seed in range(40)]) if share else 0.0
    held, width = np.zeros(2), np.zeros(2)
    for seed in range(400):
        found = read(seed, effect, 250, share)
        for place, each in enumerate((found.plain, found.assisted)):
            assert each.low is not None and each.high is not None
            held[place] += each.low <= truth <= each.high
            width[place] += each.high - each.low
    print(effect, share, held / 400, width[1] / width[0])
    assert (held >= 0.92 * 400).all()
    assert width[1] <= (0.92 if effect else 1.0) * width[0]
    assert effect or width[1] > 0.98 * width[0]
