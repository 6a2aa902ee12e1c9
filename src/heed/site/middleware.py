"""What every request passes: the content policy, the person's zone and language, and one place where errors become answers."""

import logging
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.core.exceptions import (
    ImmediateHttpResponse,
    RateLimited,
    ReauthenticationRequired,
    SignupClosedException,
)
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from heed.core.access.queries import scope_of
from heed.core.errors.rules import HeedError, translated
from heed.core.settings.rules import current

# Ways of Django and allauth to answer, not faults.
ANSWERED_ELSEWHERE = (
    Http404,
    PermissionDenied,
    SuspiciousOperation,
    ImmediateHttpResponse,
    ReauthenticationRequired,
    SignupClosedException,
    RateLimited,
)
Next = Callable[[HttpRequest], HttpResponse]
PROBLEM = "application/problem+json"
# status -> code and title of what Django answers by itself.
ANSWERS = {
    401: ("not_signed_in", "Sign in, or send a token."),
    403: ("forbidden", "This is not allowed: a call in a session needs its form token (X-CSRFToken)."),
    404: ("not_found", "There is no such thing."),
    405: ("method_not_allowed", "This cannot be done with it."),
    413: ("too_large", "The request is too large."),
    500: ("internal", "Something went wrong on this side."),
}

# Vega draws with style attributes set by script, which the policy allows; styles in mark-up it does not.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'{provider}; frame-ancestors 'none'"
)


def policy(oidc_url: str) -> str:
    """The content policy. Signing in with a company account is a form that is sent on to the provider."""
    issuer = urlsplit(oidc_url)
    return POLICY.format(provider=f" {issuer.scheme}://{issuer.netloc}" if oidc_url else "")


class ContentPolicy:
    """Nothing from elsewhere, nothing inline."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.policy = policy(current().oidc_url)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class Person:
    """The signed-in person's reach, language and time zone; the organisation's where they chose none."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = getattr(request, "user", None)
        request.scope = SimpleLazyObject(lambda: scope_of(request.user))  # type: ignore[attr-defined]
        zone = getattr(person, "time_zone", "") if person and person.is_authenticated else ""
        language = getattr(person, "language", "") if person and person.is_authenticated else ""
        if not zone:
            from heed.core.people.queries import organisation

            zone = organisation().time_zone
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()
            return self.get_response(request)


class Errors:
    """A HeedError becomes problem+json for the API, a fragment for HTMX and a page for everybody else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_told = response.headers.get("Content-Type") == PROBLEM
        if response.status_code < 400 or is_told or not request.path.startswith("/api/"):
            return response
        return _as_problem(response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ANSWERED_ELSEWHERE):
            return None
        if not isinstance(error, HeedError):
            logging.getLogger("heed.request").exception("%s %s", request.method, request.path, exc_info=error)
            return None
        if request.path.startswith("/api/"):
            return problem(error)
        template = "heed/error_fragment.html" if getattr(request, "htmx", False) else "heed/error.html"
        return render(request, template, {"error": error}, status=error.status)


def _as_problem(response: HttpResponse) -> JsonResponse:
    """What Django answered by itself (an address that is not there, a method not allowed, no form token) as a problem."""
    code, title = ANSWERS.get(response.status_code, ("bad_request", "The request is not valid."))
    told = problem(HeedError(title, code=code), response.status_code)
    if "Allow" in response.headers:
        told.headers["Allow"] = response.headers["Allow"]
    return told


def problem(error: HeedError, status: int = 0) -> JsonResponse:
    """An error as RFC 9457 problem+json in the language the call asks for, with the error's own status unless given."""
    status = status or error.status
    body = {
        "type": f"urn:heed:error:{error.code}",
        "title": translated(error.message, gettext),
        "status": status,
        "code": error.code,
        "hint": translated(error.hint, gettext),
    }
    return JsonResponse(body, status=status, content_type=PROBLEM)
