"""What happens now in a unit, counted from the work database as it is this moment: what waits, what breaks, who needs help."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.people.queries import names_of
from heed.core.people.rules import Node
from heed.goals.escalation.queries import brought_cases
from heed.goals.kpis.queries import organisation_zone
from heed.goals.targets.rules import SOON_SECONDS, members
from heed.service.cases.queries import CaseLine, lines, ordered, reachable

MOST_CASES, MOST_PEOPLE = 8, 5
OPEN = ~Q(state="closed")


@dataclass(frozen=True)
class Queue:
    """Cases of a unit, this moment. `overdue`: a promise is broken; `soon`: one breaks within the hour; `escalated`: by a person,
    a promise or a protocol.
    """

    open: int
    unowned: int
    waiting: int
    overdue: int
    soon: int
    escalated: int
    opened_today: int
    closed_today: int
    oldest_unowned_at: datetime | None


@dataclass(frozen=True)
class Helper:
    """Somebody with cases whose promise is broken."""

    key: str
    name: str
    open: int
    overdue: int


@dataclass(frozen=True)
class Live:
    """The moment; `cases` are those that need somebody first, `people` those who hold broken promises."""

    at: datetime
    queue: Queue
    cases: tuple[CaseLine, ...]
    people: tuple[Helper, ...]


def live(scope: Scope, unit: str, nodes: Mapping[str, Node], now: datetime | None = None) -> Live:
    """A unit at this moment, within somebody's reach. Raises Forbidden."""
    now = now or timezone.now()
    rows = _of_unit(reachable(scope), unit, nodes)
    queue = Queue(**rows.aggregate(**_counts(now)))
    pressing = rows.filter(OPEN).filter(
        Q(due_at__lt=now + timedelta(seconds=SOON_SECONDS))
        | Q(owner="", severity__in=("urgent", "high"))
        | Q(key__in=brought_cases("unattended"))
    )
    return Live(now, queue, tuple(lines(ordered(pressing, "due")[:MOST_CASES], now)), _people(rows, now))


def queues(scope: Scope, wanted: list[str], nodes: Mapping[str, Node], now: datetime | None = None) -> dict[str, Queue]:
    """The queue of each of these units."""
    now = now or timezone.now()
    rows = reachable(scope)
    return {unit: Queue(**_of_unit(rows, unit, nodes).aggregate(**_counts(now))) for unit in wanted}


def _of_unit(rows: QuerySet[Any], unit: str, nodes: Mapping[str, Node]) -> QuerySet[Any]:
    if nodes[unit].kind == "organisation":
        return rows
    teams, regions = members(unit, nodes)
    return rows.filter(Q(team__in=teams | {unit}) | Q(region__in=regions))


def _counts(now: datetime) -> dict[str, Any]:
    day = now.astimezone(organisation_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    soon = now + timedelta(seconds=SOON_SECONDS)
    return {
        "open": Count("id", filter=OPEN),
        "unowned": Count("id", filter=OPEN & Q(owner="")),
        "waiting": Count("id", filter=Q(state="waiting")),
        "overdue": Count("id", filter=OPEN & Q(due_at__lt=now)),
        "soon": Count("id", filter=OPEN & Q(due_at__gte=now, due_at__lt=soon)),
        "escalated": Count("id", filter=OPEN & (Q(escalation_level__gt=0) | Q(key__in=brought_cases()))),
        "opened_today": Count("id", filter=Q(opened_at__gte=day)),
        "closed_today": Count("id", filter=Q(closed_at__gte=day)),
        "oldest_unowned_at": Min("opened_at", filter=OPEN & Q(owner="")),
    }


def _people(rows: QuerySet[Any], now: datetime) -> tuple[Helper, ...]:
    held = (
        rows.filter(OPEN)
        .exclude(owner="")
        .order_by()
        .values("owner")
        .annotate(many=Count("id"), late=Count("id", filter=Q(due_at__lt=now)))
        .filter(late__gt=0)
        .order_by("-late", "-many", "owner")[:MOST_PEOPLE]
    )
    found = list(held)
    names = names_of({row["owner"] for row in found})
    return tuple(Helper(row["owner"], names.get(row["owner"], row["owner"]), row["many"], row["late"]) for row in found)


def as_contract(found: Live) -> dict[str, Any]:
    """The moment as scripts read it: cases by key, people by theirs; no name, no word of a customer."""
    return {
        "at": found.at,
        "queue": asdict(found.queue),
        "cases": [
            {
                "key": each.key,
                "number": each.number,
                "severity": each.severity,
                "state": each.state,
                "team": each.team,
                "owner": each.owner,
                "due_at": each.due_at,
                "is_overdue": each.is_overdue,
            }
            for each in found.cases
        ],
        "people": [{"key": each.key, "open": each.open, "overdue": each.overdue} for each in found.people],
    }
