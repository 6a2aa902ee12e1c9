"""Sending what was read to who can act on it: like feedback into one item, and nothing to nobody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from heed.core.calendar.rules import add_business_seconds
from heed.core.definitions.queries import InForce
from heed.core.journal.actions import record
from heed.core.journal.rules import Entry
from heed.core.people.actions import notify
from heed.feedback.routing import events
from heed.feedback.routing.definition import LABELS, Routing
from heed.feedback.routing.models import Connection, Delivery, RoutedItem, RoutedPiece, RoutedStep
from heed.feedback.routing.queries.items import body_of, by_route, calendar_of, names, routing_in_force
from heed.feedback.routing.rules.deciding import Sent, decide, is_worth_telling
from heed.service.cases.queries import people_to_tell

LEADS = "supervisor"


def route_feedback(entry: Entry, rows: object = ()) -> None:
    """A step of the flow: what was read goes where the routing in force says. Told again, the same verbatim changes nothing."""
    told, found = entry.payload, routing_in_force(entry.at)
    if told is None or found is None:
        return
    with transaction.atomic():
        for sent in decide(body_of(found), told):
            _put(found, sent, told, entry.at)


def _put(found: InForce, sent: Sent, told: Mapping[str, Any], now: datetime) -> None:
    if RoutedPiece.objects.filter(verbatim_id=told["verbatim_id"], route=sent.route).exists():
        return
    row, is_new = _open_item(found, sent, told, now)
    row.evidence.create(
        route=sent.route,
        verbatim_id=told["verbatim_id"],
        customer_key=told.get("customer") or "",
        said_at=datetime.fromisoformat(told["said_at"]),
        joined_at=now,
        labels={**{name: told.get(name) or "" for name in LABELS}, "themes": list(told.get("themes") or ())},
    )
    row.pieces += 1
    row.last_at = now
    row.save(update_fields=["pieces", "last_at"])
    if is_new:
        _begin(found, row, now)
    elif is_worth_telling(row.pieces):
        number = tell_event(row, events.FeedbackJoined, "heed")
        hand_over(row, number, "feedback-grew")


def _open_item(found: InForce, sent: Sent, told: Mapping[str, Any], now: datetime) -> tuple[RoutedItem, bool]:
    """The open item of like feedback, held until the transaction ends, or a new one."""
    alike = {"routing_key": found.key, "route": sent.route, "join_key": sent.join}
    held = RoutedItem.objects.filter(**alike, ended_at=None)
    held = held.select_for_update() if connection.features.has_select_for_update else held
    if row := held.first():
        return row, False
    row = RoutedItem(
        **alike,
        version=found.version,
        way=sent.to.way,
        receiver=sent.to.who,
        team=(told.get("team") or "")[:60],
        region=(told.get("region") or "")[:120],
        opened_at=now,
        last_at=now,
    )
    run_clocks(body_of(found), row, now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return held.get(), False
    return row, True


def run_clocks(body: Routing, row: RoutedItem, now: datetime) -> None:
    """Until when who has it now is to have seen it, and to answer for it."""
    route, calendar = by_route(body, row.route), calendar_of(body, now)

    def due(hours: float) -> datetime:
        return add_business_seconds(calendar, now, hours * 3600) if calendar else now + timedelta(hours=hours)

    row.acknowledge_due_at, row.accept_due_at = due(route.acknowledge_hours), due(route.accept_hours)
    row.late_told = ""


def _begin(found: InForce, row: RoutedItem, now: datetime) -> None:
    RoutedStep.objects.create(item=row, at=now, actor="heed", verb="routed", after=f"{row.way}:{row.receiver}")
    number = tell_event(
        row,
        events.FeedbackRouted,
        "heed",
        routing=found.key,
        version=found.version,
        acknowledge_due_at=_said(row.acknowledge_due_at),
        accept_due_at=_said(row.accept_due_at),
    )
    hand_over(row, number, "feedback-routed")


def _said(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def tell_event(row: RoutedItem, kind: type, actor: str, **more: Any) -> int:
    """Write down what happened to an item, as it stands now. Returns the number of the entry."""
    happened = kind(
        item=row.key,
        route=row.route,
        join=row.join_key,
        way=row.way,
        # An address outside is a person's: the journal says that there is one, not which.
        receiver=row.receiver if row.way != "mail" else "",
        team=row.team,
        region=row.region,
        pieces=row.pieces,
        **more,
    )
    return record(happened, actor=actor, subject=("feedback-item", row.key))


def hand_over(row: RoutedItem, entry: int, kind: str) -> None:
    """Tell who has the item: people by a notification, an address by a mail, a system by a message of its connection.

    Where there is no such team, person or connection any more, those who lead the organisation are told instead.
    """
    params = {"route": route_name(row), "count": row.pieces}
    told = receivers(row)
    if row.way == "mail":
        RoutedItem.objects.filter(pk=row.pk).update(mail_next_at=timezone.now(), mail_tries=0, mail_error="")
        return
    if row.way == "connection":
        line = Connection.objects.filter(key=row.receiver, removed_at=None, ended_at=None).first()
        if line is not None:
            now = timezone.now()
            Delivery.objects.get_or_create(
                connection=line, entry=entry, defaults={"event": _name(kind), "made_at": now, "next_at": now}
            )
            return
        told = people_to_tell("", LEADS)
    href = f"/routed/{row.key}/"
    notify(told, kind=kind, params=params, href=href, subject=("feedback-item", row.key), once_key=f"{kind}:{entry}")


def _name(kind: str) -> str:
    return {"feedback-grew": "feedback-joined", "feedback-returned": "feedback-sent-back"}.get(kind, kind)


def receivers(row: RoutedItem) -> list[str]:
    """Keys of the people who are told of an item."""
    if row.way == "person":
        return [row.receiver]
    unit = row.receiver if row.way == "team" else row.team
    return people_to_tell(unit, LEADS, row.region)


def route_name(row: RoutedItem) -> str:
    """What the item is called, with what its feedback is alike in."""
    return names().of(row)
