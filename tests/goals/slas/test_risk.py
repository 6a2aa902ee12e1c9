"""The chance of a breach is that of cases that had lasted as long: calibrated on lives that were planted."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import keeping  # noqa: F401  registers how an SLA decides
from heed.goals.slas.rules.clock import SECOND, Life
from heed.goals.slas.rules.foretelling import Foretelling, reliability, told_reliability
from heed.goals.slas.rules.risk import experience
from heed.goals.slas.rules.tallying import SlaTally
from heed.rehearsal.replay.deciders import decider_of
from heed.rehearsal.replay.replay import replay
from heed.stats.queues.survival import kaplan_meier


def life(seconds: float, *, priority: str = "normal", over: bool = True) -> tuple[Life, int]:
    used = round(seconds * SECOND)
    return Life(0, priority, 3600 * SECOND, used=used, ended_at=used if over else None), used


def test_without_any_open_the_estimate_is_the_share_itself() -> None:
    found = kaplan_meier([3, 1, 2, 2], [True] * 4)
    assert [found.beyond(time) for time in (0, 1, 1.5, 2, 3)] == pytest.approx([1, 0.75, 0.75, 0.25, 0])
    assert (found.lasting(0), found.lasting(2), found.lasting(3)) == (4, 1, 0)


def test_a_worked_example_with_some_still_open() -> None:
    """Leukaemia remissions under 6-MP (Freireich 1963), as in Kaplan-Meier's textbooks: S(10) = 0.7529, S(23) = 0.4482."""
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    over = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = kaplan_meier(times, over)
    assert found.beyond(10) == pytest.approx(0.7529, abs=1e-4)
    assert found.beyond(23) == pytest.approx(0.4482, abs=1e-4)
    assert found.beyond_given(23, 10) == pytest.approx(0.4482 / 0.7529, abs=1e-4)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=60))
def test_fewer_last_longer(lived: list[tuple[float, bool]]) -> None:
    found = kaplan_meier([each for each, _over in lived], [over for _each, over in lived])
    shares = [found.beyond(time) for time in sorted(each for each, _over in lived)]
    assert all(1 >= first >= second >= 0 for first, second in pairwise(shares))


def test_the_chance_grows_with_the_time_used_and_is_that_of_the_priority() -> None:
    # Of urgent ones all end within half an hour; of others a tenth takes two hours, the rest ten minutes.
    past = experience(
        [life(1800 * (each % 40) / 40, priority="urgent") for each in range(400)]
        + [life(7200 if each % 10 == 0 else 600) for each in range(1000)]
    )
    start = past.risk("normal", 0, 3600 * SECOND)
    assert start.chance == pytest.approx(0.1)
    assert (start.n, start.like) == (1000, "priority")
    assert start.low is not None
    assert start.high is not None
    assert start.low < 0.1 < start.high
    assert past.risk("normal", 700 * SECOND, 3600 * SECOND).chance == pytest.approx(1.0)
    assert past.risk("urgent", 700 * SECOND, 3600 * SECOND).chance == pytest.approx(0.0)
    assert past.risk("new", 0, 3600 * SECOND).like == "all"
    assert past.risk("normal", 8000 * SECOND, 9000 * SECOND).chance is None


def test_the_chances_hold_on_lives_that_were_planted() -> None:
    """Lognormal lives, a fifth of them censored: of cases seen at a chance moment, told chances are met in each band."""
    generator = np.random.default_rng(7)
    lived = generator.lognormal(8.0, 1.0, 12_000)
    seen_until = np.where(generator.random(lived.size) < 0.2, generator.uniform(0, 8000, lived.size), np.inf)
    past = experience(life(min(a, b), over=bool(a <= b)) for a, b in zip(lived, seen_until, strict=True))
    limit = 7200.0
    used = generator.uniform(0, limit, 6_000)
    to_come = generator.lognormal(8.0, 1.0, used.size)
    running = to_come > used
    told = np.array([past.risk("normal", round(each * SECOND), round(limit * SECOND)).chance for each in used[running]])
    broke = to_come[running] > limit
    assert told.min() < 0.2
    assert told.max() > 0.9
    for low in np.arange(0.1, 1.0, 0.1):
        band = (told >= low) & (told < low + 0.1)
        if band.sum() > 100:
            assert broke[band].mean() == pytest.approx(told[band].mean(), abs=0.07)
    # As good as who knows the law by which lives were planted, to three thousandths of a Brier score.
    assert abs(float(np.mean((told - broke) ** 2)) - _brier(used[running], limit, broke)) < 0.003


def _brier(used: np.ndarray, limit: float, broke: np.ndarray) -> float:
    from scipy.stats import lognorm

    law = lognorm(s=1.0, scale=np.exp(8.0))
    return float(np.mean((law.sf(limit) / law.sf(used) - broke) ** 2))


def test_chances_that_were_told_are_held_against_what_came() -> None:
    """Lives of a planted law, as facts: what would have been told at each noon comes true, and beats one share for all."""
    generator = np.random.default_rng(9)
    definition = Sla.model_validate({"name": "x", "within_seconds": 2 * 86_400, "target": 0.9})
    start = datetime(2026, 1, 5, tzinfo=UTC)
    facts: list[dict[str, Any]] = []
    for number in range(3000):
        opened = start + timedelta(seconds=float(generator.uniform(0, 100 * 86_400)))
        lasts = timedelta(seconds=float(generator.lognormal(np.log(86_400), 0.9)))
        facts += [
            {"case_id": f"k{number}", "at": at, "change": change, "priority": "normal"}
            for at, change in ((opened, "opened"), (opened + lasts, "resolved"))
        ]
    until = start + timedelta(days=100)
    facts = sorted((each for each in facts if each["at"] < until), key=lambda each: each["at"])
    ahead = Foretelling(definition, start + timedelta(days=40), until)
    tally = SlaTally(definition, start, until)
    for fact, decision in zip(facts, replay(decider_of("sla"), definition, facts), strict=True):
        ahead.add(fact, decision)
        tally.add(fact, decision)
    found = ahead.reliability(tally.last)
    assert found.n > 1500
    assert found.brier is not None and found.brier_plain is not None
    assert found.brier < found.brier_plain - 0.02
    assert len(found.bands) >= 4
    for band in found.bands:
        if band.broke.n > 150:
            assert band.broke.value == pytest.approx(band.told, abs=0.08)
    told = told_reliability(found)
    assert told["bands"][0]["n"] == found.bands[0].broke.n
    few = told_reliability(reliability([(0.5, True)]))
    assert (few["n"], few["brier"], few["reason"]) == (1, None, "not_enough_data")
