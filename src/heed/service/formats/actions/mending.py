"""Rows that were rejected: repaired by hand, or given up."""

from django.db import transaction

from heed.core.access.rules import Scope
from heed.core.errors.rules import HeedError, Invalid, Refused, phrase
from heed.core.journal.actions import record
from heed.service.formats.events import QuarantinedRowDiscarded, QuarantinedRowRepaired
from heed.service.formats.models import QuarantinedRow
from heed.service.formats.queries import mapping_by_key, quarantined_row

PERMISSION = "import"


@transaction.atomic
def repair_row(scope: Scope, number: int, values: dict[str, str | None]) -> QuarantinedRow:
    """Change values of a rejected row. It waits until it is brought in again; what the file had is kept beside it."""
    scope.demand_everywhere(PERMISSION)
    row = _open_row(number)
    known = ({*row.values} | {*row.origin.columns} | _mapping_columns(row.mapping)) - {"…"}
    unknown = [name for name in values if name not in known]
    if unknown:
        raise Invalid(
            phrase("The row has no column {unknown}.", unknown=unknown[0]),
            code="unknown_column",
            hint=phrase("It has {known}.", known=", ".join(sorted(known))),
        )
    repaired = {**{name: value for name, value in row.values.items() if name != "…"}, **values}
    changed = sorted(name for name in repaired if repaired[name] != row.values.get(name))
    row.repaired, row.repaired_by = repaired, scope.person
    row.save(update_fields=["repaired", "repaired_by", "changed_at"])
    record(
        QuarantinedRowRepaired(row.pk, row.mapping, changed),
        actor=scope.person,
        subject=("quarantined-row", str(row.pk)),
    )
    return row


@transaction.atomic
def discard_row(scope: Scope, number: int) -> QuarantinedRow:
    """Decide that a rejected row will not become a fact. When its file comes again it counts as unchanged."""
    scope.demand_everywhere(PERMISSION)
    row = _open_row(number)
    row.state = "discarded"
    row.save(update_fields=["state", "changed_at"])
    record(
        QuarantinedRowDiscarded(row.pk, row.mapping, row.rule),
        actor=scope.person,
        subject=("quarantined-row", str(row.pk)),
    )
    return row


def _open_row(number: int) -> QuarantinedRow:
    row = quarantined_row(number)
    if row.state != "open":
        raise Refused(
            phrase("This row is {state} already.", state=row.get_state_display()),
            code="not_open",
            hint="Look at the list of the quarantine.",
        )
    return row


def _mapping_columns(key: str) -> set[str]:
    """The columns the mapping reads; none when it is gone or was a file."""
    try:
        return set(mapping_by_key(key).plan.mapping.columns)
    except HeedError:
        return set()
