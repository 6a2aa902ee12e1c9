"""Contacts as rows of the table of interactions."""

from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.cases import Cases, known_case
from heed.sample.clock import SECOND_US, Flags
from heed.sample.columns import attributes, finish, keys, known_where, named, times
from heed.sample.contact import Contacts
from heed.sample.names import APP, CHAT, DEPARTMENTS, PHONE, PILOTS, SOURCE, STORE
from heed.sample.places import place_columns
from heed.sample.world import World

ARMS = ("control", "treated")
OUTCOMES = ("answered", "abandoned", "contained", "other")
ASKED_FOR_PERSON = 0.7


def interaction_keys(number: int, rows: np.ndarray) -> pa.Array:
    return keys(f"{SOURCE}-i{number:03d}-", rows)


def pilot_attributes(contacts: Contacts) -> dict[str, pa.Array]:
    """Pilot and arm, while a pilot runs."""
    return {
        "pilot": named(contacts.pilot, PILOTS),
        "arm": named(np.where(contacts.pilot >= 0, contacts.treated.astype(np.int64), -1), ARMS),
    }


def interaction_table(world: World, number: int, contacts: Contacts, cases: Cases) -> pa.Table:
    many, rng = len(contacts), world.rng("interactions", number)
    contained, answered, gone = contacts.contained, contacts.answered, contacts.abandoned
    live, offered = np.isin(contacts.channel, (PHONE, CHAT, STORE)), contacts.channel != APP
    hold_share = np.where(contacts.channel == PHONE, rng.beta(1.2, 9.0, many), 0.0)
    handed = _handed_on(world, number, contacts)
    wrap = np.round(contacts.handle * rng.uniform(0.08, 0.22, many))
    hold = np.round((contacts.handle - wrap) * hold_share)
    lasted = contacts.wait + np.where(answered, contacts.handle - wrap, np.where(offered, 0.0, 90.0)) + contacts.reply
    outcome = np.where(answered, 0, np.where(gone, 1, np.where(contained, 2, 3)))
    columns: dict[str, Any] = {
        "interaction_id": interaction_keys(number, np.arange(many)),
        "started_at": times(contacts.at),
        "ended_at": times(contacts.at + (lasted * SECOND_US).astype(np.int64)),
        "agent_key": named(np.where(answered, contacts.agent, -1), world.agents.keys()),
        "case_id": known_case(contacts, cases, number),
        **place_columns(world, contacts, np.arange(many)),
        "direction": "inbound",
        "priority": named(contacts.hard.astype(np.int64), ("normal", "high")),
        "outcome": named(outcome, OUTCOMES),
        "offered": offered,
        "answered": answered,
        "abandoned": gone,
        # Known of what began in the app: nobody asks of a call whether self-service dealt with it.
        "contained": known_where(contained, contacts.channel == APP),
        "transferred": (contacts.transfers > 0) | handed,
        "transfers": contacts.transfers + handed,
        "wait_seconds": known_where(contacts.wait, live),
        "talk_seconds": known_where(contacts.handle - wrap - hold, answered),
        "hold_seconds": known_where(hold, answered),
        "wrap_seconds": known_where(wrap, answered),
        "handle_seconds": known_where(contacts.handle, answered),
        "first_response_seconds": known_where(contacts.reply, answered & ~live),
        "resolved": known_where(contacts.resolved, answered | contained),
        "excluded_reason": named(np.where(rng.random(many) < 0.002, 0, -1), ("test_contact",)),
        "attributes": attributes(
            {"department": named(contacts.team % len(DEPARTMENTS), DEPARTMENTS), **pilot_attributes(contacts)}, many
        ),
    }
    return finish("interactions", columns, many, batch=world.batch, recorded_at=world.clock.end)


def _handed_on(world: World, number: int, contacts: Contacts) -> Flags:
    """In the app most who are not helped ask for somebody, and go on with a person."""
    asked = world.rng("handoffs", number).random(len(contacts)) < ASKED_FOR_PERSON
    handed: Flags = (contacts.channel == APP) & ~contacts.contained & asked
    return handed
