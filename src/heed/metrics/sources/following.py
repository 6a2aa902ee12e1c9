"""Rows with what the same customer did next: invitations with the answer, uses and payments with the next one."""

import ibis
import ibis.expr.types as ir

from heed.metrics.sources.spans import seconds_between


def asks(invitations: ir.Table, responses: ir.Table) -> ir.Table:
    """Invitations that went out, with the customer's first answer to that survey before the next invitation to it; shaped
    as `shapes.ASKS`.

    Answers carry no name of their invitation where they come from files, so they are matched by customer, survey and
    order of time. An invitation without a known customer has no answer that could be told.
    """
    sent = invitations.filter(invitations.sent_at.notnull() & invitations.asked.fill_null(True))
    known = sent.filter(sent.customer_key.notnull())
    answers = responses.filter(responses.customer_key.notnull() & (responses.excluded_reason.fill_null("") == ""))
    answered = answers.group_by(answers.response_id, answers.customer_key, answers.survey_key).agg(
        at=answers.answered_at.min()
    )
    line = known.select(
        who=known.customer_key, survey=known.survey_key, at=known.sent_at, of=known.invitation_id, answered=ibis.literal(0)
    ).union(
        answered.select(
            who=answered.customer_key, survey=answered.survey_key, at=answered["at"], of=answered.response_id,
            answered=ibis.literal(1),
        )
    )  # fmt: skip
    beside = {"group_by": [line.who, line.survey], "order_by": [line["at"], line.answered, line.of]}
    followed = line.mutate(next_at=line["at"].lead().over(**beside), next_is=line.answered.lead().over(**beside))
    told = followed.filter((followed.answered == 0) & (followed.next_is == 1))
    told = told.select(told_of=told.of, responded_at=told.next_at)
    cutoff = _latest(sent.sent_at, answers.answered_at)
    rows = sent.left_join(told, sent.invitation_id == told.told_of).drop("told_of")
    return rows.mutate(
        seconds_to_response=seconds_between(rows.sent_at, rows.responded_at),
        observed_seconds=seconds_between(rows.sent_at, cutoff),
    )


def _latest(*columns: ir.Value) -> ir.Value:
    """The latest of the last times of several tables, one of which may be empty."""
    return ibis.greatest(*(ibis.coalesce(*(each.max().as_scalar() for each in (one, *columns))) for one in columns))


def uses(usage: ir.Table) -> ir.Table:
    """`usage` with `next_used_at`, `seconds_to_next` and `observed_seconds`, shaped as `shapes.USES`.

    What comes next is of the same measure (a login does not follow an order). A use without a known customer has none.
    """
    cutoff = usage.used_at.max().as_scalar()
    counted = usage.customer_key.notnull() & (usage.excluded_reason.fill_null("") == "")
    known, others = usage.filter(counted), usage.filter(~counted)
    following = known.used_at.lead().over(
        group_by=[known.customer_key, known.measure], order_by=[known.used_at, known.usage_id]
    )
    rows = known.mutate(next_used_at=following).union(others.mutate(next_used_at=ibis.null(usage.used_at.type())))
    return rows.mutate(
        seconds_to_next=seconds_between(rows.used_at, rows.next_used_at),
        observed_seconds=seconds_between(rows.used_at, cutoff),
    )


def payments(finance: ir.Table) -> ir.Table:
    """`finance` with `next_booked_at`, `next_share`, `seconds_to_next` and `observed_seconds`, shaped as `shapes.PAYMENTS`.

    An entry of no known customer, such as a cost of a team, has no next one.
    """
    cutoff = finance.booked_at.max().as_scalar()
    counted = finance.customer_key.notnull() & (finance.excluded_reason.fill_null("") == "")
    known, others = finance.filter(counted), finance.filter(~counted)
    beside = {
        "group_by": [known.customer_key, known.kind, known["product"], known.currency],
        "order_by": [known.booked_at, known.entry_id],
    }
    amount = known.amount.cast("float64")
    share = amount.lead().over(**beside) / ibis.ifelse(amount > 0.0, amount, ibis.null("float64"))
    told = known.mutate(next_booked_at=known.booked_at.lead().over(**beside), next_share=share)
    untold = others.mutate(next_booked_at=ibis.null(finance.booked_at.type()), next_share=ibis.null("float64"))
    rows = told.union(untold)
    return rows.mutate(
        seconds_to_next=seconds_between(rows.booked_at, rows.next_booked_at),
        observed_seconds=seconds_between(rows.booked_at, cutoff),
    )
