"""What is done with targets: a cascade is set, checked against the KPI it is of and the tree it goes down."""

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction

from heed.core.access.rules import Scope
from heed.core.definitions.actions import approve, propose, put_in_force
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Refused
from heed.goals.kpis.queries import kpi_in_force
from heed.goals.targets.definition import Target
from heed.goals.targets.queries.cascades import cascades
from heed.goals.targets.rules import KIND, targets_agree


def set_cascade(scope: Scope, key: str, body: Mapping[str, Any], *, follows: int | None) -> tuple[int, str]:
    """Set what units aim at; in force at once where the person may approve over the organisation, else proposed. follows: the
    version somebody saw, None = there was none. Returns the version and its state.

    Raises Forbidden; Invalid, with the sum where the targets cannot add up; Refused where another was set meanwhile.
    """
    scope.demand_everywhere("propose")
    found = cast(Target, validate(KIND, body))
    kpi = kpi_in_force(found.kpi)
    held = {(KIND, each.key): each.body for each in cascades()}
    targets_agree(frozenset({(KIND, key)}), {**held, (KIND, key): found, ("kpi", kpi.key): kpi.body})
    with transaction.atomic():
        row = propose(scope, KIND, key, body)
        if row.follows != follows:
            raise Refused(
                "Somebody set these targets meanwhile.", code="superseded", hint="Look at theirs, and set yours again."
            )
        if scope.holds_everywhere("approve"):
            row = approve(scope, KIND, key, row.number)
            row = put_in_force(scope, KIND, key, row.number)
    return row.number, row.state
