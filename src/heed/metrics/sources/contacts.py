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
    marked = interactions.mutate(counts_as_contact=inbound)
    # Rows that are no contact must not share a partition: there may be millions without a customer.
    of_whom = ibis.ifelse(marked.counts_as_contact, marked.customer_key, marked.interaction_id)
    following = marked.started_at.lead().over(
        group_by=[marked.counts_as_contact, of_whom, marked.topic], order_by=[marked.started_at, marked.interaction_id]
    )
    found = marked.mutate(
        next_contact_at=ibis.ifelse(marked.counts_as_contact, following, ibis.null("timestamp('UTC')"))
    )
    return found.mutate(
        seconds_to_next=seconds_between(found.started_at, found.next_contact_at),
        observed_seconds=seconds_between(found.started_at, cutoff),
    ).drop("counts_as_contact")
