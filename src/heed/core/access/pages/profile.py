"""Pages about oneself: profile, sessions, API tokens; and the test of the mail settings."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from heed.core.access.actions.letters import FILES, send_test
from heed.core.access.actions.tokens import make_token, revoke_token
from heed.core.access.forms import PERMISSION_NAMES, MailTestForm, ProfileForm, TokenForm, role_name
from heed.core.access.queries import memberships_of, tokens_of
from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.people.actions import change_profile

FIELDS = {"invalid_name": "name", "unknown_permission": "scopes", "scope_above_yours": "scopes", "no_scopes": "scopes"}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone, and the ways to everything else about oneself."""
    person: Any = request.user
    initial = {column: getattr(person, column) for column in ("name", "language", "time_zone", "notified_by")}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_profile(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {
        "form": form,
        "held": [(role_name(row.role), row.unit.name) for row in memberships_of(person)],
        "has_password": person.has_usable_password(),
        "tokens": len(tokens_of(person.key)),
        "sessions": _address("usersessions_list"),
        "may_use_api": request.scope.may("use_api"),  # type: ignore[attr-defined]
        "may_settle": request.scope.holds_everywhere("manage_settings"),  # type: ignore[attr-defined]
    }
    return render(request, "core/access/profile.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("use_api")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's API tokens; a new one's secret is shown once."""
    scope = request.scope  # type: ignore[attr-defined]
    form, made, secret = TokenForm(request.POST or None, scope=scope), None, ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = make_token(scope, name=given["name"], scopes=given["scopes"], expires_at=form.expires_at())
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            form = TokenForm(scope=scope)
    owned = [(row, [PERMISSION_NAMES.get(each, each) for each in row.scopes]) for row in tokens_of(scope.person)]
    context = {"form": form, "made": made, "secret": secret, "owned": owned}
    return render(request, "core/access/tokens.html", context, status=422 if form.is_bound else 200)


@require_POST
@page("use_api")
def token_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a token."""
    revoke_token(request.scope, number)  # type: ignore[attr-defined]
    messages.success(request, _("The token has ended."))
    return redirect("tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_settings")
def mail(request: HttpRequest) -> HttpResponse:
    """How heed sends mail, and a try of it."""
    request.scope.demand_everywhere("manage_settings")  # type: ignore[attr-defined]
    form = MailTestForm(request.POST or None, initial={"email": getattr(request.user, "email", "")})
    delivery = send_test(form.cleaned_data["email"]) if request.method == "POST" and form.is_valid() else None
    kept = settings.EMAIL_BACKEND == FILES
    context = {
        "form": form,
        "delivery": delivery,
        "kept": settings.EMAIL_FILE_PATH if kept else "",
        "server": "" if kept else f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "sender": settings.DEFAULT_FROM_EMAIL,
    }
    status = 422 if form.is_bound and delivery is None else 200
    return render(request, "core/access/mail.html", context, status=status)


urlpatterns = [
    path("profile/", profile, name="profile"),
    path("profile/tokens/", tokens, name="tokens"),
    path("profile/tokens/<int:number>/revoke/", token_revoke, name="token-revoke"),
    path("settings/mail/", mail, name="mail"),
]
