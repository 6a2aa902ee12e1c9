"""The figures of a bake-off: by hand on small sheets, against libraries on drawn ones."""

import numpy as np
import pytest

from heed.text.bakeoff.measuring import accuracies, classes, disagreements, macro_f1, pairs, sheet_of

TRUTH = ["a", "a", "a", "b", "b", "c"]
FIRST = ["a", "a", "b", "b", "b", "c"]
SECOND = ["a", None, "c", "b", "x", "c"]


def test_shares_and_classes_are_what_one_counts() -> None:
    sheet = sheet_of(TRUTH, [FIRST, SECOND])
    assert [each.value for each in accuracies(sheet)] == pytest.approx([5 / 6, 3 / 6])
    a, b, c = classes(sheet, 0)
    assert (a["label"], a["n"], a["told"]) == ("a", 3, 2)
    assert (a["precision"], a["recall"], a["f1"]) == pytest.approx((1.0, 2 / 3, 0.8))
    assert (b["precision"], b["recall"]) == pytest.approx((2 / 3, 1.0))
    assert c["precision_interval"][0] < 1.0


def test_what_was_not_told_or_never_offered_is_wrong() -> None:
    a, b, _ = classes(sheet_of(TRUTH, [SECOND]), 0)
    assert (a["told"], a["recall"]) == (1, pytest.approx(1 / 3))
    assert b["told"] == 1
    nothing = classes(sheet_of(["a", "b"], [[None, None]]), 0)
    assert (nothing[0]["precision"], nothing[0]["precision_interval"], nothing[0]["f1"]) == (None, None, 0.0)


def test_macro_f1_is_that_of_the_library() -> None:
    from sklearn.metrics import f1_score

    chance = np.random.default_rng(1)
    truth = chance.choice(list("abcd"), 300, p=[0.5, 0.3, 0.15, 0.05]).tolist()
    told = [label if chance.random() < 0.7 else str(chance.choice(list("abcd"))) for label in truth]
    found = macro_f1(sheet_of(truth, [told, truth]), seed=0)
    assert found.values == pytest.approx([f1_score(truth, told, average="macro"), 1.0])
    low, high = found.interval(0)
    assert low < found.values[0] < high
    assert found.interval(1) == [1.0, 1.0]
    again = macro_f1(sheet_of(truth, [told, truth]), seed=0)
    assert again.interval(0) == [low, high]
    gap, (below, above) = found.difference(0, 1)
    assert gap == pytest.approx(found.values[0] - 1)
    assert below < gap < above < 0


def test_limits_of_macro_f1_cover_what_they_claim() -> None:
    """Two hundred samples of a judge whose true macro-F1 is known from a million rows."""
    chance = np.random.default_rng(7)
    labels, shares = np.array(["a", "b", "c"]), np.array([0.5, 0.3, 0.2])

    def drawn(many: int) -> tuple[list[str], list[str]]:
        truth = chance.choice(3, many, p=shares)
        told = np.where(chance.random(many) < 0.75, truth, chance.choice(3, many))
        return labels[truth].tolist(), labels[told].tolist()

    truth, told = drawn(400_000)
    true = float(macro_f1(sheet_of(truth, [told]), 0, draws=1).values[0])
    covered = 0
    for turn in range(200):
        truth, told = drawn(300)
        low, high = macro_f1(sheet_of(truth, [told]), turn, draws=400).interval(0)
        covered += low <= true <= high
    assert 0.90 <= covered / 200 <= 0.99


def test_two_are_compared_over_the_same_rows() -> None:
    truth = ["a"] * 60 + ["b"] * 60
    good, poor = list(truth), ["a"] * 60 + ["a"] * 60
    sheet = sheet_of(truth, [good, poor, good])
    first, same, other = pairs(sheet, ["good", "poor", "twin"], macro_f1(sheet, 0))
    assert (first["difference"], first["only_first"], first["only_second"], first["better"]) == (0.5, 60, 0, "good")
    assert first["interval"][0] > 0.4
    assert first["p"] < first["p_adjusted"] < 1e-9
    assert (same["difference"], same["p"], same["better"]) == (0.0, 1.0, None)
    assert (other["better"], other["macro_f1_difference"]) == ("twin", pytest.approx(-2 / 3))


def test_one_analyzer_alone_has_nobody_to_be_compared_with() -> None:
    sheet = sheet_of(TRUTH, [FIRST])
    assert pairs(sheet, ["only"], macro_f1(sheet, 0)) == []
    assert disagreements(sheet, 5, 0) == []


def test_rows_to_read_are_those_where_one_is_right_and_one_wrong() -> None:
    sheet = sheet_of(TRUTH, [FIRST, SECOND])
    assert disagreements(sheet, 10, 0) == [1, 4]
    assert len(disagreements(sheet, 1, 0)) == 1
