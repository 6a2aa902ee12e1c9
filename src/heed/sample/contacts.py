"""The contacts of a slice of time: who comes in about what, who serves them, how long they wait, whether it helps."""

import numpy as np

from heed.sample.clock import SECOND_US, SLOT_US, Flags, Floats, Ints
from heed.sample.contact import Contacts, blank, joined
from heed.sample.names import (
    APP,
    CHAT,
    COMPLAINT,
    DAYS,
    DEPARTMENTS,
    EMAIL,
    PHONE,
    REGIONS,
    TOPIC_DEPARTMENT,
    TOPIC_HARD,
    TOPIC_SHARE,
)
from heed.sample.plan import RISE_DAYS
from heed.sample.service import serve
from heed.sample.world import World

COMPLAINT_SHARE = 0.055
RELEASE_COMPLAINTS = (3.6, 2.6, 1.8)
RISE = 2.6
MONTH_DAYS = 30
CHANNEL_TOPICS = np.array(
    [
        [1.0, 1.2, 1.0, 1.1, 0.7, 0.9, 1.0, 1.0],
        [1.2, 0.6, 0.9, 0.8, 0.9, 1.4, 1.3, 1.2],
        [1.0, 1.0, 1.3, 0.9, 1.4, 0.8, 0.9, 0.9],
        [0.7, 0.4, 1.6, 0.6, 0.8, 1.8, 1.2, 0.9],
        [1.3, 1.1, 0.8, 0.9, 1.6, 0.8, 0.7, 0.8],
        [0.8, 2.2, 0.9, 1.0, 1.2, 0.5, 0.6, 0.4],
    ]
)


def contacts_of(world: World, number: int, since: int, until: int) -> Contacts:
    """All contacts whose story begins in the local days [since, until), with the repeats that follow, in order of time."""
    rng = world.rng("contacts", number)
    first = _first_contacts(world, rng, since, until)
    first.chain = np.arange(len(first))
    parts = [serve(world, rng, first)]
    for turn in (1, 2):
        parts.append(serve(world, rng, _again(world, rng, parts[-1], turn)))
    whole = joined(parts)
    whole = whole.take(whole.at < world.clock.end)
    order = np.argsort(whole.at, kind="stable")
    place = np.full(len(first), -1)
    first_rows = np.flatnonzero(whole.turn[order] == 0)
    place[whole.chain[order][first_rows]] = first_rows
    whole = whole.take(order)
    whole.chain = place[whole.chain]
    return whole


def _first_contacts(world: World, rng: np.random.Generator, since: int, until: int) -> Contacts:
    span = world.clock.slots_of_days(since, until)
    expected = world.demand.arrivals[span] * world.scale
    cell = np.repeat(np.arange(expected.size), rng.poisson(expected).ravel())
    slot, region, channel = np.unravel_index(cell, expected.shape)
    at = world.clock.start + (slot + span.start) * SLOT_US + (rng.random(len(cell)) * SLOT_US).astype(np.int64)
    at -= at % SECOND_US
    day = world.clock.day_of(at)
    customer = _customers(world, rng, region, day)
    here = _there(world, customer, day)
    at, region, channel, customer, day = at[here], region[here], channel[here], customer[here], day[here]
    topic = _topics(rng, channel)
    department = np.array(TOPIC_DEPARTMENT)[topic]
    department = np.where(rng.random(len(at)) < 0.12, rng.integers(0, len(DEPARTMENTS), len(at)), department)
    team = region * len(DEPARTMENTS) + department
    complaint = rng.random(len(at)) < complaint_share(world)[day, team]
    topic = np.where(complaint, COMPLAINT, topic)
    hard = rng.random(len(at)) < np.array(TOPIC_HARD)[topic]
    return blank(at, region, channel, customer, topic, team, hard, np.zeros(len(at), dtype=np.int64), day)


def _customers(world: World, rng: np.random.Generator, region: Ints, day: Ints) -> Ints:
    """Customers of the region by their weight, month by month; who is about to leave comes oftener."""
    people, month = world.customers, day // MONTH_DAYS
    chosen = np.zeros(len(region), dtype=np.int64)
    for one in np.unique(month):
        rows = np.flatnonzero(month == one)
        begun = int(one) * MONTH_DAYS
        here = (people.joined < begun + MONTH_DAYS) & (people.left >= begun)
        leaving = people.left < begun + 2 * MONTH_DAYS
        bounds = np.concatenate([[0.0], np.cumsum(people.weight * here * np.where(leaving, 1.7, 1.0))])
        low, high = bounds[people.region_start[region[rows]]], bounds[people.region_start[region[rows] + 1]]
        drawn = low + rng.random(len(rows)) * (high - low)
        chosen[rows] = np.clip(np.searchsorted(bounds, drawn, side="right") - 1, 0, len(people) - 1)
    return chosen


def _there(world: World, customer: Ints, day: Ints) -> Flags:
    there: Flags = (world.customers.joined[customer] <= day) & (world.customers.left[customer] >= day)
    return there


def _topics(rng: np.random.Generator, channel: Ints) -> Ints:
    share = CHANNEL_TOPICS * np.array(TOPIC_SHARE)
    bounds = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    below: Ints = (bounds[channel] < rng.random(len(channel))[:, None]).sum(axis=1)
    return np.minimum(below, len(TOPIC_SHARE) - 1)


def complaint_share(world: World) -> Floats:
    """(day, team): chance that a first contact is a complaint: the release jump, the rising team and the noisy one are here."""
    plan = world.plan
    teams = len(REGIONS) * len(DEPARTMENTS)
    share = np.full((DAYS, teams), COMPLAINT_SHARE)
    for after, factor in enumerate(RELEASE_COMPLAINTS):
        share[plan.complaint_day + after] *= factor
    rise = np.clip((np.arange(DAYS) - (DAYS - RISE_DAYS)) / RISE_DAYS, 0.0, 1.0)
    share[:, plan.rising_team] *= 1.0 + (RISE - 1.0) * rise
    weekly = np.random.default_rng([world.seed, 6]).normal(0.0, 0.25, DAYS // 7 + 1)
    share[:, plan.noisy_team] *= np.exp(weekly - 0.03)[np.arange(DAYS) // 7]
    return share


def _again(world: World, rng: np.random.Generator, before: Contacts, turn: int) -> Contacts:
    """The contacts that come back: after what did not help, within five days; after giving up, within the hour."""
    many = len(before)
    chance = np.where(before.helped, 0.03, np.where(before.answered, 0.62, 0.0))
    chance = np.where(before.abandoned, 0.55, np.where(before.contained, chance * 0.8, chance))
    back = np.flatnonzero(rng.random(many) < chance * (1.0 if turn == 1 else 0.6))
    days = rng.choice(5, len(back), p=[0.36, 0.26, 0.17, 0.12, 0.09]) + 1
    hours = (rng.random(len(back)) - 0.5) * 2 * 3600
    soon = before.abandoned[back]
    gap = np.where(soon, 240 + rng.random(len(back)) * 2700, days * 86_400 + hours).astype(np.int64)
    channel = np.where(rng.random(len(back)) < 0.35, PHONE, before.channel[back])
    channel = np.where(soon, PHONE, np.where(channel == APP, CHAT, channel))
    at = before.at[back] + gap * SECOND_US
    served = world.clock.open_slots()
    for _ in range(2):
        shut = ~served[world.clock.slot_of(at), channel]
        at = np.where(shut, at + 86_400 * SECOND_US, at)
    channel = np.where(served[world.clock.slot_of(at), channel], channel, EMAIL)
    day = world.clock.day_of(at)
    again = blank(
        at, before.region[back], channel, before.customer[back], before.topic[back], before.team[back], before.hard[back],
        np.full(len(back), turn), day,
    )  # fmt: skip
    again.chain = before.chain[back]
    return again.take(_there(world, again.customer, day) & (at < world.clock.end))
