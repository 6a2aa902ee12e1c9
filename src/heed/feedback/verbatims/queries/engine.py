"""What reading verbatims stands on: the engine of this process, the organisation's zone and languages, what may be shown."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force, in_force
from heed.core.definitions.rules import KINDS
from heed.facts.engine.own import OwnEngine
from heed.facts.engine.seam import Engine
from heed.metrics.periods import zone_of
from heed.metrics.verbatims import said_texts

if TYPE_CHECKING:
    import pyarrow as pa

POLICY_KIND = "privacy_policy"
LEAST_PEOPLE = 10  # where no policy is in force


engine = OwnEngine()


def of_each_root(read: "Callable[[Engine], pa.Table]") -> list[dict[str, Any]]:
    """What is read of texts under each root in turn, for what learns and watches: nobody is shown these rows."""
    return [row for part in engine().parts for row in read(part).to_pylist()]


def said_lately(since: datetime, most: int) -> list[dict[str, Any]]:
    """The newest texts of all roots, newest first."""
    rows = of_each_root(lambda part: said_texts(part, since, most))
    if len(engine().parts) > 1:
        rows.sort(key=lambda row: (row["said_at"], row["verbatim_id"]), reverse=True)
    return rows[:most]


def zone() -> ZoneInfo:
    """The time zone in which the organisation cuts its days; UTC until it says otherwise."""
    found = _organisation()
    return zone_of(getattr(found, "time_zone", "UTC") if found else "UTC")


def organisation_languages() -> tuple[str, ...]:
    return tuple(getattr(_organisation(), "languages", ()) or ())


def _organisation() -> Any:
    found = in_force("organisation", "organisation") if "organisation" in KINDS else None
    return found.body if found else None


def least_people() -> int:
    """How many people a figure must be about: the strictest of the privacy policies in force."""
    if POLICY_KIND not in KINDS:
        return LEAST_PEOPLE
    least = [int(cast(Any, found.body).min_n_customers) for found in all_in_force(POLICY_KIND)]
    return max(least, default=LEAST_PEOPLE)


def reached(scope: Scope) -> dict[str, frozenset[str]] | None:
    """Column → values of the rows a person reaches; None = every row."""
    return None if scope.everything else {"team": scope.teams, "region": scope.regions}
