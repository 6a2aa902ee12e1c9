"""What an address of these pages asks for, and what all of them share: tabs, time, filters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from heed.core.access.rules import Scope
from heed.feedback.verbatims.forms import PLACE_TITLES, NarrowForm
from heed.feedback.verbatims.queries.models import newest_model, shown_model
from heed.feedback.verbatims.queries.reading import values_of
from heed.feedback.verbatims.queries.signals import signals
from heed.feedback.verbatims.queries.spans import SPANS, USUAL, Stretch, stretch
from heed.metrics.records import Mark

LONGEST = 300


@dataclass(frozen=True)
class Asked:
    """An address as read. `seen` is None where nothing was said yet, or the days are wrong: the form says so."""

    scope: Scope
    form: NarrowForm
    seen: Stretch | None
    query: dict[str, str]
    mark: Mark | None

    @property
    def words(self) -> str:
        return str(self.form.cleaned_data.get("q", "")) if self.form.is_valid() else ""

    def href(self, base: str = "", **changes: str) -> str:
        kept = {name: value for name, value in {**self.query, **changes}.items() if value}
        return f"{base}?{urlencode(kept)}" if kept else base or "?"


def language() -> str:
    return get_language() or "en"


def asked(request: HttpRequest, *, words: bool = True) -> Asked:
    """Read the address."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    query = {
        name: str(value)[:LONGEST].replace("\0", "")
        for name, value in request.GET.items()
        if value and name not in ("after", "after_at", "key")
    }
    whole = stretch(query.get("weeks", ""))
    places = {name: values_of(scope, whole, name) for name in PLACE_TITLES} if whole else {}
    form = NarrowForm(query, places, words=words)
    seen = None
    if form.is_valid():
        seen = stretch(query.get("weeks", ""), form.cleaned_data.get("since"), form.cleaned_data.get("until"))
    return Asked(scope, form, seen, query, _mark(request))


def _mark(request: HttpRequest) -> Mark | None:
    at, key = request.GET.get("after_at", ""), request.GET.get("after", "")
    try:
        moment = datetime.fromisoformat(at) if at and key else None
    except ValueError:
        return None
    return Mark(moment, key[:LONGEST]) if moment and moment.tzinfo else None


def frame(ask: Asked, current: str) -> dict[str, Any]:
    """What every page has: tabs, chips of time, filters, and whether reading goes on."""
    titles = {"4": _("4 weeks"), "13": _("13 weeks"), "26": _("26 weeks"), "52": _("1 year"), "all": _("All")}
    now = ask.seen.span if ask.seen else ask.query.get("weeks", USUAL)
    chips = [
        {
            "title": titles[span],
            "href": ask.href(weeks="" if span == USUAL else span, since="", until=""),
            "current": span == now,
        }
        for span in SPANS
    ]
    return {
        "form": ask.form,
        "spans": chips,
        "active": ask.form.said,
        "aside_href": ask.href(with_set_aside="" if ask.query.get("with_set_aside") else "1"),
        "clear_href": ask.href(**dict.fromkeys((*PLACE_TITLES, "sentiment", "since", "until", "q"), "")),
        "tabs": tabs(ask.scope, current),
        "seen": ask.seen,
        "refused": bool(ask.form.errors),
        "is_reading": is_reading(),
    }


def tabs(scope: Scope, current: str) -> list[dict[str, Any]]:
    new = sum(signal.state == "new" for signal in signals(scope))
    found: list[dict[str, Any]] = [
        {"title": _("Themes"), "href": reverse("verbatims"), "current": current == "themes"},
        {"title": _("Verbatims"), "href": reverse("verbatim-list"), "current": current == "list"},
        {
            "title": _("Signals"),
            "href": reverse("verbatim-signals"),
            "current": current == "signals",
            "count": new or None,
        },
        *(
            [{"title": _("Labelling"), "href": reverse("verbatim-labelling"), "current": current == "labelling"}]
            if scope.may("see_words") and scope.holds_everywhere("label_words")
            else []
        ),
        {"title": _("Models"), "href": reverse("verbatim-models"), "current": current == "models"},
    ]
    return found if scope.may("see_words") else [tab for tab in found if tab["href"] != reverse("verbatim-list")]


def is_reading() -> bool:
    """Whether the newest model has not read everything yet, so that figures still move."""
    newest, shown = newest_model(), shown_model()
    return newest is not None and (newest.completed_at is None or newest != shown)
