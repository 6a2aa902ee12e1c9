"""Planted truths: operations in which pooling pays are told from their twins in which it does not, over twenty seeds."""

from typing import Any

import numpy as np
import pytest

from heed.goals.footprint.rules.comparing import compare
from heed.goals.footprint.rules.doubting import doubt
from heed.stats.queues.impatience import patient_agents
from tests.goals.footprint.places import DAYS, region, setting, site

SEEDS = range(20)
FOUND, FLAGGED = 18, 1


def operation(seed: int, *, pays: bool) -> dict[str, Any]:
    """Two to five regions of few calls each, a language each, alike sites. Where pooling pays, one of them speaks all languages
    at no more. Its twin has the same regions, and either no site that speaks them all, or one whose people cost so much more
    that one queue comes three of a hundred dearer: by Erlang A of another place (`stats.queues`), not by the code judged here.
    """
    random = np.random.default_rng(seed)
    many = int(random.integers(2, 6))
    spoken = [str(each) for each in random.choice(["de", "en", "fr", "nl", "pl"], many, replace=False)]
    rate = int(random.integers(24, 40))
    asked = [(round(float(random.uniform(3, 12)), 2), float(random.integers(200, 400))) for _ in range(many)]
    regions = [
        region(f"r{number}", calls, DAYS, languages={spoken[number]: 1.0}, home=f"s{number}", aht_seconds=aht)
        for number, (calls, aht) in enumerate(asked)
    ]
    sites = [site(f"s{number}", languages=[spoken[number]], cost_per_hour=f"{rate}.00") for number in range(many)]
    if pays:
        sites[0] = site("s0", languages=spoken, cost_per_hour=f"{rate}.00")
    elif seed % 2:
        split = sum(people(calls, aht) for calls, aht in asked)
        calls = sum(each for each, _ in asked)
        pooled = people(calls, sum(each * aht for each, aht in asked) / calls)
        sites.append(site("all", languages=spoken, cost_per_hour=f"{rate * split / pooled * 1.03:.2f}"))
    return {"regions": regions, "sites": sites}


def people(calls: float, aht: float) -> int:
    """By Erlang A with a patience of three minutes, four of five within twenty seconds."""
    return patient_agents(calls * aht / 1800, 1.0, aht / 180, 20 / aht, target=0.8)[0]


def says_it_pays(seed: int, *, pays: bool) -> bool:
    return doubt(compare(setting(**operation(seed, pays=pays))), draws=100, seed=seed).pooling == "pays"


@pytest.mark.prove
def test_pooling_is_found_where_it_pays_and_not_in_the_twins() -> None:
    found = sum(says_it_pays(seed, pays=True) for seed in SEEDS)
    flagged = sum(says_it_pays(seed, pays=False) for seed in SEEDS)
    assert (found >= FOUND, flagged <= FLAGGED) == (True, True), (found, flagged)


@pytest.mark.prove
def test_limits_hold_what_comes() -> None:
    """Of service with the people planned: the future drawn by other seeds lies within the limits about 95 times of 100."""
    whole = setting(**operation(3, pays=True))
    found = compare(whole)
    limits = {each.option: each.service_level for each in doubt(found, draws=400, seed=0).chances}
    inside = 0
    for seed in range(1, 61):
        one = doubt(found, draws=50, seed=seed)
        inside += sum(
            limits[each.option].low <= (each.service_level.value or 0.0) <= limits[each.option].high  # type: ignore[operator]
            for each in one.chances
        )
    # Means of fifty futures lie further inside than single ones.
    assert inside == 60 * len(found.options)
