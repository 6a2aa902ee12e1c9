"""Interactions, each with the same customer's next inbound contact on the same topic."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from heed.metrics.sources.spans import seconds_between


def contacts(interactions: ir.Table, since: datetime | None = None) -> ir.Table:
    """`interactions` with `next_contact_at`, `seconds_to_next` and `observed_seconds`, shaped as `shapes.CONTACTS`.

    Outbound and excluded rows are nobody's next contact and have none; a direction that was not recorded counts as
    inbound. Contacts without a topic are one topic. A contact without a known customer has no next one. What comes
    next lies later, so rows before `since` need not be looked at.
    """
    cutoff = interactions.started_at.max().as_scalar()
    if since is not None:
        interactions = interactions.filter(interactions.started_at >= ibis.literal(since, type="timestamp('UTC')"))
    inbound = (
        interactions.customer_key.notnull()
        & (interactions.direction.fill_null("inbound") != "outbound")
        & (interactions.excluded_reason.fill_null("") == "")
    )
    # Only contacts are sorted; the key of the row decides between two at the same moment, so that a figure can be had again.
    asked, others = interactions.filter(inbound), interactions.filter(~inbound)
    following = asked.started_at.lead().over(
        group_by=[asked.customer_key, asked.topic], order_by=[asked.started_at, asked.interaction_id]
    )
    rows = asked.mutate(next_contact_at=following).union(
        others.mutate(next_contact_at=ibis.null(interactions.started_at.type()))
    )
    return rows.mutate(
        seconds_to_next=seconds_between(rows.started_at, rows.next_contact_at),
        observed_seconds=seconds_between(rows.started_at, cutoff),
    )
