"""Audits of answers: the list, and what one found."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.feedback.quality.actions.auditing import ACCEPT, RUN, accept_audit, run_audit
from heed.feedback.quality.models import QualityAudit
from heed.feedback.quality.queries.audits import SEE_AGENTS, SEE_AUDITS, audit, audits, standing_doubts
from heed.feedback.quality.queries.shapes import survey_names
from heed.feedback.quality.rules.auditing import CHECK_NAMES, FAILED

ROWS = 50
WHY_NOT = {
    "few_agents": "Too few agents asked often enough to say what is usual.",
    "few_answers": "Too few answers to say what satisfies.",
    "nothing_seen": "Nothing that was seen of contacts tells them apart.",
    "not_asked_for": "Agents are not looked at.",
    "no_answers": "There are no answers.",
}


@require_safe
@page(SEE_AUDITS)
def audit_list(request: HttpRequest) -> HttpResponse:
    """Every audit, the newest first."""
    scope = request.scope  # type: ignore[attr-defined]
    survey = request.GET.get("survey", "").replace("\0", "")[:255]
    shown = Paginator(audits(scope, survey=survey), ROWS).get_page(request.GET.get("page"))
    names = survey_names([row.survey_key for row in shown])
    standing = {each.audit for each in standing_doubts()}
    context = {
        "rows": [(row, names.get(row.survey_key, row.survey_key), _failed(row), row.key in standing) for row in shown],
        "page": shown,
        "survey": survey,
        "previous": _page(survey, shown.previous_page_number()) if shown.has_previous() else "",
        "next": _page(survey, shown.next_page_number()) if shown.has_next() else "",
    }
    return render(request, "feedback/quality/audits.html", context)


def _page(survey: str, number: int) -> str:
    return f"?{urlencode({name: value for name, value in (('survey', survey), ('page', number)) if value})}"


def _failed(row: QualityAudit) -> list[str]:
    return [CHECK_NAMES.get(check["code"], check["code"]) for check in row.checks if check["state"] == FAILED]


@require_safe
@page(SEE_AUDITS)
def audit_page(request: HttpRequest, key: str) -> HttpResponse:
    """What one audit checked and found; the agents for who may see records."""
    scope = request.scope  # type: ignore[attr-defined]
    row = audit(scope, key)
    agents = row.agents.get("agents", []) if scope.may(SEE_AGENTS) else []
    context: dict[str, Any] = {
        "audit": row,
        "name": survey_names([row.survey_key]).get(row.survey_key, row.survey_key),
        "checks": [
            (CHECK_NAMES.get(check["code"], check["code"]), check, WHY_NOT.get(check["reason"], check["reason"]))
            for check in row.checks
        ],
        "agents": [_Gap(each) for each in agents if each["gap"] is not None],
        "usual": row.agents.get("usual"),
        "stands": row.key in {each.audit for each in standing_doubts(row.survey_key)},
        "may_accept": scope.holds_everywhere(ACCEPT),
        "may_run": scope.holds_everywhere(RUN),
        "may_see_answers": scope.may(SEE_AGENTS),
    }
    return render(request, "feedback/quality/audit.html", context)


class _Gap:
    """An agent's gap as the mark of an interval draws it."""

    suppressed = False
    reason = ""

    def __init__(self, told: dict[str, Any]) -> None:
        self.agent, self.found = told["agent"], told["found"]
        self.contacts, self.asked, self.answered = told["contacts"], told["asked"], told["answered"]
        self.value, self.low, self.high, self.n = told["gap"], told["low"], told["high"], told["contacts"]


@require_POST
@page(RUN)
def run(request: HttpRequest) -> HttpResponse:
    """Audit a survey now."""
    survey = request.POST.get("survey", "").replace("\0", "")[:255]
    try:
        row = run_audit(request.scope, survey)  # type: ignore[attr-defined]
    except HeedError as error:
        messages.error(request, " ".join(each for each in (_(error.message), _(error.hint)) if each))
        return redirect("quality-audits")
    return redirect("quality-audit", row.key)


@require_POST
@page(ACCEPT)
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Answer for the figures that rest on a failed audit."""
    try:
        accept_audit(request.scope, key, request.POST.get("why", ""))  # type: ignore[attr-defined]
        messages.success(request, _("The figures lose their mark."))
    except HeedError as error:
        messages.error(request, " ".join(each for each in (_(error.message), _(error.hint)) if each))
    return HttpResponseRedirect(reverse("quality-audit", args=[key]))


urlpatterns = [
    path("quality/audits/", audit_list, name="quality-audits"),
    path("quality/audits/run/", run, name="quality-audit-run"),
    path("quality/audits/<slug:key>/", audit_page, name="quality-audit"),
    path("quality/audits/<slug:key>/acceptance/", accept, name="quality-audit-accept"),
]
