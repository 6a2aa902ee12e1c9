"""Candidates decided one by one by `deciding.decide` itself: where triggers have quotas, and as the measure of the bulk form."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.rules.bulk import CODE, Candidates, Decided
from heed.feedback.triggers.rules.ledger import Ledger, may_ask, planned_of, quota_buckets
from heed.feedback.triggers.rules.reasons import NOT_ASKED
from heed.feedback.triggers.rules.terms import DAY
from heed.rehearsal.replay.deciders import Decision

SECOND = 1_000_000


def decide_plainly(ledger: Ledger, triggers: Sequence[Trigger], rows: Candidates) -> Decided:
    """Each candidate after the other, through the same clauses (`may_ask`), in their order."""
    found = Decided(np.zeros(len(rows), np.uint8), np.zeros(len(rows)), rows.at.copy())
    columns: Any = zip(
        *(
            each.tolist()
            for each in (rows.at, rows.customer, rows.trigger, rows.draw, rows.share, rows.cell, rows.region)
        ),
        strict=True,
    )
    for place, (at, customer, trigger, drawn, share, cell, region) in enumerate(columns):
        watching = triggers[trigger]
        if customer < 0:
            found.reason[place] = CODE["no_customer"]
            continue
        who = rows.customers[customer]
        refusal, due = _asked_for(ledger, watching, who, at, rows.regions[region])
        found.due[place] = due
        buckets = quota_buckets(watching, at)
        if refusal is None and any(ledger.spent[key] >= most for key, most in buckets):
            refusal = Decision(NOT_ASKED, "quota_reached")
        if refusal is not None:
            found.reason[place] = CODE[refusal.reason]
            continue
        coverage = ledger.terms.coverage
        if coverage is not None and cell >= 0:
            aimed = ledger.rate(coverage, cell, at // DAY).share
            share = share if aimed is None else aimed
            ledger.note_drawn(cell, at // DAY, drawn < share)
        found.share[place] = share
        found.reason[place] = CODE["condition_met" if drawn < share else "held_out"]
        if drawn < share:
            purpose, _ = ledger.terms.purpose(watching.survey)
            ledger.account(who).spend(purpose, due, planned_of(due, watching.reminder_days))
            for key, _most in buckets:
                ledger.spent[key] += 1
    return found


def _asked_for(ledger: Ledger, trigger: Trigger, customer: str, at: int, region: str) -> tuple[Decision | None, int]:
    delay = trigger.delay_seconds * SECOND
    return may_ask(
        ledger,
        customer,
        trigger.survey,
        now=at,
        delay=delay,
        before=at + trigger.fresh_days * DAY + delay,
        region=region,
        reminders=trigger.reminder_days,
        tells_when=False,
        channel=trigger.channel,
    )
