"""What is done with KPIs: the catalogue heed brings along is put in force once, on a new store."""

from heed.core.definitions.actions import ensure
from heed.core.definitions.queries import newest
from heed.goals.kpis.rules import CATALOGUE, catalogue_body


def ensure_catalogue() -> tuple[str, ...]:
    """Put in force each KPI of the catalogue of which no version exists; what was changed or retired stays so.
    Returns the keys put in force.
    """
    known = {row.key for row in newest("kpi")}
    missing = tuple(key for key in CATALOGUE if key not in known)
    for key in missing:
        ensure("kpi", key, catalogue_body(key), note="Brought along by heed.")
    return missing
