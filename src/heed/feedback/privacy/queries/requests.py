"""Requests, breaches, erasures and runs of retention, for those who answer for them."""

from django.db.models import QuerySet

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.feedback.privacy.models import Breach, Erasure, PrivacyRequest, RetentionRun

MANAGES = "manage_settings"


def requests(scope: Scope, *, state: str = "open") -> QuerySet[PrivacyRequest]:
    """Requests: `open` by the end of their term, `ended` and `all` newest first."""
    scope.demand_everywhere(MANAGES)
    if state == "open":
        return PrivacyRequest.objects.filter(ended_at=None).order_by("due_on", "id")
    rows = PrivacyRequest.objects.order_by("-id")
    return rows.exclude(ended_at=None) if state == "ended" else rows


def request_by_key(scope: Scope, key: str) -> PrivacyRequest:
    scope.demand_everywhere(MANAGES)
    row = PrivacyRequest.objects.filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such request.", code="unknown_request")
    return row


def breaches(scope: Scope) -> QuerySet[Breach]:
    """The register, open ones first."""
    scope.demand_everywhere(MANAGES)
    return Breach.objects.order_by("closed_at", "-id")


def breach_by_key(scope: Scope, key: str) -> Breach:
    scope.demand_everywhere(MANAGES)
    row = Breach.objects.filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such breach.", code="unknown_breach")
    return row


def erasures(scope: Scope) -> QuerySet[Erasure]:
    scope.demand_everywhere(MANAGES)
    return Erasure.objects.order_by("-id")


def erasure_by_key(scope: Scope, key: str) -> Erasure:
    scope.demand_everywhere(MANAGES)
    row = Erasure.objects.filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such erasure.", code="unknown_erasure")
    return row


def retention_runs(scope: Scope) -> QuerySet[RetentionRun]:
    scope.demand_everywhere(MANAGES)
    return RetentionRun.objects.order_by("-id")
