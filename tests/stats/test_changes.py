"""Changes in shares, against simulations whose truth is known: false alarms at the stated level, days found, bursts and
busy weeks not taken for changes. Seeds are fixed, so each run is the same.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

from heed.stats.changes import dispersion, holm, jumps, rises, steps
from tests.places import ROOT

Floats = NDArray[np.float64]


def noisy(series: int, length: int, mean: float, spread: float, seed: int) -> Floats:
    """Counts with this mean whose variance is `spread` times it (negative binomial; Poisson at 1)."""
    chance = np.random.default_rng(seed)
    rate = (
        chance.gamma(mean / (spread - 1), spread - 1, (series, length))
        if spread > 1
        else np.full((series, length), mean)
    )
    return chance.poisson(rate).astype(np.float64)


def test_holm_is_what_statsmodels_computes() -> None:
    p = np.random.default_rng(1).random(50) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], rel=1e-12)
    assert holm(p.reshape(5, 10)).shape == (5, 10)


def test_dispersion_is_that_of_the_series() -> None:
    even, lumpy = noisy(400, 364, 20, 1, 2), noisy(400, 364, 20, 3, 3)
    expected = np.full(even.shape, 20.0)
    assert dispersion(even, expected, blocks=(1,)).mean() == pytest.approx(1.03, abs=0.05)
    assert dispersion(lumpy, expected, blocks=(1,)).mean() == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 1.0), (5.0, 1.0), (5.0, 2.0), (20.0, 3.0)])
def test_a_series_without_a_step_is_rarely_taken_for_one(mean: float, spread: float) -> None:
    x = noisy(1500, 400, mean, spread, 4)
    found = steps(x, np.full(x.shape, mean))
    assert (found.p < 0.05).mean() <= 0.05
    assert (found.p < 0.01).mean() <= 0.01


def test_a_step_is_found_within_three_days() -> None:
    chance = np.random.default_rng(5)
    volume = chance.poisson(80, (200, 400)).astype(np.float64)
    share = np.where(np.arange(400) < 250, 0.01, 0.06)
    found = steps(chance.poisson(volume * share).astype(np.float64), volume)
    assert (found.p < 0.001).all()
    assert (np.abs(found.at - 250) <= 3).mean() >= 0.95
    assert ((found.low <= 6.0) & (found.high >= 6.0)).mean() >= 0.93
    assert (found.lasting >= 0.9).all()


def test_twice_as_many_of_everything_is_no_step() -> None:
    chance = np.random.default_rng(6)
    volume = chance.poisson(np.where(np.arange(400) < 200, 60, 120), (500, 400)).astype(np.float64)
    found = steps(chance.poisson(volume * 0.05).astype(np.float64), volume)
    assert (found.p < 0.05).mean() <= 0.05


def test_a_burst_of_a_day_does_not_last() -> None:
    x = noisy(50, 400, 3, 1, 7)
    x[:, 300] += 200
    assert (steps(x, np.full(x.shape, 3.0)).lasting < 0.7).all()


def test_what_was_not_there_before_has_no_finite_ratio() -> None:
    x = np.zeros((1, 200))
    x[0, 120:] = 4.0
    found = steps(x, np.full(x.shape, 2.0))
    assert found.at[0] == 120
    assert found.before[0] == 0.0
    assert np.isinf(found.ratio[0])
    assert 1.0 < found.low[0] < np.inf


@pytest.mark.parametrize("length", [1, 20, 37])
def test_a_short_series_says_nothing(length: int) -> None:
    found = steps(np.ones((3, length)), np.ones((3, length)))
    assert (found.p == 1.0).all()


@pytest.mark.parametrize(
    ("n", "share", "lump"), [(370, 0.06, 0.0), (370, 0.06, 0.003), (40, 0.02, 0.0), (370, 0.3, 0.01)]
)
def test_the_chance_of_any_false_day_is_at_most_the_level(n: int, share: float, lump: float) -> None:
    chance = np.random.default_rng(8)
    alarms = 0
    for _ in range(60):
        totals = chance.poisson(n, (1, 400))
        p = (
            chance.beta(share * (1 / lump - 1), (1 - share) * (1 / lump - 1), (6, 400))
            if lump
            else np.full((6, 400), share)
        )
        alarms += bool((jumps(chance.binomial(totals, p), totals).adjusted < 0.05).any())
    assert alarms / 60 <= 0.05 + 2 * (0.05 * 0.95 / 60) ** 0.5


def test_a_jump_is_found_at_its_day_and_a_busy_day_is_none() -> None:
    chance = np.random.default_rng(9)
    totals = chance.poisson(370, 400)
    totals[200] = round(1.65 * 370)
    share = np.full((8, 400), 0.06)
    share[0, 300] = 0.18
    found = jumps(chance.binomial(totals, share), totals)
    assert [(int(row), int(day)) for row, day in np.argwhere(found.adjusted < 0.05)] == [(0, 300)]
    assert found.low[0, 300] > 0.1


def test_the_day_of_the_week_is_expected() -> None:
    chance = np.random.default_rng(10)
    weekend = np.isin(np.arange(560) % 7, (5, 6))
    totals = chance.poisson(np.where(weekend, 100, 400))
    found = jumps(chance.binomial(totals, np.tile(np.where(weekend, 0.12, 0.05), (6, 1))), totals)
    assert not (found.adjusted < 0.05).any()


@pytest.mark.parametrize(("mean", "spread"), [(12.0, 1.0), (12.0, 1.75), (50.0, 3.0)])
def test_a_team_that_is_merely_noisy_does_not_rise(mean: float, spread: float) -> None:
    x = noisy(2000, 52, mean, spread, 11)
    found = rises(x, np.full(x.shape, mean))
    assert (found.p < 0.05).mean() <= 0.05
    assert (found.p < 0.01).mean() <= 0.01


def test_a_slow_rise_is_found_and_its_beginning_roughly() -> None:
    chance = np.random.default_rng(12)
    rate = 12 * np.exp(0.05 * np.maximum(0, np.arange(52) - 34))
    found = rises(chance.poisson(rate, (300, 52)).astype(np.float64), np.full((300, 52), 12.0))
    assert (found.p < 0.001).mean() >= 0.95
    assert (np.abs(found.since - 34) <= 7).mean() >= 0.9
    assert (found.low > 1.2).mean() >= 0.95


def test_the_worked_table_of_the_page() -> None:
    x = np.zeros((1, 56))
    x[0, ::2], x[0, 40:] = 1.0, 5.0
    found = steps(x, np.full((1, 56), 2.0))
    told = [int(found.at[0]), found.before[0], found.after[0], found.ratio[0], found.low[0], found.high[0]]
    text = (ROOT / "docs/methods/signals.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| 40 |"))
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        str(told[0]),
        *(f"{value:.3f}" for value in told[1:]),
    ]
