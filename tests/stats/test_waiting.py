"""How long callers are ready to wait, and shares that only fall."""

import numpy as np
import pytest

from heed.stats.falling import falling
from heed.stats.queues.patience import patience


def test_patience_is_told_from_waits_that_were_seen_in_part() -> None:
    generator = np.random.default_rng(1)
    inside = 0
    for _ in range(100):
        ready, offered = generator.exponential(200, 600), generator.exponential(60, 600)
        found = patience(np.minimum(ready, offered), ready < offered)
        assert found.low is not None and found.high is not None
        inside += found.low <= 200 <= found.high
    assert inside >= 90
    assert found.survival.beyond(100) == pytest.approx(np.exp(-0.5), abs=0.08)


def test_patience_by_hand() -> None:
    """30 gave up at 10 s, 30 were answered at 20 s: 900 s over 30."""
    found = patience([10.0] * 30 + [20.0] * 30, [True] * 30 + [False] * 30)
    assert found.mean == 30.0
    assert found.survival.beyond(15) == 0.5
    assert found.median == 10.0
    few = patience([1.0] * 5, [True] * 5)
    assert (few.mean, few.reason) == (None, "too_few")


def test_a_falling_share_is_pooled_where_it_rises() -> None:
    """Steps of 100: 0.8, 0.4, 0.6, 0.2 falls as 0.8, 0.5, 0.5, 0.2."""
    found = falling([0, 10, 20, 30], [80, 40, 60, 20], [100] * 4)
    assert found is not None
    assert found.value.tolist() == pytest.approx([0.8, 0.5, 0.5, 0.2])
    assert found.steps_of([-5, 9, 10, 99]).tolist() == [0, 0, 1, 3]
    value, low, high = found.expected([1, 0, 0, 1])
    assert value == pytest.approx(0.5)
    assert low < value < high


def test_few_answers_tell_no_curve() -> None:
    assert falling([0, 1, 2], [10, 9, 8], [20, 20, 20]) is None


def test_limits_hold_the_curve_that_was_drawn() -> None:
    at = np.arange(0.0, 120.0, 2.0)
    true = 0.75 - 0.4 * at / (at + 60.0)
    generator = np.random.default_rng(2)
    weights = np.full(20, 1.0)
    held = 0
    for seed in range(60):
        found = falling(at, generator.binomial(60, true), np.full(at.size, 60), seed=seed)
        assert found is not None
        weights = np.bincount(found.steps_of(at), minlength=found.value.size)
        _, low, high = found.expected(weights)
        held += low <= float(true.mean()) <= high
    assert held >= 54
