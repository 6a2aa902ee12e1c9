"""What reading the quality of surveys stands on: the engine of this process, the organisation's zone, what may be shown."""

import os
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from heed.core.access.rules import Scope
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import KINDS
from heed.core.settings.rules import Settings, current
from heed.metrics.periods import zone_of

if TYPE_CHECKING:
    from heed.facts.engine.seam import Engine

_OPENING = Lock()


def engine() -> "Engine":
    """The engine of this process, over the store the settings name."""
    with _OPENING:
        return _engine(current(), os.getpid())


@lru_cache(maxsize=1)
def _engine(settings: Settings, process: int) -> "Engine":
    from heed.facts.engine.engine import open_engine

    return open_engine(settings)


def zone() -> ZoneInfo:
    """The time zone in which the organisation cuts its days; UTC until it says otherwise."""
    found: Any = in_force("organisation", "organisation") if "organisation" in KINDS else None
    return zone_of(getattr(found.body, "time_zone", "UTC") if found else "UTC")


def reached(scope: Scope) -> dict[str, frozenset[str]] | None:
    """Column → values of the rows a person reaches; None = every row."""
    return None if scope.everything else {"team": scope.teams, "region": scope.regions}
