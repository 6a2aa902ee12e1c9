"""Surveys that somebody sends to a list of customers, through the one ledger."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused, nearest, phrase
from heed.core.journal.actions import record
from heed.feedback.triggers.actions.asking import held_present, new_ask, send_invitation, take_attention
from heed.feedback.triggers.events import ListConfirmed, ListDecided
from heed.feedback.triggers.models import AskList
from heed.feedback.triggers.queries.log import MAY, ask_list, open_lists, surveys_in_force
from heed.feedback.triggers.rules.ledger import may_ask, planned_of
from heed.feedback.triggers.rules.reasons import ASK
from heed.feedback.triggers.rules.terms import moment
from heed.rehearsal.replay.deciders import Decision
from heed.service.customers.queries import reachable, regions_of

LONGEST_LIST = 50_000
PORTION = 200


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
        row = AskList.objects.select_for_update(of=("self",)).select_related("wave").filter(key=key).first()
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
    state = held_present(customers)
    now, made = state.now(timezone.now()), []
    reminders = tuple(row.wave.reminder_days) if row.wave else ()
    wanted = row.wave.channel if row.wave else "email"
    on_list = "on_wave" if row.wave else "on_list"
    for customer in customers:
        refusal, due = may_ask(state, customer, row.survey_key, now=now, reminders=reminders, channel=wanted)
        decision = refusal or Decision(ASK, on_list, {"probability": 1.0, "due_at": moment(due)})
        ask = new_ask(state, customer, row.survey_key, decision, {})
        ask.once_key, ask.asked_list, ask.actor = f"{row.key}:{customer}", row.key, row.actor
        ask.save(force_insert=True)
        if ask.asked:
            account = state.account(customer)
            account.spend(state.terms.purpose(row.survey_key)[0], due, planned_of(due, reminders))
            take_attention(ask, account.way(wanted), reminders)
            if due <= now:
                reach = state.reach[customer]
                send_invitation(ask, reach, reach.language, None, account.way(wanted))
        made.append(ask)
    reasons = Counter(ask.reason for ask in made if not ask.asked)
    told = ListDecided(
        row.key, row.survey_key, sum(ask.asked for ask in made), dict(sorted(reasons.items())), made[0].id, made[-1].id
    )
    record(told, actor=row.actor, subject=("ask_list", row.key))
