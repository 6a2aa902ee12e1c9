"""The best assignment is the best: against every one there is, on small cases; and why there is none where there is none."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest

from heed.core.errors.rules import Invalid
from heed.goals.footprint.rules.choosing import Columns, best
from heed.goals.footprint.rules.comparing import compare
from heed.goals.footprint.rules.pools import Pool
from heed.goals.footprint.rules.weeks import SLOTS, Setting, laid_out
from heed.stats.queues.impatience import patient_agents
from tests.goals.footprint.places import drawn, footprint, hours, region, setting, site


def partitions(members: list[int]) -> Iterator[list[list[int]]]:
    """Every way to part members into blocks."""
    if not members:
        yield []
        return
    first, rest = members[0], members[1:]
    for parts in partitions(rest):
        for place in range(len(parts)):
            yield [*parts[:place], [first, *parts[place]], *parts[place + 1 :]]
        yield [[first], *parts]


def holds(whole: Setting, pools: list[Pool]) -> bool:
    for place in whole.places:
        own = [each for each in pools if each.place is place]
        there = sum((each.agents for each in own), np.zeros(SLOTS))
        calls = sum(float(whole.groups[member].calls.sum()) for each in own for member in each.members)
        if place.seats is not None and there.max() > place.seats:
            return False
        if calls > whole.footprint.most_share_at_one_site * whole.calls * (1 + 1e-9):
            return False
    return True


def by_hand(columns: Columns) -> float | None:
    """The least objective over every partition with every site for each of its blocks."""
    whole = columns.setting
    found: list[float] = []
    for parts in partitions(list(range(len(whole.groups)))):
        choices = [[columns.one(place.key, part) for place in whole.places] for part in parts]
        for pools in product(*[[each for each in choice if each] for choice in choices]):
            if holds(whole, list(pools)):
                found.append(columns.objective(pools))
    return min(found, default=None)


def test_it_is_the_best_of_all_there_are() -> None:
    solved = 0
    for seed in range(14):
        body = drawn(seed)
        whole = laid_out(footprint(**body))
        columns = Columns(whole)
        wanted = by_hand(columns)
        if wanted is None:
            with pytest.raises(Invalid):
                best(Columns(whole))
            continue
        found = best(Columns(whole))
        assert found.objective == pytest.approx(wanted, abs=0.01), seed
        assert found.is_whole and found.gap < 1e-6
        assert holds(whole, list(found.pools))
        solved += 1
    assert solved >= 9


def test_a_family_of_pools_is_told_for_one_and_near_the_best() -> None:
    """With eleven groups not every subset is tried."""
    regions = [region(f"r{number}", 4.0 + number, languages={"de": 1.0}) for number in range(11)]
    sites = [site("one", cost_per_hour="31.00"), site("two", cost_per_hour="30.00")]
    found = best(Columns(setting(regions, sites)))
    assert not found.is_whole
    # Nothing speaks against one queue: alike callers, one language, the cheaper site.
    assert [(each.place.key, len(each.members)) for each in found.pools] == [("two", 11)]


def test_what_a_pool_takes_is_erlang_by_the_half_hour() -> None:
    whole = setting([region("a", 10.0), region("b", 6.0, aht_seconds=420)], [site("s", overlay=0.1)], shrinkage=0.25)
    pooled = compare(whole).option("pooled")
    assert pooled is not None
    aht = (10 * 300 + 6 * 420) / 16
    agents, reached = patient_agents(16 * aht / 1800, 1.0, aht / 180, 20 / aht, target=0.8)
    assert pooled.peak == agents
    assert pooled.service_level == pytest.approx(reached.served_within)
    assert pooled.abandonment == pytest.approx(reached.abandoned)
    # A call from each half-hour of ten hours, and people who are there three quarters of what they are paid for.
    hours_paid = Decimal(agents * 10) / Decimal("0.75")
    assert pooled.cost == (hours_paid * Decimal("30.00") * Decimal("1.1")).quantize(Decimal("0.01"))


SAYS: list[tuple[dict[str, Any], str, str]] = [
    ({"sites": [site("s", languages=["en"])]}, "nobody_serves", "Nobody can serve de of a: no site speaks it."),
    (
        {"sites": [site("s", hours=hours("09:00-18:00"))]},
        "nobody_serves",
        "Nobody can serve de of a: sites that speak it are closed while it is open: s (monday 08:00 UTC).",
    ),
    (
        {"sites": [site("s", seats=1)]},
        "cannot_be_assigned",
        "The seats do not do; they would with more at one of s (1).",
    ),
    (
        {"sites": [site("s")], "most_share_at_one_site": 0.6},
        "cannot_be_assigned",
        "No assignment keeps every site at 60 % of all calls or less.",
    ),
]


@pytest.mark.parametrize(("more", "code", "said"), SAYS)
def test_where_nothing_holds_the_reason_is_told(more: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        compare(setting([region("a")], **more))
    assert (refused.value.code, str(refused.value)) == (code, said)


def test_pooled_and_split_that_cannot_be_say_why() -> None:
    regions = [region("a"), region("b", languages={"fr": 1.0})]
    found = compare(setting(regions, [site("s"), site("t", languages=["fr"])]))
    assert str(found.impossible["pooled"]) == "s cannot serve b/fr; t cannot serve a/de"
    assert [each.name for each in found.options] == ["split", "hybrid"]
    assert found.option("hybrid").same_as == "split"  # type: ignore[union-attr]
    both = [region("a", languages={"de": 0.5, "fr": 0.5})]
    torn = compare(setting(both, [site("s"), site("t", languages=["fr"])]))
    assert str(torn.impossible["split"]) == "a cannot be served as one queue by s, t"


def test_of_assignments_that_cost_the_same_the_plain_one_is_told() -> None:
    found = compare(setting([region("a"), region("b")], [site("s"), site("t")]))
    assert [each.same_as for each in found.options] == [None, None, "pooled"]
    assert found.best.name == "pooled"


def test_a_worth_of_satisfaction_is_weighed_against_cost() -> None:
    curve = [{"from_seconds": 0, "satisfied": 0.9}, {"from_seconds": 15, "satisfied": 0.3}]
    regions = [region("a", 3.0), region("b", 3.0, within_seconds=120)]
    plain = compare(setting(regions, [site("s")], curve=curve))
    worth = compare(setting(regions, [site("s")], curve=curve, satisfied_worth="40.00"))
    assert worth.best.objective < float(worth.best.cost)
    first, second = plain.best.csat.value, worth.best.csat.value
    assert first is not None and second is not None and second >= first
