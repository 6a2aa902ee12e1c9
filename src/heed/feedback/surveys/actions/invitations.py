"""Customers are invited: when it is due, once, and no more than they want."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound, Refused, phrase
from heed.core.journal.actions import record_all
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.events import InvitationFailed, InvitationLapsed, InvitationSent, InvitationTakenBack
from heed.feedback.surveys.language import chosen
from heed.feedback.surveys.models import Invitation, new_invitation_key
from heed.feedback.surveys.queries.surveys import decided, in_reach, survey_in_force
from heed.feedback.surveys.rules.links import address_digest, checked_context, digest_of, token_of

LEASE_SECONDS = 300


def invite(
    *,
    survey_key: str,
    customer_key: str,
    address: str,
    language: str = "",
    channel: str = "email",
    trigger_key: str = "",
    reason: str = "",
    context: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    expires_days: int | None = None,
    probability: float | None = None,
    once_key: str = "",
    actor: str = "system",
) -> str:
    """Ask a customer, when it is due, by the survey in force now. Raises NotFound when none is.

    Returns the invitation's key; the same once_key gives the same one again."""
    with transaction.atomic():
        if before := _made_before(once_key):
            return before
        survey, number = asked_now(survey_key)
        now = timezone.now()
        row = Invitation(
            once_key=once_key or None,
            survey_key=survey_key,
            survey_version=number,
            customer_key=customer_key,
            language=chosen(survey.languages, language),
            channel=channel,
            trigger_key=trigger_key,
            reason=reason,
            probability=probability,
            address=address,
            decided_at=now,
            due_at=due_at or now,
        )
        _place(row, checked_context(context or {}), expires_days or survey.expires_days)
        return _kept_once(row)


def asked_now(key: str) -> tuple[Survey, int]:
    found = survey_in_force(key)
    if found is None:
        raise NotFound(
            phrase("No survey {key} is in force.", key=key),
            code="survey_not_in_force",
            hint="Put a version of it in force first.",
        )
    return found


def _place(row: Invitation, context: Mapping[str, Any], days: int) -> None:
    """Where what it asks about happened, how long it holds, its key, and the digest of its link."""
    row.expires_at = row.due_at + timedelta(days=days)
    row.key = new_invitation_key()
    row.token_digest = digest_of(token_of(settings.SECRET_KEY, row.key))
    row.context = context
    row.region, row.team = context.get("region", "")[:60], context.get("team", "")[:60]


def _kept_once(row: Invitation) -> str:
    """Of two that invite by one once_key at the same moment, one wins and both get its key."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if before := _made_before(row.once_key):
            return before
        raise
    return row.key


def _made_before(once_key: str | None) -> str | None:
    return Invitation.objects.filter(once_key=once_key).values_list("key", flat=True).first() if once_key else None


def claim_due(limit: int, lease_seconds: int = LEASE_SECONDS) -> list[Invitation]:
    """Take invitations that are due, so that nobody else sends them while the lease runs; one that dies gives them back."""
    now = timezone.now()
    with transaction.atomic():
        rows = Invitation.objects.filter(
            Q(leased_until=None) | Q(leased_until__lte=now), state="due", due_at__lte=now, expires_at__gt=now
        ).order_by("due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        claimed = list(rows[:limit])
        lease = now + timedelta(seconds=lease_seconds)
        Invitation.objects.filter(pk__in=[row.pk for row in claimed]).update(
            leased_until=lease, attempts=F("attempts") + 1
        )
    for row in claimed:
        row.attempts, row.leased_until = row.attempts + 1, lease
    return claimed


def note_sent(row: Invitation, carrier_id: str = "") -> None:
    """The mail server, or the carrier, took it: the address is of no further use, but for a digest by which we know what
    comes back.
    """
    with transaction.atomic():
        now = timezone.now()
        if row.address:
            digest = address_digest(settings.SECRET_KEY, row.address)
            Invitation.objects.filter(pk=row.pk).update(address_digest=digest, carrier_id=carrier_id)
        # Answered already where a mail went out, and the note of it was lost.
        changed = Invitation.objects.filter(pk=row.pk, sent_at=None).update(
            sent_at=now, address="", last_error="", leased_until=None
        )
        Invitation.objects.filter(pk=row.pk, state="due").update(
            state="sent", address="", last_error="", leased_until=None
        )
        if changed:
            record_all([(InvitationSent(**decided(row), reason=row.reason), "system", ("invitation", row.key))])


def note_refused(row: Invitation, reason: str, code: str, pause: int | None) -> None:
    """The mail was not taken: it is tried again after a pause, or given up where there is none."""
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=row.pk, state="due")
        if pause is not None:
            again = timezone.now() + timedelta(seconds=pause)
            rows.update(last_error=reason[:500], leased_until=again)
        elif row.sent_at is not None:
            # The invitation went out; it was the reminder that did not.
            rows.update(state="sent", last_error=reason[:500], address="", leased_until=None)
        elif rows.update(state="failed", last_error=reason[:500], address="", leased_until=None):
            record_all([(InvitationFailed(**decided(row), code=code), "system", ("invitation", row.key))])


def remind(key: str, address: str) -> bool:
    """Send an invitation once more. False where it did not go out yet, is over, or somebody began to answer it."""
    rows = Invitation.objects.filter(key=key, state="sent", expires_at__gt=timezone.now(), response=None)
    return bool(rows.update(state="due", address=address, attempts=0, leased_until=None))


def renew_link(row: Invitation) -> str:
    """The token of an invitation that is to be sent; kept again by its digest where the store's secret has changed since."""
    token = token_of(settings.SECRET_KEY, row.key)
    if digest_of(token) != row.token_digest:
        Invitation.objects.filter(pk=row.pk).update(token_digest=digest_of(token))
    return token


def expire_due(limit: int = 500) -> int:
    """End invitations whose time is over and that nobody began to answer. Returns how many."""
    with transaction.atomic():
        rows = Invitation.objects.filter(
            state__in=("due", "sent"), expires_at__lte=timezone.now(), response=None
        ).order_by("id")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update(of=("self",))
        over = list(rows[:limit])
        Invitation.objects.filter(pk__in=[row.pk for row in over]).update(
            state="expired", address="", leased_until=None
        )
        record_all(
            [
                (InvitationLapsed(row.key, row.survey_key, row.customer_key), "system", ("invitation", row.key))
                for row in over
            ]
        )
    return len(over)


def withdraw(scope: Scope, key: str) -> Invitation:
    """Take an invitation back: nothing more is sent, and its link says that the survey has ended."""
    scope.demand("ask")
    with transaction.atomic():
        rows = in_reach(scope, Invitation.objects.filter(key=key), "ask")
        row: Invitation | None = (
            rows.select_for_update() if connection.features.has_select_for_update else rows
        ).first()
        if row is None:
            raise NotFound("There is no such invitation.", code="unknown_invitation")
        if row.state not in ("due", "sent"):
            raise Refused("This invitation is over already.", code="not_open", hint="Reload the page.")
        row.state, row.address, row.leased_until = "withdrawn", "", None
        row.save(update_fields=["state", "address", "leased_until"])
        told = InvitationTakenBack(row.key, row.survey_key, row.customer_key)
        record_all([(told, scope.person, ("invitation", row.key))])
    return row
