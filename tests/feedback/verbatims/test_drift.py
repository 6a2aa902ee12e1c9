"""Drift: figures worked by hand, a difference that is both beyond chance and large, and no answer from few texts."""

import numpy as np
import pytest

from heed.feedback.verbatims.rules.cards import (
    calibration,
    curve_sizes,
    drawn,
    held_apart,
    is_flat,
    learnt_part,
    measured,
)
from heed.feedback.verbatims.rules.drift import Profile, chi_square, distance, moved, profile_of, psi, unknown_change

SURE = (0, 0, 10, 20, 30, 40)


def profile(n: int, negative: float, german: float = 0.1, unknown: int = 1) -> Profile:
    bad, de = round(n * negative), round(n * german)
    confidences = [round(n * share / 100) for share in SURE]
    words = [(10, unknown)] * n
    return Profile(n, {"negative": bad, "positive": n - bad}, {"de": de, "en": n - de}, confidences, words)


def test_the_worked_table_of_the_page() -> None:
    before, now = np.array([60.0, 40.0]), np.array([40.0, 60.0])
    # (q - p) · ln(q / p) with half a count added: 2 · (0.19802) · ln(60.5 / 40.5)
    assert psi(before, now) == pytest.approx(2 * (60.5 - 40.5) / 101 * np.log(60.5 / 40.5))
    assert psi(before, now) == pytest.approx(0.159, abs=0.001)
    assert distance(before, now) == pytest.approx(0.1705, abs=0.0005)
    assert chi_square(before, now) == pytest.approx(0.00468, abs=0.0001)
    assert distance(before, before) == 0.0
    assert distance(np.array([5.0, 0.0]), np.array([0.0, 5.0])) == pytest.approx(1.0)


def test_large_and_beyond_chance_is_moved_and_each_alone_is_not() -> None:
    by = {each.what: each for each in moved(profile(400, 0.3), profile(400, 0.6))}
    assert by["sentiment"].moved
    assert not by["language"].moved
    assert not by["confidence"].moved
    small = {each.what: each.moved for each in moved(profile(60_000, 0.30), profile(60_000, 0.33))}
    assert not small["sentiment"], "beyond chance, but a small change"
    few = {each.what: each.moved for each in moved(profile(50, 0.30), profile(50, 0.46))}
    assert not few["sentiment"], "large, but within chance"


def test_words_it_does_not_know_are_compared_by_whole_texts() -> None:
    by = {each.what: each for each in moved(profile(200, 0.3, unknown=1), profile(200, 0.3, unknown=3))}
    assert by["unknown_words"].moved
    assert by["unknown_words"].now["unknown"] == pytest.approx(0.3)
    old, new, low, high = unknown_change([(10, 1), (10, 1)] * 50, [(10, 0), (10, 4)] * 50)
    assert (old, new) == (pytest.approx(0.1), pytest.approx(0.2))
    assert low < 0.1 < high


def test_too_few_texts_give_no_answer_and_a_profile_is_kept_whole() -> None:
    assert moved(profile(49, 0.3), profile(500, 0.6)) == []
    one = profile(60, 0.5)
    again = profile_of(one.told())
    assert again.n == one.n
    assert again.told() == one.told()


def test_no_change_is_hardly_ever_called_one() -> None:
    chance = np.random.default_rng(7)
    called = 0
    for _ in range(300):
        rows = [chance.multinomial(150, (0.3, 0.3, 0.4)) for _ in range(2)]
        pair = [
            Profile(150, dict(zip("abc", row.tolist(), strict=True)), {"en": 150}, [0, 0, 30, 30, 40, 50])
            for row in rows
        ]
        called += any(each.moved for each in moved(*pair))
    assert called <= 6  # one in a hundred asked for, of 300


def test_one_customer_in_five_is_held_apart_whole() -> None:
    groups = [f"c{number % 200}" for number in range(1000)]
    apart = held_apart(groups, 3)
    assert apart.mean() == pytest.approx(0.2)
    for name in set(groups):
        assert len({bool(apart[place]) for place, group in enumerate(groups) if group == name}) == 1
    assert (held_apart(groups, 3) == apart).all()


def test_a_card_tells_each_class_worst_first_and_whether_confidence_holds() -> None:
    sure = np.array([[0.9, 0.05, 0.05]] * 8 + [[0.1, 0.2, 0.7]] * 2)
    card = measured(["a"] * 6 + ["b"] * 2 + ["c"] * 2, sure, ("a", "b", "c"))
    assert card["accuracy"]["value"] == pytest.approx(0.8)
    assert card["accuracy"]["low"] < 0.8 < card["accuracy"]["high"]
    assert card["by_class"][0]["label"] == "b"
    told = calibration(np.array([0.9] * 8 + [0.7] * 2), np.array([True] * 6 + [False] * 2 + [True] * 2))
    assert told["error"] == pytest.approx(0.8 * 0.15 + 0.2 * 0.3)
    assert measured([], np.zeros((0, 2)), ("a", "b"))["accuracy"]["value"] is None
    assert curve_sizes(90) == [90]
    assert curve_sizes(1000) == [100, 200, 400, 1000]


def points(*figures: tuple[int, float]) -> list[dict[str, float]]:
    return [{"rows": rows, "value": value} for rows, value in figures]


def test_no_more_is_learnt_from_than_brings_something() -> None:
    given = np.arange(16_000) % 3 == 0
    rising = points((3200, 0.60), (6400, 0.62))
    assert learnt_part(given, rising, 0) == list(range(16_000))
    assert not is_flat(points((400, 0.6), (800, 0.6)))
    # The last point may be a few rows more than the one before: that they bring little says nothing.
    assert not is_flat(points((6400, 0.62), (7000, 0.62)))
    level = points((3200, 0.620), (6400, 0.621))
    part = learnt_part(given, level, 0)
    assert (len(part), len(set(part))) == (6400, 6400)
    assert np.mean(given[part]) == pytest.approx(1 / 3, abs=0.02)
    assert part == learnt_part(given, level, 0) != learnt_part(given, level, 1)


def test_few_labels_that_people_gave_all_take_part() -> None:
    given = np.arange(16_000) < 300
    assert sum(given[drawn(range(16_000), given, 6400, 0)]) == 300
    assert drawn([5, 7], given, 6400, 0) in ([5, 7], [7, 5])
