"""Answering at a link that many use: `/o/<link>`, at a kiosk, and in a frame inside another site; and the widget's script.

No session, no cookie, nothing that follows anybody. Opening the link keeps nothing: a questionnaire begins with its first step
that is sent. The rest of it is answered at an address of its own below the link.
"""

import functools
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.linking import Crowded, begin
from heed.feedback.surveys.pages.answering import BUSY, LONGEST_TOKEN, PRIVATE, STATUS, onward
from heed.feedback.surveys.queries.links import (
    Found,
    asked_at,
    crowded_or_busy,
    language_at,
    link_html,
    link_policy,
    widget_of,
)
from heed.feedback.surveys.queries.surveys import asked
from heed.feedback.surveys.rules.answering import UNKNOWN, Submission, submission_of
from heed.feedback.surveys.rules.links import link_path
from heed.feedback.surveys.rules.showing import AnswerPage, page_of

View = Callable[..., HttpResponse]
log = logging.getLogger("heed.surveys")


def public(view: View) -> View:
    """A page for whoever has the address: never cached, never in a log, and drawn again with what was typed when the store
    is busy.
    """

    @csrf_exempt
    @xframe_options_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def run(request: HttpRequest, **tokens: str) -> HttpResponse:
        given = {name: token[:LONGEST_TOKEN] for name, token in tokens.items()}
        found = Found(UNKNOWN)
        try:
            found = asked_at(given["link"])
            response = view(request, found, **given)
        except Exception as error:
            if not isinstance(error, BUSY):
                log.exception("a page at a link failed")
            response = _again(request, found, given["link"], error)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", link_policy(found))
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return run


@public
def link_door(request: HttpRequest, found: Found, link: str) -> HttpResponse:
    """The first step. Sending it begins a questionnaire; what is wrong is drawn again and kept nowhere."""
    here = link_path(link)
    if request.method != "POST":
        return _drawn(found, page_of(found.asked, {}, _language(request, found), 0), here, here)
    submission = _submission(request, "")
    if found.asked.state == "open" and submission.move.startswith("language:"):
        page = page_of(found.asked, submission.given, submission.move.partition(":")[2], 0)
        return _drawn(found, page, here, here, submission)
    token, taken = begin(link, submission)
    if taken.state == "invalid":
        page = page_of(found.asked, submission.given, submission.language, taken.step, errors=taken.errors)
        return _drawn(found, page, here, here, submission, status=422)
    if not token:
        return _drawn(found, page_of(found.asked, {}, _language(request, found), 0), here, here)
    return onward(f"{here}/{token}", submission, taken)


@public
def link_onward(request: HttpRequest, found: Found, link: str, token: str) -> HttpResponse:
    """The steps after the first, of one questionnaire."""
    here, home = f"{link_path(link)}/{token}", link_path(link)
    if request.method == "POST":
        submission = _submission(request, token)
        (taken,) = take([submission])
        if taken.state != "invalid":
            return onward(here, submission, taken)
        mine = asked(token)
        given = {**mine.given, **submission.given}
        page = page_of(mine, given, submission.language, taken.step, errors=taken.errors)
        return _drawn(found, page, here, home, submission, status=422)
    mine, step = asked(token), request.GET.get("step", "")
    place = int(step) if step.isascii() and step.isdigit() and len(step) < 3 else 0
    state = "thanks" if mine.state == "answered" and "thanks" in request.GET else mine.state
    page = page_of(mine, mine.given, request.GET.get("language", "")[:60] or mine.language, place, state=state)
    return _drawn(found, page, here, home)


@require_safe
def widget(request: HttpRequest, link: str) -> HttpResponse:
    """The script of a widget, for the sites it was made for; any site may load it, and only those may show the survey."""
    status, body = widget_of(link[:LONGEST_TOKEN])
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8", status=status)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _again(request: HttpRequest, found: Found, link: str, error: Exception) -> HttpResponse:
    """All that was typed, to be sent again: the store was busy, or too many came at once."""
    submission, here = _submission(request, ""), link_path(link)
    language, is_crowded = submission.language or _language(request, found), isinstance(error, Crowded)
    is_door = request.path.rstrip("/") == here
    page = crowded_or_busy(found, submission, language, is_door=is_door, is_crowded=is_crowded)
    response = _drawn(found, page, request.path, here, submission, status=429 if is_crowded else 503)
    response.headers["Retry-After"] = "60" if is_crowded else "5"
    return response


def _submission(request: HttpRequest, token: str) -> Submission:
    return submission_of(token, dict(request.POST.lists()), timezone.now())


def _language(request: HttpRequest, found: Found) -> str:
    return language_at(found, request.GET.get("language", ""), request.headers.get("Accept-Language", ""))


def _drawn(
    found: Found,
    page: AnswerPage,
    action: str,
    home: str,
    submission: Submission | None = None,
    *,
    status: int = 0,
) -> HttpResponse:
    response = HttpResponse(link_html(found, page, action, home, submission), status=status or STATUS[page.state])
    response.headers["Content-Language"] = page.language
    response.headers["Content-Security-Policy"] = link_policy(found, page)
    return response


urlpatterns = [
    path("o/<str:link>", link_door, name="link-door"),
    path("o/<str:link>/<str:token>", link_onward, name="link-onward"),
    path("w/<str:link>.js", widget, name="widget"),
]
