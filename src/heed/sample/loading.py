"""The sample's rows in the store of facts: written once however often a load is begun, and taken away whole.

What is loaded is read from the rows of `changes`, which are written first and taken away first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow.compute as pc

from heed.core.errors.rules import Refused, phrase
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.sample.names import SOURCE
from heed.sample.operation import slice_of
from heed.sample.plan import last_full_day
from heed.sample.world import World, build_world

MINE = f"source = '{SOURCE}'"
# Present from the first write to the first deletion of a load, and the mark of one that is whole.
FIRST, LAST = "changes", "interactions"


@dataclass(frozen=True)
class Load:
    """Which operation: its seed, scale and last day, and the how-manieth load into this store it is."""

    seed: int
    scale: float
    until: date
    number: int

    @property
    def app(self) -> str:
        """Name of the load in the store's transactions, and `batch` of its rows."""
        return f"{SOURCE}/{self.seed}/{self.scale!r}/{self.until.isoformat()}/{self.number}"

    @property
    def is_of(self) -> tuple[int, float, date]:
        return self.seed, self.scale, self.until


def read_app(app: str) -> Load:
    _, seed, scale, until, number = app.split("/")
    return Load(int(seed), float(scale), date.fromisoformat(until), int(number))


def loaded(store: Store) -> Load | None:
    """The load whose rows are in the store, whole or begun."""
    for dataset in store.datasets(FIRST):
        rows = dataset.head(1, columns=["batch"], filter=pc.field("source") == SOURCE)
        if rows.num_rows:
            return read_app(rows.column("batch")[0].as_py())
    return None


def wanted(store: Store, seed: int, scale: float, until: date | None) -> Load:
    """The load to be written: the one there when it is the same, a new one when there is none. Refused when there is another."""
    found = loaded(store)
    if found is None:
        new = Load(seed, scale, until or last_full_day(), 1)
        while store.number(FIRST, new.app) is not None:
            new = Load(*new.is_of, new.number + 1)
        return new
    if found.is_of == (seed, scale, until or found.until):
        return found
    raise Refused(
        phrase(
            "The sample operation of seed {seed}, scale {scale:g}, until {until} is loaded.",
            seed=found.seed,
            scale=found.scale,
            until=found.until,
        ),
        code="other_sample",
        hint="Remove it first: heed sample-operation remove",
    )


def write(store: Store, load: Load, advance: Callable[[float], None]) -> dict[str, int]:
    """Write what is missing of the load. Returns the rows written now, by table. `advance` is told slices done, as shares of 1."""
    if loaded(store) is None:
        clear(store)
    written = dict.fromkeys(TABLES, 0)
    world: World | None = None
    days = World.days_of(load.scale)
    for place, (since, until) in enumerate(days):
        number = place + 1
        if (store.number(LAST, load.app) or 0) < number:
            world = world or build_world(load.seed, load.scale, load.until, load.app)
            for name, rows in slice_of(world, number, since, until).tables.items():
                if store.append(name, rows, app=load.app, number=number):
                    written[name] += rows.num_rows
        advance(1 / len(days))
    return written


def clear(store: Store) -> dict[str, int]:
    """Take every row of the sample away, the mark of a load first. Returns how many rows, by table."""
    gone = {}
    for name in (FIRST, *(name for name in TABLES if name != FIRST)):
        gone[name] = store.delete(name, MINE) if store.exists(name) else 0
        if gone[name]:
            store.vacuum(name)
    return gone


def counts(store: Store) -> dict[str, int]:
    """Rows of the sample in the store, by table."""
    result = {}
    for name in TABLES:
        result[name] = sum(each.count_rows(filter=pc.field("source") == SOURCE) for each in store.datasets(name))
    return result
