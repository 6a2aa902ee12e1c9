"""The cases that contacts open: how each goes through the operation, as events, case changes and remedies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.clock import SECOND_US, Flags, Floats, Ints
from heed.sample.columns import amounts, attributes, finish, keys, named, times
from heed.sample.contact import Contacts
from heed.sample.journeys import ACTIVITIES, HANDED, OTHER, RETURNED, SENIOR, SYSTEM, Variants, build_variants
from heed.sample.names import DEPARTMENTS, SOURCE, STAGES, TEAMS, TOPIC_CASE_SHARE, TOPIC_STAGE
from heed.sample.places import case_keys, place_columns
from heed.sample.world import World

HANDOFF_USUAL = (0.86, 0.13, 0.01, 0.0)
HANDOFF_PONG = (0.69, 0.14, 0.13, 0.04)
HANDOFF_CALM = (0.445, 0.55, 0.005, 0.0)
ESCALATED_USUAL, ESCALATED_HARD, ESCALATION_GROWTH = 0.05, 0.12, 3.0
SENIOR_HOURS_OVERLOADED = 28.0
HOUR_US = 3600 * SECOND_US
CHANGES = {
    "open case": "opened",
    "assign": "assigned",
    "first reply": "first_responded",
    "hand over": "transferred",
    "hand back": "transferred",
    "escalate": "escalated",
    "ask customer": "waiting",
    "customer replied": "resumed",
    "resolve": "resolved",
    "reopen": "reopened",
    "close": "closed",
}
CAUSES = ("billing_error", "line_fault", "hardware_fault", "process_delay", "missing_information", "customer_error")
KINDS = ("credit", "refund", "fee_waiver", "goodwill", "replacement")
TIERS = ("agent", "senior", "supervisor")


@dataclass
class Cases:
    """One row per case. `row` is the contact that opened it; `at` (case, step) the times, `activity` -1 past the end."""

    row: Ints
    stage: Ints
    handoff: Ints
    escalated: Flags
    activity: Ints
    who: Ints
    work: Floats
    at: Ints
    owner: Ints
    other: Ints
    senior: Ints
    closed_at: Ints
    open_days: Floats

    def __len__(self) -> int:
        return len(self.row)


def cases_of(world: World, number: int, contacts: Contacts) -> Cases:
    rng = world.rng("cases", number)
    chance = np.array(TOPIC_CASE_SHARE)[contacts.topic]
    opens = (contacts.turn == 0) & contacts.answered & (rng.random(len(contacts)) < chance)
    row = np.flatnonzero(opens)
    stage = np.array(TOPIC_STAGE)[contacts.topic[row]]
    handoff, other = _handoffs(world, rng, contacts.team[row])
    escalated, senior, hours = _escalations(world, rng, contacts, row)
    variants = build_variants(world.plan)
    base = (variants.base_bounds[stage] < rng.random(len(row))[:, None]).sum(axis=1)
    line = variants.number[stage, base, handoff, escalated.astype(np.int64)]
    at, work = _times(world, rng, contacts, row, variants, line, hours)
    size = world.agents.size
    last = (variants.activity[line] >= 0).sum(axis=1) - 1
    closed_at = at[np.arange(len(row)), last]
    return Cases(
        row=row, stage=stage, handoff=handoff, escalated=escalated, activity=variants.activity[line], who=variants.who[line],
        work=work, at=at, owner=contacts.team[row] * size + rng.integers(0, size, len(row)),
        other=other * size + rng.integers(0, size, len(row)), senior=senior, closed_at=closed_at,
        open_days=(closed_at - contacts.at[row]) / (24 * HOUR_US),
    )  # fmt: skip


def _handoffs(world: World, rng: np.random.Generator, team: Ints) -> tuple[Ints, Ints]:
    """How each case is handed on, and to which team."""
    plan, departments = world.plan, len(DEPARTMENTS)
    region, department = team // departments, team % departments
    first, second = plan.pong_departments
    paired = np.isin(department, (first, second))
    bounds = np.cumsum([HANDOFF_USUAL, HANDOFF_PONG, HANDOFF_CALM], axis=1)
    kind = np.where(paired & (region == plan.pong_region), 1, np.where(paired & (region == plan.calm_region), 2, 0))
    handoff = np.minimum((bounds[kind] < rng.random(len(team))[:, None]).sum(axis=1), 3)
    partner = np.where(department == first, second, first)
    to = np.where(paired & (kind > 0), partner, (department + 1) % departments)
    return handoff, region * departments + to


def _escalations(world: World, rng: np.random.Generator, contacts: Contacts, row: Ints) -> tuple[Flags, Ints, Floats]:
    """Which cases go to a senior, to whom, and the mean hours until that person looks."""
    plan, region = world.plan, contacts.region[row]
    late = contacts.day[row] >= plan.overload_day
    overloaded, shared = late & (region == plan.overloaded_region), late & (region == plan.shared_region)
    chance = np.where(contacts.hard[row], ESCALATED_HARD, ESCALATED_USUAL)
    escalated = rng.random(len(row)) < chance * np.where(overloaded | shared, ESCALATION_GROWTH, 1.0)
    both = np.array([world.agents.seniors(one) for one in range(4)])
    chosen = np.where(overloaded, 0, rng.integers(0, 2, len(row)))
    return escalated, both[region, chosen], np.where(overloaded, SENIOR_HOURS_OVERLOADED, 4.0)


def _times(
    world: World, rng: np.random.Generator, contacts: Contacts, row: Ints, variants: Variants, line: Ints, hours: Floats
) -> tuple[Ints, Floats]:
    """When each step is done, and the minutes of work in it. Steps fall in working hours and never go back in time."""
    wait = variants.wait_hours[line]
    review = (variants.activity[line] == ACTIVITIES.index("senior review")) & (variants.who[line] == SENIOR)
    wait = np.where(review, hours[:, None], wait)
    noise = rng.gamma(1.3, 1.0 / 1.3, wait.shape)
    begun = contacts.at[row] + ((contacts.wait[row] + contacts.handle[row]) * SECOND_US).astype(np.int64)
    moved = (np.cumsum(wait * noise, axis=1) * HOUR_US).astype(np.int64)
    at = world.clock.working_hours((begun[:, None] + moved).ravel()).reshape(wait.shape)
    at[:, 0] = begun
    steps = np.arange(wait.shape[1]) * 60 * SECOND_US
    at = np.maximum.accumulate(np.maximum(at, begun[:, None]), axis=1) + steps
    at -= at % SECOND_US
    work = np.round(variants.work_minutes[line] * rng.gamma(4.0, 0.25, wait.shape), 1)
    return at, work


def case_tables(world: World, number: int, contacts: Contacts, cases: Cases) -> dict[str, pa.Table]:
    step = (cases.activity >= 0) & (cases.at < world.clock.end)
    case, column = np.nonzero(step)
    flat = _Flat(case, column, cases.at[step], cases.activity[step], cases.who[step], cases.work[step])
    return {
        "events": _events(world, number, contacts, cases, flat),
        "case_changes": _changes(world, number, contacts, cases, flat),
        "remedies": _remedies(world, number, contacts, cases),
    }


@dataclass
class _Flat:
    """One row per step that has happened."""

    case: Ints
    column: Ints
    at: Ints
    activity: Ints
    who: Ints
    work: Floats

    def take(self, rows: np.ndarray) -> "_Flat":
        return _Flat(
            self.case[rows], self.column[rows], self.at[rows], self.activity[rows], self.who[rows], self.work[rows]
        )


def _served_by(world: World, contacts: Contacts, cases: Cases, flat: _Flat) -> tuple[Ints, Ints]:
    """(team, agent) of each step; -1 where the system did it."""
    home = contacts.team[cases.row][flat.case]
    other = cases.other[flat.case] // world.agents.size
    # A senior looks at the case where it lies.
    stays = (flat.who == SENIOR) & (cases.handoff[flat.case] == HANDED)
    team = np.where((flat.who == OTHER) | stays, other, home)
    agent = np.where(flat.who == OTHER, cases.other[flat.case], cases.owner[flat.case])
    agent = np.where(flat.who == SENIOR, cases.senior[flat.case], agent)
    agent = np.where(flat.column == 0, contacts.agent[cases.row][flat.case], agent)
    system = flat.who == SYSTEM
    return np.where(system, -1, team), np.where(system, -1, agent)


def _events(world: World, number: int, contacts: Contacts, cases: Cases, flat: _Flat) -> pa.Table:
    team, agent = _served_by(world, contacts, cases, flat)
    origin = cases.row[flat.case]
    agent_names = world.agents.keys()
    resource = np.where(agent < 0, len(agent_names), agent)
    columns: dict[str, Any] = {
        "event_id": keys(f"{SOURCE}-e{number:03d}-", np.arange(len(flat.case))),
        "at": times(flat.at),
        "case_id": case_keys(number, origin),
        "activity": named(flat.activity, ACTIVITIES),
        "lifecycle": "complete",
        "resource": named(resource, [*agent_names, "system"]),
        "object_type": "case",
        "agent_key": named(agent, agent_names),
        "attributes": attributes({"work_minutes": pa.array(flat.work).cast(pa.string())}, len(flat.case)),
        **place_columns(world, contacts, origin),
        "stage": named(cases.stage[flat.case], STAGES),
        "team": named(team, TEAMS),
    }
    return _finish(world, "events", columns, len(flat.case))


def _changes(world: World, number: int, contacts: Contacts, cases: Cases, flat: _Flat) -> pa.Table:
    words = tuple(dict.fromkeys(CHANGES.values()))
    code = np.array([words.index(CHANGES[name]) if name in CHANGES else -1 for name in ACTIVITIES])
    flat = flat.take(code[flat.activity] >= 0)
    change = code[flat.activity]
    team, agent = _served_by(world, contacts, cases, flat)
    origin = cases.row[flat.case]
    home, other = contacts.team[origin], cases.other[flat.case] // world.agents.size
    moved, back = change == words.index("transferred"), flat.activity == ACTIVITIES.index("hand back")
    rng = world.rng("causes", number)
    cause = np.where(rng.random(len(cases)) < 0.6, cases.stage % len(CAUSES), rng.integers(0, len(CAUSES), len(cases)))
    assigned = change == words.index("assigned")
    names = [*TEAMS, *world.agents.keys(), "customer"]
    to = np.where(moved, np.where(back, home, other), -1)
    to = np.where(change == 0, home, np.where(assigned, len(TEAMS) + cases.owner[flat.case], to))
    to = np.where(change == words.index("waiting"), len(names) - 1, to)
    columns: dict[str, Any] = {
        "change_id": keys(f"{SOURCE}-x{number:03d}-", np.arange(len(flat.case))),
        "at": times(flat.at),
        "case_id": case_keys(number, origin),
        "change": named(change, words),
        "from_value": named(np.where(moved, np.where(back, other, home), -1), TEAMS),
        "to_value": named(to, names),
        "priority": named(contacts.hard[origin].astype(np.int64), ("normal", "high")),
        "cause": named(np.where(change == words.index("closed"), cause[flat.case], -1), CAUSES),
        "agent_key": named(agent, world.agents.keys()),
        "interaction_id": keys(f"{SOURCE}-i{number:03d}-", origin),
        **place_columns(world, contacts, origin),
        "team": named(np.where(team < 0, home, team), TEAMS),
    }
    return _finish(world, "case_changes", columns, len(flat.case))


def _remedies(world: World, number: int, contacts: Contacts, cases: Cases) -> pa.Table:
    rng = world.rng("remedies", number)
    share = np.array([0.02, 0.10, 0.08, 0.30, 0.04, 0.45])[cases.stage]
    row = np.flatnonzero((rng.random(len(cases)) < share) & (cases.closed_at < world.clock.end))
    many, origin = len(row), cases.row[row]
    amount = np.round(np.exp(rng.normal(3.0, 0.7, many)) * 2) / 2
    settled = cases.closed_at[row] + (rng.exponential(4.0, many) * 24 * HOUR_US).astype(np.int64)
    columns: dict[str, Any] = {
        "remedy_id": keys(f"{SOURCE}-r{number:03d}-", np.arange(many)),
        "issued_at": times(cases.closed_at[row]),
        "settled_at": times(settled, settled < world.clock.end),
        "kind": named(rng.choice(len(KINDS), many, p=[0.42, 0.2, 0.14, 0.16, 0.08]), KINDS),
        "tier": named((amount > 40).astype(np.int64) + (amount > 90), TIERS),
        "amount": amounts(amount),
        "currency": "EUR",
        "case_id": case_keys(number, origin),
        "agent_key": named(cases.owner[row], world.agents.keys()),
        **place_columns(world, contacts, origin),
        "stage": named(cases.stage[row], STAGES),
    }
    return _finish(world, "remedies", columns, many)


def _finish(world: World, name: str, columns: dict[str, Any], rows: int) -> pa.Table:
    return finish(name, columns, rows, batch=world.batch, recorded_at=world.clock.end)


def case_mood(rng: np.random.Generator, contacts: Contacts, cases: Cases) -> Floats:
    """Satisfaction once the case is closed: long cases and those sent to and fro leave less of it."""
    mood: Floats = contacts.mood[cases.row] * 0.6 + 0.55 - 0.09 * np.minimum(cases.open_days, 12.0)
    mood = mood - 0.55 * (cases.handoff >= RETURNED) - 0.1 * (cases.handoff == HANDED)
    return mood + rng.normal(0.0, 0.6, len(cases))


def known_case(contacts: Contacts, cases: Cases, number: int) -> pa.Array:
    """The case of each contact, empty where its story opened none."""
    opened = np.zeros(len(contacts), dtype=bool)
    opened[cases.row] = True
    mine = opened[contacts.chain]
    return case_keys(number, np.where(mine, contacts.chain, -1))
