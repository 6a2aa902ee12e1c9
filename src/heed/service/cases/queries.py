"""Reading cases: those a person may see, how their promises stand, who may work on them and who is to be told."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import get_language

from heed.core.access.rules import ROLES, Scope
from heed.core.calendar.definition import Calendar
from heed.core.definitions.queries import all_in_force, in_force, version
from heed.core.errors.rules import NotFound
from heed.core.people.queries import Person, people, unit_nodes, units
from heed.core.people.rules import Node
from heed.service.cases.definition import USUAL_ESCALATIONS, CaseOpening, Cause, Causes, Escalation
from heed.service.cases.models import Case as Case  # the type of what these return
from heed.service.cases.models import CaseStep
from heed.service.cases.rules.clocks import Clock, Promised, Timed, promised
from heed.service.cases.rules.numbers import read_number

CAUSES = "causes"
OPENING = "case_opening"
TABS = ("mine", "unowned", "overdue", "open", "closed", "all")
SORTS = ("due", "opened", "severity")
WORKING_ROLES = frozenset(role.key for role in ROLES.values() if "work_cases" in role.permissions)


@dataclass(frozen=True)
class Filters:
    """What a list of cases is narrowed by; empty narrows nothing."""

    tab: str = "all"
    words: str = ""
    severity: str = ""
    team: str = ""
    owner: str = ""
    cause: str = ""
    customer: str = ""


@dataclass(frozen=True)
class CaseLine:
    """A case as a line of a list says it."""

    key: str
    number: str
    title: str
    severity: str
    severity_name: str
    state: str
    state_name: str
    team: str
    team_name: str
    owner: str
    owner_name: str
    region: str
    customer_key: str
    instrument: str
    score: float | None
    cause: str
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    is_overdue: bool
    promises: tuple[Promised, ...]

    @property
    def href(self) -> str:
        return f"/cases/{self.key}/"

    @property
    def nearest(self) -> Promised | None:
        """The promise that breaks next, or broke first."""
        running = [each for each in self.promises if each.left_seconds is not None and each.standing != "paused"]
        return min(running, key=lambda each: each.left_seconds or 0.0, default=None)


def reachable(scope: Scope, permission: str = "see_cases") -> QuerySet[Case]:
    """The cases a permission reaches: of the person's units by team or by region, and their own. Raises Forbidden."""
    scope.demand(permission)
    rows = Case.objects.all()
    if scope.holds_everywhere(permission):
        return rows
    reach = scope.reaches.get(permission, frozenset())
    return rows.filter(Q(team__in=reach) | Q(region__in=reach) | Q(owner=scope.person))


def may_work(scope: Scope, row: Case) -> bool:
    """Whether somebody may work on a case they see: it is theirs, or of a unit they work cases in."""
    if not scope.may("work_cases"):
        return False
    if scope.holds_everywhere("work_cases") or row.owner == scope.person:
        return True
    reach = scope.reaches.get("work_cases", frozenset())
    return row.team in reach or row.region in reach


def case(scope: Scope, key: str) -> Case:
    """One case. Raises NotFound also for one that is kept from this person: they may not know of it."""
    found = reachable(scope).filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise NotFound("There is no such case.", code="unknown_case", hint="Look for it by its number or its customer.")
    return found


def steps(row: Case, *, before: int | None = None, limit: int = 200) -> list[CaseStep]:
    """What was done and said about a case, what was noted last first."""
    found = row.steps.order_by("-id")
    return list((found.filter(pk__lt=before) if before else found)[:limit])


# promises ------------------------------------------------------------------------------------------------------------


# By digest: equal calendars are one object, so that the windows of their days are worked out once.
_CLOCKS: dict[str, Clock] = {}


def clock_of(calendar: str) -> Clock:
    """The clock of a calendar in force; around the clock where none is named, or it is in force no more."""
    found = in_force("calendar", calendar) if calendar else None
    if found is None:
        return Clock()
    known = _CLOCKS.get(found.digest)
    if known is None:
        assert isinstance(found.body, Calendar)
        known = _CLOCKS[found.digest] = Clock(found.body)
    return known


def timed(row: Case) -> Timed:
    return Timed(
        row.clock_started_at,
        row.first_contact_seconds,
        row.resolution_seconds,
        row.first_contact_at,
        row.waited_seconds,
        row.waiting_since,
        row.closed_at,
    )


def promises_of(row: Case, now: datetime, clock: Clock | None = None) -> tuple[Promised, ...]:
    """Both promises at a moment; `clock`, where many are asked for, is that of the case's calendar."""
    return promised(clock or clock_of(row.calendar), timed(row), now)


def clocks_of(rows: Iterable[Case]) -> dict[str, Clock]:
    """The clocks of many cases, by calendar."""
    return {name: clock_of(name) for name in {row.calendar for row in rows}}


def opening_of(row: Case) -> CaseOpening | None:
    """The rule under which a case was opened, as it was then; None where there was none."""
    try:
        held = version(OPENING, row.opening_key, row.opening_version or 0)
    except NotFound:
        return None
    return CaseOpening.model_validate(held.body)


def escalations_of(row: Case) -> tuple[Escalation, ...]:
    """The steps of escalation under which a case was opened."""
    rule = opening_of(row)
    return rule.escalations if rule else USUAL_ESCALATIONS


def openings(at: datetime | None = None) -> list[Any]:
    """The case openings in force, as `InForce`."""
    return all_in_force(OPENING, at)


# lists ---------------------------------------------------------------------------------------------------------------


def narrowed(scope: Scope, filters: Filters, now: datetime) -> QuerySet[Case]:
    rows = reachable(scope)
    live = ~Q(state="closed")
    tabs = {
        "mine": live & Q(owner=scope.person),
        "unowned": live & Q(owner=""),
        "overdue": live & Q(due_at__lt=now),
        "open": live,
        "closed": Q(state="closed"),
        "all": Q(),
    }
    rows = rows.filter(tabs.get(filters.tab, Q()))
    if filters.words:
        rows = rows.filter(_speaks_of(filters.words))
    for name, value in (("severity", filters.severity), ("owner", filters.owner), ("cause", filters.cause)):
        rows = rows.filter(**{name: value}) if value else rows
    if filters.team:
        rows = rows.filter(team="" if filters.team == "none" else filters.team)
    return rows.filter(customer_key=filters.customer) if filters.customer else rows


def _speaks_of(words: str) -> Q:
    number = read_number(words)
    if number:
        return Q(number=number)
    return Q(title__icontains=words) | Q(number__startswith=words) | Q(key=words) | Q(customer_key=words)


def ordered(rows: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """Due first (what is not due last), newest, or most severe first; equal ones oldest first."""
    if sort == "opened":
        return rows.order_by("-opened_at", "-id")
    if sort == "severity":
        ranks = [
            When(severity=name, then=Value(place)) for place, name in enumerate(("urgent", "high", "normal", "low"))
        ]
        rank = Either(*ranks, default=Value(9), output_field=IntegerField())
        return rows.annotate(rank=rank).order_by("rank", F("due_at").asc(nulls_last=True), "id")
    return rows.order_by(F("due_at").asc(nulls_last=True), "opened_at", "id")


def lines(rows: Iterable[Case], now: datetime | None = None) -> list[CaseLine]:
    """Rows as lines, with the names of teams and owners."""
    rows, moment = list(rows), now or timezone.now()
    teams = {unit.key: unit.name for unit in units()}
    owners = dict(people().filter(key__in={row.owner for row in rows if row.owner}).values_list("key", "name"))
    clocks = clocks_of(rows)
    return [
        CaseLine(
            key=row.key,
            number=row.number or "",
            title=row.title,
            severity=row.severity,
            severity_name=str(row.get_severity_display()),
            state=row.state,
            state_name=str(row.get_state_display()),
            team=row.team,
            team_name=teams.get(row.team, row.team),
            owner=row.owner,
            owner_name=owners.get(row.owner, row.owner),
            region=row.region,
            customer_key=row.customer_key,
            instrument=row.instrument,
            score=row.score,
            cause=row.cause,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            due_at=row.due_at,
            is_overdue=row.due_at is not None and row.due_at < moment,
            promises=promised(clocks[row.calendar], timed(row), moment),
        )
        for row in rows
    ]


def first_words(scope: Scope, keys: Iterable[str]) -> dict[str, str]:
    """What customers said first in these cases, by key of the case; nothing for who may not read it."""
    if not scope.may("see_words"):
        return {}
    said = CaseStep.objects.filter(case__key__in=list(keys), verb="said").order_by("-at", "-id")
    return dict(said.values_list("case__key", "words"))


def cases(
    scope: Scope, filters: Filters | None = None, cursor: int | None = None, limit: int = 50
) -> tuple[list[Case], int | None]:
    """Cases newest first, and the cursor of those that follow; None at the end."""
    rows = narrowed(scope, filters or Filters(), timezone.now()).order_by("-id")
    found = list((rows.filter(pk__lt=cursor) if cursor else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def counts(scope: Scope, now: datetime) -> Mapping[str, int]:
    """How many cases each tab holds."""
    live = ~Q(state="closed")
    return reachable(scope).aggregate(
        mine=Count("id", filter=live & Q(owner=scope.person)),
        unowned=Count("id", filter=live & Q(owner="")),
        overdue=Count("id", filter=live & Q(due_at__lt=now)),
        open=Count("id", filter=live),
        closed=Count("id", filter=Q(state="closed")),
        all=Count("id"),
    )


def waiting_for(scope: Scope, limit: int = 20) -> list[CaseLine]:
    """What waits for somebody: their own cases, and in their units those overdue or without an owner. Due first."""
    if not scope.may("work_cases"):
        return []
    now = timezone.now()
    rows = reachable(scope).exclude(state="closed")
    mine = Q(owner=scope.person) & (Q(state="open") | Q(due_at__lt=now))
    return lines(ordered(rows.filter(mine | Q(owner="") | Q(due_at__lt=now)), "due")[:limit], now)


def of_customer(scope: Scope, customer_key: str, limit: int = 50) -> list[CaseLine]:
    """A customer's cases that this person may see, newest first."""
    if not customer_key:
        return []
    return lines(reachable(scope).filter(customer_key=customer_key).order_by("-opened_at", "-id")[:limit])


def merged_with(scope: Scope, row: Case) -> list[CaseLine]:
    """The case that this one went into, or those that went into it, as far as this person may see them."""
    wanted = Q(key=row.merged_into) if row.merged_into else Q(merged_into=row.key)
    return lines(reachable(scope).filter(wanted).order_by("id")[:50])


def search(words: str, scope: Scope, limit: int = 20) -> list[CaseLine]:
    """Cases by number, title, key or customer key."""
    words = words.strip().replace("\0", "")
    if not words or not scope.may("see_cases"):
        return []
    return lines(reachable(scope).filter(_speaks_of(words)).order_by("-opened_at")[:limit])


def with_open_case(customers: Collection[str]) -> set[str]:
    """Those of these customers who have a case that is not closed. For what heed does by itself: no scope."""
    return set(
        Case.objects.filter(customer_key__in=customers).exclude(state="closed").values_list("customer_key", flat=True)
    )


def region_of_case(key: str) -> str:
    """The region a case is of; empty when none is known."""
    return Case.objects.filter(key=key).values_list("region", flat=True).first() or ""


def latest_opened(customer: str, opening: str = "") -> datetime | None:
    """When the latest fact happened that opened a case for a customer: of one rule, or of any."""
    rows = Case.objects.filter(customer_key=customer)
    rows = rows.filter(opening_key=opening) if opening else rows
    return rows.order_by("-fact_at").values_list("fact_at", flat=True).first()


# people and causes ---------------------------------------------------------------------------------------------------


def causes_in_force() -> tuple[Cause, ...]:
    found = in_force(CAUSES, CAUSES)
    return found.body.causes if found is not None and isinstance(found.body, Causes) else ()


def cause_names() -> dict[str, str]:
    """The causes in force, by name in the reader's language."""
    language = get_language() or "en"
    return {cause.key: cause.called(language) for cause in causes_in_force()}


def cause_name(key: str, names: Mapping[str, str]) -> str:
    """A cause by its name; by its key when it left the list."""
    return names.get(key) or key.replace("_", " ")


def _upwards(unit: str, nodes: Mapping[str, Node]) -> list[str]:
    """A unit and those above it; the organisation alone where the unit is not known."""
    found: list[str] = []
    here: str | None = (
        unit if unit in nodes else next((key for key, node in nodes.items() if node.parent is None), None)
    )
    while here is not None and here not in found:
        found.append(here)
        here = nodes[here].parent
    return found


def workers_of(team: str, region: str = "") -> QuerySet[Person]:
    """Active people who may work on the cases of a team: by a role in it, or in a unit above it."""
    nodes = unit_nodes()
    home = team if team in nodes else region
    return (
        people()
        .filter(is_active=True, memberships__unit__key__in=_upwards(home, nodes), memberships__role__in=WORKING_ROLES)
        .distinct()
    )


def people_to_tell(unit: str, role: str, region: str = "") -> list[str]:
    """Keys of those who hold a role in a unit, or in the nearest unit above it; of its managers where nobody does."""
    nodes = unit_nodes()
    path = _upwards(unit if unit in nodes else region, nodes)
    for roles in ((role,), ("supervisor", "manager"), ("administrator",)):
        for here in path:
            found = people().filter(is_active=True, memberships__unit__key=here, memberships__role__in=roles)
            if keys := list(found.values_list("key", flat=True).distinct()):
                return keys
    return []


def region_of(team: str, nodes: Mapping[str, Node] | None = None) -> str:
    """The region a team lies in; empty when it lies in none."""
    known = nodes if nodes is not None else unit_nodes()
    if team not in known:
        return ""
    return next((key for key in _upwards(team, known) if known[key].kind == "region"), "")


def opened_since(since: datetime, customers: str) -> list[tuple[str, str, datetime]]:
    """(key, response, time) of the cases opened since then, of customers whose key begins so; oldest first."""
    found = Case.objects.filter(opened_at__gte=since, customer_key__startswith=f"{customers}-").order_by("id")
    return list(found.values_list("key", "response_id", "opened_at"))
