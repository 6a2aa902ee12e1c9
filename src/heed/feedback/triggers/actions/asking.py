"""Deciding to ask about facts as they come in.

A customer is asked under a lock on their one row of attention, so that of any number of triggers and lists that race, in
any number of processes, one asks and the others find that the customer rests.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import F

from heed.core.definitions.actions import ensure
from heed.core.definitions.queries import InForce
from heed.core.journal.actions import record
from heed.core.journal.rules import Entry
from heed.facts.schema.tables import TABLES
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.events import CustomerNotAsked
from heed.feedback.triggers.models import Ask, Attention, QuotaSpent, Touch
from heed.feedback.triggers.queries.log import as_told, expiry_of_list
from heed.feedback.triggers.queries.state import POLICY, Present, present, triggers_watching
from heed.feedback.triggers.rules.deciding import carry, conditions_of, decide, settled
from heed.feedback.triggers.rules.ledger import quota_buckets
from heed.feedback.triggers.rules.reasons import ASK
from heed.feedback.triggers.rules.telling import ask_once_key, context_of, wanted_language
from heed.rehearsal.replay.deciders import Decision, truths_of
from heed.service.customers.queries import Reach, reachable

Fact = Mapping[str, Any]
Candidate = tuple[InForce, Fact]


def ensure_contact_policy(**_: Any) -> None:
    """Put the default contact policy in force on a store that has none."""
    ensure(*POLICY, {}, note="Comes with heed.")


def consider_facts(entry: Entry, rows: Sequence[tuple[str, Fact]]) -> int:
    """Decide, for every trigger in force, about each fact of an entry. Returns how many customers are asked.

    Called again for the same entry it decides nothing anew. What a condition alone rules out is not kept.
    """
    watching = triggers_watching({table for table, _ in rows})
    found = [(trigger, fact) for trigger in watching for table, fact in rows if table == trigger_of(trigger).source]
    found = [each for each in found if _is_candidate(trigger_of(each[0]), each[1])]
    if not found:
        return 0
    with transaction.atomic():
        quotas = _held_quotas([trigger_of(trigger) for trigger, _ in found])
        state = held_present({fact["customer_key"] for _, fact in found if fact.get("customer_key")})
        known = set(
            Ask.objects.filter(once_key__in=[_once(*each) for each in found]).values_list("once_key", flat=True)
        )
        _tell_quotas(state, quotas)
        fresh = [each for each in found if _once(*each) not in known]
        return sum(_decide_about(trigger, fact, state, entry) for trigger, fact in fresh)


def trigger_of(found: InForce) -> Trigger:
    return cast(Trigger, found.body)


def _is_candidate(trigger: Trigger, fact: Fact) -> bool:
    return settled(trigger, truths_of(conditions_of(trigger), fact)) is None


def _once(trigger: InForce, fact: Fact) -> str:
    source = trigger_of(trigger).source
    return ask_once_key(trigger.key, source, str(fact[TABLES[source].key]))


def held_present(customers: Collection[str]) -> Present:
    """What holds now of customers, their attention held against every other transaction until this one ends."""
    reach = reachable(customers)
    wanted = sorted(key for key, known in reach.items() if (known.email or known.number) and not known.opted_out)
    # In order of key, so that two that hold some of the same customers wait for each other and never both.
    Attention.objects.bulk_create([Attention(customer_key=key) for key in wanted], ignore_conflicts=True)
    list(Attention.objects.select_for_update().filter(customer_key__in=wanted).order_by("customer_key"))
    # What is read now was written by whoever held them before.
    return present(customers, keeps_rates=True)


def _held_quotas(triggers: Sequence[Trigger]) -> bool:
    """Whether a trigger has quotas; whoever decides about one waits for the others that do."""
    named = sorted({f"{each.source}:{each.survey}:{each.name}" for each in triggers if each.quotas})
    if named:
        QuotaSpent.objects.bulk_create([QuotaSpent(key=key) for key in named], ignore_conflicts=True)
        list(QuotaSpent.objects.select_for_update().filter(key__in=named).order_by("key"))
    return bool(named)


def _tell_quotas(state: Present, held: bool) -> None:
    """What of this day's, week's and month's quotas is spent."""
    if not held:
        return
    now = state.now(cast(datetime, state.at))
    for found in triggers_watching(TABLES):
        for key, _most in quota_buckets(trigger_of(found), now):
            row = QuotaSpent.objects.filter(key=":".join(key)).first()
            state.spent[key] = row.number if row else 0


def _decide_about(found: InForce, fact: Fact, state: Present, entry: Entry) -> bool:
    trigger, key = trigger_of(found), str(fact[TABLES[trigger_of(found).source].key])
    decision = decide(trigger, state, fact)
    row = new_ask(state, fact.get("customer_key") or "", trigger.survey, decision, context_of(fact))
    row.once_key, row.actor = _once(found, fact), entry.actor
    row.trigger_key, row.version = found.key, found.version
    row.fact_table, row.fact_key = trigger.source, key[:255]
    row.save(force_insert=True)
    if not row.asked:
        tell(row)
        return False
    carry(trigger, state, fact, decision)
    channel = state.account(row.customer_key).way(trigger.channel)
    take_attention(row, channel, trigger.reminder_days)
    _spend_quotas(trigger, state)
    if row.due_at is not None and row.due_at <= cast(datetime, state.at):
        language = wanted_language(trigger.language, state.reach[row.customer_key].language, fact.get("language") or "")
        send_invitation(row, state.reach[row.customer_key], language, trigger.expires_days, channel)
    return True


def _spend_quotas(trigger: Trigger, state: Present) -> None:
    for key, _most in quota_buckets(trigger, state.now(cast(datetime, state.at))):
        name = ":".join(key)
        QuotaSpent.objects.bulk_create([QuotaSpent(key=name)], ignore_conflicts=True)
        QuotaSpent.objects.filter(key=name).update(number=F("number") + 1)


def new_ask(state: Present, customer: str, survey: str, decision: Decision, context: Mapping[str, Any]) -> Ask:
    """A decision as it is kept. Who may not be asked has no chance; on a list everybody else has every chance."""
    known, told = state.reach.get(customer), decision.details
    places = {"region": known.region, "segment": known.segment} if known else {}
    whole = {**{name: value for name, value in places.items() if value}, **context}
    return Ask(
        survey_key=survey,
        customer_key=customer,
        decided_at=cast(datetime, state.at),
        asked=decision.code == ASK,
        reason=decision.reason,
        stratum=told.get("stratum", ""),
        probability=told.get("probability", 0.0),
        draw=told.get("draw"),
        policy_version=state.policy_version,
        rested_until=told.get("rested_until"),
        due_at=told.get("due_at"),
        region=((known.region if known else "") or str(context.get("region", "")))[:120],
        context=whole,
    )


def take_attention(row: Ask, channel: str, reminder_days: Sequence[int]) -> None:
    """The customer rests from the moment the invitation is due; it and its reminders count."""
    due = cast(datetime, row.due_at)
    Attention.objects.filter(customer_key=row.customer_key).update(last_asked_at=due)
    told = {"customer_key": row.customer_key, "survey_key": row.survey_key, "channel": channel, "ask": row}
    touches = [Touch(once_key=f"{row.key}:0", at=due, sort="ask", actor=row.actor, **told)]
    touches += [
        Touch(once_key=f"{row.key}:{days}", at=due + timedelta(days=days), sort="reminder", actor=row.actor, **told)
        for days in reminder_days
    ]
    Touch.objects.bulk_create(touches)


def address_by(reach: Reach, channel: str) -> str:
    return reach.number if channel == "sms" else reach.email


def send_invitation(row: Ask, reach: Reach, language: str, expires_days: int | None, channel: str = "email") -> None:
    row.invitation = invite(
        survey_key=row.survey_key,
        customer_key=row.customer_key,
        address=address_by(reach, channel),
        channel=channel,
        language=language,
        trigger_key=row.trigger_key,
        reason=row.reason,
        context=row.context,
        due_at=row.due_at,
        expires_days=expires_days or expiry_of_list(row.asked_list),
        probability=row.probability,
        once_key=row.key,
        actor=row.actor,
    )
    row.save(update_fields=["invitation"])


def tell(row: Ask) -> None:
    record(CustomerNotAsked(**as_told(row)), actor=row.actor, subject=("ask", row.key))
