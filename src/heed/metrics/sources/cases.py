"""Cases, one row each, from their changes."""

import ibis
import ibis.expr.types as ir

from heed.metrics.sources.shapes import CASE_COLUMNS
from heed.metrics.sources.spans import seconds_between

FIXED = {"case_id", "excluded_reason"}


def cases(changes: ir.Table) -> ir.Table:
    """One row a case of `case_changes`, shaped as `shapes.CASES`.

    A case that has an excluded change is excluded under that reason: its times could not be trusted. A case without
    an opening has no `opened_at`.
    """
    at, change = changes.at, changes.change
    last = {name: changes[name].argmax(at, where=changes[name].notnull()) for name in _names() if name not in FIXED}
    folded = changes.group_by("case_id").agg(
        **last,
        excluded_reason=changes.excluded_reason.max(),
        opened_at=at.min(where=change == "opened"),
        opened_by=changes.from_value.min(where=change == "opened"),
        first_responded_at=at.min(where=change == "first_responded"),
        last_resolved_at=at.max(where=change == "resolved"),
        last_reopened_at=at.max(where=change == "reopened"),
        closed_at=at.max(where=change == "closed"),
        resolved_times=(change == "resolved").cast("int64").sum(),
        closed_times=(change == "closed").cast("int64").sum(),
        reopens=(change == "reopened").cast("int64").sum(),
        transfers=(change == "transferred").cast("int64").sum(),
        escalations=(change == "escalated").cast("int64").sum(),
    )
    return _timed(folded, changes.at.max().as_scalar())


def _names() -> list[str]:
    return [column.name for column in CASE_COLUMNS]


def _timed(folded: ir.Table, cutoff: ir.Scalar) -> ir.Table:
    reopened, resolved, closed = folded.last_reopened_at, folded.last_resolved_at, folded.closed_at
    stands = ibis.cases(
        (resolved.notnull() & (reopened.isnull() | (resolved >= reopened)), resolved),
        (closed.notnull() & (reopened.isnull() | (closed >= reopened)), closed),
        else_=ibis.null("timestamp('UTC')"),
    )
    with_end = folded.mutate(
        resolved_at=stands,
        resolutions=ibis.ifelse(folded.resolved_times > 0, folded.resolved_times, folded.closed_times),
    )
    return with_end.select(
        *_names(),
        "opened_at",
        "opened_by",
        "first_responded_at",
        "resolved_at",
        "closed_at",
        "resolutions",
        "reopens",
        "transfers",
        "escalations",
        first_response_seconds=seconds_between(with_end.opened_at, with_end.first_responded_at),
        resolution_seconds=seconds_between(with_end.opened_at, with_end.resolved_at),
        observed_seconds=seconds_between(with_end.opened_at, cutoff),
    )


def case_contacts(changes: ir.Table, interactions: ir.Table) -> ir.Table:
    """Cases that stand resolved, each with how many contacts were recorded with it; shaped as `shapes.CASE_CONTACTS`."""
    counted = interactions.filter(interactions.case_id.notnull() & (interactions.excluded_reason.fill_null("") == ""))
    contacts = counted.group_by(contact_case=counted.case_id).agg(contacts=counted.count())
    resolved = cases(changes)
    resolved = resolved.filter(resolved.resolved_at.notnull())
    joined = resolved.left_join(contacts, resolved.case_id == contacts.contact_case).drop("contact_case")
    return joined.mutate(contacts=joined.contacts.fill_null(0))
