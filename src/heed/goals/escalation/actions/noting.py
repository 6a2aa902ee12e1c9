"""Cases come to the attention of escalation: by their events and the customers' words, in the flow; and those open before."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Least
from django.utils import timezone

from heed.core.journal.rules import Entry
from heed.goals.escalation.models import Escalation, MajorIncident
from heed.goals.escalation.queries import case_rows, concerned, protocols, unwatched
from heed.service.cases.queries import Case

Rows = Sequence[tuple[str, Mapping[str, Any]]]
WAITS_FOR_LOOK = ("watched", "deferred", "unattended", "joined")


def note_case(entry: Entry, rows: Rows) -> None:
    """Something happened to a case: it is looked at soon. In the caller's transaction; the same entry again changes nothing."""
    told = entry.payload or {}
    key = str(told.get("case", ""))
    live = Escalation.objects.filter(case_key=key, ended_at=None)
    if entry.name == "case-closed":
        live.update(look_at=entry.at)
        return
    asked = {"asked_for_help": True} if entry.name == "case-escalated" and not told.get("promise") else {}
    touched = _look_soon(live, entry, **asked)
    if asked:
        live.update(**asked)
    if touched or live.exists() or not protocols(entry.at):
        return
    case = case_rows([key]).get(key)
    if case is not None:
        watch([case], asked_for_help=bool(asked))


def note_words(entry: Entry, rows: Rows) -> None:
    """A customer's words were read: the cases they are about are looked at by them. The worst that was said stays; the same
    words again change nothing.
    """
    told = entry.payload or {}
    score, urgency = told.get("sentiment_score"), "high" if told.get("urgency") == "high" else ""
    if score is None and not urgency:
        return
    names = (str(told.get(name) or "") for name in ("case", "response", "interaction", "customer"))
    for case in concerned(*names):
        if not Escalation.objects.filter(case_key=case.key, ended_at=None).exists():
            if not protocols(entry.at):
                return
            watch([case])
        _heard(case.key, score, urgency, entry)


def _heard(case_key: str, score: float | None, urgency: str, entry: Entry) -> None:
    live = Escalation.objects.filter(case_key=case_key, ended_at=None)
    if score is not None:
        worse = Q(words_sentiment=None) | Q(words_sentiment__gt=score)
        live.filter(worse).update(words_sentiment=score)
    if urgency:
        live.update(words_urgency=urgency)
    _look_soon(live, entry)


def _look_soon(live: QuerySet[Escalation], entry: Entry, **asked: bool) -> int:
    """What waits for a look is looked at now. Returns how many."""
    moment = Value(entry.at, output_field=DateTimeField())
    ahead = live.filter(state__in=WAITS_FOR_LOOK)
    touched = ahead.filter(look_at=None).update(look_at=entry.at, **asked)
    return touched + ahead.filter(look_at__gt=entry.at).update(look_at=Least("look_at", moment), **asked)


def watch(cases: Sequence[Case], *, asked_for_help: bool = False) -> int:
    """Begin to watch cases: each is looked at as soon as there is time. One that is watched already stays as it is."""
    now = timezone.now()
    made = [
        Escalation(
            case_key=case.key,
            case_number=case.number or "",
            customer_key=case.customer_key,
            severity=case.severity,
            region=case.region,
            team=case.team,
            asked_for_help=asked_for_help,
            seen_at=case.opened_at,
            look_at=now,
        )
        for case in cases
    ]
    with transaction.atomic():
        Escalation.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def watch_open_cases(limit: int = 500) -> int:
    """Watch the open cases that nothing watches, where a protocol is in force. Returns how many were found."""
    return watch(found) if protocols() and (found := unwatched(limit)) else 0


@transaction.atomic
def forget_escalations(customers: str) -> int:
    """Take away the escalations of customers whose key begins so, and incidents in which nothing else is. Returns how many."""
    rows = Escalation.objects.filter(customer_key__startswith=f"{customers}-")
    incidents = list(rows.exclude(incident=None).values_list("incident", flat=True).distinct())
    many = rows.count()
    rows.delete()
    MajorIncident.objects.filter(pk__in=incidents, members=None).delete()
    return many
