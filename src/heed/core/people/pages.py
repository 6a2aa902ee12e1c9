"""Pages of the tree of units and of the organisation's settings."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.people import actions
from heed.core.people.forms import OrganisationForm, UnitChangeForm, UnitForm
from heed.core.people.queries import organisation, unit_by_key, unit_nodes, units
from heed.core.people.rules import below, in_order

FIELDS = {
    "invalid_name": "name",
    "invalid_key": "key",
    "unit_exists": "key",
    "invalid_kind": "kind",
    "ring": "parent",
    "not_permitted_here": "parent",
}


def _managed(request: HttpRequest) -> frozenset[str] | None:
    """The units whose people this person manages; None = all."""
    scope = request.scope  # type: ignore[attr-defined]
    return None if scope.holds_everywhere("manage_people") else scope.reaches.get("manage_people", frozenset())


@require_safe
@page("manage_people")
def unit_list(request: HttpRequest) -> HttpResponse:
    """The tree of units this person manages."""
    within = _managed(request)
    rows = {unit.key: unit for unit in units() if within is None or unit.key in within}
    tree = in_order((unit.key, unit.name, unit.parent.key if unit.parent else None) for unit in rows.values())
    return render(request, "core/people/units.html", {"tree": [(rows[key], depth) for key, depth in tree]})


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_people")
def unit_new(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    form = UnitForm(request.POST or None, initial={"parent": request.GET.get("parent")}, within=_managed(request))
    if request.method == "POST" and form.is_valid():
        try:
            unit = actions.add_unit(request.scope, **form.cleaned_data)  # type: ignore[attr-defined]
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("%(unit)s was added.") % {"unit": unit.name})
            return redirect("units")
    status = 422 if form.is_bound else 200
    return render(request, "core/people/unit_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_people")
def unit_change(request: HttpRequest, key: str) -> HttpResponse:
    """Rename a unit, or hang it elsewhere."""
    unit, within = unit_by_key(key), _managed(request)
    if unit is None or (within is not None and key not in within):
        raise Http404
    parent = unit.parent.key if unit.parent else ""
    form = UnitChangeForm(
        request.POST or None,
        initial={"name": unit.name, "parent": parent},
        without=frozenset(below(key, unit_nodes())),
        within=None if within is None else within | {parent},
        is_root=unit.parent is None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = form.cleaned_data.get("parent", parent)
            actions.change_unit(
                request.scope,  # type: ignore[attr-defined]
                key,
                name=form.cleaned_data["name"],
                parent=moved if moved != parent else None,
            )
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("Saved."))
            return redirect("units")
    context = {"form": form, "unit": unit}
    return render(request, "core/people/unit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_settings")
def organisation_settings(request: HttpRequest) -> HttpResponse:
    """Name, time zone, currency and languages of the organisation."""
    request.scope.demand_everywhere("manage_settings")  # type: ignore[attr-defined]
    now = organisation()
    initial = {**now.model_dump(), "languages": ", ".join(now.languages)}
    form = OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organisation(request.scope, {**now.model_dump(), **form.cleaned_data})  # type: ignore[attr-defined]
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("Saved. Figures are cut by the new settings from now on."))
            return redirect("organisation")
    return render(request, "core/people/organisation.html", {"form": form}, status=422 if form.is_bound else 200)


urlpatterns = [
    path("people/units/", unit_list, name="units"),
    path("people/units/new/", unit_new, name="unit-new"),
    path("people/units/<slug:key>/", unit_change, name="unit"),
    path("settings/organisation/", organisation_settings, name="organisation"),
]
