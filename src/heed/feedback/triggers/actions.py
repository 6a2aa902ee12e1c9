"""Deciding to ask: about facts as they come in, and about lists that somebody sends a survey to.

A customer is asked under a lock on their one row of attention, so that of any number of triggers and lists that race, in
any number of processes, one asks and the others find that the customer rests.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.actions import ensure
from heed.core.definitions.queries import InForce
from heed.core.errors.rules import Invalid, NotFound, Refused, nearest, phrase
from heed.core.journal.actions import record
from heed.core.journal.rules import Entry
from heed.facts.schema.tables import TABLES
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.events import CustomerNotAsked, ListConfirmed, ListDecided
from heed.feedback.triggers.models import Ask, AskList, Attention
from heed.feedback.triggers.queries import (
    MAY,
    POLICY,
    Present,
    as_told,
    ask_list,
    due_asks,
    open_lists,
    rest_days,
    surveys_in_force,
    triggers_watching,
)
from heed.feedback.triggers.rules import (
    ASK,
    ask_once_key,
    conditions_of,
    context_of,
    decide,
    may_ask,
    settled,
    wanted_language,
)
from heed.rehearsal.replay.deciders import Decision, truths_of
from heed.service.customers.queries import Reach, reachable, regions_of

LONGEST_LIST = 50_000
PORTION = 200
Fact = Mapping[str, Any]
Candidate = tuple[InForce, Fact]


def ensure_contact_policy(**_: Any) -> None:
    """Put the default contact policy in force on a store that has none."""
    ensure(*POLICY, {}, note="Comes with heed.")


# Facts


def consider_facts(entry: Entry, rows: Sequence[tuple[str, Fact]]) -> int:
    """Decide, for every trigger in force, about each fact of an entry. Returns how many customers are asked.

    Called again for the same entry it decides nothing anew. What a condition alone rules out is not kept.
    """
    watching = triggers_watching({table for table, _ in rows})
    found = [(trigger, fact) for trigger in watching for table, fact in rows if table == _trigger(trigger).source]
    found = [each for each in found if _is_candidate(_trigger(each[0]), each[1])]
    if not found:
        return 0
    with transaction.atomic():
        state = _held_present({fact["customer_key"] for _, fact in found if fact.get("customer_key")})
        known = set(
            Ask.objects.filter(once_key__in=[_once(*each) for each in found]).values_list("once_key", flat=True)
        )
        fresh = [each for each in found if _once(*each) not in known]
        return sum(_decide_about(trigger, fact, state, entry) for trigger, fact in fresh)


def _trigger(found: InForce) -> Trigger:
    return cast(Trigger, found.body)


def _is_candidate(trigger: Trigger, fact: Fact) -> bool:
    return settled(trigger, truths_of(conditions_of(trigger), fact)) is None


def _once(trigger: InForce, fact: Fact) -> str:
    source = _trigger(trigger).source
    return ask_once_key(trigger.key, source, str(fact[TABLES[source].key]))


def _held_present(customers: Collection[str]) -> Present:
    """What holds now of customers, their attention held against every other transaction until this one ends."""
    now, reach = timezone.now(), reachable(customers)
    wanted = sorted(key for key, known in reach.items() if known.email and not known.opted_out)
    # In order of key, so that two that hold some of the same customers wait for each other and never both.
    Attention.objects.bulk_create([Attention(customer_key=key) for key in wanted], ignore_conflicts=True)
    rows = Attention.objects.select_for_update().filter(customer_key__in=wanted).order_by("customer_key")
    asked = {row.customer_key: row.last_asked_at for row in rows}
    return Present(now, rest_days(now), reach, asked)


def _decide_about(found: InForce, fact: Fact, state: Present, entry: Entry) -> bool:
    trigger, key = _trigger(found), str(fact[TABLES[_trigger(found).source].key])
    decision = decide(trigger, state, fact)
    customer = fact.get("customer_key") or ""
    row = _new_ask(
        state, customer, trigger.survey, decision, trigger.probability, context_of(fact), trigger.delay_seconds
    )
    row.once_key, row.actor = _once(found, fact), entry.actor
    row.trigger_key, row.version = found.key, found.version
    row.fact_table, row.fact_key = trigger.source, key[:255]
    row.save(force_insert=True)
    if not row.asked:
        _tell(row)
        return False
    _take_attention(state, row)
    if not trigger.delay_seconds:
        language = wanted_language(trigger.language, state.reach[customer].language, fact.get("language") or "")
        _invite(row, state.reach[customer], language, trigger.expires_days)
    return True


def _new_ask(
    state: Present,
    customer: str,
    survey: str,
    decision: Decision,
    probability: float,
    context: Mapping[str, Any],
    delay_seconds: int = 0,
) -> Ask:
    known = state.reach.get(customer)
    places = {"region": known.region, "segment": known.segment} if known else {}
    whole = {**{name: value for name, value in places.items() if value}, **context}
    asked = decision.code == ASK
    return Ask(
        survey_key=survey,
        customer_key=customer,
        decided_at=state.at,
        asked=asked,
        reason=decision.reason,
        probability=probability,
        draw=decision.details.get("draw"),
        rested_until=decision.details.get("rested_until"),
        due_at=state.at + timedelta(seconds=delay_seconds) if asked else None,
        region=((known.region if known else "") or str(context.get("region", "")))[:120],
        context=whole,
    )


def _take_attention(state: Present, row: Ask) -> None:
    """The customer rests from the moment the invitation is due."""
    assert row.due_at is not None
    Attention.objects.filter(customer_key=row.customer_key).update(last_asked_at=row.due_at)
    state.asked[row.customer_key] = row.due_at


def _invite(row: Ask, reach: Reach, language: str, expires_days: int | None) -> None:
    row.invitation = invite(
        survey_key=row.survey_key,
        customer_key=row.customer_key,
        address=reach.email,
        language=language,
        trigger_key=row.trigger_key,
        reason=row.reason,
        context=row.context,
        due_at=row.due_at,
        expires_days=expires_days,
        probability=row.probability,
        once_key=row.key,
        actor=row.actor,
    )
    row.save(update_fields=["invitation"])


def _tell(row: Ask) -> None:
    record(CustomerNotAsked(**as_told(row)), actor=row.actor, subject=("ask", row.key))


# Decisions whose time has come


def fire_due(limit: int = 100) -> int:
    """Invite those who are to be asked later and whose time has come. What changed meanwhile (they want no more mail, the
    survey is no longer in force) is looked at again. Returns how many were dealt with.
    """
    return sum(_fire(number) for number in due_asks(limit))


def _fire(number: int) -> bool:
    with transaction.atomic():
        row = Ask.objects.filter(id=number, asked=True, invitation="").first()
        if row is None:
            return False
        state = _held_present([row.customer_key])
        # Held now: another worker may have been here in between.
        row = Ask.objects.select_for_update().get(id=number)
        if not row.asked or row.invitation:
            return False
        state.asked = {}
        refusal = may_ask(state, row.customer_key, row.survey_key, state.at)
        if refusal is not None:
            _call_off(row, refusal.reason)
            return True
        found = next((each for each in triggers_watching({row.fact_table}) if each.key == row.trigger_key), None)
        trigger = _trigger(found) if found else None
        reach = state.reach[row.customer_key]
        language = wanted_language(trigger.language if trigger else "customer", reach.language, "")
        _invite(row, reach, language, trigger.expires_days if trigger else None)
        return True


def _call_off(row: Ask, reason: str) -> None:
    """Somebody who was to be asked is not: the rest period goes back to when they last were."""
    row.asked, row.reason, row.due_at = False, reason, None
    row.save(update_fields=["asked", "reason", "due_at"])
    others = Ask.objects.filter(customer_key=row.customer_key, asked=True)
    Attention.objects.filter(customer_key=row.customer_key).update(
        last_asked_at=others.aggregate(last=Max("due_at"))["last"]
    )
    _tell(row)


# Lists


def prepare_list(scope: Scope, survey: str, customers: Sequence[str], *, unknown: int = 0) -> AskList:
    """A list of customers to send a survey to. Nobody is asked before it is confirmed. Customers out of reach are left out
    and counted as unknown: nobody learns that they are there.
    """
    scope.demand(MAY)
    known = [key for key, _ in surveys_in_force()]
    if survey not in known:
        raise Invalid(
            phrase("No survey {survey} is in force.", survey=survey),
            code="survey_not_in_force",
            hint=nearest(survey, known) if known else "Put one in force first.",
        )
    every = list(dict.fromkeys(customers))
    within = _within(scope, every)
    unknown += len(every) - len(within)
    if not within:
        raise Invalid(
            "The list holds no customer that heed knows.",
            code="empty_list",
            hint="Import the customers first, or widen the filter.",
        )
    if len(within) > LONGEST_LIST:
        raise Invalid(
            phrase("The list holds more than {most} customers.", most=LONGEST_LIST),
            code="list_too_long",
            hint="Send it in parts.",
        )
    return AskList.objects.create(survey_key=survey, customers=within, unknown=unknown, actor=scope.person)


def _within(scope: Scope, customers: Sequence[str]) -> list[str]:
    regions, known = regions_of(scope, MAY), reachable(customers)
    return [key for key in customers if key in known and (regions is None or known[key].region in regions)]


def confirm_list(scope: Scope, key: str) -> AskList:
    """Send a list: its first customers are decided about now, the rest by the worker. Confirming it twice changes nothing."""
    with transaction.atomic():
        ask_list(scope, key)
        row = AskList.objects.select_for_update().get(key=key)
        if row.confirmed_at is None:
            row.confirmed_at = timezone.now()
            row.save(update_fields=["confirmed_at"])
            told = ListConfirmed(row.key, row.survey_key, len(row.customers), row.unknown)
            record(told, actor=scope.person, subject=("ask_list", row.key))
    carry_list_on(key)
    return ask_list(scope, key)


def discard_list(scope: Scope, key: str) -> None:
    """Give up a list that was not confirmed."""
    with transaction.atomic():
        ask_list(scope, key)
        row = AskList.objects.select_for_update().get(key=key)
        if row.confirmed_at is not None:
            raise Refused("The list is being sent already.", code="list_confirmed", hint="Look at what became of it.")
        row.delete()


def ask_customers(scope: Scope, survey: str, customers: Sequence[str]) -> AskList:
    """Send a survey to customers, by key, through the one rest period. What became of each is in the log of asks."""
    return confirm_list(scope, prepare_list(scope, survey, customers).key)


def carry_lists_on() -> int:
    """Decide about the next customers of every list that was confirmed. Returns how many were decided about."""
    return sum(carry_list_on(key) for key in open_lists())


def carry_list_on(key: str) -> int:
    """Decide about the next portion of a list, in one transaction with its place."""
    with transaction.atomic():
        row = AskList.objects.select_for_update().filter(key=key).first()
        if row is None:
            raise NotFound("There is no such list.", code="unknown_list")
        if row.confirmed_at is None or row.finished_at is not None:
            return 0
        portion = row.customers[row.position : row.position + PORTION]
        if portion:
            _decide_portion(row, portion)
        row.position += len(portion)
        row.finished_at = timezone.now() if row.position >= len(row.customers) else None
        row.save(update_fields=["position", "finished_at"])
        return len(portion)


def _decide_portion(row: AskList, portion: Iterable[str]) -> None:
    customers = list(portion)
    state = _held_present(customers)
    made = []
    for customer in customers:
        decision = may_ask(state, customer, row.survey_key, state.at) or Decision(ASK, "on_list")
        ask = _new_ask(state, customer, row.survey_key, decision, 1.0, {})
        ask.once_key, ask.asked_list, ask.actor = f"{row.key}:{customer}", row.key, row.actor
        ask.save(force_insert=True)
        if ask.asked:
            _take_attention(state, ask)
            _invite(ask, state.reach[customer], state.reach[customer].language, None)
        made.append(ask)
    reasons = Counter(ask.reason for ask in made if not ask.asked)
    told = ListDecided(
        row.key, row.survey_key, sum(ask.asked for ask in made), dict(sorted(reasons.items())), made[0].id, made[-1].id
    )
    record(told, actor=row.actor, subject=("ask_list", row.key))
