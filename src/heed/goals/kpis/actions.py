"""What is done with KPIs: the catalogue heed brings along is put in force once, on a new store; a set is chosen."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from heed.core.access.rules import Scope
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.core.definitions.queries import newest
from heed.core.errors.rules import Refused
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


def choose_set(scope: Scope, body: Mapping[str, Any], *, follows: int | None) -> tuple[int, str]:
    """Record the set of KPIs that was chosen, with its owner and the reasons; in force at once where the person may approve,
    else proposed. follows: the version somebody saw when choosing, None = there was none. Returns the version and its state.

    Raises Forbidden, Invalid naming the nearest KPI, and Refused (superseded) where another was chosen meanwhile.
    """
    scope.demand_everywhere("propose")
    with transaction.atomic():
        row = propose(scope, "kpi_set", "kpis", body)
        if row.follows != follows:
            raise Refused(
                "Somebody chose a set of KPIs meanwhile.", code="superseded", hint="Look at theirs, and choose again."
            )
        if scope.holds_everywhere("approve"):
            row = approve(scope, "kpi_set", "kpis", row.number)
            row = put_in_force(scope, "kpi_set", "kpis", row.number)
    return row.number, row.state
