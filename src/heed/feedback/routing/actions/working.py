"""What people do about an item: see it, answer for it, send it on with a reason, end it. Each is one transaction."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Forbidden, Invalid, nearest, phrase
from heed.core.people.actions import notify
from heed.core.people.queries import unit_nodes
from heed.feedback.routing import events
from heed.feedback.routing.actions.routing import hand_over, receivers, route_name, run_clocks, tell_event
from heed.feedback.routing.models import RoutedItem, RoutedStep
from heed.feedback.routing.queries.items import body_of, due_for_late, item, may_work, routing_in_force, visible
from heed.feedback.routing.rules.items import checked_outcome, checked_reason, late_for, refuse_late
from heed.service.cases.queries import people_to_tell

LONGEST_WORDS = 10_000


def _held(scope: Scope, key: str) -> RoutedItem:
    """The item, held against others until commit. Raises NotFound, Forbidden."""
    scope.demand("work_cases")
    seen = item(scope, key)
    rows = visible(scope).filter(pk=seen.pk)
    row = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    if not may_work(scope, row):
        raise Forbidden("Your role does not reach this item.", code="not_permitted_here", hint="Ask who has it.")
    return row


def _step(row: RoutedItem, scope_or_actor: str, verb: str, now: datetime, **more: Any) -> None:
    RoutedStep.objects.create(
        item=row, at=now, actor=scope_or_actor, verb=verb, is_first_receiver=row.is_first_receiver, **more
    )


@transaction.atomic
def acknowledge(scope: Scope, key: str) -> RoutedItem:
    """Somebody has seen it. The first one's time counts."""
    row, now = _held(scope, key), timezone.now()
    refuse_late(row.state, ("new",))
    row.state, row.acknowledged_at = "acknowledged", now
    row.save(update_fields=["state", "acknowledged_at"])
    _step(row, scope.person, "acknowledged", now)
    tell_event(row, events.FeedbackAcknowledged, scope.person)
    return row


@transaction.atomic
def accept(scope: Scope, key: str) -> RoutedItem:
    """Somebody answers for it. Whoever accepts has seen it too."""
    row, now = _held(scope, key), timezone.now()
    refuse_late(row.state, ("new", "acknowledged"))
    row.state, row.accepted_at, row.worked_by = "accepted", now, scope.person
    row.acknowledged_at = row.acknowledged_at or now
    row.save(update_fields=["state", "accepted_at", "acknowledged_at", "worked_by"])
    _step(row, scope.person, "accepted", now)
    tell_event(row, events.FeedbackAccepted, scope.person)
    return row


@transaction.atomic
def send_back(scope: Scope, key: str, reason: str, words: str, to: str = "") -> RoutedItem:
    """Send it on with a reason: to a team, or to who takes what nobody takes. `not_ours` says that the route was wrong.

    Its clocks run anew. Raises Invalid without words, or where it would go to who has it.
    """
    row, now, found = _held(scope, key), timezone.now(), routing_in_force()
    refuse_late(row.state, ("new", "acknowledged", "accepted"))
    checked_reason(reason)
    if not words.strip():
        raise Invalid("Say why it is sent back.", code="no_words", hint="Who gets it wants to know.")
    if to and to not in unit_nodes():
        raise Invalid(phrase("There is no unit {unit}.", unit=to), code="unknown_unit", hint=nearest(to, unit_nodes()))
    if not to and found is None:
        raise Invalid("No routing is in force.", code="no_routing", hint="Name the team that should have it.")
    rest = body_of(found).catch_all.to if found else None
    way, receiver = ("team", to) if to else (rest.way, rest.who) if rest else ("", "")
    if (way, receiver) == (row.way, row.receiver):
        raise Invalid("It is there already.", code="same_receiver", hint="Name the team that should have it.")
    former = f"{row.way}:{row.receiver}"
    _step(row, scope.person, "sent_back", now, reason=reason, words=words.strip()[:LONGEST_WORDS], before=former,
          after=f"{way}:{receiver}")  # fmt: skip
    row.state, row.way, row.receiver, row.is_first_receiver = "new", way, receiver, False
    row.acknowledged_at = row.accepted_at = None
    row.worked_by = ""
    if found is not None:
        run_clocks(body_of(found), row, now)
    row.save()
    number = tell_event(row, events.FeedbackSentBack, scope.person, reason=reason, former=former.partition(":")[0])
    hand_over(row, number, "feedback-returned")
    return row


@transaction.atomic
def finish(scope: Scope, key: str, outcome: str, words: str = "") -> RoutedItem:
    """It is done with. What is said later and is alike opens a new one."""
    row, now = _held(scope, key), timezone.now()
    refuse_late(row.state, ("accepted",))
    checked_outcome(outcome)
    row.state, row.ended_at, row.mail_next_at = "done", now, None
    row.save(update_fields=["state", "ended_at", "mail_next_at"])
    _step(row, scope.person, "done", now, reason=outcome, words=words.strip()[:LONGEST_WORDS])
    tell_event(row, events.FeedbackDone, scope.person, outcome=outcome)
    return row


def chase_late(now: datetime | None = None, limit: int = 200) -> int:
    """Tell those who lead of items that nobody has seen, or answers for, in time: once a promise. Returns how many."""
    moment, told = now or timezone.now(), 0
    for found in due_for_late(moment, limit):
        with transaction.atomic():
            rows = RoutedItem.objects.filter(pk=found.pk, ended_at=None)
            row = (rows.select_for_update() if connection.features.has_select_for_update else rows).first()
            promise = row and late_for(row.state, row.acknowledge_due_at, row.accept_due_at, row.late_told, moment)
            if row is None or not promise:
                continue
            row.late_told = promise
            row.save(update_fields=["late_told"])
            _step(row, "heed", "late", moment, reason=promise)
            number = tell_event(row, events.FeedbackLate, "heed", promise=promise)
            _tell_late(row, number)
            told += 1
    return told


def _tell_late(row: RoutedItem, entry: int) -> None:
    params, href = {"route": route_name(row), "count": row.pieces}, f"/routed/{row.key}/"
    once = f"feedback-late:{entry}"
    unit = row.receiver if row.way == "team" else row.team
    told = {*receivers(row), *people_to_tell(unit, "manager", row.region)}
    notify(told, kind="feedback-late", params=params, href=href, subject=("feedback-item", row.key), once_key=once)
