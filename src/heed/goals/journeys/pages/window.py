"""The days a page of journeys is about: spans that end with the newest facts, chosen by links that work without scripts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from heed.goals.journeys.queries.reports import Days, newest_day

WEEKS = (4, 13, 26, 52)


def days_of(request: HttpRequest) -> tuple[Days, str]:
    """The days asked for, and the span they are: weeks before the newest fact, `all`, or `own` where days are given."""
    asked = request.GET.get("weeks", "")
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    if since or until:
        return Days(since, until), "own"
    if asked in map(str, WEEKS):
        last = newest_day()
        if last is not None:
            return Days((last - timedelta(weeks=int(asked))).isoformat(), (last + timedelta(days=1)).isoformat()), asked
    return Days(), "all"


def spans(current: str, kept: Mapping[str, Any] | None = None) -> list[tuple[str, str, bool]]:
    """(words, href, current) of each span; `kept` are parameters that stay."""
    stays = {name: value for name, value in (kept or {}).items() if value not in ("", None)}
    named = [(_("All time"), "")] + [(_("%(many)s weeks") % {"many": many}, str(many)) for many in WEEKS]
    return [
        (words, "?" + urlencode({**stays, "weeks": value} if value else stays), (value or "all") == current)
        for words, value in named
    ]


def asked_again(days: Days, current: str) -> dict[str, str]:
    """The parameters that ask for the same days."""
    if current == "own":
        return {"since": days.since, "until": days.until}
    return {"weeks": current} if current != "all" else {}
