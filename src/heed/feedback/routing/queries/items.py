"""Reading what was routed: the routing in force, items a person may see, how often each route was right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from heed.core.access.rules import Scope
from heed.core.calendar.definition import Calendar
from heed.core.definitions.queries import InForce, in_force
from heed.core.errors.rules import NotFound
from heed.core.people.queries import names_of, unit_by_key
from heed.feedback.routing.definition import CATCH_ALL, Receiver, Rest, Route, Routing
from heed.feedback.routing.models import Connection, RoutedItem, RoutedPiece, RoutedStep
from heed.feedback.routing.rules.items import NOT_OURS, Precision, precision
from heed.feedback.verbatims.queries.models import shown_model, theme_names

ROUTING = ("routing", "default")
TABS = ("mine", "new", "accepted", "late", "all", "done")
SHOWN_PIECES = 50


@dataclass(frozen=True)
class RouteLine:
    """A route as it does: what it sent where, and how often it was right."""

    key: str
    name: str
    to: Receiver
    called: str
    items: int
    pieces: int
    open: int
    sent_back: int
    precision: Precision


def routing_in_force(at: datetime | None = None) -> InForce | None:
    """The routing in force then; None where feedback is not routed."""
    return in_force(*ROUTING, at)


def body_of(found: InForce) -> Routing:
    return cast(Routing, found.body)


def by_route(body: Routing, key: str) -> Route | Rest:
    """A route by key; the catch-all for its own key and for a route there is not any more."""
    return next((route for route in body.routes if route.key == key), body.catch_all)


def calendar_of(body: Routing, at: datetime | None = None) -> Calendar | None:
    found = in_force("calendar", body.calendar, at) if body.calendar else None
    return cast(Calendar, found.body) if found else None


def visible(scope: Scope) -> QuerySet[RoutedItem]:
    """The items a person may see: all; or those of their units, those sent to them, and those about their part."""
    scope.demand("see_words")
    found = RoutedItem.objects.all()
    if scope.everything:
        return found
    own = Q(way="team", receiver__in=scope.units) | Q(way="person", receiver=scope.person)
    return found.filter(own | Q(team__in=scope.teams) | Q(region__in=scope.regions))


def mine(scope: Scope) -> Q:
    """Items that wait for this person: sent to them, worked by them, or with a team they work in."""
    teams = scope.reaches.get("work_cases", frozenset())
    return Q(way="person", receiver=scope.person) | Q(worked_by=scope.person) | Q(way="team", receiver__in=teams)


def may_work(scope: Scope, row: RoutedItem) -> bool:
    """Whether a person may act on an item: it is theirs, or their role reaches who has it or what it is about."""
    if not scope.may("work_cases"):
        return False
    if scope.holds_everywhere("work_cases") or (row.way == "person" and row.receiver == scope.person):
        return True
    units = (row.receiver,) if row.way == "team" else (row.team, row.region)
    return any(scope.holds_in("work_cases", unit) for unit in units if unit)


def item(scope: Scope, key: str) -> RoutedItem:
    """An item. Raises NotFound when there is none this person may see."""
    found = visible(scope).filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise NotFound("There is no such feedback item.", code="unknown_item")
    return found


def _late(now: datetime) -> Q:
    unseen = Q(state="new", acknowledge_due_at__lte=now)
    return unseen | Q(state__in=("new", "acknowledged"), accept_due_at__lte=now)


def items(scope: Scope, tab: str, *, route: str = "", now: datetime | None = None) -> QuerySet[RoutedItem]:
    """Items of a tab; open ones with the most pieces first, done ones newest first."""
    found = visible(scope)
    found = found.filter(route=route) if route else found
    if tab == "done":
        return found.exclude(ended_at=None).order_by("-ended_at", "-id")
    found = found.filter(ended_at=None)
    if tab == "mine":
        found = found.filter(mine(scope))
    elif tab in ("new", "accepted"):
        found = found.filter(state=tab)
    elif tab == "late":
        found = found.filter(_late(now or timezone.now()))
    return found.order_by("-pieces", "-last_at", "-id")


def counts(scope: Scope) -> dict[str, int]:
    """How many items each tab holds."""
    return {tab: items(scope, tab).count() for tab in TABS}


def page_of_items(
    scope: Scope, *, state: str = "", route: str = "", before: int | None = None, limit: int = 50
) -> list[RoutedItem]:
    """Items newest first, for the API."""
    found = visible(scope).order_by("-id")
    found = found.filter(state=state) if state else found
    found = found.filter(route=route) if route else found
    found = found.filter(pk__lt=before) if before is not None else found
    return list(found[:limit])


def pieces(row: RoutedItem, limit: int = SHOWN_PIECES) -> list[RoutedPiece]:
    """The newest evidence of an item."""
    return list(row.evidence.order_by("-said_at", "-id")[:limit])


def customers_in(row: RoutedItem) -> int:
    """How many different customers spoke; who is not known counts as one each."""
    known = row.evidence.exclude(customer_key="")
    return known.values("customer_key").distinct().count() + row.evidence.filter(customer_key="").count()


def steps(row: RoutedItem) -> list[RoutedStep]:
    return list(row.steps.order_by("id"))


def called(way: str, who: str) -> str:
    """Who has it, as people call them."""
    if way == "team":
        unit = unit_by_key(who)
        return unit.name if unit else who
    if way == "person":
        return names_of({who}).get(who, who)
    if way == "connection":
        row = Connection.objects.filter(key=who, removed_at=None).first()
        return row.name if row else who
    return who


@dataclass(frozen=True)
class Names:
    """What routes and themes are called, read once for many items."""

    routes: Mapping[str, str]
    themes: Mapping[str, str]

    def of(self, row: RoutedItem) -> str:
        """What an item is called: its route, and what its feedback is alike in."""
        kind, _sign, value = row.join_key.partition("=")
        alike = "" if kind == "verbatim" else self.themes.get(value, value) if kind == "theme" else value
        name = " · ".join(part for part in (self.routes.get(row.route, ""), alike) if part)
        return name or gettext("Without a theme")

    def theme(self, key: str) -> str:
        return self.themes.get(key, key)


def names() -> Names:
    """What is called how, in the language that is spoken."""
    found = routing_in_force()
    routes = {route.key: route.name for route in body_of(found).routes} if found else {}
    return Names(routes, theme_names(shown_model(), get_language() or "en"))


def route_lines(scope: Scope, catch_all: str) -> list[RouteLine]:
    """Every route in force, and the catch-all, with what it sent and how often it was right."""
    scope.demand("see_figures")
    found = routing_in_force()
    if found is None:
        return []
    body = body_of(found)
    seen = _tallies()
    lines = [
        *((route.key, route.name, route.to) for route in body.routes),
        (CATCH_ALL, catch_all, body.catch_all.to),
    ]
    return [_line(key, name, to, seen.get(key, {})) for key, name, to in lines]


def _line(key: str, name: str, to: Receiver, seen: Mapping[str, int]) -> RouteLine:
    return RouteLine(
        key=key,
        name=name,
        to=to,
        called=called(to.way, to.who),
        items=seen.get("items", 0),
        pieces=seen.get("pieces", 0),
        open=seen.get("open", 0),
        sent_back=seen.get("sent_back", 0),
        precision=precision(seen.get("right", 0), seen.get("wrong", 0)),
    )


def _tallies() -> dict[str, dict[str, int]]:
    """By route: items, pieces, open ones; what the first receiver accepted, and sent back as not theirs."""
    first = Q(is_first_receiver=True)
    counted = (
        RoutedItem.objects.values(by=F("route")).annotate(items=Count("id"), open=Count("id", filter=Q(ended_at=None))),
        RoutedPiece.objects.values(by=F("route")).annotate(pieces=Count("id")),
        RoutedStep.objects.values(by=F("item__route")).annotate(
            right=Count("item", filter=Q(verb="accepted") & first, distinct=True),
            wrong=Count("item", filter=Q(verb="sent_back", reason=NOT_OURS) & first, distinct=True),
            sent_back=Count("id", filter=Q(verb="sent_back")),
        ),
    )
    found: dict[str, dict[str, int]] = {}
    for rows in counted:
        for row in cast(list[dict[str, Any]], list(rows)):
            found.setdefault(row.pop("by"), {}).update(row)
    return found


def due_for_late(now: datetime, limit: int) -> Sequence[RoutedItem]:
    """Open items with a promise that is broken and was not told."""
    unseen = Q(state="new", acknowledge_due_at__lte=now, late_told="")
    unaccepted = Q(state__in=("new", "acknowledged"), accept_due_at__lte=now) & ~Q(late_told="accept")
    return list(RoutedItem.objects.filter(unseen | unaccepted, ended_at=None).order_by("id")[:limit])


def due_mails(now: datetime, limit: int) -> Sequence[RoutedItem]:
    return list(RoutedItem.objects.filter(mail_next_at__lte=now).order_by("mail_next_at", "id")[:limit])
