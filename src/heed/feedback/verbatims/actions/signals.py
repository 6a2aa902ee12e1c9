"""Signals: looked for by a job, kept as they are found, seen and put away by people; and the themes found on the way."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import scope_of
from heed.core.access.rules import Scope
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.core.people.queries import people, root_unit
from heed.feedback.verbatims.actions.models import ensure_model
from heed.feedback.verbatims.actions.refitting import with_found
from heed.feedback.verbatims.events import SignalDismissed, SignalFound, SignalReopened, SignalSeen
from heed.feedback.verbatims.models import Looking, TextModel
from heed.feedback.verbatims.models import Signal as Row
from heed.feedback.verbatims.queries.engine import engine, said_lately, zone
from heed.feedback.verbatims.queries.models import found_themes, theme_names
from heed.feedback.verbatims.queries.signals import signal as signal_row
from heed.feedback.verbatims.rules.emerging import Emerged, Said, emerging
from heed.feedback.verbatims.rules.finding import contact_signals, contacts_of, theme_signals, told_once
from heed.feedback.verbatims.rules.notices import is_news, kind_of
from heed.feedback.verbatims.rules.signals import Happened, Signal, not_again
from heed.metrics.happenings import happenings
from heed.metrics.verbatims import contact_days, contact_span, newest_verbatim, theme_days
from heed.text.discovery.lineage import keep_keys
from heed.text.masking.mask import mask

LOOKED_BACK = timedelta(days=560)
MOST_TEXTS = 120_000
log = logging.getLogger("heed.verbatims")


@dataclass(frozen=True)
class Looked:
    """What a look found: signals, those of them that are new, themes found so far; how long it took."""

    signals: int
    new: int
    themes: int
    model: str
    seconds: float


def look() -> Looked:
    """Look for what changed beyond noise, and keep it. The same again is found under the same key."""
    began = time.monotonic()
    store = engine().store
    versions = {"verbatims_version": store.version("verbatims"), "contacts_version": store.version("interactions")}
    model = ensure_model()
    changes = _changes()
    said = _said()
    emerged = emerging(said, changes) if said else []
    model = with_found(model, emerged, said)
    by_words = [(each.signal, _key_of(each, model)) for each in emerged]
    known = told_once([each for each, _ in by_words], _theme_signals(model, changes))
    others = [(each, "") for each in _contact_signals(changes)]
    new = _keep([*by_words, *((each, each.subject) for each in known), *others])
    Looking.objects.create(
        looked_at=timezone.now(), model_name=model.name, seconds=time.monotonic() - began, **versions
    )
    many = len(by_words) + len(known) + len(others)
    return Looked(many, new, len(model.found), model.name, time.monotonic() - began)


def is_due(every: timedelta = timedelta(days=1)) -> bool:
    """Whether it is time to look again: never looked, or a day ago and there is something new."""
    last = Looking.objects.order_by("-id").first()
    if last is None:
        return True
    store = engine().store
    moved = (last.verbatims_version, last.contacts_version) != (
        store.version("verbatims"),
        store.version("interactions"),
    )
    return moved and timezone.now() - last.looked_at >= every


def _changes() -> list[Happened]:
    here = zone()
    found = happenings(engine(), datetime(1970, 1, 1, tzinfo=UTC), timezone.now() + timedelta(days=1))
    return [Happened(each.at.astimezone(here).date(), each.kind, each.title, each.unit) for each in found]


def _last_whole_day(newest: datetime) -> date:
    """The last local day that is over."""
    here = zone()
    return min(newest.astimezone(here).date(), timezone.now().astimezone(here).date() - timedelta(days=1))


def _said() -> Said | None:
    """What customers said, masked, newest first, up to the last whole day; None where there is nothing."""
    _, newest = newest_verbatim(engine())
    if newest is None:
        return None
    here, last = zone(), _last_whole_day(newest)
    rows = said_lately(newest - LOOKED_BACK, MOST_TEXTS)
    kept = [(row, row["said_at"].astimezone(here).date()) for row in rows]
    kept = [(row, day) for row, day in kept if day <= last]
    if not kept:
        return None
    masked = [mask(row["text"]).text for row, _ in kept]
    first = min(day for _, day in kept)
    days = np.array([(day - first).days for _, day in kept], dtype=np.int64)
    return Said(first, masked, days, [row["survey_key"] or "" for row, _ in kept])


def _key_of(emerged: Emerged, model: TextModel) -> str:
    """The key the emerged theme has in the model: its own, or that of the theme it was known as."""
    (kept,) = keep_keys([emerged.theme], found_themes(model))
    return kept.key


def _theme_signals(model: TextModel, changes: Sequence[Happened]) -> list[Signal]:
    first, newest = newest_verbatim(engine())
    if first is None or newest is None or model.completed_at is None:
        return []
    rows = theme_days(engine(), model.name, zone(), (max(first, newest - LOOKED_BACK), newest)).to_pylist()
    return theme_signals(rows, changes, _last_whole_day(newest))


def _contact_signals(changes: Sequence[Happened]) -> list[Signal]:
    first, newest = contact_span(engine())
    if first is None or newest is None:
        return []
    rows = contact_days(engine(), zone(), (max(first, newest - LOOKED_BACK), newest)).to_pylist()
    contacts = contacts_of(rows, _last_whole_day(newest))
    return contact_signals(contacts, changes) if contacts else []


def _keep(found: Sequence[tuple[Signal, str]]) -> int:
    """Keep signals under their key; what people said of one stays. Returns how many are new."""
    now, new = timezone.now(), 0
    themes = {id(signal): theme for signal, theme in found}
    for signal in not_again([signal for signal, _ in found]):
        with transaction.atomic():
            row = _known(signal, themes.get(id(signal), ""))
            about = _columns(signal, themes.get(id(signal), ""), now)
            if row is not None:
                Row.objects.filter(pk=row.pk).update(**about)
                continue
            row = Row.objects.create(key=signal.key, found_at=now, **about)
            told = SignalFound(signal.key, signal.kind, signal.unit, signal.since.isoformat(), signal.n)
            record(told, subject=("signal", signal.key))
            _tell(row)
            new += 1
    return new


def _tell(row: Row) -> None:
    """Tell who works with what customers say, where they reach what the signal is about, of what changed lately."""
    if not is_news(row.since, timezone.now().date()):
        return
    root = root_unit()
    near = people().filter(memberships__unit__key__in=[row.unit, root.key if root else ""]).distinct()
    scopes = [scope_of(person) for person in near]
    told = [each.person for each in scopes if each.may("label_words") and _reaches(each, row)]
    model = ensure_model()
    subject = theme_names(model).get(row.theme or row.subject, row.subject)
    about = {"subject": f"{subject} ({row.unit})" if row.unit else subject}
    notify(
        told,
        kind=kind_of(row.kind),
        params=about,
        href=f"/verbatims/signals/#{row.key}",
        subject=("signal", row.key),
        once_key=f"signal:{row.key}",
    )


def _reaches(scope: Scope, row: Row) -> bool:
    return scope.everything or row.unit in scope.units | scope.teams


def _known(signal: Signal, theme: str) -> Row | None:
    """The row of this signal: by its key, or of the same thing a little earlier or later."""
    row = Row.objects.select_for_update().filter(key=signal.key).first()
    if row is not None:
        return row
    near = timedelta(days=60 if signal.kind == "team-rise" else 7)
    kinds = ("theme-start", "theme-rise") if theme else (signal.kind,)
    same = Row.objects.filter(kind__in=kinds, unit=signal.unit, since__range=(signal.since - near, signal.since + near))
    return (same.filter(theme=theme) if theme else same.filter(subject=signal.subject)).first()


def _columns(signal: Signal, theme: str, now: datetime) -> dict[str, Any]:
    same = ("kind", "unit", "since", "share_before", "share_after", "ratio", "low", "high", "n", "p", "method")
    return {
        **{name: getattr(signal, name) for name in same},
        "subject": signal.subject[:200],
        "theme": theme,
        "own_words": list(signal.words),
        "near_on": signal.near.on if signal.near else None,
        "near_kind": signal.near.kind[:40] if signal.near else "",
        "near_title": signal.near.title[:200] if signal.near else "",
        "last_found_at": now,
    }


def see(scope: Scope, key: str) -> Row:
    """Note that somebody has seen a signal. Seen twice is seen once."""
    return _mark(scope, key, "seen")


def dismiss(scope: Scope, key: str) -> Row:
    """Put a signal away: it needs nothing. Its theme stays as it is."""
    return _mark(scope, key, "dismissed")


def reopen(scope: Scope, key: str) -> Row:
    """Look at a signal again that was put away."""
    with transaction.atomic():
        row = Row.objects.select_for_update().get(pk=signal_row(scope, key).pk)
        if row.dismissed_at:
            row.dismissed_at, row.dismissed_by = None, ""
            row.save(update_fields=["dismissed_at", "dismissed_by"])
            record(SignalReopened(key), actor=scope.person, subject=("signal", key))
    return row


def _mark(scope: Scope, key: str, what: str) -> Row:
    event = {"seen": SignalSeen, "dismissed": SignalDismissed}[what]
    with transaction.atomic():
        row = Row.objects.select_for_update().get(pk=signal_row(scope, key).pk)
        if getattr(row, f"{what}_at") is None:
            setattr(row, f"{what}_at", timezone.now())
            setattr(row, f"{what}_by", scope.person)
            row.save(update_fields=[f"{what}_at", f"{what}_by"])
            record(event(key), actor=scope.person, subject=("signal", key))
    return row
