"""Escalations as pages: mine and my units', one with what may be done, the rota with who stands in, who carries the load."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, NotFound
from heed.core.people.actions import mark_subject_read
from heed.core.people.queries import names_of, people_at_work, units
from heed.goals.escalation.actions import working
from heed.goals.escalation.models import Escalation
from heed.goals.escalation.queries import (
    TABS,
    counts,
    escalation,
    history,
    loads,
    may_work,
    members,
    protocol_of,
    protocols,
    rotas,
    steps,
    swaps,
    urgent_first,
)

TITLES: dict[str, Any] = {
    "mine": gettext_lazy("Mine"),
    "open": gettext_lazy("Not over yet"),
    "unattended": gettext_lazy("Nobody on call"),
    "deferred": gettext_lazy("Deferred"),
    "incidents": gettext_lazy("Major incidents"),
    "ended": gettext_lazy("Over"),
}
REASONS: dict[str, Any] = {
    "on_call": gettext_lazy("lowest level with authority"),
    "no_room_below": gettext_lazy("nobody below had room"),
    "not_acknowledged": gettext_lazy("nobody acknowledged in time"),
    "handed_up": gettext_lazy("handed up"),
    "surge": gettext_lazy("severe, and nobody had room"),
    "alike": gettext_lazy("like others"),
    "has_one_alike": gettext_lazy("like others"),
    "major_incident": gettext_lazy("leads a major incident"),
    "budget": gettext_lazy("the day's budget is used up"),
    "nobody_on_call": gettext_lazy("nobody is on call"),
    "nobody_has_room": gettext_lazy("nobody is on call"),
    "case_closed": gettext_lazy("the case was closed"),
    "stood_down": gettext_lazy("stood down"),
    "incident_over": gettext_lazy("the incident is over"),
}
SHOWN = 100


def _scope(request: HttpRequest) -> Scope:
    return request.scope  # type: ignore[attr-defined,no-any-return]


def _level_names() -> dict[tuple[str, str], str]:
    return {(held.key, level.key): level.name for held in protocols() for level in held.body.levels}  # type: ignore[attr-defined]


def _unit_names() -> dict[str, str]:
    return {unit.key: unit.name for unit in units()}


def _lines(rows: list[Escalation]) -> list[dict[str, Any]]:
    names, levels, places = names_of({row.person for row in rows if row.person}), _level_names(), _unit_names()
    return [
        {
            "row": row,
            "person": names.get(row.person, row.person),
            "level": levels.get((row.protocol_key, row.level_key), row.level_key),
            "team": places.get(row.team, row.team),
        }
        for row in rows
    ]


@require_safe
@page("see_cases")
def escalations_page(request: HttpRequest) -> HttpResponse:
    """Escalations of a person and their units, tab by tab."""
    scope = _scope(request)
    held = counts(scope)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "mine" if held["mine"] else "open"
    tabs = [
        {
            "href": f"?tab={each}",
            "title": TITLES[each],
            "count": None if each == "ended" else held[each],
            "current": each == tab,
        }
        for each in TABS
    ]
    context = {
        "tabs": tabs,
        "tab": tab,
        "lines": _lines(urgent_first(scope, tab, SHOWN)),
        "total": held[tab],
        "shown": SHOWN,
        "person": scope.person,
        "has_protocol": bool(protocols()),
        "unattended": held["unattended"],
    }
    return render(request, "goals/escalation/list.html", context)


@require_safe
@page("see_cases")
def escalation_page(request: HttpRequest, key: str) -> HttpResponse:
    """One escalation: where it stands, what may be done, what happened."""
    scope = _scope(request)
    row = escalation(scope, key)
    mark_subject_read(scope.person, ("escalation", row.key))
    return _shown(request, row)


def _shown(request: HttpRequest, row: Escalation, fault: str = "", status: int = 200) -> HttpResponse:
    scope, happened = _scope(request), steps(row)
    (line,) = _lines([row])
    names = names_of({*(step.actor for step in happened), *(step.person for step in happened)} - {""})
    protocol, lead = protocol_of(row), row
    if row.state == "joined" and row.incident is not None:
        lead = next((each for each in members(scope, row.incident) if each.leads), row)
    others = [each for each in members(scope, row.incident) if each.pk != row.pk] if row.incident else []
    context = {
        "line": line,
        "row": row,
        "lead": lead,
        "may": may_work(scope, lead) and row.ended_at is None and lead.state != "joined",
        "may_acknowledge": lead.state in ("given", "deferred", "unattended"),
        "may_hand_up": protocol is not None and lead.level + 1 < len(protocol.levels),
        "mine": lead.person == scope.person,
        "history": [
            (step, names.get(step.actor, step.actor), names.get(step.person, step.person), REASONS.get(step.reason, ""))
            for step in happened
        ],
        "others": _lines(others),
        "reads": scope.may("see_words"),
        "fault": fault,
    }
    return render(request, "goals/escalation/escalation.html", context, status=status)


@require_POST
@page("work_cases")
def act(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Acknowledge, hand up or stand down. A refusal is said in the page."""
    scope, words = _scope(request), request.POST.get("words", "")[:10_000]
    verbs: dict[str, Any] = {
        "acknowledgement": (lambda: working.acknowledge(scope, key), _("Acknowledged: it is yours.")),
        "hand-up": (lambda: working.hand_up(scope, key, words), _("It is with the level above.")),
        "stand-down": (lambda: working.stand_down(scope, key, words), _("The escalation is over.")),
    }
    if verb not in verbs:
        raise NotFound("There is no such thing to do about an escalation.", code="unknown_verb")
    run, done = verbs[verb]
    row = escalation(scope, key)
    try:
        run()
    except HeedError as error:
        return _shown(request, escalation(scope, row.key), error.said(_), error.status)
    messages.success(request, done)
    return redirect("escalation", row.key)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return date.min


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_cases")
def rota_page(request: HttpRequest) -> HttpResponse:
    """Who is on call in the days to come, who stands in, and what people were given today."""
    scope, now, fault = _scope(request), timezone.now(), ""
    if request.method == "POST":
        typed = request.POST
        try:
            if typed.get("withdraw"):
                working.withdraw_swap(scope, typed["withdraw"])
                messages.success(request, _("The swap is taken back."))
            else:
                protocol, _slash, level = typed.get("level", "").partition("/")
                days = (_day(typed.get("since", "")), _day(typed.get("until", "") or typed.get("since", "")))
                working.swap_duty(scope, protocol, level, typed.get("person", ""), typed.get("substitute", ""), *days)
                messages.success(request, _("The swap is noted."))
            return redirect("escalation-rota")
        except HeedError as error:
            fault = error.said(_)
    plan = rotas(now)
    names = dict(people_at_work())
    context = {
        "rotas": plan,
        "with_rota": [each for each in plan if each.turns],
        "people": sorted({pair for each in plan for pair in each.people}, key=lambda pair: pair[1]),
        "everybody": list(names.items()) if scope.may("work_cases") else [],
        "swaps": [
            (each, names.get(each.person, each.person), names.get(each.substitute, each.substitute))
            for each in swaps(now)
        ],
        "loads": loads(now) if scope.may("see_records") or scope.may("work_cases") else [],
        "may_swap": scope.may("work_cases"),
        "fault": fault,
        "person": scope.person,
    }
    return render(request, "goals/escalation/rota.html", context, status=422 if fault else 200)


@require_safe
@page("see_figures")
def load_page(request: HttpRequest) -> HttpResponse:
    """Who carried past escalations, by unit."""
    found = history(_scope(request))
    held, places = next(iter(protocols()), None), _unit_names()
    context = {
        "found": found,
        "units": [
            (load, found.names.get(load.busiest, load.busiest), places.get(load.unit, load.unit))
            for load in found.units
        ],
        "overloaded": [load for load in found.units if load.overloaded],
        "definition_href": reverse("definition", args=["escalation", held.key]) if held else "",
    }
    return render(request, "goals/escalation/load.html", context)


urlpatterns = [
    path("escalations/", escalations_page, name="escalations"),
    path("escalations/rota/", rota_page, name="escalation-rota"),
    path("escalations/load/", load_page, name="escalation-load"),
    path("escalations/<slug:key>/", escalation_page, name="escalation"),
    path("escalations/<slug:key>/<slug:verb>/", act, name="escalation-verb"),
]
