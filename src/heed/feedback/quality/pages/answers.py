"""The answers of a survey that show signs: what figures are with and without them, and deciding about each."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.feedback.quality.actions.settling import keep, put_back, set_aside, set_proposed_aside
from heed.feedback.quality.models import AnswerFlag
from heed.feedback.quality.queries.answers import (
    ACT,
    SEE,
    STATES,
    beside_figures,
    exclusions,
    flags,
    scores_given,
    sign_lines,
)
from heed.feedback.quality.queries.audits import audits, standing_doubts
from heed.feedback.quality.queries.shapes import survey_names
from heed.feedback.quality.rules.signs import SIGN_NAMES, SIGNS

ROWS, DONE_ROWS = 50, 50


def _given(request: HttpRequest, *names: str) -> list[str]:
    asked = request.POST if request.method == "POST" else request.GET
    return [asked.get(name, "").replace("\0", "")[:255] for name in names]


@require_safe
@page(SEE)
def answers_page(request: HttpRequest) -> HttpResponse:
    """Answers with signs, in one state, and those set aside; with the figures they move."""
    scope = request.scope  # type: ignore[attr-defined]
    survey, sign, state, before = _given(request, "survey", "sign", "state", "before")
    sign, state = sign if sign in SIGNS else "", state if state in STATES else "open"
    rows = flags(scope, survey, sign=sign, state=state)
    total = rows.count()
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 8 else 0
    some = list(rows[start : start + ROWS + 1])
    last = audits(scope, survey=survey).first()
    context = {
        "survey": survey,
        "name": survey_names([survey]).get(survey, survey),
        "sign": sign,
        "state": state,
        "tabs": _tabs(scope, survey, sign, state),
        "signs": [(SIGN_NAMES[line.sign], line, _link(survey, line.sign, state)) for line in sign_lines(scope, survey)],
        "figures": beside_figures(scope, survey, last.since, last.until) if last else [],
        "audit": last,
        "standing": standing_doubts(survey),
        "rows": _lines(survey, some[:ROWS]),
        "total": total,
        "proposed": flags(scope, survey, state="open").filter(proposed=True).count(),
        "first": _link(survey, sign, state) if start else "",
        "next": _link(survey, sign, state, start + ROWS) if len(some) > ROWS else "",
        "done": list(exclusions(scope, survey)[:DONE_ROWS]),
        "may_act": scope.may(ACT),
        "may_audit": scope.holds_everywhere(ACT),
    }
    return render(request, "feedback/quality/answers.html", context)


def _link(survey: str, sign: str, state: str, start: int = 0) -> str:
    query = {"survey": survey, "sign": sign, "state": state, "before": start}
    return f"?{urlencode({name: value for name, value in query.items() if value})}"


def _tabs(scope: Any, survey: str, sign: str, state: str) -> list[dict[str, Any]]:
    titles = {"open": _("Undecided"), "set_aside": _("Set aside"), "kept": _("Kept"), "cleared": _("Signs gone")}
    return [
        {
            "title": titles[each],
            "href": _link(survey, sign, each),
            "current": each == state,
            "count": flags(scope, survey, sign=sign, state=each).count(),
        }
        for each in titles
    ]


def _lines(survey: str, rows: Sequence[AnswerFlag]) -> list[dict[str, Any]]:
    scores = scores_given(survey, [row.response_id for row in rows])
    return [
        {
            "row": row,
            "signs": [(SIGN_NAMES.get(sign, sign), _measured(sign, value)) for sign, value in row.signs.items()],
            "scores": scores.get(row.response_id, []),
        }
        for row in rows
    ]


def _measured(sign: str, value: float) -> str:
    """What was measured, in words; nothing where the sign says it all."""
    many = round(value)
    match sign:
        case "straight":
            return ngettext("%(n)s equal answer", "%(n)s equal answers", many) % {"n": many}
        case "speeding":
            return ngettext("%(n)s second", "%(n)s seconds", many) % {"n": many}
        case "burst" | "bot":
            return _("%(n)s in ten minutes") % {"n": many}
        case "duplicate" if many > 1:
            return _("%(n)s with the same words") % {"n": many}
    return ""


@require_POST
@page(ACT)
def decide(request: HttpRequest) -> HttpResponse:
    """Set aside, keep or put back what was ticked, or set aside all that is proposed."""
    scope = request.scope  # type: ignore[attr-defined]
    survey, move, why, back = _given(request, "survey", "move", "why", "back")
    ticked = request.POST.getlist("answer")
    try:
        messages.success(request, _done(scope, survey, move, ticked, why))
    except HeedError as error:
        messages.error(request, " ".join(each for each in (_(error.message), _(error.hint)) if each))
    query = back if back.startswith("?") else f"?{urlencode({'survey': survey})}"
    return HttpResponseRedirect(reverse("quality-answers") + query)


def _done(scope: Any, survey: str, move: str, ticked: Sequence[str], why: str) -> str:
    if move == "keep":
        many = keep(scope, survey, ticked, why)
        return ngettext("%(n)s answer counts.", "%(n)s answers count.", many) % {"n": many}
    if move == "put_back":
        many = len(put_back(scope, ticked, why))
        return ngettext("%(n)s answer counts again.", "%(n)s answers count again.", many) % {"n": many}
    made = set_proposed_aside(scope, survey, why) if move == "all" else set_aside(scope, survey, ticked, why)
    return ngettext("%(n)s answer set aside.", "%(n)s answers set aside.", len(made)) % {"n": len(made)}


@require_safe
@page(SEE)
def answers_start(request: HttpRequest) -> HttpResponse:
    """Without a survey there is nothing to show."""
    if request.GET.get("survey"):
        return answers_page(request)
    return redirect("quality")


urlpatterns = [
    path("quality/answers/", answers_start, name="quality-answers"),
    path("quality/answers/decisions/", decide, name="quality-decide"),
]
