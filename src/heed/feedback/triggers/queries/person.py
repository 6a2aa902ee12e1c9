"""The ledger of one customer: which clocks run, what of the budget is spent, and when they may be asked next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.feedback.triggers.models import Attention, Touch
from heed.feedback.triggers.queries.log import MAY, Standing, asks, may_see_customer, standings
from heed.feedback.triggers.queries.state import policy_in_force, present
from heed.feedback.triggers.rules.ledger import is_paused
from heed.feedback.triggers.rules.terms import DAY, is_control, moment, terms_of


@dataclass(frozen=True)
class Clock:
    """A rest period: of a purpose, or the shared one (empty); when it last began, and when it ends."""

    purpose: str
    rest_days: int
    last_at: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Budget:
    """Contacts in the last so many days, planned ones ahead included, and the most there may be."""

    days: int
    used: int
    most: int


@dataclass(frozen=True)
class PersonLedger:
    """How a customer stands with the ledger. `obstacle`: why they cannot be asked at all, by code; empty when they can.

    `next_at`: from when on no clock stands against the trigger that may ask first; None while something else does.
    """

    customer: str
    obstacle: str
    stopped_at: datetime | None
    stopped_why: str
    time_zone: str
    clocks: tuple[Clock, ...]
    budgets: tuple[Budget, ...]
    touches: tuple[Touch, ...]
    standings: tuple[Standing, ...]
    next_at: datetime | None


def person_ledger(scope: Scope, customer: str) -> PersonLedger:
    """Raises NotFound for who is unknown or out of reach."""
    scope.demand(MAY)
    if "\0" in customer or not may_see_customer(scope, customer):
        raise NotFound("There is no such customer, or they are not of your region.", code="unknown_customer")
    state = present([customer])
    if customer not in state.reach and not asks(scope, customer=customer).exists():
        raise NotFound("There is no such customer, or they are not of your region.", code="unknown_customer")
    policy, _version = policy_in_force()
    terms, account, now = terms_of(policy), state.account(customer), state.now(timezone.now())
    obstacle = account.obstacle or ("control_group" if is_control(terms, customer) else "")
    if terms.incident_waits and is_paused(state.pauses, now, (account.region,)):
        obstacle = obstacle or "incident"
    obstacle = obstacle or ("case_open" if terms.case_waits and account.cases else "")
    # Who can be reached by text messages alone is asked by the triggers that send them.
    obstacle = obstacle or ("" if account.way("email_or_sms") else account.lacks.get("email", ""))
    found = tuple(standings(customer))
    ends = [each.rested_until for each in found if each.rested_until is not None or not each.reason]
    free = [end or moment(now) for end in ends]
    stopped = Attention.objects.filter(customer_key=customer).exclude(stopped_at=None).first()
    back = timezone.now() - timedelta(days=max(91, terms.longest // DAY))
    return PersonLedger(
        customer,
        obstacle,
        stopped.stopped_at if stopped else None,
        stopped.stopped_why if stopped else "",
        account.zone or state.zone,
        (
            _clock("", policy.rest_days, account.last_ask),
            *(_clock(each.name, each.rest_days, account.last.get(each.name)) for each in policy.purposes),
        ),
        tuple(
            Budget(cap.days, sum(at > now - cap.days * DAY for at in account.recent), cap.most) for cap in policy.caps
        ),
        tuple(Touch.objects.filter(customer_key=customer, at__gte=back).order_by("-at", "-id")[:50]),
        found,
        min(free) if free and not obstacle else None,
    )


def _clock(purpose: str, rest_days: int, last: int | None) -> Clock:
    if last is None:
        return Clock(purpose, rest_days, None, None)
    until = moment(last + rest_days * DAY)
    return Clock(purpose, rest_days, moment(last), until if until > timezone.now() and rest_days else None)


def person_told(found: PersonLedger) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "customer": found.customer,
        "obstacle": found.obstacle,
        "stopped_at": found.stopped_at,
        "time_zone": found.time_zone,
        "next_at": found.next_at,
        "clocks": [each.__dict__ for each in found.clocks],
        "budgets": [each.__dict__ for each in found.budgets],
        "contacts": [
            {"key": each.key, "at": each.at, "sort": each.sort, "channel": each.channel, "survey": each.survey_key}
            for each in found.touches
        ],
        "triggers": [
            {
                "trigger": each.trigger,
                "survey": each.survey,
                "reason": each.reason,
                "rested_until": each.rested_until,
            }
            for each in found.standings
        ],
    }
