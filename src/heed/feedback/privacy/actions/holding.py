"""Legal holds: placed and released, each with its reason."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused
from heed.core.journal.actions import record
from heed.feedback.privacy.actions.sealing import digest_of
from heed.feedback.privacy.events import HoldPlaced, HoldReleased
from heed.feedback.privacy.models import Erasure, LegalHold
from heed.feedback.privacy.queries.people import customer_key_of


def place_hold(scope: Scope, customer: str, reason: str) -> LegalHold:
    """Keep a customer's data from being erased. Raises Refused when a hold stands, or the erasure has begun."""
    scope.demand_everywhere("manage_settings")
    _refuse_empty(reason)
    key = customer_key_of(customer)
    try:
        with transaction.atomic():
            if Erasure.objects.filter(digest=digest_of(key), done_at=None).exists():
                raise Refused("The erasure has begun.", code="erasure_running", hint="What is gone cannot be held.")
            row = LegalHold.objects.create(
                customer_key=key, reason=reason.strip()[:300], placed_at=timezone.now(), placed_by=scope.person
            )
            record(HoldPlaced(row.pk), actor=scope.person, subject=("legal-hold", str(row.pk)))
    except IntegrityError as error:
        raise Refused("A hold stands already.", code="held", hint="Release it to place another.") from error
    return row


def release_hold(scope: Scope, customer: str, reason: str) -> LegalHold:
    """Let a customer be erased again. Raises NotFound when no hold stands."""
    scope.demand_everywhere("manage_settings")
    _refuse_empty(reason)
    key = customer_key_of(customer)
    with transaction.atomic():
        row = LegalHold.objects.select_for_update().filter(customer_key=key, released_at=None).first()
        if row is None:
            raise NotFound("No hold stands on this customer.", code="not_held")
        row.released_at, row.released_by, row.release_reason = timezone.now(), scope.person, reason.strip()[:300]
        row.save(update_fields=["released_at", "released_by", "release_reason"])
        record(HoldReleased(row.pk), actor=scope.person, subject=("legal-hold", str(row.pk)))
    return row


def _refuse_empty(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why.", code="no_reason", hint="A hold, and its end, want a reason.")
