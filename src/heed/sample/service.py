"""How a contact goes: the agent, the wait, the handling, whether it helps, and how the customer feels afterwards."""

import numpy as np

from heed.sample.clock import Flags, Floats, Ints
from heed.sample.contact import Contacts
from heed.sample.names import APP, CHAT, DEPARTMENTS, EMAIL, PHONE, SOCIAL, STORE, TOPIC_HANDLE_SECONDS
from heed.sample.plan import PILOT_DAYS
from heed.sample.world import World

PATIENCE_SECONDS = 240.0
CHANNEL_HANDLE = (1.0, 0.85, 1.15, 1.0, 0.0, 0.6)
HELPED_LOGIT = 2.0
HARD_LOGIT, HARD_MOOD = -1.1, -0.45
PILOT_LOGIT, PILOT_MOOD = 0.75, 0.22
DRIVE_HANDLE, DRIVE_LOGIT = 0.80, -0.95
RECORDED_WHEN_HELPED, RECORDED_WHEN_NOT = 0.965, 0.27
MIXED_HARD, MIXED_EASY = 2.75, 0.45
TREATED_SHARE = 0.5


def serve(world: World, rng: np.random.Generator, contacts: Contacts) -> Contacts:
    """Fills in what happens to the contacts."""
    contacts.agent = _agents(world, rng, contacts)
    _pilots(world, contacts)
    _waits(world, rng, contacts)
    _handling(world, rng, contacts)
    _help(world, rng, contacts)
    contacts.mood = _mood(world, rng, contacts)
    return contacts


def _agents(world: World, rng: np.random.Generator, contacts: Contacts) -> Ints:
    """Anyone of the team by chance; one agent is given the hard ones."""
    plan, size = world.plan, world.agents.size
    position = rng.integers(0, size, len(contacts))
    team, place = plan.mixed
    mine = np.where(contacts.hard, MIXED_HARD, MIXED_EASY) / size
    others = rng.integers(0, size - 1, len(contacts))
    others = others + (others >= place)
    drawn = np.where(rng.random(len(contacts)) < mine, place, others)
    position = np.where(contacts.team == team, drawn, position)
    return contacts.team * size + position


def _pilots(world: World, contacts: Contacts) -> None:
    """Each customer is in the population of one pilot; the arm is the customer's, not the contact's."""
    within = (contacts.day >= world.plan.pilot_day) & (contacts.day < world.plan.pilot_day + PILOT_DAYS)
    pilot = contacts.customer % 3
    lost = (pilot == world.plan.pilot_roles[2]).astype(np.int64)
    contacts.pilot = np.where(within, pilot, -1)
    contacts.treated = world.customers.treated[contacts.customer, lost] & within


def _waits(world: World, rng: np.random.Generator, contacts: Contacts) -> None:
    slot, many = world.clock.slot_of(contacts.at), len(contacts)
    live = np.isin(contacts.channel, (PHONE, CHAT))
    wait = np.zeros(many)
    rows = np.flatnonzero(live)
    offered = world.demand.offered_wait(rng, slot[rows], contacts.region[rows])
    chat = contacts.channel[rows] == CHAT
    offered = np.where(
        chat, offered * 0.6 + rng.exponential(12.0, len(rows)), offered + rng.exponential(4.0, len(rows))
    )
    patience = rng.exponential(PATIENCE_SECONDS, len(rows)) * np.where(chat, 1.5, 1.0) + 3.0
    gone = patience < offered
    wait[rows] = np.where(gone, patience, offered)
    contacts.abandoned = np.zeros(many, dtype=bool)
    contacts.abandoned[rows] = gone
    shop = contacts.channel == STORE
    wait[shop] = rng.exponential(260.0, int(shop.sum()))
    app = contacts.channel == APP
    contacts.contained = app & (rng.random(many) < 0.74)
    contacts.answered = ~app & ~contacts.abandoned
    contacts.wait = np.round(wait, 1)
    written = np.isin(contacts.channel, (EMAIL, SOCIAL))
    hours = np.where(contacts.channel == EMAIL, 5.5, 1.6) * np.exp(rng.normal(0.0, 0.7, many))
    weekend = np.where(world.clock.weekday[contacts.day] >= 4, 1.6, 1.0)
    contacts.reply = np.where(written, np.round(hours * weekend * 3600), 0.0)


def drive(world: World, contacts: Contacts) -> tuple[Flags, Flags]:
    """Contacts under the drive that harms, and under the one that does not."""
    plan, department = world.plan, contacts.team % len(DEPARTMENTS)
    harmed = (department == plan.harmed_department) & (contacts.day >= plan.harmed_day)
    unharmed = (department == plan.unharmed_department) & (contacts.day >= plan.unharmed_day)
    return harmed, unharmed


def _handling(world: World, rng: np.random.Generator, contacts: Contacts) -> None:
    harmed, unharmed = drive(world, contacts)
    mean = np.array(TOPIC_HANDLE_SECONDS)[contacts.topic] * np.array(CHANNEL_HANDLE)[contacts.channel]
    mean = mean * world.agents.pace[contacts.agent] * np.where(contacts.hard, 1.3, 0.9)
    mean = mean * np.where(harmed | unharmed, DRIVE_HANDLE, 1.0)
    handle = mean * np.exp(rng.normal(-0.1, 0.45, len(contacts)))
    contacts.handle = np.where(contacts.answered, np.round(np.clip(handle, 20.0, 7200.0)), 0.0)


def _help(world: World, rng: np.random.Generator, contacts: Contacts) -> None:
    """Whether the contact helped (known to the customer), and what the operation wrote down."""
    harmed, _ = drive(world, contacts)
    effect = (contacts.pilot == world.plan.pilot_roles[0]) & contacts.treated
    soon_gone = world.customers.left[contacts.customer] - contacts.day < 60
    logit = HELPED_LOGIT + HARD_LOGIT * contacts.hard + world.agents.skill[contacts.agent]
    logit = logit + DRIVE_LOGIT * harmed + PILOT_LOGIT * effect - 0.5 * soon_gone - 0.15 * contacts.turn
    chance = 1.0 / (1.0 + np.exp(-logit))
    helped = rng.random(len(contacts)) < chance
    contacts.helped = np.where(contacts.answered, helped, contacts.contained & (rng.random(len(contacts)) < 0.82))
    recorded = np.where(contacts.helped, RECORDED_WHEN_HELPED, RECORDED_WHEN_NOT)
    contacts.resolved = contacts.answered & (rng.random(len(contacts)) < recorded)
    contacts.resolved |= contacts.contained
    moved = rng.random(len(contacts)) < np.where(contacts.helped, 0.07, 0.20)
    contacts.transfers = (contacts.answered & moved) * (1 + (rng.random(len(contacts)) < 0.15))


def wait_cost(seconds: Floats) -> Floats:
    """What waiting takes from satisfaction: steep at first, 1.3 at the most; half of it at five minutes."""
    cost: Floats = 1.3 * seconds / (seconds + 300.0)
    return cost


def _mood(world: World, rng: np.random.Generator, contacts: Contacts) -> Floats:
    """Satisfaction with the contact in units of about one point of five, before anyone is asked."""
    people, agents = world.customers, world.agents
    effect = (contacts.pilot == world.plan.pilot_roles[0]) & contacts.treated
    mood: Floats = (
        0.62 + 0.5 * people.mood[contacts.customer] + np.where(contacts.answered, agents.warmth[contacts.agent], 0.0)
    )
    mood = mood + np.where(contacts.helped, 0.30, -1.05) + HARD_MOOD * contacts.hard + PILOT_MOOD * effect
    mood = mood - wait_cost(contacts.wait * np.where(contacts.channel == STORE, 0.5, 1.0)) - 0.25 * contacts.transfers
    mood = mood - 0.25 * np.clip(contacts.reply / 86_400, 0.0, 2.0) - 0.2 * contacts.turn
    soon_gone = people.left[contacts.customer] - contacts.day < 60
    return mood - 0.5 * soon_gone + rng.normal(0.0, 0.55, len(contacts))
