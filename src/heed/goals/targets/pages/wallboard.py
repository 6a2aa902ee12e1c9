"""The supervisor's wallboard: a unit now and today, kept up to the moment, large for a wall and small for a phone."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import translated
from heed.core.journal.queries import last_id
from heed.core.people.queries import unit_choices, unit_nodes, units
from heed.core.people.rules import Node
from heed.goals.targets.queries.cascades import unit_of
from heed.goals.targets.queries.live import live
from heed.goals.targets.queries.today import Figure, today

PARTS = {"live": "goals/targets/board_live.html", "today": "goals/targets/board_today.html"}


@dataclass(frozen=True)
class Shown:
    """A figure with its words in the reader's language."""

    figure: Figure
    name: str
    aim_name: str
    href: str


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@require_safe
@page("see_figures")
def wallboards(request: HttpRequest) -> HttpResponse:
    """The board of the highest unit somebody reaches."""
    scope = _scope(request)
    mine = [key for key, _name in unit_choices() if scope.holds_in("see_figures", key)]
    if not mine:
        return render(request, "goals/targets/board_none.html")
    return redirect(_address(mine[0], "tv" in request.GET).rstrip("?&"))


@require_safe
@page("see_figures")
def wallboard(request: HttpRequest, unit: str) -> HttpResponse:
    """One unit. `part` asks for the live part or today's alone; `tv` for a wall: large, without controls or names."""
    scope = _scope(request)
    nodes = unit_of(scope, unit)
    part = request.GET.get("part", "")
    is_tv = "tv" in request.GET
    names = {each.key: each.name for each in units()}
    context: dict[str, Any] = {
        # Read before the counts: what happens after is told to a page that listens.
        "journal_at": last_id(),
        "unit": unit,
        "unit_name": names.get(unit, unit),
        "is_tv": is_tv,
        "sees_cases": scope.holds_in("see_cases", unit),
        "sees_people": scope.holds_in("see_records", unit) and not is_tv,
        "address": _address(unit, is_tv),
    }
    if part != "today":
        context["now"] = live(scope, unit, nodes) if context["sees_cases"] else None
    if part != "live":
        context |= _today(scope, unit, nodes, names, read=part == "today" or "figures" in request.GET)
        context["boards"] = [] if is_tv else _boards(scope)
    return render(request, PARTS.get(part, "goals/targets/board.html"), context)


def _address(unit: str, is_tv: bool) -> str:
    return reverse("wallboard", args=[unit]) + ("?tv=1&" if is_tv else "?")


def _boards(scope: Scope) -> list[tuple[str, str]]:
    """(key, name) of the units somebody may look at, as the tree is read."""
    reached = frozenset(key for key in unit_nodes() if scope.holds_in("see_figures", key))
    return unit_choices(reached)


def _today(scope: Scope, unit: str, nodes: dict[str, Node], names: dict[str, str], *, read: bool) -> dict[str, Any]:
    found = today(scope, unit, nodes, read=read)
    if found is None:
        return {"today": None}
    shown = [
        Shown(
            each,
            translated(each.name, _),
            names.get(each.aim.unit, each.aim.unit) if each.aim and not each.aim.is_own else "",
            reverse("kpi", args=[each.kpi]),
        )
        for each in found.figures
    ]
    return {"today": found, "figures": shown, "moment": timezone.now()}


urlpatterns = [
    path("wallboard/", wallboards, name="wallboards"),
    path("wallboard/<str:unit>/", wallboard, name="wallboard"),
]
