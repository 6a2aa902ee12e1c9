"""What people and other systems tell the ledger: contacts of other channels, who is not to be asked, and pauses."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused, phrase
from heed.core.journal.actions import record
from heed.core.journal.rules import Entry
from heed.feedback.triggers.events import (
    AskingPaused,
    AskingResumed,
    ContactNoted,
    CustomerAskedAgain,
    CustomerLeftAlone,
)
from heed.feedback.triggers.models import AskingPause, Attention, Touch
from heed.feedback.triggers.queries.log import MAY, may_see_customer
from heed.service.cases.queries import region_of_case
from heed.service.customers.queries import reachable, regions_of

CHANNELS = ("email", "sms", "phone", "post", "chat", "app", "web", "social", "other")
SOONEST = timedelta(days=3650)
LATEST = timedelta(days=365)


def _known(scope: Scope, customer: str) -> str:
    scope.demand(MAY)
    if "\0" in customer or customer not in reachable([customer]) or not may_see_customer(scope, customer):
        raise NotFound("There is no such customer, or they are not of your region.", code="unknown_customer")
    return customer


def note_contact(scope: Scope, customer: str, channel: str, at: datetime | None = None, once_key: str = "") -> Touch:
    """Count a contact that something else made, such as a campaign. The same `once_key` counts once."""
    key, now = _known(scope, customer), timezone.now()
    moment = at or now
    if channel not in CHANNELS:
        raise Invalid(
            phrase("{channel} is no channel.", channel=channel), code="unknown_channel", hint=", ".join(CHANNELS)
        )
    if not now - SOONEST < moment < now + LATEST:
        raise Invalid(
            "The contact is too far off.", code="invalid_time", hint="Within ten years before and one after now."
        )
    with transaction.atomic():
        touch = Touch(customer_key=key, at=moment, sort="other", channel=channel, done_at=moment, actor=scope.person)
        touch.once_key = f"other:{once_key}"[:255] if once_key else f"other:{touch.key}"
        before = Touch.objects.filter(once_key=touch.once_key).first()
        if before is not None:
            return before
        touch.save(force_insert=True)
        record(
            ContactNoted(touch.key, key, channel, moment.isoformat()), actor=scope.person, subject=("touch", touch.key)
        )
    return touch


def leave_alone(scope: Scope, customer: str, why: str) -> Attention:
    """A customer is never asked from now on, until somebody takes it back."""
    key = _known(scope, customer)
    if not why.strip():
        raise Invalid("Say why the customer is not to be asked.", code="no_reason")
    with transaction.atomic():
        Attention.objects.bulk_create([Attention(customer_key=key)], ignore_conflicts=True)
        row = Attention.objects.select_for_update().get(customer_key=key)
        if row.stopped_at is None:
            row.stopped_at, row.stopped_by, row.stopped_why = timezone.now(), scope.person, why.strip()[:300]
            row.save(update_fields=["stopped_at", "stopped_by", "stopped_why"])
            record(CustomerLeftAlone(key), actor=scope.person, subject=("customer", key))
    return row


def ask_again(scope: Scope, customer: str) -> None:
    """Take back that a customer is not to be asked. What the customer said themselves stays."""
    key = _known(scope, customer)
    with transaction.atomic():
        row = Attention.objects.select_for_update().filter(customer_key=key).exclude(stopped_at=None).first()
        if row is None:
            return
        row.stopped_at, row.stopped_by, row.stopped_why = None, "", ""
        row.save(update_fields=["stopped_at", "stopped_by", "stopped_why"])
        record(CustomerAskedAgain(key), actor=scope.person, subject=("customer", key))


def pause_asking(scope: Scope, region: str, why: str, hours: float | None = None) -> AskingPause:
    """Nobody of a region, or of all (empty), is asked until somebody takes it back, or for so many hours."""
    scope.demand(MAY)
    regions = regions_of(scope, MAY)
    if regions is not None and region not in regions:
        raise Refused("You cannot pause asking for this region.", code="out_of_reach", hint=", ".join(sorted(regions)))
    if not why.strip() or "\0" in why + region:
        raise Invalid("Say why nobody is to be asked.", code="no_reason")
    if hours is not None and not 0 < hours <= 24 * 366:
        raise Invalid("A pause lasts up to a year.", code="invalid_time")
    now = timezone.now()
    with transaction.atomic():
        row = AskingPause.objects.create(
            region=region[:255],
            why=why.strip()[:300],
            actor=scope.person,
            since=now,
            until=now + timedelta(hours=hours) if hours else None,
        )
        record(AskingPaused(row.key, row.region), actor=scope.person, subject=("pause", row.key))
    return row


def resume_asking(scope: Scope, key: str) -> AskingPause:
    """End a pause now; one that is over already stays as it is."""
    scope.demand(MAY)
    regions, now = regions_of(scope, MAY), timezone.now()
    with transaction.atomic():
        row = AskingPause.objects.select_for_update().filter(key=key.replace("\0", "")).first()
        if row is None or (regions is not None and row.region not in regions):
            raise NotFound("There is no such pause.", code="unknown_pause")
        if row.until is None or row.until > now:
            row.until = now
            row.save(update_fields=["until"])
            record(AskingResumed(row.key, row.region), actor=scope.person, subject=("pause", row.key))
    return row


def follow_incident(entry: Entry, rows: object = ()) -> None:
    """A case became part of a major incident: while it lasts nobody of the case's region is asked, where the policy says so."""
    told = entry.payload or {}
    incident, case = told.get("incident"), told.get("case")
    if not incident or not case:
        return
    region = region_of_case(case)
    row = AskingPause.objects.select_for_update().filter(incident=incident, region=region, until=None).first()
    if row is None:
        row = AskingPause(incident=incident, region=region, actor="system", since=entry.at, cases=[])
        record(AskingPaused(row.key, region, incident), actor="system", subject=("pause", row.key))
    if case not in row.cases:
        row.cases = [*row.cases, case]
    row.save()


def leave_incident(entry: Entry, rows: object = ()) -> None:
    """A case of a major incident is over; with the last one of a region the pause ends."""
    told = entry.payload or {}
    if not told.get("incident"):
        return
    for row in AskingPause.objects.select_for_update().filter(incident=told["incident"], until=None):
        row.cases = [case for case in row.cases if case != told.get("case")]
        if not row.cases:
            row.until = max(entry.at, row.since)
            record(AskingResumed(row.key, row.region), actor="system", subject=("pause", row.key))
        row.save(update_fields=["cases", "until"])
