"""Legal holds that stand."""

from django.db.models import QuerySet

from heed.core.access.rules import Scope
from heed.feedback.privacy.models import LegalHold


def hold_on(key: str) -> LegalHold | None:
    """The hold that stands on a customer; None when there is none."""
    return LegalHold.objects.filter(customer_key=key, released_at=None).first()


def standing_holds(scope: Scope) -> QuerySet[LegalHold]:
    """All that stand, newest first."""
    scope.demand_everywhere("manage_settings")
    return LegalHold.objects.filter(released_at=None).order_by("-id")
