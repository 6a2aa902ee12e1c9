"""A theme that rises is found in the words, on about its day; where nothing rose nothing is told."""

from datetime import date, timedelta

import numpy as np
import pytest

from heed.feedback.verbatims.rules.emerging import Emerged, Said, emerging
from tests.text.discovery.test_finding import FILLERS, KINDS

NEW = ("battery", "swollen", "overheats", "charger", "smoke", "socket")
FIRST, DAYS, A_DAY, ROSE = date(2026, 1, 5), 120, 12, 90


def said(seed: int, share: float) -> Said:
    """Four months of texts, of which a share is of a new kind from the 91st day on."""
    chance = np.random.default_rng(seed)
    texts: list[str] = []
    days: list[int] = []
    for day in range(DAYS):
        for _ in range(int(chance.poisson(A_DAY))):
            rose = day >= ROSE and chance.random() < share
            words = NEW if rose else KINDS[int(chance.integers(len(KINDS)))]
            texts.append(" ".join([*chance.choice(words, 4, replace=False), *chance.choice(FILLERS, 3)]))
            days.append(day)
    return Said(FIRST, texts, np.array(days, dtype=np.int64), ["nps"] * len(texts))


def found(seed: int, share: float) -> list[Emerged]:
    return emerging(said(seed, share), [])


def test_a_theme_that_begins_is_found_with_its_day_and_its_words() -> None:
    (begun,) = found(1, 0.15)
    assert abs((begun.signal.since - (FIRST + timedelta(days=ROSE))).days) <= 7
    assert set(begun.theme.words[0].split()) <= set(NEW)
    assert begun.signal.share_before < 0.01 < begun.signal.share_after
    assert begun.signal.low is not None
    assert begun.signal.low > 1.0


def test_where_nothing_rose_nothing_is_told() -> None:
    assert found(1, 0.0) == []


@pytest.mark.prove
def test_twenty_rises_and_twenty_twins_without_one() -> None:
    hits = sum(any(set(each.theme.words[0].split()) <= set(NEW) for each in found(seed, 0.12)) for seed in range(20))
    alarms = sum(len(found(seed, 0.0)) for seed in range(20))
    print(hits, alarms)
    assert hits >= 19
    assert alarms <= 1
