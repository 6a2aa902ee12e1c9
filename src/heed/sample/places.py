"""The columns every row about a contact shares: place, topic, product, customer."""

from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.clock import Ints
from heed.sample.columns import keys, named
from heed.sample.contact import Contacts
from heed.sample.names import (
    CHANNELS,
    LANGUAGES,
    PRODUCTS,
    REGIONS,
    SEGMENTS,
    SOURCE,
    STAGES,
    TEAMS,
    TOPIC_STAGE,
    TOPICS,
    TOUCHPOINTS,
)
from heed.sample.world import World


def customer_keys(numbers: Ints) -> pa.Array:
    return keys(f"{SOURCE}-c", numbers)


def case_keys(slice_number: int, rows: Ints) -> pa.Array:
    """A case is named after the contact that opened it; -1 is no case."""
    return keys(f"{SOURCE}-k{slice_number:03d}-", rows)


def customer_columns(world: World, customer: Ints) -> dict[str, Any]:
    people = world.customers
    known = customer >= 0
    place = np.maximum(customer, 0)

    def of(codes: Ints, names: tuple[str, ...]) -> pa.Array:
        return named(np.where(known, codes[place], -1), names)

    return {
        "customer_key": customer_keys(customer),
        "region": of(people.region, REGIONS),
        "product": of(people.product, PRODUCTS),
        "segment": of(people.segment, SEGMENTS),
        "language": of(people.language, LANGUAGES),
    }


def place_columns(world: World, contacts: Contacts, row: Ints) -> dict[str, Any]:
    """Of the contact in each row."""
    topic = contacts.topic[row]
    return {
        **customer_columns(world, contacts.customer[row]),
        "team": named(contacts.team[row], TEAMS),
        "channel": named(contacts.channel[row], CHANNELS),
        "touchpoint": named(contacts.channel[row], TOUCHPOINTS),
        "stage": named(np.array(TOPIC_STAGE)[topic], STAGES),
        "topic": named(topic, TOPICS),
    }
