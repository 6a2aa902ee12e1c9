"""Two tables under each other, so that one can be counted against the other: contacts and use, contacts and cost."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from heed.metrics.sources.shapes import CONTACT_COSTS, DEMAND, Shape


def demand(interactions: ir.Table, usage: ir.Table) -> ir.Table:
    """Inbound contacts and uses, shaped as `shapes.DEMAND`."""
    inbound = interactions.filter(interactions.direction.fill_null("inbound") != "outbound")
    contacts = inbound.mutate(
        entry_id=inbound.interaction_id, at=inbound.started_at, contact=ibis.literal(True), quantity=ibis.literal(0.0)
    )
    used = usage.mutate(entry_id=usage.usage_id, at=usage.used_at, contact=ibis.literal(False))
    return _under(DEMAND, [contacts, used.mutate(quantity=used.quantity.fill_null(1.0))])


def contact_costs(interactions: ir.Table, workforce: ir.Table, finance: ir.Table) -> ir.Table:
    """Answered contacts and what people cost, shaped as `shapes.CONTACT_COSTS`.

    `main_currency`: costs in several currencies cannot be added, so those in any but the largest (by amount) are told.
    """
    answered = interactions.filter(interactions.answered)
    contacts = answered.mutate(
        entry_id=answered.interaction_id, at=answered.started_at, contact=ibis.literal(True), cost=_money(0.0)
    )
    shifts = workforce.filter(workforce.cost.notnull())
    shifts = shifts.mutate(entry_id=shifts.interval_id, at=shifts.start_at, of=ibis.literal("workforce"))
    booked = finance.filter((finance.kind == "cost") & finance.amount.notnull())
    booked = booked.mutate(
        entry_id=booked.entry_id, at=booked.booked_at, of=ibis.literal("finance"), cost=booked.amount
    )
    costs = [each.mutate(contact=ibis.literal(False), cost=_money(each.cost)) for each in (shifts, booked)]
    rows = _under(CONTACT_COSTS, [contacts, *costs])
    spent = rows.group_by(rows.of, rows.currency).agg(spent=rows.cost.sum())
    most = spent.group_by(most_of=spent.of).agg(most=spent.currency.argmax(spent.spent))
    joined = rows.drop("main_currency").left_join(most, rows.of == most.most_of)
    return joined.mutate(main_currency=joined.contact | (joined.currency == joined.most)).drop("most_of", "most")


def _money(value: ir.Value | float) -> ir.Value:
    return (ibis.literal(value) if isinstance(value, float) else value).cast("decimal(18, 4)")


def _under(shape: Shape, tables: Sequence[ir.Table]) -> ir.Table:
    """The tables under each other, in the columns of the shape; what one of them has not is null there."""
    types: dict[str, object] = {}
    for table in tables:
        types = dict(table.schema().items()) | types
    types.setdefault("main_currency", "boolean")
    parts = [
        table.select(
            **{name: table[name] if name in table.columns else ibis.null(types[name]) for name in shape.fields}
        )
        for table in tables
    ]
    return ibis.union(*parts)
