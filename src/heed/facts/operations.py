"""What an operator does with the store of facts: look at its tables and keep them small."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from heed.facts.schema.columns import Table
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import table_named
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store, TableState


@dataclass(frozen=True)
class Compacted:
    """A table before and after its files were joined."""

    name: str
    files_before: int
    files: int
    bytes_before: int
    bytes: int


@dataclass(frozen=True)
class Root:
    """A root of facts: its region (empty: of all that has none), where it is, and how many rows it holds, right and wrong."""

    region: str
    place: str
    rows: int
    astray: int


def every_root(store: Store) -> list[Root]:
    """The roots with their rows; one that holds all where there is no other."""
    named = store.named if isinstance(store, Roots) else {"": store}
    astray: Counter[str] = Counter()
    for region, _, rows in store.strays() if isinstance(store, Roots) else ():
        astray[region] += rows
    return [
        Root(region, part.url, sum(state.rows for state in part.tables()), astray[region])
        for region, part in named.items()
    ]


def every_table(store: Store) -> list[tuple[Table, TableState | None]]:
    """Each table of the schema with its state; None where nothing was written yet."""
    return [(table, store.state(table.name)) for table in TABLES.values()]


def compact(store: Store, names: Iterable[str] = ()) -> list[Compacted]:
    """Join the files of the tables named, or of all."""
    chosen = [table_named(name).name for name in names] or list(TABLES)
    found = []
    for name in chosen:
        before = store.state(name)
        if before is None:
            continue
        store.compact(name)
        after = store.state(name) or before
        found.append(Compacted(name, before.files, after.files, before.bytes, after.bytes))
    return found
