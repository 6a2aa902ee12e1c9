"""Pages of the tree of units, of the organisation's settings, and of what one was told."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.people import actions
from heed.core.people.forms import OrganisationForm, UnitChangeForm, UnitForm
from heed.core.people.queries import (
    notifications,
    one_told,
    organisation,
    sentence,
    unit_by_key,
    unit_nodes,
    units,
    unread_count,
)
from heed.core.people.rules import below, in_order

# Notifications a page.
SHOWN = 50
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


@never_cache
@require_safe
@page()
def notification_list(request: HttpRequest) -> HttpResponse:
    """What this person was told, newest first: all of it, or what is unread."""
    key, is_unread = request.scope.person, request.GET.get("show") == "unread"  # type: ignore[attr-defined]
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    found = notifications(key, is_unread, SHOWN + 1, before=before)
    shown, unread = found[:SHOWN], unread_count(key)
    here = reverse("notifications")
    tabs = [
        {"title": _("All"), "href": here, "current": not is_unread},
        {"title": _("Unread"), "href": f"{here}?show=unread", "current": is_unread, "count": unread},
    ]
    more = {"show": "unread"} if is_unread else {}
    context = {
        "told": [(row, sentence(row.kind, row.params)) for row in shown],
        "tabs": tabs,
        "unread": unread,
        "is_unread": is_unread,
        "newest": shown[0].pk if shown else "",
        "first": f"?{urlencode(more)}" if before else "",
        "next": f"?{urlencode({**more, 'before': shown[-1].pk})}" if len(found) > SHOWN else "",
    }
    return render(request, "core/people/notifications.html", context)


@never_cache
@require_safe
@page()
def notification_bell(request: HttpRequest) -> HttpResponse:
    """The bell alone: the part of every page that is asked for again when something happens."""
    return render(request, "core/people/bell.html")


@never_cache
@require_safe
@page()
def notification_open(request: HttpRequest, number: int) -> HttpResponse:
    """Go to what a notification is about; it is read with that."""
    key = request.scope.person  # type: ignore[attr-defined]
    # A browser that only looks ahead has read nothing.
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "") or request.method == "HEAD"
    found = None if number >= 2**63 else (one_told if is_ahead else actions.mark_read)(key, number)
    if found is None:
        raise Http404
    return redirect(found.href)


@require_POST
@page()
def notification_read(request: HttpRequest, number: int) -> HttpResponse:
    """One has been read."""
    if number >= 2**63 or actions.mark_read(request.scope.person, number) is None:  # type: ignore[attr-defined]
        raise Http404
    return redirect(_back(request))


@require_POST
@page()
def notifications_read(request: HttpRequest) -> HttpResponse:
    """All have been read, up to the newest that was shown."""
    given = request.POST.get("up_to", "")
    up_to = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    actions.mark_all_read(request.scope.person, up_to=up_to)  # type: ignore[attr-defined]
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    here = reverse("notifications")
    return f"{here}?show=unread" if request.POST.get("show") == "unread" else here


urlpatterns = [
    path("notifications/", notification_list, name="notifications"),
    path("notifications/bell/", notification_bell, name="notifications-bell"),
    path("notifications/read/", notifications_read, name="notifications-read"),
    path("notifications/<int:number>/", notification_open, name="notification"),
    path("notifications/<int:number>/read/", notification_read, name="notification-read"),
    path("people/units/", unit_list, name="units"),
    path("people/units/new/", unit_new, name="unit-new"),
    path("people/units/<slug:key>/", unit_change, name="unit"),
    path("settings/organisation/", organisation_settings, name="organisation"),
]
