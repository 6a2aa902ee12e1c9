"""Pages of privacy: requests with their terms, one request, erasures with receipts, breaches, the record of processing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.feedback.privacy.actions import breaching, erasing, requesting
from heed.feedback.privacy.forms import BreachForm, RequestForm
from heed.feedback.privacy.models import Breach, PrivacyRequest
from heed.feedback.privacy.queries import requests as queries
from heed.feedback.privacy.queries.holds import hold_on, standing_holds
from heed.feedback.privacy.queries.policies import demands_four_eyes
from heed.feedback.privacy.queries.record import record_of_processing

SHOWN = 200
MANAGES = "manage_settings"
FIELDS = {
    "unknown_customer": "customer",
    "unknown_kind": "kind",
    "invalid_received_at": "received_at",
    "invalid_noticed_at": "noticed_at",
    "nothing_said": "happened",
}


def _tabs(here: str) -> list[dict[str, Any]]:
    names = (
        ("privacy", _("Requests")),
        ("privacy-erasures", _("Erasures")),
        ("privacy-breaches", _("Breaches")),
        ("privacy-record", _("Record of processing")),
    )
    return [{"title": title, "href": reverse(name), "current": name == here} for name, title in names]


@require_http_methods(["GET", "HEAD", "POST"])
@page(MANAGES)
def requests(request: HttpRequest) -> HttpResponse:
    """Open requests by the end of their term, and a form for a new one."""
    scope = request.scope  # type: ignore[attr-defined]
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = requesting.open_request(
                scope,
                given["customer"],
                given["kind"],
                jurisdiction=given["jurisdiction"],
                received_at=given["received_at"],
            )
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            return redirect("privacy-request", row.key)
    today = timezone.localdate()
    rows = [_line(row, today) for row in queries.requests(scope)[:SHOWN]]
    ended = queries.requests(scope, state="ended")[:20]
    context = {
        "rows": rows,
        "ended": ended,
        "form": form,
        "tabs": _tabs("privacy"),
        "holds": standing_holds(scope)[:50],
    }
    return render(request, "feedback/privacy/requests.html", context, status=422 if form.is_bound else 200)


def _line(row: PrivacyRequest, today: Any) -> dict[str, Any]:
    due = row.extended_on or row.due_on
    return {"row": row, "due": due, "left": (due - today).days, "is_over": due < today}


@require_safe
@page(MANAGES)
def one_request(request: HttpRequest, key: str) -> HttpResponse:
    """One request: its term, what was done, and what can be done now."""
    scope = request.scope  # type: ignore[attr-defined]
    row = queries.request_by_key(scope, key)
    context = {
        **_line(row, timezone.localdate()),
        "asked": row,
        "verbs": _verbs(row, scope.person),
        "hold": hold_on(row.customer_key) if row.customer_key else None,
        "erasure": queries.erasures(scope).filter(request=row.key).first(),
    }
    return render(request, "feedback/privacy/request.html", context)


def _verbs(row: PrivacyRequest, person: str) -> list[dict[str, Any]]:
    """What can be done with a request now."""
    found: list[dict[str, Any]] = []
    if row.identity_checked_at is None:
        found.append({"name": "identity", "title": _("Note the check"), "label": _("How the identity was checked")})
    if row.kind == "erasure":
        waits = demands_four_eyes() and row.approved_at is None
        if waits and row.opened_by != person:
            found.append({"name": "approve", "title": _("Approve the erasure"), "label": ""})
        if not waits:
            found.append(
                {"name": "erase", "title": _("Erase the customer"), "label": _("Why (names nobody)"), "primary": True}
            )
    else:
        found.append({"name": "fulfil", "title": _("Fulfilled"), "label": "", "primary": True})
    if row.extended_on is None:
        found.append({"name": "extend", "title": _("Put off"), "label": _("Why it takes longer")})
    return [*found, {"name": "refuse", "title": _("Refuse"), "label": _("Why it is refused")}]


def _do(request: HttpRequest, key: str, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
    except HeedError as error:
        messages.error(request, error.said(_))
    else:
        messages.success(request, done)
    return redirect("privacy-request", key)


@require_POST
@page(MANAGES)
def change_request(request: HttpRequest, key: str) -> HttpResponse:
    """One of the verbs of a request."""
    scope, verb = request.scope, request.POST.get("verb", "")  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")[:300]
    row = queries.request_by_key(scope, key)
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "extend": (lambda: requesting.extend_request(scope, key, reason), _("The answer was put off.")),
        "identity": (lambda: requesting.note_identity_check(scope, key, reason), _("Noted.")),
        "approve": (lambda: requesting.approve_erasure(scope, key), _("Approved.")),
        "fulfil": (lambda: requesting.end_request(scope, key, "fulfilled", reason), _("The request has ended.")),
        "refuse": (lambda: requesting.end_request(scope, key, "refused", reason), _("The request has ended.")),
        "erase": (
            lambda: erasing.begin_erasure(scope, row.customer_key, reason, request=key),
            _("The erasure has begun; its receipt appears here when it is done."),
        ),
    }
    if verb not in verbs:
        return redirect("privacy-request", key)
    return _do(request, key, *verbs[verb])


@require_safe
@page(MANAGES)
def erasures(request: HttpRequest) -> HttpResponse:
    """Receipts, newest first."""
    scope = request.scope  # type: ignore[attr-defined]
    rows = [(row, sum(row.counts.values())) for row in queries.erasures(scope)[:SHOWN]]
    runs = [(run, sum(run.removed.values())) for run in queries.retention_runs(scope)[:20]]
    context = {"rows": rows, "runs": runs, "tabs": _tabs("privacy-erasures")}
    return render(request, "feedback/privacy/erasures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(MANAGES)
def breaches(request: HttpRequest) -> HttpResponse:
    """The register, and a form for a new one."""
    scope = request.scope  # type: ignore[attr-defined]
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            breaching.note_breach(scope, **form.cleaned_data)
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("Noted; the clock runs."))
            return redirect("privacy-breaches")
    now = timezone.now()
    rows = [_breach(row, now) for row in queries.breaches(scope)[:SHOWN]]
    context = {"rows": rows, "form": form, "tabs": _tabs("privacy-breaches")}
    return render(request, "feedback/privacy/breaches.html", context, status=422 if form.is_bound else 200)


def _breach(row: Breach, now: Any) -> dict[str, Any]:
    hours = int((row.due_at - now).total_seconds() // 3600)
    waits = row.closed_at is None and row.authority_told_at is None and not row.not_told_reason
    return {"breach": row, "hours": hours, "waits": waits, "is_over": waits and hours < 0}


@require_POST
@page(MANAGES)
def change_breach(request: HttpRequest, key: str) -> HttpResponse:
    """The authority was told, need not be, or the breach is closed."""
    scope, given = request.scope, request.POST  # type: ignore[attr-defined]
    said: dict[str, Any] = {}
    if given.get("verb") == "told":
        said["authority_told_at"] = timezone.now()
    reason = given.get("reason", "").replace("\0", "").strip()[:500]
    if reason:
        row = queries.breach_by_key(scope, key)
        said["late_reason" if row.authority_told_at or said else "not_told_reason"] = reason
    try:
        breaching.change_breach(scope, key, close=given.get("verb") == "close", **said)
    except HeedError as error:
        messages.error(request, error.said(_))
    else:
        messages.success(request, _("Saved."))
    return redirect("privacy-breaches")


@require_safe
@page(MANAGES)
def record(request: HttpRequest) -> HttpResponse:
    """Article 30, from what is configured."""
    told = record_of_processing(request.scope)  # type: ignore[attr-defined]
    context = {"record": told, "tabs": _tabs("privacy-record")}
    return render(request, "feedback/privacy/record.html", context)


urlpatterns = [
    path("privacy/", requests, name="privacy"),
    path("privacy/requests/<str:key>/", one_request, name="privacy-request"),
    path("privacy/requests/<str:key>/change/", change_request, name="privacy-request-change"),
    path("privacy/erasures/", erasures, name="privacy-erasures"),
    path("privacy/breaches/", breaches, name="privacy-breaches"),
    path("privacy/breaches/<str:key>/change/", change_breach, name="privacy-breach-change"),
    path("privacy/record/", record, name="privacy-record"),
]
