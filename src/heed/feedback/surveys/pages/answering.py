"""The answer page served by a worker: the same as the collector's, for setups without it.

The address is a secret, so it is never logged.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heed.core.errors.rules import Unavailable
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.queries.surveys import answer_html, asked, click_html
from heed.feedback.surveys.rules.answering import (
    FIELD,
    KEEP,
    UNKNOWN,
    Submission,
    Taken,
    given_of,
    reached,
    submission_of,
)
from heed.feedback.surveys.rules.branding import POLICY, policy_with
from heed.feedback.surveys.rules.links import answer_path
from heed.feedback.surveys.rules.oneclick import is_click
from heed.feedback.surveys.rules.showing import AnswerPage, page_of

STATUS = {"open": 200, "thanks": 200, "saved": 200, "answered": 200, "expired": 410, "unknown": 404, "again": 503}
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
BUSY = (OperationalError, InterfaceError, Unavailable)
LONGEST_TOKEN = 128
View = Callable[..., HttpResponse]
log = logging.getLogger("heed.surveys")


def private(view: View) -> View:
    """Nothing of the address is cached, passed on or written down, also when the view fails."""

    @functools.wraps(view)
    def run(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token[:LONGEST_TOKEN])
        except Exception as error:
            if not isinstance(error, BUSY):
                log.exception("an answer page failed")
            response = _again(token, request)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        # Django would write the address of a refusal into its log.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return run


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: no session, no cookie; who has the link may answer."""
    if request.method == "POST":
        return _posted(request, token)
    found = asked(token)
    query = request.GET
    step = int(query["step"]) if query.get("step", "").isascii() and query.get("step", "").isdigit() else found.resume
    given = {**found.given, **given_of(dict(query.lists()))} if found.state == "open" else {}
    state = reached(found.state, query)
    language = query.get("language", "")[:60] or (found.language if found.plan else _preferred(request))
    page = page_of(found, given, language, min(step, 99), state=state)
    if is_click(found, dict(query.lists())):
        return _drawn(token, page, html=click_html(token, page))
    return _drawn(token, page, kept="kept" in query)


def _posted(request: HttpRequest, token: str) -> HttpResponse:
    submission = _submission(request, token)
    (taken,) = take([submission])
    if taken.state == "invalid":
        found = asked(token)
        given = {**found.given, **submission.given}
        page = page_of(found, given, submission.language, taken.step, errors=taken.errors)
        return _drawn(token, page, submission, 422)
    return onward(answer_path(token), submission, taken)


def onward(address: str, submission: Submission, taken: Taken) -> HttpResponse:
    """Where to read on after something was kept: another address, so that going back or reloading sends nothing twice."""
    query: dict[str, Any] = {}
    if language := submission.move.partition("language:")[2] or submission.language:
        query["language"] = language
    if taken.state == "partial":
        query["step"] = taken.step
        if submission.move == KEEP:
            query["kept"] = 1
    elif taken.state == "saved":
        query["saved"] = 1
    elif taken.state == "kept":
        query["thanks"] = 1
    response = HttpResponseRedirect(f"{address}?{urlencode(query)}")
    response.status_code = 303
    return response


def _submission(request: HttpRequest, token: str) -> Submission:
    return submission_of(token, dict(request.POST.lists()), timezone.now())


def _preferred(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip()[:20]


def _again(token: str, request: HttpRequest) -> HttpResponse:
    """All that was typed, to be sent again; asks the store for nothing."""
    if request.method != "POST":
        return _drawn(token, page_of(UNKNOWN, {}, _preferred(request), 0, state="again"))
    submission = _submission(request, token)
    typed = tuple((f"{FIELD}{key}", value) for key, values in submission.given.items() for value in values)
    page = page_of(UNKNOWN, {}, submission.language, submission.step, state="again", hidden=typed)
    return _drawn(token, page, submission)


def _drawn(
    token: str,
    page: AnswerPage,
    submission: Submission | None = None,
    status: int = 0,
    *,
    html: str = "",
    kept: bool = False,
) -> HttpResponse:
    body = html or answer_html(token, page, submission, kept=kept)
    response = HttpResponse(body, status=status or STATUS[page.state])
    response.headers["Content-Language"] = page.language
    if page.style:
        response.headers["Content-Security-Policy"] = policy_with(POLICY, page.style)
    if page.state == "again":
        response.headers["Retry-After"] = "5"
    return response


urlpatterns = [path("a/<str:token>", answer, name="answer")]
