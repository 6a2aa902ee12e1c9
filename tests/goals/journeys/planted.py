"""The facts of a sample operation that journeys are read from, and no others, so that twenty of them take no longer than they must."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from heed.facts.store.store import Store
from heed.sample import books, waves
from heed.sample.cases import case_tables, cases_of
from heed.sample.contacts import contacts_of
from heed.sample.world import World, build_world

UNTIL = date(2026, 10, 31)


def planted_in(folder: Path, seed: int, scale: float) -> World:
    """Events of cases, answers in waves and costs of a seed, written into a store at a folder."""
    world, store = build_world(seed, scale, UNTIL), Store(str(folder))
    parts: dict[str, list[pa.Table]] = {"events": [], "responses": [], "finance": []}
    for place, (since, until) in enumerate(world.slice_days()):
        number = place + 1
        contacts = contacts_of(world, number, since, until)
        parts["events"].append(case_tables(world, number, contacts, cases_of(world, number, contacts))["events"])
        parts["responses"] += [waves.responses(world, wave)[0] for wave in waves.waves_of(world, since, until)]
        parts["finance"] += [books._costs(world, month) for month in books.month_starts(since, until)]
    for name, tables in parts.items():
        store.append(name, pa.concat_tables(tables), app="test", number=1)
    return world
