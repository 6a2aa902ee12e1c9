"""The attention ledger on pages: the policy and its pauses, what is covered, the rehearsal, and stopping for one customer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.definitions.actions import propose
from heed.core.definitions.rules import validate
from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.core.settings.rules import current
from heed.feedback.triggers.actions import keeping
from heed.feedback.triggers.definition import ContactPolicy
from heed.feedback.triggers.forms import PauseForm, RehearsalForm
from heed.feedback.triggers.queries.coverage import coverage_lines, pauses
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.queries.precision import precision
from heed.feedback.triggers.queries.state import POLICY, policy_in_force, triggers_in_force
from heed.feedback.triggers.rules.reasons import REASONS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(MAY)
def policy_page(request: HttpRequest) -> HttpResponse:
    """The policy in words, the triggers it holds for, and pauses; a pause is begun here."""
    scope = request.scope  # type: ignore[attr-defined]
    form = PauseForm(request.POST if request.method == "POST" else None, scope=scope)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            keeping.pause_asking(scope, chosen["region"], chosen["why"], chosen["hours"])
            messages.success(request, _("Nobody is asked meanwhile."))
            return redirect("ask-policy")
        except HeedError as error:
            form.add_error(None, error.said(_))
    policy, version = policy_in_force()
    context = {
        "policy": policy,
        "version": version,
        "triggers": triggers_in_force(),
        "pauses": pauses(scope, 20),
        "form": form,
        "may_propose": scope.may("propose"),
    }
    return render(request, "feedback/triggers/policy.html", context, status=422 if form.errors else 200)


@require_POST
@page(MAY)
def pause_end(request: HttpRequest, key: str) -> HttpResponse:
    """End a pause now."""
    keeping.resume_asking(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("Customers are asked again."))
    return redirect("ask-policy")


@require_POST
@page(MAY)
def customer_stop(request: HttpRequest) -> HttpResponse:
    """Never ask a customer from now on, or take that back."""
    scope, key = request.scope, request.POST.get("customer", "")[:64]  # type: ignore[attr-defined]
    if request.POST.get("allow"):
        keeping.ask_again(scope, key)
        messages.success(request, _("The customer may be asked again."))
    else:
        keeping.leave_alone(scope, key, request.POST.get("why", "")[:300])
        messages.success(request, _("The customer is not asked any more."))
    return redirect(f"{reverse('ask-why')}?{urlencode({'customer': key})}")


@require_safe
@page(MAY)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Each cell: answers wanted, its share today and those recorded, who was asked and who answered."""
    scope = request.scope  # type: ignore[attr-defined]
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "feedback/triggers/precision.html", {"known": precision(scope)})
    policy, _version = policy_in_force()
    followers = [each for each in triggers_in_force() if getattr(each.body, "adaptive", False)]
    context = {
        "lines": coverage_lines(scope),
        "coverage": policy.coverage,
        "followers": followers,
        "may_propose": scope.may("propose"),
        "known": precision(scope, read="figures" in request.GET),
    }
    return render(request, "feedback/triggers/coverage.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(MAY)
def rehearsal_page(request: HttpRequest) -> HttpResponse:
    """The policy changed in a form, replayed over the weeks just gone beside the one in force; then proposed."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(MAY)
    policy, _version = policy_in_force()
    form = RehearsalForm(request.POST if request.method == "POST" else None, policy=policy)
    context: dict[str, Any] = {"form": form, "triggers": triggers_in_force(), "may_propose": scope.may("propose")}
    if form.is_bound and form.is_valid():
        try:
            tried = validate(POLICY[0], form.body)
            if "propose" in request.POST:
                row = propose(scope, *POLICY, form.body, note=_("Rehearsed"))
                messages.success(request, _("Proposed."))
                return redirect("definition_version", *POLICY, row.number)
            assert isinstance(tried, ContactPolicy)
            context |= _replayed(policy, tried, form.cleaned_data["weeks"])
        except HeedError as error:
            form.add_error(None, error.said(_))
    return render(request, "feedback/triggers/rehearsal.html", context, status=422 if form.errors else 200)


def _replayed(policy: ContactPolicy, tried: ContactPolicy, weeks: int) -> dict[str, Any]:
    from heed.facts.engine.engine import open_engine
    from heed.feedback.triggers.queries.rehearsing import rehearse_asking

    until = datetime.now(UTC)
    since = until - timedelta(weeks=weeks)
    with open_engine(current()) as engine:
        found = rehearse_asking(engine, since, until, policy=tried)
        now = found if tried == policy else rehearse_asking(engine, since, until, policy=policy)
    one, other = found.figures, now.figures
    codes = sorted({*one.reasons, *other.reasons}, key=lambda code: -one.reasons.get(code, 0))
    rows = [
        (_("Asked"), one.asked, other.asked),
        (_("Customers asked"), one.customers, other.customers),
        (_("Most invitations to one customer"), one.most_asks, other.most_asks),
        *((_(REASONS[code]), one.reasons.get(code, 0), other.reasons.get(code, 0)) for code in codes),
    ]
    return {
        "found": found,
        "is_same": tried == policy,
        "rows": rows,
        "cells": [(each, None if each.margin is None else 100 * each.margin) for each in one.cells],
    }


urlpatterns = [
    path("asks/policy/", policy_page, name="ask-policy"),
    path("asks/policy/pauses/<str:key>/end/", pause_end, name="ask-pause-end"),
    path("asks/why/stop/", customer_stop, name="ask-stop"),
    path("asks/coverage/", coverage_page, name="ask-coverage"),
    path("asks/rehearsal/", rehearsal_page, name="ask-rehearsal"),
]
