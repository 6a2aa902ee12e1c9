"""Sending a survey to a list: choose, see who would be asked and who not and why, confirm, and look at what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.feedback.triggers.actions.lists import LONGEST_LIST, confirm_list, discard_list, prepare_list
from heed.feedback.triggers.forms import AskForm
from heed.feedback.triggers.models import AskList
from heed.feedback.triggers.queries.log import (
    MAY,
    ask_list,
    asks,
    counts_by_reason,
    newest_lists,
    preview,
    surveys_in_force,
)
from heed.feedback.triggers.queries.state import rest_days
from heed.feedback.triggers.rules.reasons import ASK, REASONS
from heed.feedback.triggers.rules.telling import listed_in
from heed.service.customers.queries import customers, known_as

ROWS = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(MAY)
def ask(request: HttpRequest) -> HttpResponse:
    """Choose the survey and the customers."""
    scope = request.scope  # type: ignore[attr-defined]
    given = {name: request.GET[name] for name in ("survey", "region", "segment", "words") if name in request.GET}
    if request.method == "POST":
        form = AskForm(request.POST, request.FILES, scope=scope)
        if form.is_valid():
            try:
                return redirect("ask-list", key=_prepared(scope, form).key)
            except HeedError as error:
                tell(form, error, {"survey_not_in_force": "survey"})
    else:
        form = AskForm(scope=scope, initial=given)
    context = {"form": form, "surveys": surveys_in_force(), "lists": newest_lists(scope), "rest_days": rest_days()}
    return render(request, "feedback/triggers/ask.html", context, status=422 if form.errors else 200)


def _prepared(scope: Scope, form: AskForm) -> AskList:
    chosen = form.cleaned_data
    if chosen["by"] == "filter":
        wanted = {name: chosen[name] for name in ("region", "segment", "words")}
        rows = customers(scope, **wanted).values_list("key", flat=True)
        return prepare_list(scope, chosen["survey"], list(rows[: LONGEST_LIST + 1]))
    named = listed_in(chosen["given"])
    if chosen["file"]:
        named += listed_in(chosen["file"].read().decode("utf-8-sig", "replace"))
    found, unknown = known_as(scope, named)
    return prepare_list(scope, chosen["survey"], list(dict.fromkeys(found.values())), unknown=len(unknown))


@never_cache
@require_safe
@page(MAY)
def list_page(request: HttpRequest, key: str) -> HttpResponse:
    """Before it is confirmed: who would be asked. After: what became of each."""
    scope = request.scope  # type: ignore[attr-defined]
    row = ask_list(scope, key)
    chosen, start = request.GET.get("reason", ""), _start(request)
    context = _previewed(row, chosen, start) if row.confirmed_at is None else _decided(scope, row, chosen, start)
    names = dict(surveys_in_force())
    total = sum(number for _code, number in context["counts"])
    context |= {
        "row": row,
        "survey": names.get(row.survey_key, row.survey_key),
        "tabs": _tabs(context["counts"], chosen, total),
        "chosen": chosen,
        "previous": _link(chosen, max(start - ROWS, 0)) if start else "",
        "next": _link(chosen, start + ROWS) if context["more"] else "",
        "first_shown": start + 1,
        "last_shown": start + len(context["lines"]),
        "left": len(row.customers) - row.position,
    }
    return render(request, "feedback/triggers/list.html", context)


def _start(request: HttpRequest) -> int:
    given = request.GET.get("from", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def _link(reason: str, start: int) -> str:
    query = {name: value for name, value in (("reason", reason), ("from", start)) if value}
    return f"?{urlencode(query)}"


def _tabs(counts: list[tuple[str, int]], chosen: str, total: int) -> list[dict[str, Any]]:
    tabs = [{"title": _("All"), "href": "?", "current": not chosen, "count": total}]
    for code, number in counts:
        title = _("Asked") if code == ASK else capfirst(_(REASONS.get(code, code)))
        tabs.append({"title": title, "href": _link(code, 0), "current": code == chosen, "count": number})
    return tabs


def _previewed(row: AskList, chosen: str, start: int) -> dict[str, Any]:
    seen = preview(row, reason=chosen, offset=start, limit=ROWS + 1)
    lines = [(each.customer, each.name, each.email, each.reason, each.rested_until) for each in seen.lines[:ROWS]]
    return {
        "counts": list(seen.reasons),
        "asked": seen.asked,
        "lines": _said(lines),
        "more": len(seen.lines) > ROWS,
    }


def _decided(scope: Scope, row: AskList, chosen: str, start: int) -> dict[str, Any]:
    counts = counts_by_reason(asks(scope, asked_list=row.key))
    found = list(asks(scope, asked_list=row.key, reason=chosen).order_by("id")[start : start + ROWS + 1])
    known = {each.key: each for each in customers(scope).filter(key__in=[one.customer_key for one in found])}
    lines = []
    for one in found[:ROWS]:
        who = known.get(one.customer_key)
        code = ASK if one.asked else one.reason
        lines.append((one.customer_key, who.name if who else "", who.email if who else "", code, one.rested_until))
    return {"counts": counts, "asked": dict(counts).get(ASK, 0), "lines": _said(lines), "more": len(found) > ROWS}


def _said(lines: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {
            "customer": customer,
            "name": name or customer,
            "email": email,
            "asked": code == ASK,
            "why": "" if code == ASK else REASONS.get(code, code),
            "until": until,
        }
        for customer, name, email, code, until in lines
    ]


@require_POST
@page(MAY)
def list_confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Send it."""
    row = confirm_list(request.scope, key)  # type: ignore[attr-defined]
    number = len(row.customers)
    words = ngettext(
        "%(number)d customer is being decided about.", "%(number)d customers are being decided about.", number
    )
    messages.success(request, words % {"number": number})
    return redirect("ask-list", key=key)


@require_POST
@page(MAY)
def list_discard(request: HttpRequest, key: str) -> HttpResponse:
    """Give a list up that nobody confirmed."""
    discard_list(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("Nobody is asked."))
    return redirect("ask")


urlpatterns = [
    path("ask/", ask, name="ask"),
    path("ask/<str:key>/", list_page, name="ask-list"),
    path("ask/<str:key>/confirm/", list_confirm, name="ask-confirm"),
    path("ask/<str:key>/discard/", list_discard, name="ask-discard"),
]
