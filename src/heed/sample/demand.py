"""How many come in each half-hour, how many are there to answer, and how long the wait is then (Erlang A, exact per interval)."""

from dataclasses import dataclass

import numpy as np

from heed.sample.clock import Clock, Flags, Floats, Ints
from heed.sample.names import CHANNEL_SHARE, CHANNELS, CHAT, DAYS, PHONE, REGIONS, STORE
from heed.sample.plan import CAMPAIGN_DAYS, Plan

CONTACTS = 172_000  # first contacts of the whole time at scale 1; repeats come on top
REPEATS = 1.22
SERVICE_SECONDS = 390.0
PATIENCE_SECONDS = 240.0
TARGET, WITHIN_SECONDS = 0.80, 20.0
WEEKDAY = np.array([1.25, 1.08, 1.0, 0.97, 0.95, 0.60, 0.35])
MONDAY_PEAK = 1.2
UNDERSTAFFING = 0.67
CAMPAIGN_LIFT = 1.45
BUSY_LIFT = 1.7
RELEASE_LIFT = 1.25
LOAD_STEP = 0.02
MOST_AGENTS = 12
QUEUE = 60


@dataclass(frozen=True)
class Demand:
    """`arrivals` (slot, region, channel): expected first contacts at scale 1. `agents` (slot, region): people on calls.

    `load_step` (slot, region): offered load in steps of LOAD_STEP.
    `seen` (load, agents, k): chance that a caller finds at most k in the system.
    """

    arrivals: Floats
    agents: Ints
    load_step: Ints
    seen: Floats

    def offered_wait(self, rng: np.random.Generator, slot: Ints, region: Ints) -> Floats:
        """Seconds a caller with endless patience would wait: exponential steps for each caller ahead (Erlang A)."""
        agents = np.maximum(self.agents[slot, region], 1)
        chance = self.seen[self.load_step[slot, region], agents]
        found = (chance < rng.random(len(slot))[:, None]).sum(axis=1)
        ahead = np.maximum(found - agents + 1, 0)
        wait = np.zeros(len(slot))
        for place in range(int(ahead.max(initial=0))):
            waiting = np.flatnonzero(ahead > place)
            rate = agents[waiting] / SERVICE_SECONDS + place / PATIENCE_SECONDS
            wait[waiting] += rng.exponential(1.0, len(waiting)) / rate
        return wait


def build_demand(seed: int, plan: Plan, clock: Clock) -> Demand:
    rng = np.random.default_rng([seed, 2])
    shape = _shape(clock)
    regular = shape[:, None, :] * _regional(plan, clock)[clock.slot_day][:, :, None]
    daily = _daily(rng, plan)
    arrivals = regular * daily[clock.slot_day][:, None, None]
    total = arrivals.sum(axis=(0, 1))
    arrivals *= CONTACTS * np.array(CHANNEL_SHARE) / total
    regular *= CONTACTS * np.array(CHANNEL_SHARE) / regular.sum(axis=(0, 1))
    hourly = SERVICE_SECONDS * REPEATS / 1800.0
    load, planned = arrivals[:, :, PHONE] * hourly, regular[:, :, PHONE] * hourly
    seen = _seen()
    agents = _staff(rng, plan, clock, planned, seen)
    step = np.minimum(np.round(load / LOAD_STEP), len(seen) - 1).astype(np.int64)
    return Demand(arrivals, agents, step, seen)


def _shape(clock: Clock) -> Floats:
    """(slot, channel): the shape of a day and a week."""
    hour = clock.slot_minute / 60.0
    calls = np.exp(-(((hour - 10.5) / 2.2) ** 2)) + 0.75 * np.exp(-(((hour - 16.0) / 2.4) ** 2)) + 0.1
    always = 0.08 + np.exp(-(((hour - 19.0) / 3.5) ** 2)) + 0.8 * np.exp(-(((hour - 11.0) / 3.5) ** 2))
    profile = np.repeat(always[:, None], len(CHANNELS), axis=1)
    profile[:, [PHONE, CHAT, STORE]] = calls[:, None]
    season = 1.0 + 0.08 * np.cos(2 * np.pi * (_day_of_year(clock) - 15) / 365.0)
    growth = 1.0 + 0.06 * np.arange(DAYS) / DAYS
    weekly = (WEEKDAY[clock.weekday] * season * growth)[clock.slot_day]
    return np.asarray(profile * weekly[:, None] * clock.open_slots(), dtype=np.float64)


def _day_of_year(clock: Clock) -> Ints:
    return (clock.first.timetuple().tm_yday + np.arange(DAYS)) % 365


def region_weights(plan: Plan) -> Floats:
    weights = np.full(len(REGIONS), 0.235)
    weights[[plan.monday_region, plan.monday_twin]] = 0.265
    return weights


def _regional(plan: Plan, clock: Clock) -> Floats:
    """(day, region): size of the region, and the Monday peak that two of them share."""
    result = np.repeat(region_weights(plan)[None, :], DAYS, axis=0)
    for region in (plan.monday_region, plan.monday_twin):
        result[clock.weekday == 0, region] *= MONDAY_PEAK
    return result


def _daily(rng: np.random.Generator, plan: Plan) -> Floats:
    """(day,): what nobody planned for: chance, the campaign, the busy Monday, the release."""
    daily = np.exp(rng.normal(0.0, 0.05, DAYS))
    daily[plan.campaign_day : plan.campaign_day + CAMPAIGN_DAYS] *= CAMPAIGN_LIFT
    daily[plan.busy_monday] *= BUSY_LIFT
    daily[plan.complaint_day : plan.complaint_day + 2] *= RELEASE_LIFT
    return daily


def _seen() -> Floats:
    """(load, agents, k): distribution function of the number found by an arriving caller, M/M/n+M (Palm 1957)."""
    loads = np.arange(0.0, 8.0, LOAD_STEP)
    agents = np.arange(MOST_AGENTS + 1)
    state = np.arange(1, MOST_AGENTS + QUEUE)
    served = np.minimum(state[None, :], np.maximum(agents, 1)[:, None])
    leaving = np.maximum(state[None, :] - np.maximum(agents, 1)[:, None], 0) * SERVICE_SECONDS / PATIENCE_SECONDS
    death = np.log(served + leaving)
    with np.errstate(divide="ignore"):
        steps = np.log(loads)[:, None, None] - death[None, :, :]
    logs = np.concatenate([np.zeros((len(loads), len(agents), 1)), np.cumsum(steps, axis=2)], axis=2)
    weight = np.exp(logs - logs.max(axis=2, keepdims=True))
    cumulative = np.cumsum(weight, axis=2)
    return np.asarray(cumulative / cumulative[:, :, -1:], dtype=np.float64)


def _staff(rng: np.random.Generator, plan: Plan, clock: Clock, planned: Floats, seen: Floats) -> Ints:
    """The least number of people that answers most callers at once; one region gets half of it on Mondays."""
    at_once = np.stack([seen[:, n, max(n - 1, 0)] for n in range(1, MOST_AGENTS + 1)], axis=1)
    enough = 1 + np.argmax(at_once >= TARGET, axis=1)
    step = np.minimum(np.round(planned / LOAD_STEP), len(seen) - 1).astype(np.int64)
    agents: Ints = enough[step]
    open_now = np.asarray(clock.open_slots()[:, [PHONE, CHAT]].any(axis=1))
    absent = (rng.random((DAYS, len(REGIONS))) < 0.06)[clock.slot_day] & (agents > 1)
    agents -= absent
    monday: Flags = clock.weekday[clock.slot_day] == 0
    short = np.maximum(1, np.floor(agents[:, plan.monday_region] * UNDERSTAFFING + 0.01)).astype(np.int64)
    agents[:, plan.monday_region] = np.where(monday, short, agents[:, plan.monday_region])
    return np.where(open_now[:, None], agents, 0)
