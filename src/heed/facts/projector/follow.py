"""The journal, carried on to the facts: what the worker calls, and how far behind it is."""

import threading
from collections.abc import Callable
from functools import lru_cache

from heed.core.journal.queries import count_after, entries_after
from heed.core.settings.rules import current
from heed.facts.follower import ENTRIES, Follower
from heed.facts.projections import COMPLETIONS, PROJECTIONS
from heed.facts.projector import definitions  # noqa: F401  registers its projections
from heed.facts.store.store import Store

_ONE_AT_A_TIME = threading.Lock()


def project(batch: int = ENTRIES, on_batch: Callable[[int], None] | None = None) -> int:
    """Carry what is new in the journal on to the facts, each entry once. Returns how many entries were looked at."""
    with _ONE_AT_A_TIME:
        return follower().follow(batch, on_batch)


def lag() -> int:
    """How many entries of the journal are not in the facts yet."""
    with _ONE_AT_A_TIME:
        return follower().behind(count_after)


def follower() -> Follower:
    """The follower of this process. It remembers how far it looked, so that an idle table costs nothing."""
    return _follower(current().facts_location, len(PROJECTIONS), len(COMPLETIONS))


@lru_cache(maxsize=4)
def _follower(location: str, projections: int, completions: int) -> Follower:
    # Counted among the arguments, so that what a capability registers later is followed too.
    return Follower(Store(location), entries_after, PROJECTIONS.values(), COMPLETIONS)
