"""What reading figures stands on here: the engine of this process, and the versions of the tables that were read."""

import os
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

from heed.core.settings.rules import Settings, current
from heed.facts.engine.engine import open_engine
from heed.facts.engine.seam import Engine

_OPENING = Lock()


def engine() -> Engine:
    """The engine of this process, over the store the settings name."""
    with _OPENING:
        return _engine(current(), os.getpid())


@lru_cache(maxsize=1)
def _engine(settings: Settings, process: int) -> Engine:
    return open_engine(settings)


def versions(tables: Sequence[str]) -> tuple[tuple[str, int | None], ...]:
    """The version of each table of facts: what was read from them holds as long as these do."""
    store = engine().store
    return tuple((name, store.version(name)) for name in tables)
