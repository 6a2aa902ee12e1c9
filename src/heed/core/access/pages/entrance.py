"""The ways in that need no password yet: first run, an invitation, a sign-in link."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from heed.core.access.actions.entrance import demand_first_run, finish_first_run
from heed.core.access.actions.invitations import accept_invitation
from heed.core.access.actions.letters import send_test
from heed.core.access.actions.links import use_sign_in_link
from heed.core.access.forms import AcceptForm, FirstRunForm, role_name
from heed.core.access.queries import live_link, open_invitation
from heed.core.access.rules import lands_at_once
from heed.core.edge import tell
from heed.core.errors.rules import HeedError, NotFound
from heed.core.people.queries import organisation

FIELDS = {"weak_password": "password", "address_taken": "email"}  # nosec B105: names of fields
SPENT = "This link has been used or has ended."


def _sign_in(request: HttpRequest, person: Any, where: str = "/") -> HttpResponse:
    """Through allauth, so that a second factor is asked for where there is one."""
    known = get_user_model().objects.get(pk=person.pk)
    answer: HttpResponse = perform_login(request, known, email_verification="none", redirect_url=where)
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, secret: str, ask: bool = False) -> HttpResponse:
    """Sign in by a link. A button is asked for where something other than a person may have opened it."""
    fetch = {name: request.headers.get(name, "none" if name == "sec-fetch-site" else "") for name in _FETCH}
    if request.method == "POST" or (request.method == "GET" and not ask and lands_at_once(fetch)):
        return _sign_in(request, use_sign_in_link(secret))
    link = live_link(secret)
    if link is None:
        raise NotFound(SPENT, code="link_spent", hint="Ask an administrator for another one.")
    return render(request, "core/access/sign_in_link.html", {"someone": link.person})


_FETCH = ("sec-fetch-site", "sec-purpose", "purpose")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: a name, a password, and one is in."""
    found = open_invitation(token)
    if found is None:
        raise NotFound(
            "This invitation has been used, taken back, or has ended.",
            code="invitation_spent",
            hint="Ask whoever invited you to do it again.",
        )
    form = AcceptForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_invitation(token, **form.cleaned_data)
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            return _sign_in(request, person)
    context = {
        "form": form,
        "email": found.email,
        "unit": found.unit.name,
        "role": role_name(found.role),
        "organisation": organisation(),
    }
    return render(request, "core/access/invitation.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest, token: str) -> HttpResponse:
    """Settle the organisation and become its first administrator; the mail can be tried on the way."""
    demand_first_run(token)
    form = FirstRunForm(request.POST or None)
    delivery = None
    if request.method == "POST" and "test_mail" in request.POST:
        form, delivery = _tried_mail(request, form)
    elif request.method == "POST" and form.is_valid():
        try:
            person = _settle(token, form)
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            return _sign_in(request, person)
    status = 422 if form.is_bound else 200
    return render(request, "core/access/first_run.html", {"form": form, "delivery": delivery}, status=status)


def _tried_mail(request: HttpRequest, form: FirstRunForm) -> tuple[FirstRunForm, Any]:
    """Send the test mail to the address typed. What was typed stays in the form, but for the password."""
    form.is_valid()
    if form.has_error("email"):
        return form, None
    delivery = send_test(form.cleaned_data["email"])
    typed: dict[str, Any] = {**request.POST.dict(), "days": request.POST.getlist("days")}
    return FirstRunForm(initial=typed), delivery


def _settle(token: str, form: FirstRunForm) -> Any:
    given = form.cleaned_data
    settled = {
        "name": given["organisation"],
        "time_zone": given["time_zone"],
        "currency": given["currency"],
        "languages": given["languages"],
    }
    return finish_first_run(
        token,
        organisation_settings=settled,
        hours=form.hours(),
        holidays=given["holidays"],
        email=given["email"],
        name=given["name"],
        password=given["password"],
    )


urlpatterns = [
    path("first-run/<str:token>/", first_run, name="first-run"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("sign-in/<str:secret>/", sign_in_link, name="sign-in-link"),
    path("sign-in/<str:secret>/ask/", sign_in_link, {"ask": True}, name="sign-in-link-ask"),
]
