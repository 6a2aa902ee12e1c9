"""The plain page in place of one that cannot be shown: the workers are down or starting, or the request is refused at the door."""

import json
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from heed.collector.replies import Reply, Scope, header, languages

PROBLEM = "application/problem+json"
# A page that says it is starting asks again by itself after so many seconds.
AGAIN_SECONDS = 3
CODES = {
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    500: "internal",
    502: "broken_off",
    503: "starting",
    504: "too_slow",
}


def words(status: int) -> tuple[str, str]:
    """What happened, and what to do, in the language that is active."""
    return {
        411: (_("The request does not say how long it is."), _("Send it with a Content-Length.")),
        413: (_("This is too large."), _("Send a smaller file, or several.")),
        415: (_("This cannot be read here."), _("Send the form as it is on the page.")),
        500: (_("Something went wrong on this side."), _("Try again in a moment.")),
        502: (_("The answer broke off."), _("Look whether what you did has been kept, then try again.")),
        503: (_("heed is starting."), _("This page shows itself as soon as it can.")),
        504: (_("This took too long."), _("Ask for less at once, or try again later.")),
    }[status]


def sorry(scope: Scope, status: int) -> Reply:
    """The page, or a problem (RFC 9457) for a program."""
    known = [code for code, _name in settings.LANGUAGES]
    language = next(iter(languages(scope, known)), settings.LANGUAGE_CODE)
    headers = {"retry-after": str(AGAIN_SECONDS)} if status == 503 else {}
    if status in (411, 413, 415):
        # The body was not read, so the connection is of no further use.
        headers["connection"] = "close"
    with translation.override(language):
        title, hint = words(status)
        if scope["path"].startswith("/api/") or header(scope, b"hx-request"):
            return _for_program(scope, status, title, hint, headers)
        repeats = status == 503 and scope["method"] in ("GET", "HEAD")
        context: dict[str, Any] = {"status": status, "title": title, "hint": hint, "again": repeats and AGAIN_SECONDS}
        page = render_to_string("collector/sorry.html", context)
    return Reply(status, page.encode(), headers={"content-language": language, "vary": "accept-language", **headers})


def _for_program(scope: Scope, status: int, title: str, hint: str, headers: dict[str, str]) -> Reply:
    if not scope["path"].startswith("/api/"):
        fragment = render_to_string("collector/sorry_fragment.html", {"title": title, "hint": hint})
        return Reply(status, fragment.encode(), headers=headers)
    body = {
        "type": f"urn:heed:error:{CODES[status]}",
        "title": title,
        "status": status,
        "code": CODES[status],
        "hint": hint,
    }
    return Reply(status, json.dumps(body).encode(), PROBLEM, headers)
