"""Signals: what changed beyond noise, how sure that is, and what was changed near it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heed.core.edge import page
from heed.feedback.verbatims.actions.signals import dismiss, reopen, see
from heed.feedback.verbatims.pages.asking import language, tabs
from heed.feedback.verbatims.queries.signals import Signal, last_look, signals

KINDS = {
    "theme-start": gettext_lazy("A theme began"),
    "theme-rise": gettext_lazy("A theme rose"),
    "topic-jump": gettext_lazy("A day with a jump"),
    "team-rise": gettext_lazy("A slow rise in a team"),
}
METHODS = {
    "poisson_step": gettext_lazy("step in a Poisson rate"),
    "beta_binomial_day": gettext_lazy("day against the 8 weeks before, beta-binomial"),
    "poisson_knee": gettext_lazy("knee in a Poisson rate, beside the other teams"),
}
VERBS = {"seen": see, "dismissal": dismiss, "reopening": reopen}


def item(signal: Signal) -> dict[str, Any]:
    return {
        "signal": signal,
        "kind": KINDS.get(signal.kind, signal.kind),
        "method": METHODS.get(signal.method, signal.method),
        "p": _("below 0.0001") if signal.p < 0.0001 else f"{signal.p:.4f}",
        "has_ratio": signal.ratio is not None,
    }


@require_safe
@page("see_figures")
def signal_list(request: HttpRequest) -> HttpResponse:
    """What changed beyond noise, newest first; what was put away by `?dismissed=1`."""
    scope = request.scope  # type: ignore[attr-defined]
    away = request.GET.get("dismissed") == "1"
    context = {
        "items": [item(each) for each in signals(scope, dismissed=away, language=language())],
        "away": away,
        "tabs": tabs(scope, "signals"),
        "look": last_look(),
        "reaches_all": scope.everything,
    }
    return render(request, "feedback/verbatims/signals.html", context)


@require_POST
@page("see_figures")
def mark(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """Note that a signal was seen, put it away, or take it back."""
    if what in VERBS:
        VERBS[what](request.scope, key)  # type: ignore[attr-defined]
        said = {"seen": _("Noted as seen."), "dismissal": _("Put away."), "reopening": _("Back in the list.")}
        messages.success(request, said[what])
    return redirect("verbatim-signals")


urlpatterns = [
    path("verbatims/signals/", signal_list, name="verbatim-signals"),
    path("verbatims/signals/<str:key>/<str:what>/", mark, name="verbatim-signal-mark"),
]
