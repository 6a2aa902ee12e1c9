"""The log of decisions to ask and not to ask, and why one person was not asked."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.definitions.queries import all_in_force
from heed.core.edge import page
from heed.core.errors.rules import NotFound
from heed.core.tables import csv_lines
from heed.feedback.triggers.models import Ask
from heed.feedback.triggers.queries.log import (
    MAY,
    asks,
    counts_by_reason,
    facts_judged,
    may_see_customer,
    standings,
    surveys_in_force,
)
from heed.feedback.triggers.queries.person import person_ledger
from heed.feedback.triggers.queries.state import last_asked, rest_days
from heed.feedback.triggers.rules.reasons import ASK, REASONS
from heed.service.customers.queries import customer_card, known_as, names

ROWS = 50
DAYS = (7, 30, 90, 365)
EXPORTED = (
    "key",
    "decided_at",
    "asked",
    "reason",
    "survey_key",
    "trigger_key",
    "version",
    "customer_key",
    "probability",
    "fact_table",
    "fact_key",
    "asked_list",
    "due_at",
    "rested_until",
)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    given = {
        name: request.GET.get(name, "").replace("\0", "")[:120] for name in ("reason", "trigger", "survey", "customer")
    }
    days = request.GET.get("days", "30")
    return {**given, "days": int(days) if days.isascii() and days.isdigit() and int(days) in DAYS else 30}


@require_safe
@page(MAY)
def ask_log(request: HttpRequest) -> HttpResponse:
    """Decisions, newest first, with how many there are of each reason."""
    scope = request.scope  # type: ignore[attr-defined]
    wanted = _wanted(request)
    counts = counts_by_reason(asks(scope, **{**wanted, "reason": ""}))
    before = request.GET.get("before", "")
    rows = asks(scope, **wanted)
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    some = list(rows[: ROWS + 1])
    query = {name: value for name, value in wanted.items() if value}
    known = names([row.customer_key for row in some], scope)
    context = {
        "lines": [_line(row, known) for row in some[:ROWS]],
        "counts": [_counted(code, number, counts, query) for code, number in counts],
        "wanted": wanted,
        "triggers": [(each.key, getattr(each.body, "name", each.key)) for each in all_in_force("trigger")],
        "surveys": surveys_in_force(),
        "days": DAYS,
        "all_href": f"?{urlencode({**query, 'reason': ''})}",
        "first": f"?{urlencode(query)}" if before else "",
        "next": f"?{urlencode({**query, 'before': some[ROWS - 1].id})}" if len(some) > ROWS else "",
        "csv": f"export.csv?{urlencode(query)}",
        "may_propose": scope.may("propose"),
        "rest_days": rest_days(),
    }
    return render(request, "feedback/triggers/log.html", context)


def _line(row: Ask, known: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "name": known.get(row.customer_key, "") or row.customer_key or "–",
        "why": REASONS.get(row.reason, row.reason),
        "is_later": row.asked and not row.invitation,
    }


def _counted(code: str, number: int, counts: list[tuple[str, int]], query: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Asked") if code == ASK else _(REASONS.get(code, code)),
        "count": number,
        "share": number / sum(each for _code, each in counts),
        "href": f"?{urlencode({**query, 'reason': code})}",
        "current": query.get("reason") == code,
    }


@require_safe
@page(MAY)
def ask_export(request: HttpRequest) -> StreamingHttpResponse:
    """The log as a CSV file; customers by key."""
    rows = asks(request.scope, **_wanted(request)).values_list(*EXPORTED)  # type: ignore[attr-defined]
    response = StreamingHttpResponse(csv_lines(EXPORTED, rows.iterator(chunk_size=2000)), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="asks.csv"'
    return response


@require_safe
@page(MAY)
def ask_why(request: HttpRequest) -> HttpResponse:
    """Why one person was not asked: how they stand now, what was decided, and what triggers made of what happened to them."""
    scope = request.scope  # type: ignore[attr-defined]
    given = request.GET.get("customer", "").strip().replace("\0", "")[:254]
    found, _unknown = known_as(scope, [given]) if given and scope.may("see_customers") else ({}, [])
    key = found.get(given, given)
    visible = bool(given) and may_see_customer(scope, key)
    context: dict[str, Any] = {"given": given, "key": key, "visible": visible, "rest_days": rest_days()}
    if visible:
        card, asked_at = customer_card(key, scope), last_asked([key]).get(key)
        context |= {
            "customer": card,
            "title": card.title if card else key,
            "asked_at": asked_at,
            "is_asked_later": asked_at is not None and asked_at > timezone.now(),
            "standings": [(each, REASONS.get(each.reason, "")) for each in standings(key)],
            "lines": [_line(row, {key: card.title} if card else {}) for row in asks(scope, customer=key)[:20]],
            "ledger": _ledger(scope, key),
            "judged": [(each, REASONS.get(each.reason, each.reason)) for each in facts_judged(key)],
        }
    return render(request, "feedback/triggers/why.html", context)


def _ledger(scope: Any, key: str) -> dict[str, Any]:
    """How the customer stands with the ledger, as the page shows it."""
    try:
        found = person_ledger(scope, key)
    except NotFound:
        return {}
    return {"found": found, "why": REASONS.get(found.obstacle, "")}


urlpatterns = [
    path("asks/", ask_log, name="asks"),
    path("asks/export.csv", ask_export, name="asks-export"),
    path("asks/why/", ask_why, name="ask-why"),
]
