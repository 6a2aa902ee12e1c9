"""An agent who picks is found; nine honest ones, and worlds in which nobody picks, are left alone."""

import numpy as np
import pytest

from heed.feedback.quality.rules.picking import LEAST_EACH, Offers, Picking, find_picking
from tests.feedback.quality.picking_worlds import AGENTS, BURDENED, PICKER, SHY, STAR, World, world

SEEDS = range(20)


def offers(made: World) -> Offers:
    return Offers(AGENTS, made.agent, made.channel, made.asked, made.seen, made.liked)


def names(found: Picking) -> set[str]:
    return {each.agent for each in found.found}


def test_the_agent_who_picks_is_named_with_a_gap_and_its_limits() -> None:
    found = find_picking(offers(world(1, picker=True)))
    assert names(found) == {AGENTS[PICKER]}
    (gap,) = found.found
    assert gap.gap and gap.low and gap.high and gap.p is not None
    assert 0.2 < gap.low < gap.gap < gap.high and gap.p < 0.01
    assert gap.contacts == 600 and gap.asked == 210


def test_who_is_better_who_gets_the_hard_contacts_and_who_hardly_asks_is_not_named() -> None:
    found = find_picking(offers(world(1, picker=False)))
    assert not found.found and found.looked_at == len(AGENTS)
    for place in (STAR, BURDENED, SHY):
        gap = found.agents[place]
        assert gap.low is not None and gap.low < 0.2


def test_too_few_contacts_say_nothing() -> None:
    few = find_picking(offers(world(1, picker=True, contacts=LEAST_EACH)))
    assert few.reason == "few_answers" and not few.found and few.agents[0].gap is None
    made = offers(world(1, picker=True))
    unseen = find_picking(Offers(made.agents, made.agent, made.stratum, made.asked, made.seen * np.nan, made.liked))
    assert unseen.reason == "nothing_seen"
    here = made.agent < 2
    pair = find_picking(
        Offers(AGENTS[:2], made.agent[here], made.stratum[here], made.asked[here], made.seen[here], made.liked[here])
    )
    assert pair.reason == "few_agents" and pair.agents[0].asked > 0


@pytest.mark.prove
@pytest.mark.parametrize("rule", [False, True], ids=["by lot", "by a rule for all"])
def test_over_twenty_seeds_he_is_found_and_nobody_else(rule: bool) -> None:
    found = [names(find_picking(offers(world(seed, picker=True, rule=rule)))) for seed in SEEDS]
    # A rule that asks about resolved contacts hides part of what a picker does.
    assert sum(AGENTS[PICKER] in each for each in found) >= (13 if rule else 18)
    assert sum(bool(each - {AGENTS[PICKER]}) for each in found) <= 1


@pytest.mark.prove
@pytest.mark.parametrize("rule", [False, True], ids=["by lot", "by a rule for all"])
def test_where_nobody_picks_nobody_is_named(rule: bool) -> None:
    assert sum(bool(find_picking(offers(world(seed, picker=False, rule=rule))).found) for seed in SEEDS) <= 1
