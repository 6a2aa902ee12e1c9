"""The process map of the facts as a page: filtered by frequency or by time; each edge leads to its cases."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.documents.units import in_unit, level_said
from heed.goals.journeys.pages.listing import linked
from heed.goals.journeys.pages.picturing import KINDS, drawn_out
from heed.goals.journeys.pages.window import asked_again, days_of, spans
from heed.goals.journeys.queries.process import TABLES, Process, checked, edge_cases, process
from heed.goals.journeys.queries.reports import openable
from heed.mining.picture.process_map import coloured, process_map

SHARES = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
SHOWN = 60
FILTERS = {"count": gettext_lazy("By frequency"), "time": gettext_lazy("By time")}
TABLE_WORDS = {"events": gettext_lazy("Steps of cases"), "case_changes": gettext_lazy("Changes of cases")}


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What is drawn: facts, filter and share; anything that cannot be is left at its default."""
    table, by, share = (request.GET.get(name, "") for name in ("table", "by", "share"))
    try:
        wanted = min(max(float(share), 0.0), 1.0) if share else 0.9
    except ValueError:
        wanted = 0.9
    # A number that is none compares with nothing.
    wanted = wanted if 0 <= wanted <= 1 else 0.9
    return {"table": table if table in TABLES else "events", "by": by if by in FILTERS else "count", "share": wanted}


@require_safe
@page("see_figures")
def journey_process(request: HttpRequest) -> HttpResponse:
    """The process map, its filters, and the edges with their numbers."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    days, current = days_of(request)
    asked = _asked(request)
    found = process(scope, asked["table"], asked["share"], asked["by"], days)
    again = asked_again(days, current)
    stays = {"table": asked["table"], "by": asked["by"], "share": f"{asked['share']:g}"}
    may_see = scope.may("see_records")

    def link(start: str, end: str) -> str:
        if not may_see:
            return f"#e-{_place(found, start, end)}"
        return (
            reverse("journey-process-cases")
            + "?"
            + urlencode({"table": asked["table"], "from": start, "to": end, **again})
        )

    context: dict[str, Any] = {
        "found": found,
        "picture": mark_safe(_drawn(found, link)) if found.edges else "",  # noqa: S308 -- drawn here, names escaped
        "spans": spans(current, stays),
        "tables": _choices("table", TABLE_WORDS, stays | again),
        "filters": _choices("by", FILTERS, stays | again),
        "shares": [
            (level_said(share), "?" + urlencode(stays | again | {"share": f"{share:g}"}), share == asked["share"])
            for share in SHARES
        ],
        "share": round(asked["share"] * 100),
        "hidden": [(name, value) for name, value in (stays | again).items() if name != "share"],
        "edges": [(at, edge, link(edge["from"], edge["to"])) for at, edge in enumerate(found.edges[:SHOWN])],
        "more": max(len(found.edges) - SHOWN, 0),
        "maps": [
            (form.upper(), reverse("journey-process-map", args=[form]) + "?" + urlencode(stays | again))
            for form in KINDS
        ],
        "may_see": may_see,
    }
    return render(request, "goals/journeys/process.html", context)


def _choices(name: str, words: dict[str, Any], stays: dict[str, str]) -> list[tuple[Any, str, bool]]:
    return [(said, "?" + urlencode(stays | {name: value}), stays[name] == value) for value, said in words.items()]


def _place(found: Process, start: str, end: str) -> int:
    return next((at for at, edge in enumerate(found.edges) if (edge["from"], edge["to"]) == (start, end)), 0)


def _drawn(found: Process, link: Any) -> str:
    title = _("Process of %(table)s") % {"table": TABLE_WORDS[found.table]}
    return process_map(found.told, found.edges, title, link, in_unit)


@require_safe
@page("see_figures")
def journey_process_map(request: HttpRequest, form: str) -> HttpResponse:
    """The process map as a file."""
    if form not in KINDS:
        raise Http404
    scope: Scope = request.scope  # type: ignore[attr-defined]
    asked = _asked(request)
    found = process(scope, asked["table"], asked["share"], asked["by"], days_of(request)[0])
    if not found.edges:
        raise Http404
    svg = _drawn(found, None)
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    body = svg.encode() if form == "svg" else drawn_out(coloured(svg, theme), form, theme)
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f'attachment; filename="process.{form}"'
    return response


@require_safe
@page("see_records")
def journey_process_cases(request: HttpRequest) -> HttpResponse:
    """The cases behind an edge, the slowest first."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    days, current = days_of(request)
    start, end, table = (request.GET.get(name, "") for name in ("from", "to", "table"))
    table = checked(table or "events")
    found = edge_cases(scope, start, end, table, days)
    context = {
        "found": found,
        "rows": linked(openable(scope, found), found),
        "title": f"{start} → {end}",
        "after": "",
        "is_edge": True,
        "back": reverse("journey-process") + "?" + urlencode({"table": table, **asked_again(days, current)}),
        "back_title": _("Process map"),
    }
    return render(request, "goals/journeys/cases.html", context)


urlpatterns = [
    path("process/", journey_process, name="journey-process"),
    path("process/cases/", journey_process_cases, name="journey-process-cases"),
    path("process/map.<str:form>", journey_process_map, name="journey-process-map"),
]
