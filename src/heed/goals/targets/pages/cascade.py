"""Cascades of targets as pages: which there are, how each unit stands, and the form that sets them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, Invalid, phrase, translated
from heed.core.people.queries import unit_nodes, units
from heed.core.people.rules import in_order
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.queries import kpi_in_force, list_kpis
from heed.goals.targets.actions import set_cascade
from heed.goals.targets.definition import Target
from heed.goals.targets.forms import NAME, typed_rows
from heed.goals.targets.queries.cascades import WEEKS, cascade, cascades, stand, volumes_of
from heed.goals.targets.rules import ADDING, cascaded


@dataclass(frozen=True)
class Field:
    """A unit of the form."""

    key: str
    name: str
    depth: int
    target: str
    volume: str


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


@require_safe
@page("see_figures")
def target_list(request: HttpRequest) -> HttpResponse:
    """Every cascade in force, and the KPIs that may have one."""
    found = [(held, cast(Target, held.body)) for held in cascades()]
    taken = {body.kpi for _held, body in found}
    context = {
        "found": [(held, body, len(body.units), _kpi_name(body.kpi)) for held, body in found],
        "free": [
            kpi for kpi in list_kpis() if kpi.state == "in_force" and kpi.key not in taken and _may_cascade(kpi.key)
        ],
        "may_set": _scope(request).holds_everywhere("propose"),
    }
    return render(request, "goals/targets/list.html", context)


def _may_cascade(key: str) -> bool:
    kpi = cast(Kpi, kpi_in_force(key).body)
    return kpi.measure.kind in ADDING and kpi.direction != "neither" and kpi.unit != "count"


def _kpi_name(key: str) -> str:
    try:
        return translated(cast(Kpi, kpi_in_force(key).body).name, _)
    except HeedError:
        return key


@require_safe
@page("see_figures")
def target(request: HttpRequest, key: str) -> HttpResponse:
    """How each unit stands to its target over the last full weeks."""
    weeks = request.GET.get("weeks", "")
    found = stand(key, _scope(request), int(weeks) if weeks.isdigit() and len(weeks) < 4 else WEEKS)
    context = {
        "found": found,
        "kpi_name": translated(found.kpi_name, _),
        "unit": found.target.measured_in,
        "last_day": found.until - timedelta(days=1) if found.until else None,
        "mismatch": translated(found.mismatch, _),
        "may_set": _scope(request).holds_everywhere("propose"),
    }
    return render(request, "goals/targets/target.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def target_new(request: HttpRequest) -> HttpResponse:
    """A first cascade of a KPI; its key is the KPI's."""
    _scope(request).demand_everywhere("propose")
    kpi = request.POST.get("kpi") or request.GET.get("kpi", "")
    held = kpi_in_force(kpi)
    body = cast(Kpi, held.body)
    if body.direction == "neither":
        raise Invalid(
            phrase("Of {kpi} neither way is better.", kpi=kpi),
            code="no_direction",
            hint="Set targets for a KPI of which one way is better.",
        )
    start = {"name": translated(body.name, _), "direction": body.direction, "measured_in": body.unit}
    return _form(request, kpi, kpi, start, {}, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def target_change(request: HttpRequest, key: str) -> HttpResponse:
    """The cascade in force, to be set anew."""
    _scope(request).demand_everywhere("propose")
    held = cascade(key)
    body = cast(Target, held.body)
    start = {"name": body.name, "direction": body.direction, "measured_in": body.measured_in}
    return _form(
        request, key, body.kpi, start, {each.unit: (each.target, each.volume) for each in body.units}, held.version
    )


def _form(
    request: HttpRequest,
    key: str,
    kpi: str,
    start: dict[str, str],
    set_before: dict[str, tuple[float, float]],
    version: int | None,
) -> HttpResponse:
    rows, wrong = _tree(), ""
    measured_in = start["measured_in"]
    if request.method == "POST":
        wrong = _set(request, key, kpi, start, rows)
        if not wrong:
            return redirect("target", key)
        fields = [
            Field(each, name, depth, request.POST.get(f"target_{each}", ""), request.POST.get(f"volume_{each}", ""))
            for each, name, depth in rows
        ]
    else:
        volumes = volumes_of(kpi, _scope(request))
        fields = [_field(each, name, depth, set_before, volumes, measured_in) for each, name, depth in rows]
    context: dict[str, Any] = {
        "key": key,
        "kpi": kpi,
        "name": request.POST.get("name", start["name"]),
        "fields": fields,
        "measured_in": measured_in,
        "follows": request.POST.get("follows", "" if version is None else str(version)),
        "wrong": wrong,
        "is_new": version is None,
    }
    return render(request, "goals/targets/form.html", context, status=422 if wrong else 200)


def _tree() -> list[tuple[str, str, int]]:
    """(key, name, depth) of every unit as the tree is read."""
    known = {unit.key: unit for unit in units()}
    order = in_order((unit.key, unit.name, unit.parent.key if unit.parent else None) for unit in known.values())
    return [(key, known[key].name, depth) for key, depth in order]


def _field(
    key: str,
    name: str,
    depth: int,
    before: dict[str, tuple[float, float]],
    volumes: dict[str, int],
    measured_in: str,
) -> Field:
    set_to = before.get(key)
    factor = 100.0 if measured_in == "share" else 1.0
    shown = f"{set_to[0] * factor:.10g}" if set_to else ""
    volume = f"{set_to[1]:.10g}" if set_to else str(volumes.get(key, ""))
    return Field(key, name, depth, shown, volume)


def _set(request: HttpRequest, key: str, kpi: str, start: dict[str, str], rows: list[tuple[str, str, int]]) -> str:
    """Set what was sent. Returns what was wrong with it; empty when it stands."""
    follows = request.POST.get("follows", "")
    try:
        typed = typed_rows(request.POST, [(each, name) for each, name, _depth in rows], start["measured_in"])
        nodes = unit_nodes()
        body = {
            **start,
            "name": request.POST.get("name", "").strip()[:NAME] or start["name"],
            "kpi": kpi,
            "units": _cascade_body(typed, nodes),
        }
        _number, state = set_cascade(
            _scope(request), key, body, follows=int(follows) if follows.isdigit() and len(follows) < 10 else None
        )
    except HeedError as error:
        return error.said(_)
    said = (
        _("The targets are set.") if state == "in_force" else _("The targets are proposed; somebody must approve them.")
    )
    messages.success(request, said)
    return ""


def _cascade_body(typed: list[tuple[str, float, float]], nodes: Any) -> list[dict[str, Any]]:
    for unit, target_value, volume in typed:
        if not (volume > 0 and abs(target_value) < 1e12 and volume <= 1e12):
            raise Invalid(
                phrase("The weight of {unit} is {volume:g}.", unit=unit, volume=volume),
                code="invalid_number",
                hint="Give a number above 0, such as its answers a quarter.",
            )
    return [each.model_dump() for each in cascaded(typed, nodes)]


urlpatterns = [
    path("targets/", target_list, name="targets"),
    path("targets/new/", target_new, name="target-new"),
    path("targets/<str:key>/", target, name="target"),
    path("targets/<str:key>/change/", target_change, name="target-change"),
]
