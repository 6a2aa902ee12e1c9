"""The API: `/api/v1`, OpenAPI at `/api/v1/openapi.json`, problem+json for every error, tokens or the session of a signed-in person."""

import json
import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer, SessionAuth

from heed.collector.api import routers as collector_routers
from heed.core.access.actions.tokens import token_scope
from heed.core.access.queries import scope_of
from heed.core.errors.rules import Forbidden, HeedError, Invalid, NotFound, fault_said, translated
from heed.core.http.rules import unkept
from heed.core.urls import routers as core_routers
from heed.feedback.urls import routers as feedback_routers
from heed.goals.urls import routers as goals_routers
from heed.service.urls import routers as service_routers
from heed.site.middleware import PROBLEM, problem


class Texts(Parser):
    """JSON whose texts every database can keep: no NUL, no half of a surrogate pair."""

    def parse_body(self, request: HttpRequest) -> Any:
        found = json.loads(request.body)
        if unkept(found) is not None:
            raise ValueError("a text holds a character that cannot be kept")
        return found


class Bearer(HttpBearer):
    """`Authorization: Bearer heed_…`: an API token."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = token_scope(token)
        if found is None:
            return None
        person, request.scope = found  # type: ignore[attr-defined]
        request.user = person
        return person


class Session(SessionAuth):
    """The session of a signed-in person, with the CSRF token on writes."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        request.scope = scope_of(request.user)  # type: ignore[attr-defined]
        return request.user


api = NinjaAPI(
    title="heed",
    version="1",
    urls_namespace="api",
    description="Customer satisfaction across complex operations. Nouns only; cursor paging; problem+json errors.",
    auth=[Bearer(), Session()],
    docs_url=None,
    parser=Texts(),
)


@api.exception_handler(HeedError)
def _refused(request: HttpRequest, error: HeedError) -> HttpResponse:
    return problem(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"at": ".".join(str(part) for part in fault["loc"]), "message": translated(fault_said(fault), gettext)}
        for fault in error.errors
    ]
    body = {
        "type": "urn:heed:error:invalid",
        "title": faults[0]["message"] if faults else gettext("The request is not valid."),
        "status": 422,
        "code": "invalid",
        "hint": gettext("See `faults` for each field."),
        "faults": faults,
    }
    return JsonResponse(body, status=422, content_type=PROBLEM)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    fault = Forbidden("Sign in, or send a token.", code="not_signed_in", hint="Authorization: Bearer heed_…")
    response = problem(fault, 401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(NotFound("There is no such thing."))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, RequestDataTooBig):
        return _too_large(request, error.__cause__)
    fault = Invalid(error.message or "The request is not valid.", code="bad_request")
    return problem(fault, error.status_code)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(Invalid("The request is too large.", code="too_large"), 413)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(Invalid("The request cannot be read.", code="bad_request", hint=str(error)[:200]), 400)


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    logging.getLogger("heed.request").exception("%s %s", request.method, request.path, exc_info=error)
    fault = HeedError("Something went wrong on this side.", code="internal", hint="The log of the server says more.")
    return problem(fault, 500)


for _routers in (core_routers, goals_routers, service_routers, feedback_routers, collector_routers):
    for prefix, router in _routers:
        api.add_router(prefix, router)
