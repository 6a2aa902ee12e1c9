"""The page behind the link in every mail that asks: one button, or one click of the mail program, and no more mail comes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heed.core.errors.rules import NotFound
from heed.core.people.queries import organisation
from heed.service.customers.actions import opt_out
from heed.service.customers.queries import customer_unsubscribing, reachable


# A mail program posts without a form of ours; the signed link says who it is, and all it can do is to leave.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, since mail scanners open links; POST opts out, as RFC 8058 asks."""
    try:
        key = customer_unsubscribing(token)
    except NotFound:
        return _shown(request, "unknown", "", 404)
    known = reachable([key]).get(key)
    language = known.language if known else ""
    if request.method == "POST":
        by_program = request.POST.get("List-Unsubscribe") == "One-Click"
        opt_out(key, "one_click" if by_program else "link")
        return _shown(request, "left", language)
    return _shown(request, "left" if known and known.opted_out else "asks", language)


def _shown(request: HttpRequest, state: str, language: str, status: int = 200) -> HttpResponse:
    with translation.override(_spoken(language) or translation.get_language()):
        context = {"state": state, "organisation": organisation().name}
        response = render(request, "service/customers/leave.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _spoken(language: str) -> str:
    """The customer's language, where heed speaks it."""
    try:
        return translation.get_supported_language_variant(language) if language else ""
    except LookupError:
        return ""


urlpatterns = [path("u/<str:token>", leave, name="leave")]
