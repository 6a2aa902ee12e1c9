"""Weights bring figures back to the truth where what is known of people explains who answers, and change nothing else."""

from dataclasses import dataclass

import numpy as np
import pytest

from heed.feedback.quality.rules.comparing import Compared, Counted, compare
from heed.feedback.quality.rules.weighing import Figure, Weighted, base_design, figure_of, margin, weigh
from tests.feedback.quality.planting import Planted, planted


@dataclass(frozen=True)
class Judged:
    compared: Compared
    weighted: Weighted
    figure: Figure
    truth: float

    @property
    def holds(self) -> bool:
        low, high = self.figure.weighted.low, self.figure.weighted.high
        return low is not None and high is not None and low <= self.truth <= high

    @property
    def holds_without(self) -> bool:
        low, high = self.figure.plain.low, self.figure.plain.high
        return low is not None and high is not None and low <= self.truth <= high

    @property
    def is_told(self) -> bool:
        return self.compared.p is not None and self.compared.p < 0.01


def judged(plant: Planted, least: int = 20) -> Judged:
    names = list(plant.columns)
    labels = np.array(list(plant.columns.values()))
    cells, place = np.unique(labels, axis=1, return_inverse=True)
    everyone = np.ones(plant.asked.size, dtype=bool)
    counts = [
        np.asarray(np.bincount(place, weights=each.astype(float), minlength=cells.shape[1]), dtype=np.float64)
        for each in (everyone, plant.asked, plant.answered)
    ]
    counted = Counted(dict(zip(names, cells, strict=True)), *counts)
    mine = plant.answered
    margins = [
        found
        for name, column in plant.columns.items()
        if (found := margin(name, column[mine], counted.sums(name, counted.frame), least)) is not None
    ]
    design = base_design(plant.probability[mine], np.arange(int(mine.sum())))
    weighted = weigh(design, margins)
    figure = figure_of("helped", "resolved", 0.0, 1.0, plant.content[mine].astype(float), weighted)
    assert figure is not None
    return Judged(compare(counted), weighted, figure, plant.truth)


@pytest.mark.prove
def test_weights_recover_the_truth_where_the_unhappy_answer_less() -> None:
    found = [judged(planted(seed)) for seed in range(20)]
    assert sum(each.holds for each in found) >= 18
    assert sum(each.holds_without for each in found) <= 2
    assert sum(each.is_told for each in found) >= 18


@pytest.mark.prove
def test_the_twin_in_which_all_answer_alike_is_left_alone() -> None:
    found = [judged(planted(seed, "honest")) for seed in range(20)]
    assert sum(each.is_told for each in found) <= 1
    assert sum(each.holds for each in found) >= 18


def test_one_operation_found_and_its_twin_left_alone() -> None:
    biased, honest = judged(planted(0)), judged(planted(0, "honest"))
    assert biased.is_told and not honest.is_told
    assert biased.holds and not biased.holds_without and honest.holds
    assert biased.compared.r is not None and honest.compared.r is not None
    assert biased.compared.r < 0.75 < 0.95 < honest.compared.r
    # Weights that move a figure beyond chance are told; those that do not are not.
    assert biased.figure.p is not None and biased.figure.p < 0.001
    assert honest.figure.p is not None and honest.figure.p > 0.01


def test_what_no_column_explains_no_weight_mends() -> None:
    found = judged(planted(0, "hidden"))
    assert not found.holds and found.figure.weighted.value is not None
    assert found.figure.weighted.value > found.truth + 0.1


def test_weights_keep_their_bounds_and_say_what_that_costs() -> None:
    labels = np.array(["rare"] * 20 + ["usual"] * 180)
    one = margin("class", labels, {"rare": 900.0, "usual": 100.0}, 10)
    assert one is not None
    design = base_design(np.full(200, 0.5), np.arange(200))
    free = weigh(design, [one], least=0.01, most=50.0)
    assert free.trimmed == 0 and free.missed < 1e-12
    assert free.weights[0] == pytest.approx(9.0) and free.weights[-1] == pytest.approx(1 / 9)
    held = weigh(design, [one], least=0.2, most=3.0)
    # Both classes stand at a bound: what is meant and what may be cannot both hold.
    assert held.weights.max() / held.weights.min() <= 3.0 / 0.2 + 1e-9
    assert held.trimmed > 0 and held.missed > 0.1
    assert held.kish < free.kish


def test_small_classes_are_joined_until_they_are_large_enough() -> None:
    labels = ["a"] * 50 + ["b"] * 30 + ["c"] * 3 + ["d"] * 2
    totals = {"a": 500.0, "b": 300.0, "c": 100.0, "d": 60.0, "e": 40.0}
    found = margin("class", labels, totals, 20)
    assert found is not None
    # Nobody of e answered; c, d and e together are five, so the next smallest joins them.
    assert found.joined == ("b", "c", "d", "e")
    assert found.totals == {"a": 500.0, "…": 500.0}
    assert margin("class", ["a"] * 50, {"a": 10.0}, 20) is None
    assert margin("class", ["a"] * 3 + ["b"] * 2, {"a": 1.0, "b": 1.0}, 20) is None


def test_equal_chances_and_a_frame_that_is_met_change_nothing() -> None:
    labels = np.array(["a"] * 60 + ["b"] * 40)
    one = margin("class", labels, {"a": 600.0, "b": 400.0}, 10)
    assert one is not None
    weighted = weigh(base_design(np.full(100, 0.3), np.arange(100)), [one])
    scores = np.array([9.0, 10.0, 3.0, 8.0] * 25)
    found = figure_of("q", "nps", 0.0, 10.0, scores, weighted)
    assert found is not None and found.plain.value == pytest.approx(25.0)
    assert weighted.kish == pytest.approx(1.0) and weighted.weights == pytest.approx(1.0)
    assert found.weighted.value == pytest.approx(found.plain.value) and found.shift == pytest.approx(0.0)
    assert figure_of("q", "nps", 0.0, 10.0, np.full(100, np.nan), weighted) is None
