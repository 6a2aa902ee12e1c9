"""Pages of connections: which there are, one with its last messages, its secret shown once, and what was given up."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.feedback.routing.actions import connecting as actions
from heed.feedback.routing.forms import ConnectionForm
from heed.feedback.routing.queries import connecting as queries

SHOWN = 50
FIELDS = {
    "invalid_name": "name",
    "address_refused": "url",
    "unknown_event": "events",
    "unknown_credential": "token_name",
    "no_project": "project",
}
# The session remembers that a secret is to be shown, not the secret.
TO_SHOW = "show_secret_of"
STATES = {"": (), "waiting": ("pending",), "dead": ("dead",)}


@require_safe
@page("manage_connections")
def connection_list(request: HttpRequest) -> HttpResponse:
    """Every connection, with how it does."""
    request.scope.demand_everywhere("manage_connections")  # type: ignore[attr-defined]
    return render(request, "feedback/routing/connections.html", {"lines": queries.lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_connections")
def connection_new(request: HttpRequest) -> HttpResponse:
    """Connect another system."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere("manage_connections")
    form = ConnectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row, _secret = actions.add_connection(
                scope,
                name=given["name"],
                url=given["url"],
                event_names=given["events"],
                shape=given["shape"] or "webhook",
                token_name=given["token_name"],
                project=given["project"],
            )
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            request.session[TO_SHOW] = row.key
            return redirect("connection", row.key)
    return render(request, "feedback/routing/connect.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_connections")
def connection_change(request: HttpRequest, key: str) -> HttpResponse:
    """Another name, address or choice of events."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere("manage_connections")
    row = queries.connection_by_key(key)
    form = ConnectionForm(request.POST or None, initial={"name": row.name, "url": row.url, "events": row.events})
    # What it is was said when it was connected; what waits for it is of that kind.
    for name in ("shape", "token_name", "project"):
        del form.fields[name]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_connection(scope, key, name=given["name"], url=given["url"], event_names=given["events"])
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("Saved."))
            return redirect("connection", key)
    context = {"form": form, "connection": row}
    return render(request, "feedback/routing/connect.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@page("manage_connections")
def connection(request: HttpRequest, key: str) -> HttpResponse:
    """One connection: its state, its last messages with what came of them, and its secret when it is new."""
    request.scope.demand_everywhere("manage_connections")  # type: ignore[attr-defined]
    row, show = queries.connection_by_key(key), request.GET.get("show", "")
    show = show if show in STATES else ""
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    found = queries.deliveries(key, states=STATES[show], limit=SHOWN + 1, before=before)
    shown, line = found[:SHOWN], queries.line_of(row)
    is_new = request.session.get(TO_SHOW) == key
    if is_new:
        del request.session[TO_SHOW]
    more = {"show": show} if show else {}
    context: dict[str, Any] = {
        "line": line,
        "connection": row,
        "secret": queries.secrets_of(row, timezone.now())[0] if is_new else "",
        "is_rotating": row.former_until is not None and row.former_until > timezone.now(),
        "deliveries": shown,
        "show": show,
        "tabs": _tabs(key, line, show),
        "first": f"?{urlencode(more)}" if before else "",
        "next": f"?{urlencode({**more, 'before': shown[-1].pk})}" if len(found) > SHOWN else "",
    }
    return render(request, "feedback/routing/connection.html", context)


def _tabs(key: str, line: queries.Line, show: str) -> list[dict[str, Any]]:
    here = reverse("connection", args=[key])
    return [
        {"title": _("All"), "href": here, "current": show == ""},
        {"title": _("Waiting"), "href": f"{here}?show=waiting", "current": show == "waiting", "count": line.pending},
        {"title": _("Given up"), "href": f"{here}?show=dead", "current": show == "dead", "count": line.dead},
    ]


@require_POST
@page("manage_connections")
def connection_secret(request: HttpRequest, key: str) -> HttpResponse:
    """A new secret, shown once."""
    actions.replace_secret(request.scope, key)  # type: ignore[attr-defined]
    request.session[TO_SHOW] = key
    return redirect("connection", key)


@require_POST
@page("manage_connections")
def connection_test(request: HttpRequest, key: str) -> HttpResponse:
    """One message at once."""
    tried = actions.try_connection(request.scope, key)  # type: ignore[attr-defined]
    if tried.last_error:
        messages.warning(request, _("The message was not taken: %(error)s") % {"error": tried.last_error})
    else:
        words = {"status": tried.last_status, "seconds": f"{tried.last_seconds or 0:.1f}"}
        messages.success(request, _("The message was taken: HTTP %(status)s after %(seconds)s s.") % words)
    return redirect("connection", key)


@require_POST
@page("manage_connections")
def connection_pause(request: HttpRequest, key: str) -> HttpResponse:
    """Send nothing for now."""
    actions.pause_connection(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("Paused. What happens meanwhile waits."))
    return redirect("connection", key)


@require_POST
@page("manage_connections")
def connection_resume(request: HttpRequest, key: str) -> HttpResponse:
    """Go on."""
    actions.resume_connection(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("It goes on."))
    return redirect("connection", key)


@require_POST
@page("manage_connections")
def connection_remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take it away."""
    dropped = actions.remove_connection(request.scope, key)  # type: ignore[attr-defined]
    said = ngettext("Removed. %(n)s message is not sent.", "Removed. %(n)s messages are not sent.", dropped)
    messages.success(request, said % {"n": dropped})
    return redirect("connections")


@require_POST
@page("manage_connections")
def connection_replay(request: HttpRequest, key: str) -> HttpResponse:
    """Send again what was given up: one message, or all."""
    one = request.POST.get("delivery", "")
    count = actions.replay_deliveries(request.scope, key, [one] if one else None)  # type: ignore[attr-defined]
    said = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", count)
    messages.success(request, said % {"n": count})
    return redirect("connection", key)


urlpatterns = [
    path("connections/", connection_list, name="connections"),
    path("connections/new/", connection_new, name="connection-new"),
    path("connections/<slug:key>/", connection, name="connection"),
    path("connections/<slug:key>/change/", connection_change, name="connection-change"),
    path("connections/<slug:key>/secret/", connection_secret, name="connection-secret"),
    path("connections/<slug:key>/test/", connection_test, name="connection-test"),
    path("connections/<slug:key>/pause/", connection_pause, name="connection-pause"),
    path("connections/<slug:key>/resume/", connection_resume, name="connection-resume"),
    path("connections/<slug:key>/remove/", connection_remove, name="connection-remove"),
    path("connections/<slug:key>/replay/", connection_replay, name="connection-replay"),
]
