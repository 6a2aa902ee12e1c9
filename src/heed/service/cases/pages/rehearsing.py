"""The rehearsal: the rule that opens cases changed in a form, and what the last quarter would have been beside the rule in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.core.people.queries import units
from heed.documents.charts.beside import Week, beside
from heed.service.cases.actions.rehearsing import Rehearsed, enact_opening, propose_opening, rehearse_opening
from heed.service.cases.forms.rehearsing import START, RehearsalForm
from heed.service.cases.models import SEVERITIES
from heed.service.cases.pages.words import promise_name, span_words
from heed.service.cases.queries import OPENING, openings
from heed.service.cases.rules.rehearsing import GROUPS, Breaches, Part

MOST_PARTS = 12
NEW_KEY = "call_back"


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def rehearsal(request: HttpRequest) -> HttpResponse:
    """Change the rule, see last quarter, then propose it or put it in force."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere("see_figures")
    rules = openings()
    asked = request.POST.get("rule") or request.GET.get("rule", "")
    rule = next((each for each in rules if each.key == asked), rules[0] if rules else None)
    key, held = (rule.key, rule.body.model_dump(mode="json")) if rule else (NEW_KEY, START)
    form = RehearsalForm(request.POST if request.method == "POST" else None, rule=held)
    context: dict[str, Any] = {
        "form": form,
        "rules": [{"key": each.key, "name": each.body.name, "current": each.key == key} for each in rules],
        "key": key,
        "rule": rule,
        "may_propose": scope.may("propose"),
        "may_approve": scope.holds_everywhere("approve"),
    }
    status = 200
    if form.is_bound and form.is_valid():
        done = _settled(request, form, key) if "propose" in request.POST or "enact" in request.POST else None
        if done is not None:
            return done
        context |= _outcome(rehearse_opening(scope, key, form.body, form.cleaned_data["weeks"]))
    elif form.is_bound:
        status = 422
    else:
        context["waits"] = True
    template = "rehearsed.html" if request.htmx and status == 200 else "rehearsal.html"  # type: ignore[attr-defined]
    answer = render(request, f"service/cases/{template}", context, status=status)
    if request.htmx and status != 200:  # type: ignore[attr-defined]
        # What is wrong stands in the form: it comes again whole.
        again = {"HX-Retarget": "form.rehearsal", "HX-Reselect": "form.rehearsal", "HX-Reswap": "outerHTML"}
        for name, value in again.items():
            answer.headers[name] = value
    return answer


def _settled(request: HttpRequest, form: RehearsalForm, key: str) -> HttpResponse | None:
    """Propose the rule, or put it in force; None where it was refused, which the form says."""
    scope, note = request.scope, form.cleaned_data["note"]  # type: ignore[attr-defined]
    try:
        if "enact" in request.POST:
            enact_opening(scope, key, form.body, note)
            messages.success(request, _("The rule is in force. What comes in from now on is decided by it."))
            answer = redirect("cases-rehearsal")
        else:
            number = propose_opening(scope, key, form.body, note)
            messages.success(request, _("Proposed."))
            answer = redirect("definition_version", OPENING, key, number)
    except HeedError as error:
        form.add_error(None, error.said(_))
        return None
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": answer.headers["Location"]})
    return answer


def _outcome(found: Rehearsed) -> dict[str, Any]:
    """What was found, as the page shows it."""
    tried, now = found.tried, found.now
    is_same = now is tried
    weeks = [
        Week(day, count, None if now is None or is_same else now.weeks.get(day, 0))
        for day, count in tried.weeks.items()
    ]
    chart = beside(
        weeks,
        title=_("Cases a week"),
        key="cases-a-week",
        tried=_("In force") if is_same else _("This rule"),
        now=_("In force"),
    )
    units_by_key = {unit.key: unit.name for unit in units()}
    beside_now = None if is_same else now
    return {
        "found": found,
        "is_same": is_same,
        "chart": chart,
        "weeks": len(weeks),
        "rows": _rows(found, beside_now),
        "severities": [
            (title, tried.severities.get(name, 0), beside_now.severities.get(name, 0) if beside_now else None)
            for name, title in reversed(SEVERITIES)
        ],
        "groups": [
            (title, _parts(tried.parts[name], beside_now.parts[name] if beside_now else None, units_by_key))
            for name, title in zip(GROUPS, (_("Team"), _("Region"), _("Segment"), _("Product")), strict=True)
            if any(part.value for part in tried.parts[name])
        ],
        "breaches": [_breach(each) for each in tried.breaches],
        "in_all": _with_limits(tried.in_all),
        "in_all_now": _with_limits(beside_now.in_all) if beside_now else "",
    }


def _rows(found: Rehearsed, now: Any) -> list[tuple[Any, Any, Any]]:
    """The figures in one table: name, of the rule tried, of the one in force, in words."""
    weeks = max(len(found.tried.weeks), 1)

    def pair(title: Any, measure: Any) -> tuple[Any, Any, Any]:
        return title, _said(measure(found.tried)), None if now is None else _said(measure(now))

    return [
        pair(_("Cases"), lambda one: one.cases),
        pair(_("Cases a week"), lambda one: round(one.cases / weeks, 1)),
        pair(_("Cases in the busiest week"), lambda one: max(one.weeks.values(), default=0)),
        pair(_("Customers"), lambda one: one.customers if one.customers >= found.least else None),
        pair(_("Answers of customers who had a case already"), lambda one: one.joined),
        pair(_("Cases without a team"), lambda one: one.unowned),
    ]


def _said(value: float | None) -> str:
    if value is None:
        return _("too few to show")
    return number_format(value, 1 if isinstance(value, float) else 0, force_grouping=True)


def _with_limits(found: tuple[float, float, float] | None) -> str:
    """What is expected with its limits; empty when it is not known."""
    if found is None:
        return ""
    expected, low, high = (number_format(each, 0, force_grouping=True) for each in found)
    return f"{expected} ({low} – {high})"


def _parts(tried: list[Part], now: list[Part] | None, names: dict[str, str]) -> list[tuple[str, Part, Part | None]]:
    known = {part.value: part for part in now or ()}
    return [
        (names.get(part.value, part.value) or _("not known"), part, known.get(part.value))
        for part in tried[:MOST_PARTS]
    ]


def _breach(each: Breaches) -> dict[str, Any]:
    titles = dict(SEVERITIES)
    return {
        "promise": promise_name(each.promise),
        "severity": titles[each.severity],
        "within": span_words(each.seconds),
        "of": each,
        "row": {"value": each.share, "low": each.low, "high": each.high, "n": each.n},
    }


urlpatterns = [path("cases/rehearsal/", rehearsal, name="cases-rehearsal")]
