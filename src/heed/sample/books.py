"""The books of the operation: half-hours of work, use of the products, money, and the log of changes."""

from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.clock import SECOND_US, SLOT_US, Floats, Ints
from heed.sample.columns import amounts, attributes, finish, keys, named, times
from heed.sample.contact import Contacts
from heed.sample.names import CHANNELS, CHAT, DAYS, DEPARTMENTS, PHONE, REGIONS, SOURCE, STAGES, TEAMS
from heed.sample.places import customer_columns
from heed.sample.world import World

STATES = ("scheduled", "logged_in", "handling", "available")
COST_PER_HOUR = 34.0
MONTH_DAYS = 30
STAGE_COST = np.array([4200.0, 6100.0, 9300.0, 5200.0, 3900.0, 4800.0])
EXTRA_STAGE_COST = 9000.0


def workforce_table(world: World, number: int, since: int, until: int, contacts: Contacts) -> pa.Table:
    """Per region, on calls: how many were scheduled and there, and how long they handled calls, each half-hour."""
    span = world.clock.slots_of_days(since, until)
    agents = world.demand.agents[span] * max(world.scale, 1e-9)
    busy = _handled(world, contacts, span)
    slot, region = np.nonzero(agents > 0)
    people = agents[slot, region]
    handled = np.minimum(busy[slot, region], people * 1800.0)
    rng = world.rng("workforce", number)
    late = 1.0 - 0.06 * rng.random(len(slot))
    seconds = np.stack(
        [people * 1800.0, people * 1800.0 * late, handled, np.maximum(people * 1800.0 * late - handled, 0.0)]
    )
    many = len(slot) * len(STATES)
    state = np.repeat(np.arange(len(STATES)), len(slot))
    at = np.tile(world.clock.start + (slot + span.start) * SLOT_US, len(STATES))
    worked = np.round(seconds.ravel(), 1)
    columns: dict[str, Any] = {
        "interval_id": keys(f"{SOURCE}-h{number:03d}-", np.arange(many)),
        "start_at": times(at),
        "end_at": times(at + SLOT_US),
        "state": named(state, STATES),
        "agents": np.tile(people.astype(np.float64), len(STATES)),
        "worked_seconds": worked,
        "cost": amounts(np.where(state == 1, worked / 3600.0 * COST_PER_HOUR, 0.0)),
        "currency": "EUR",
        "region": named(np.tile(region, len(STATES)), REGIONS),
        "channel": CHANNELS[PHONE],
    }
    return finish("workforce", columns, many, batch=world.batch, recorded_at=world.clock.end)


def _handled(world: World, contacts: Contacts, span: slice) -> Floats:
    """(slot, region): seconds spent on live contacts that came in then."""
    live = np.isin(contacts.channel, (PHONE, CHAT)) & contacts.answered
    slot = world.clock.slot_of(contacts.at[live]) - span.start
    cell = np.clip(slot, 0, span.stop - span.start - 1) * len(REGIONS) + contacts.region[live]
    size = (span.stop - span.start) * len(REGIONS)
    weights = contacts.handle[live] * np.where(contacts.channel[live] == CHAT, 0.5, 1.0)
    seconds = np.bincount(cell, weights, minlength=size).astype(np.float64)
    return seconds.reshape(-1, len(REGIONS))


def month_starts(since: int, until: int) -> list[int]:
    return [day for day in range(0, DAYS, MONTH_DAYS) if since <= day < until]


def _billed(world: World, since: int, until: int) -> tuple[Ints, Ints]:
    """(customer, day) of each bill of the days: every customer has one day in thirty."""
    people = world.customers
    turns = [np.arange(day % MONTH_DAYS, len(people), MONTH_DAYS) for day in range(since, until)]
    customer = np.concatenate(turns)
    day = np.repeat(np.arange(since, until), [len(turn) for turn in turns])
    there = (people.joined[customer] <= day) & (people.left[customer] > day)
    return customer[there], day[there]


def usage_table(world: World, number: int, since: int, until: int) -> pa.Table:
    """Logins of a month, told on the day of the bill: the content come more often, who is about to leave less."""
    rng, people = world.rng("usage", number), world.customers
    customer, day = _billed(world, since, until)
    leaving = people.left[customer] - day < 60
    logins = rng.poisson(np.exp(1.1 + 0.35 * people.mood[customer] - 0.8 * leaving))
    customer, day, logins = customer[logins > 0], day[logins > 0], logins[logins > 0]
    columns: dict[str, Any] = {
        "usage_id": keys(f"{SOURCE}-u{number:03d}-", np.arange(len(customer))),
        "used_at": times(world.clock.day_start[day] + 20 * 3600 * SECOND_US),
        "measure": "login",
        "quantity": logins.astype(np.float64),
        "channel": "app",
        **customer_columns(world, customer),
    }
    return finish("usage", columns, len(customer), batch=world.batch, recorded_at=world.clock.end)


def finance_table(world: World, number: int, since: int, until: int) -> pa.Table:
    """Revenue by monthly bill, revenue that left with customers, and each month what teams and stages cost."""
    people = world.customers
    paying, day = _billed(world, since, until)
    gone = np.flatnonzero((people.left >= since) & (people.left < until))
    booked = world.clock.day_start[day] + 6 * 3600 * SECOND_US
    lost = world.clock.day_start[people.left[gone]]
    parts = [
        _entries(world, f"{SOURCE}-f{number:03d}-", "revenue", paying, people.fee[paying], booked),
        _entries(world, f"{SOURCE}-l{number:03d}-", "churned_revenue", gone, people.fee[gone], lost),
        *(_costs(world, month) for month in month_starts(since, until)),
    ]
    return pa.concat_tables(parts)


def _entries(world: World, prefix: str, kind: str, customer: Ints, amount: Floats, at: Ints) -> pa.Table:
    columns: dict[str, Any] = {
        "entry_id": keys(prefix, np.arange(len(customer))),
        "booked_at": times(at),
        "kind": kind,
        "amount": amounts(amount),
        "currency": "EUR",
        **customer_columns(world, customer),
    }
    return finish("finance", columns, len(customer), batch=world.batch, recorded_at=world.clock.end)


def _costs(world: World, month: int) -> pa.Table:
    """Cost per team, and per stage and region. Two stages cost much more than the others."""
    rng = world.rng("costs", month)
    booked = int(world.clock.day_start[month]) + 6 * 3600 * SECOND_US
    team = np.arange(len(TEAMS))
    region, stage = (axis.ravel() for axis in np.indices((len(REGIONS), len(STAGES))))
    stage_cost = STAGE_COST + EXTRA_STAGE_COST * np.isin(
        np.arange(len(STAGES)), (world.plan.costly_stage, world.plan.valued_stage)
    )
    amount = np.concatenate([np.full(len(team), 21_000.0), stage_cost[stage] / len(REGIONS)])
    amount = amount * world.scale * np.exp(rng.normal(0.0, 0.04, len(amount)))
    many = len(amount)
    none = np.full(len(stage), -1)
    columns: dict[str, Any] = {
        "entry_id": keys(f"{SOURCE}-o{month:03d}-", np.arange(many)),
        "booked_at": times(np.full(many, booked)),
        "kind": "cost",
        "amount": amounts(amount),
        "currency": "EUR",
        "team": named(np.concatenate([team, none]), TEAMS),
        "region": named(np.concatenate([team // len(DEPARTMENTS), region]), REGIONS),
        "stage": named(np.concatenate([np.full(len(team), -1), stage]), STAGES),
        "attributes": attributes(
            {"department": named(np.concatenate([team % len(DEPARTMENTS), none]), DEPARTMENTS)}, many
        ),
    }
    return finish("finance", columns, many, batch=world.batch, recorded_at=world.clock.end)
