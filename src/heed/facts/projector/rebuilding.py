"""The facts that heed made itself, made again from the journal. Cut at any point, the next call carries on."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from heed.facts.follower import REBUILD, REBUILT, Follower, begin_again
from heed.facts.projector.follow import follower, project
from heed.facts.store.store import Store


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did: whether it carried on one that was cut, entries read, rows of the journal in each table."""

    resumed: bool
    entries: int
    tables: dict[str, int]


def rebuild(on_batch: Callable[[int], None] | None = None, of: Follower | None = None) -> Rebuilt:
    """Take the rows made from the journal out and project the journal again from its first entry: those of this process's
    follower, or of another.
    """
    following = of or follower()
    store = following.store
    names = [name for name in following.tables if store.exists(name)]
    places = [(part, name) for part in store.parts for name in names if part.exists(name)]
    running = running_rebuild(store, names)
    rebuild_id = running or time.time_ns() // 1000
    for part, name in places:
        begin_again(part, name, rebuild_id)
    entries = project(on_batch=on_batch) if of is None else of.follow(on_batch=on_batch)
    for part, name in places:
        part.advance(name, app=REBUILT, number=rebuild_id)
    return Rebuilt(running is not None, entries, {name: store.rows(name) for name in names})


def running_rebuild(store: Store, names: list[str]) -> int | None:
    """The rebuild that was begun and not ended, when there is one."""
    begun = [
        number
        for part in store.parts
        for name in names
        if (number := part.number(name, REBUILD)) is not None and number != part.number(name, REBUILT)
    ]
    return max(begun, default=None)
