"""Signs of answers given without care or by machines, one by one, and over worlds of which it is known who was what."""

from collections import Counter

import numpy as np
import pytest

from heed.feedback.quality.rules.signs import Contradiction, Sheet, Suspicion, suspicions
from tests.feedback.quality.answer_worlds import ITEMS, SECOND, START, Answers, answers

MINUTE = 60 * SECOND


def sheet_of(made: Answers) -> Sheet:
    many = len(made.at)
    words = [each if len(each) >= 20 else "" for each in made.words]
    return sheet(
        made.scores,
        responses=[str(place) for place in range(many)],
        at=made.at,
        seconds=made.seconds,
        invited=made.invited,
        customer=made.customer,
        words=words,
    )


def sheet(scores: object, **given: object) -> Sheet:
    rows = np.asarray(scores, dtype=float)
    many, items = rows.shape
    filled: dict[str, object] = {
        "responses": [f"r{place}" for place in range(many)],
        "at": START + 11 * MINUTE * np.arange(many),
        "seconds": np.full(many, 90.0),
        "questions": [f"q{place}" for place in range(items)],
        "ends": [(1.0, 5.0)] * items,
        "scores": rows,
        "given": np.isfinite(rows).sum(axis=1),
        "invited": np.ones(many, dtype=bool),
        "customer": [f"c{place}" for place in range(many)],
        "words": [""] * many,
    }
    return Sheet(**(filled | given))  # type: ignore[arg-type]


def signs(found: tuple[Suspicion, ...]) -> dict[str, set[str]]:
    return {each.response: set(each.signs) for each in found}


def test_one_column_is_a_sign_and_with_too_little_time_it_is_proposed() -> None:
    rows = [[4] * 6, [4] * 6, [1, 2, 3, 4, 5, 4], [4, 4, 4, 4, np.nan, np.nan]]
    found = suspicions(sheet(rows, seconds=np.array([90.0, 8.0, 8.0, np.nan])))
    assert signs(found) == {"r0": {"straight"}, "r1": {"straight", "speeding"}, "r2": {"speeding"}}
    assert [each.proposed for each in found] == [False, True, False]
    assert found[1].signs == {"straight": 6.0, "speeding": 8.0}


def test_answers_on_two_scales_are_not_one_column() -> None:
    ends = [(1.0, 5.0)] * 3 + [(0.0, 10.0)] * 3
    assert not suspicions(sheet([[5] * 6], ends=ends))


def test_the_same_customer_about_the_same_contact_gave_it_twice() -> None:
    given = {"customer": ["c", "c", "c", None], "about": ["i1", "i1", "i2", "i1"]}
    found = suspicions(sheet([[5, 4], [1, 2], [5, 4], [5, 4]], **given))
    assert signs(found) == {"r1": {"duplicate"}} and found[0].proposed


def test_the_same_words_within_an_hour_are_a_sign_and_a_day_apart_they_are_not() -> None:
    given = {"words": ["digest"] * 3, "at": np.array([START, START + MINUTE, START + 2 * MINUTE])}
    found = suspicions(sheet([[5, 4], [1, 2], [3, 4]], **given))
    assert [set(each.signs) for each in found] == [{"duplicate"}] * 3 and not any(each.proposed for each in found)
    apart = {**given, "at": START + 1440 * MINUTE * np.arange(3)}
    assert not suspicions(sheet([[5, 4], [1, 2], [3, 4]], **apart))


def test_what_cannot_go_together_is_said_or_seen() -> None:
    cannot = Contradiction("q0", 5, "q1", 2)
    assert (
        signs(
            suspicions(
                sheet([[5, 1], [5, 3], [4, 1]]),
            )
        )
        == {}
    )
    assert signs(suspicions(sheet([[5, 1], [5, 3], [4, 1]]), [cannot])) == {"r0": {"contradiction"}}
    rng = np.random.default_rng(3)
    mood = rng.integers(1, 6, 300)
    together = np.column_stack((mood, np.clip(mood + rng.integers(-1, 2, 300), 1, 5)))
    together[7] = (5, 1)
    assert signs(suspicions(sheet(together))) == {"r7": {"contradiction"}}


def test_a_burst_of_what_nobody_was_invited_to_is_one_and_answers_to_a_mail_are_none() -> None:
    rng = np.random.default_rng(5)
    calm = START + (rng.random(300) * 40 * 1440 * MINUTE).astype(np.int64)
    burst = START + 9 * 1440 * MINUTE + (rng.random(40) * 20 * MINUTE).astype(np.int64)
    given = {
        "at": np.concatenate((calm, burst)),
        "invited": np.zeros(340, dtype=bool),
        "customer": [None] * 340,
        "seconds": np.concatenate((np.full(300, 60.0), np.full(40, 2.0))),
    }
    rows = rng.integers(1, 6, (340, 2))
    found = suspicions(sheet(rows, **given))
    assert {int(each.response[1:]) for each in found if "bot" in each.signs} >= set(range(300, 340)) - set(
        range(300, 305)
    )
    assert all(each.proposed == ("bot" in each.signs) for each in found)
    assert not any(
        "burst" in each.signs for each in suspicions(sheet(rows, **(given | {"invited": np.ones(340, bool)})))
    )


def test_a_burst_is_one_though_nothing_else_came_over_the_open_link() -> None:
    rng = np.random.default_rng(5)
    mailed = START + (rng.random(120) * 40 * 1440 * MINUTE).astype(np.int64)
    burst = START + 9 * 1440 * MINUTE + 30 * SECOND * np.arange(40)
    given = {
        "at": np.concatenate((mailed, burst)),
        "invited": np.arange(160) < 120,
        "customer": [None] * 160,
        "seconds": np.concatenate((np.full(120, 60.0), np.full(40, 2.0))),
    }
    found = suspicions(sheet(rng.integers(1, 6, (160, 2)), **given))
    assert {int(each.response[1:]) for each in found if "bot" in each.signs} == set(range(120, 160))


def test_no_answers_have_no_signs() -> None:
    assert suspicions(sheet(np.zeros((0, 3)))) == ()
    assert suspicions(sheet([[np.nan, np.nan]])) == ()


def shares(seed: int, *, planted: bool) -> dict[str, float]:
    """The share of each kind that is proposed to be set aside."""
    made = answers(seed, planted=planted)
    proposed = Counter(made.kind[each.place] for each in suspicions(sheet_of(made)) if each.proposed)
    return {kind: proposed[kind] / many for kind, many in Counter(made.kind).items()}


@pytest.mark.prove
def test_over_twenty_seeds_the_careless_and_the_machines_are_proposed_and_the_honest_are_not() -> None:
    found = [shares(seed, planted=True) for seed in range(20)]
    assert sum(each["straight"] >= 0.9 and each["bot"] >= 0.9 for each in found) >= 18
    assert sum(each["random"] >= 0.5 for each in found) >= 18
    assert sum(each["honest"] > 0.01 for each in found) <= 1
    twins = [shares(seed, planted=False) for seed in range(20)]
    assert sum(each["honest"] > 0.01 for each in twins) <= 1
    assert ITEMS == 8
