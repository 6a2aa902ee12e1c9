"""The journal, carried on to the facts: what the worker calls, and how far behind it is."""

import threading
from collections.abc import Callable
from functools import lru_cache

from heed.core.errors.rules import Refused, phrase
from heed.core.journal.queries import count_after, entries_after
from heed.core.settings.rules import Settings, current
from heed.facts.follower import ENTRIES, Follower
from heed.facts.projections import COMPLETIONS, PROJECTIONS
from heed.facts.projector import definitions  # noqa: F401  registers its projections
from heed.facts.store.opening import store_of
from heed.facts.store.roots import Roots
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
    return _follower(current(), len(PROJECTIONS), len(COMPLETIONS))


@lru_cache(maxsize=4)
def _follower(settings: Settings, projections: int, completions: int) -> Follower:
    # Counted among the arguments, so that what a capability registers later is followed too.
    return follower_over(settled(store_of(settings)))


def follower_over(store: Store) -> Follower:
    """A follower of the journal that writes into this store."""
    return Follower(store, entries_after, PROJECTIONS.values(), COMPLETIONS)


def settled(store: Store) -> Store:
    """The store, when each row lies under its root. Raises Refused (facts_astray): what is there would be written twice."""
    stray = next(store.strays(), None) if isinstance(store, Roots) else None
    if stray is not None:
        region, table, rows = stray
        raise Refused(
            phrase(
                "{rows} rows of {table} lie under the root {region} and belong under another.",
                rows=rows,
                table=table,
                region=region or "HEED_FACTS_URL",
            ),
            code="facts_astray",
            hint=phrase("Stop heed and run heed facts settle."),
        )
    return store
