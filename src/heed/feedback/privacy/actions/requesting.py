"""Requests of people about their data, on the clock of their jurisdiction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import administrators
from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused, phrase
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.feedback.privacy.events import PrivacyRequestChanged, PrivacyRequestOpened
from heed.feedback.privacy.models import PrivacyRequest
from heed.feedback.privacy.queries.people import customer_key_of
from heed.feedback.privacy.queries.policies import policies, policy_versions
from heed.feedback.privacy.rules.clocks import due_on, extended_on, reminder, that_apply

KINDS = ("access", "erasure", "correction", "objection")
LONGEST_AGO = timedelta(days=366)
LONGEST_REASON = 300


def open_request(
    scope: Scope, customer: str, kind: str, *, jurisdiction: str = "", received_at: datetime | None = None
) -> PrivacyRequest:
    """Note that a person asked. The strictest of the policies that apply says until when. Raises NotFound, Invalid."""
    scope.demand_everywhere("manage_settings")
    if kind not in KINDS:
        raise Invalid(
            phrase("{kind} is no request.", kind=kind[:40]),
            code="unknown_kind",
            hint="One of access, erasure, correction, objection.",
        )
    now = timezone.now()
    received = received_at or now
    if not now - LONGEST_AGO <= received <= now + timedelta(minutes=5):
        raise Invalid(
            "The request came in within the last year, and not in the future.",
            code="invalid_received_at",
            hint="Give the day it reached you.",
        )
    key = customer_key_of(customer)
    applied = that_apply(policies(), jurisdiction)
    day = timezone.localtime(received).date()
    with transaction.atomic():
        row = PrivacyRequest.objects.create(
            kind=kind,
            customer_key=key,
            jurisdiction=jurisdiction[:20],
            policies=policy_versions(),
            received_at=received,
            due_on=due_on(applied, day),
            opened_by=scope.person,
        )
        told = PrivacyRequestOpened(row.key, kind, row.due_on.isoformat())
        record(told, actor=scope.person, subject=("privacy-request", row.key))
    return row


def open_or_take(scope: Scope, customer: str, kind: str) -> str:
    """The key of the request of a kind that is open for a customer; a new one when none is."""
    row = PrivacyRequest.objects.filter(customer_key=customer, kind=kind, ended_at=None).order_by("id").first()
    return row.key if row else open_request(scope, customer, kind).key


def _open_row(key: str) -> PrivacyRequest:
    row = PrivacyRequest.objects.select_for_update().filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such request.", code="unknown_request")
    if row.ended_at is not None:
        raise Refused("This request has ended.", code="request_ended", hint="Open another when the person asks again.")
    return row


def _reason(reason: str) -> str:
    bare = reason.strip().replace("\0", "")
    if not bare:
        raise Invalid("Say why.", code="no_reason", hint="The person is told the reason.")
    return bare[:LONGEST_REASON]


def _told(row: PrivacyRequest, change: str, scope: Scope) -> None:
    record(PrivacyRequestChanged(row.key, change), actor=scope.person, subject=("privacy-request", row.key))


@transaction.atomic
def extend_request(scope: Scope, key: str, reason: str) -> PrivacyRequest:
    """Put the answer off, once, as far as the policies that apply allow. Raises Refused when they do not."""
    scope.demand_everywhere("manage_settings")
    row, said = _open_row(key), _reason(reason)
    end = extended_on(that_apply(policies(), row.jurisdiction), timezone.localtime(row.received_at).date())
    if row.extended_on is not None or end is None:
        raise Refused(
            "This answer cannot be put off any further.",
            code="not_extendable",
            hint="The policies in force allow it once, or not at all.",
        )
    if row.due_on < timezone.localdate():
        raise Refused("The term is over.", code="term_over", hint="Answer now; an extension is told before the end.")
    row.extended_on, row.extended_by, row.extension_reason = end, scope.person, said
    row.save(update_fields=["extended_on", "extended_by", "extension_reason", "changed_at"])
    _told(row, "extended", scope)
    return row


@transaction.atomic
def note_identity_check(scope: Scope, key: str, how: str) -> PrivacyRequest:
    """Note that, and how, it was made sure that the person is who they say."""
    scope.demand_everywhere("manage_settings")
    row = _open_row(key)
    row.identity_check, row.identity_checked_by, row.identity_checked_at = _reason(how), scope.person, timezone.now()
    row.save(update_fields=["identity_check", "identity_checked_by", "identity_checked_at", "changed_at"])
    _told(row, "checked", scope)
    return row


@transaction.atomic
def approve_erasure(scope: Scope, key: str) -> PrivacyRequest:
    """The second pair of eyes. Raises Refused for who opened the request."""
    scope.demand_everywhere("manage_settings")
    row = _open_row(key)
    if row.kind != "erasure":
        raise Refused("Only an erasure is approved.", code="not_an_erasure")
    if row.opened_by == scope.person:
        raise Refused(
            "You opened this request; somebody else must approve it.",
            code="four_eyes",
            hint="Ask another administrator.",
        )
    row.approved_at, row.approved_by = timezone.now(), scope.person
    row.save(update_fields=["approved_at", "approved_by", "changed_at"])
    _told(row, "approved", scope)
    return row


@transaction.atomic
def end_request(scope: Scope, key: str, outcome: str, reason: str = "") -> PrivacyRequest:
    """Fulfilled, or refused with the reason the person was told. An erasure is fulfilled by erasing alone."""
    scope.demand_everywhere("manage_settings")
    row = _open_row(key)
    if outcome not in ("fulfilled", "refused"):
        raise Invalid("A request is fulfilled or refused.", code="unknown_outcome")
    if outcome == "fulfilled" and row.kind == "erasure":
        raise Refused("It is fulfilled by erasing.", code="not_erased", hint=phrase("Erase the customer."))
    row.outcome_reason = _reason(reason) if outcome == "refused" else reason.strip()[:LONGEST_REASON]
    row.outcome, row.ended_at, row.ended_by = outcome, timezone.now(), scope.person
    row.save(update_fields=["outcome", "outcome_reason", "ended_at", "ended_by", "changed_at"])
    _told(row, outcome, scope)
    return row


def remind() -> int:
    """Remind the administrators of requests whose term ends: a week, three days, a day before, and once it is over."""
    today, many = timezone.localdate(), 0
    people = [person.key for person in administrators()]
    for row in PrivacyRequest.objects.filter(ended_at=None).order_by("id"):
        due = row.extended_on or row.due_on
        stands = reminder(due, today)
        if stands is not None:
            many += notify(
                people,
                kind="privacy-request-over" if stands.stage == "over" else "privacy-request-due",
                params={"request": row.key, "days": max(0, stands.days_left)},
                href=f"/privacy/requests/{row.key}/",
                subject=("privacy-request", row.key),
                once_key=f"privacy:{row.key}:{due.isoformat()}:{stands.stage}",
            )
    return many
