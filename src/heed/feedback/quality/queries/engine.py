"""What reading the quality of surveys stands on: the engine of this process, the organisation's zone, what may be shown."""

from typing import Any
from zoneinfo import ZoneInfo

from heed.core.access.rules import Scope
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import KINDS
from heed.facts.engine.own import OwnEngine
from heed.metrics.periods import zone_of

engine = OwnEngine()


def zone() -> ZoneInfo:
    """The time zone in which the organisation cuts its days; UTC until it says otherwise."""
    found: Any = in_force("organisation", "organisation") if "organisation" in KINDS else None
    return zone_of(getattr(found.body, "time_zone", "UTC") if found else "UTC")


def reached(scope: Scope) -> dict[str, frozenset[str]] | None:
    """Column → values of the rows a person reaches; None = every row."""
    return None if scope.everything else {"team": scope.teams, "region": scope.regions}
