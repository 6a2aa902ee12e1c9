"""Signals to be shown: what changed beyond noise, within a person's reach, newest first."""

from dataclasses import dataclass
from datetime import date

from django.urls import NoReverseMatch, reverse

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.documents.units import in_unit
from heed.feedback.verbatims.models import Looking
from heed.feedback.verbatims.models import Signal as Row
from heed.feedback.verbatims.queries.models import shown_model, theme_names

KEPT_DAYS = 400
__all__ = ["Signal", "last_look", "signal", "signals"]


@dataclass(frozen=True)
class Signal:
    """One signal as pages show it. `size` says how large it is, in figures; `ratio` has its 95 % limits beside it."""

    key: str
    kind: str
    subject: str
    unit: str
    since: date
    size: str
    share_before: float
    share_after: float
    ratio: float | None
    low: float | None
    high: float | None
    n: int
    p: float
    method: str
    near_change: str
    near_on: date | None
    words: tuple[str, ...]
    state: str
    href: str
    theme: str = ""


def signals(scope: Scope, *, dismissed: bool = False, limit: int = 100, language: str = "en") -> list[Signal]:
    """What changed beyond noise, newest first. Signals about all of the organisation are for who reaches all of it;
    those about a team for who reaches the team.
    """
    if not scope.may("see_figures"):
        return []
    rows = Row.objects.filter(dismissed_at__isnull=not dismissed).order_by("-since", "key")
    if not scope.everything:
        rows = rows.filter(unit__in=scope.units | scope.teams)
    names = theme_names(shown_model(), language)
    return [_shown(row, names) for row in rows[:limit]]


def signal(scope: Scope, key: str) -> Row:
    """One signal within a person's reach. Raises NotFound, Forbidden."""
    scope.demand("see_figures")
    row = Row.objects.filter(key=key).first()
    if row is None or not (scope.everything or row.unit in scope.units | scope.teams):
        raise NotFound("There is no such signal.", code="unknown_signal")
    return row


def last_look() -> Looking | None:
    """When signals were last looked for."""
    return Looking.objects.order_by("-id").first()


def _shown(row: Row, names: dict[str, str]) -> Signal:
    subject = names.get(row.theme or row.subject, row.subject)
    size = f"{in_unit(row.share_before, 'share')} → {in_unit(row.share_after, 'share')}"
    return Signal(
        row.key,
        row.kind,
        subject,
        row.unit,
        row.since,
        size,
        row.share_before,
        row.share_after,
        row.ratio,
        row.low,
        row.high,
        row.n,
        row.p,
        row.method,
        row.near_title,
        row.near_on,
        tuple(row.own_words),
        row.state,
        _href(row),
        row.theme,
    )


def _href(row: Row) -> str:
    try:
        return reverse("verbatim-theme", args=[row.theme]) if row.theme else f"{reverse('verbatim-signals')}#{row.key}"
    except NoReverseMatch:
        return ""
