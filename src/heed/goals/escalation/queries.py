"""Reading escalations: which protocol covers what, who is on call, what a person may see, what people were given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, all_in_force, version
from heed.core.errors.rules import NotFound
from heed.core.people.queries import names_of, root_unit
from heed.facts.streams import Span
from heed.goals.escalation.definition import EscalationProtocol, Level
from heed.goals.escalation.definition import History as PastTold
from heed.goals.escalation.models import DutyDay, DutySwap, Escalation, EscalationStep, MajorIncident
from heed.goals.escalation.rules.overload import WEEKS, Reached, UnitLoad, unit_loads
from heed.goals.escalation.rules.rehearsing import PLACE
from heed.goals.escalation.rules.rotas import Swap, in_turn, local_day, on_call
from heed.goals.kpis.queries import engine
from heed.rehearsal.queries import Compared, rehearse_beside
from heed.service.cases.definition import Escalation as Step
from heed.service.cases.queries import Case, clock_of, people_to_tell, promises_of, timed
from heed.service.cases.rules.clocks import escalates_at

KIND = "escalation"
TABS = ("mine", "open", "unattended", "deferred", "incidents", "ended")
OPEN = ("given", "acknowledged", "unattended")
DAYS_SHOWN = 14
# Of one customer's open cases at most so many are looked at for what they said.
MOST_CONCERNED = 20


def protocols(at: datetime | None = None) -> list[InForce]:
    """The protocols in force, in order of key."""
    return all_in_force(KIND, at)


def body_of(found: InForce) -> EscalationProtocol:
    return cast(EscalationProtocol, found.body)


def protocol_of(row: Escalation) -> EscalationProtocol | None:
    """The protocol under which a case was last looked at; None where none covers it."""
    if not row.protocol_key or row.protocol_version is None:
        return None
    try:
        return EscalationProtocol.model_validate(version(KIND, row.protocol_key, row.protocol_version).body)
    except NotFound:
        return None


# cases ---------------------------------------------------------------------------------------------------------------


def case_rows(keys: Iterable[str]) -> dict[str, Case]:
    return {row.key: row for row in Case.objects.filter(key__in=list(keys))}


def concerned(case: str, response: str, interaction: str, customer: str) -> list[Case]:
    """Open cases that a customer's words are about: of that name, answer or contact; else every one of the customer's."""
    named = {"key": case, "response_id": response, "interaction_id": interaction}
    known = Q(pk__in=())
    for field, value in named.items():
        known |= Q(**{field: value}) if value else Q(pk__in=())
    live = Case.objects.exclude(state="closed").order_by("id")
    found = list(live.filter(known)[:MOST_CONCERNED])
    return found or (list(live.filter(customer_key=customer)[:MOST_CONCERNED]) if customer else [])


def unwatched(limit: int) -> list[Case]:
    """Open cases that no escalation watches yet, oldest first: opened before the first protocol, or missed."""
    watched = Escalation.objects.filter(case_key=OuterRef("key"), ended_at=None)
    return list(Case.objects.exclude(state="closed").filter(~Exists(watched)).order_by("id")[:limit])


def sentiment_of(row: Case) -> float | None:
    """-1..1 by the answer that opened the case: the ends of its scale are -1 and 1; None where there is no answer."""
    if row.score is None or not row.scale_max:
        return None
    low = 0.0 if row.instrument == "nps" else 1.0
    if row.scale_max <= low:
        return None
    return max(-1.0, min(1.0, 2 * (row.score - low) / (row.scale_max - low) - 1))


def seen(row: Case, now: datetime, escalation: Escalation | None = None) -> dict[str, Any]:
    """A case as conditions see it, with what its escalation knows besides. `sla_risk`: the largest share of a promised time that
    is used up, 1 when one is broken; `sentiment`: the lower of the answer that opened it and the customer's words.
    """
    told = [sentiment_of(row), escalation.words_sentiment if escalation is not None else None]
    used = [each.used for each in promises_of(row, now) if each.used is not None]
    known = {name: getattr(row, name) or None for name in PLACE}
    return {
        **known,
        "case_id": row.key,
        "customer_key": row.customer_key or None,
        "at": now,
        "change": "looked",
        "severity": row.severity,
        "customers": 1,
        "sentiment": min((each for each in told if each is not None), default=None),
        "urgency": (escalation.words_urgency or None) if escalation is not None else None,
        "sla_risk": max(0.0, min(1.0, max(used))) if used else 0.0,
        "asked_for_help": escalation is not None and escalation.asked_for_help,
    }


def next_risk(protocol: EscalationProtocol, row: Case, now: datetime) -> datetime | None:
    """When so much of a promise is used up that the case is looked at again; None when no such moment is to come."""
    clock, known = clock_of(row.calendar), timed(row)
    moments = [
        at
        for step in protocol.risk_steps
        for promise in ("first_contact", "resolution")
        if (at := escalates_at(clock, known, Step.model_validate({"after": step, "promise": promise}))) is not None
    ]
    return min((at for at in moments if at > now), default=None)


# people on call ------------------------------------------------------------------------------------------------------


def swaps_of(protocol_key: str, level_key: str) -> list[Swap]:
    rows = DutySwap.objects.filter(protocol_key=protocol_key, level_key=level_key, withdrawn_at=None).order_by("id")
    return [Swap(row.person, row.substitute, row.since, row.until) for row in rows]


def people_of(protocol_key: str, zone: str, level: Level, team: str, region: str, at: datetime) -> Sequence[str]:
    """Who is on call at a level for a case of a team, least first in the order of the rota; nobody is passed for two."""
    if level.rota is not None:
        return on_call(level.rota, zone, at, swaps_of(protocol_key, level.key))
    root = root_unit()
    unit = {"team": team, "region": region, "organisation": root.key if root else ""}[level.held_in]
    return people_to_tell(unit, level.role, region)


@dataclass(frozen=True)
class Turn:
    """Who is on call on a day at a level, by name."""

    day: date
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LevelRota:
    """A level of a protocol with its next turns; none where a role is held instead."""

    protocol_key: str
    protocol: str
    level: Level
    turns: tuple[Turn, ...]
    people: tuple[tuple[str, str], ...]


def rotas(now: datetime, days: int = DAYS_SHOWN) -> list[LevelRota]:
    """Every level in force with who is on call on the days to come."""
    found = []
    for held in protocols(now):
        protocol = body_of(held)
        first = local_day(protocol.time_zone, now)
        for level in protocol.levels:
            swaps = swaps_of(held.key, level.key)
            plan = {
                first + timedelta(days=ahead): in_turn(level.rota, first + timedelta(days=ahead), swaps)
                for ahead in range(days)
                if level.rota is not None
            }
            every = {*(level.rota.people if level.rota else ()), *(key for keys in plan.values() for key in keys)}
            names = names_of(every)
            turns = tuple(Turn(day, tuple((key, names.get(key, key)) for key in keys)) for day, keys in plan.items())
            people = tuple((key, names.get(key, key)) for key in (level.rota.people if level.rota else ()))
            found.append(LevelRota(held.key, protocol.name, level, turns, people))
    return found


def swaps(now: datetime) -> list[DutySwap]:
    """Swaps that are not over, the next first."""
    rows = DutySwap.objects.filter(withdrawn_at=None, until__gte=(now - timedelta(days=1)).date())
    return list(rows.order_by("since", "id")[:200])


def loads(now: datetime) -> list[tuple[str, str, int, int]]:
    """(key, name, units, most) of those who were given something today, the most loaded first."""
    days = {local_day(body_of(held).time_zone, now) for held in protocols(now)} or {now.date()}
    rows = list(DutyDay.objects.filter(day__in=days, units__gt=0).order_by("-units", "person"))
    names = names_of({row.person for row in rows})
    return [(row.person, names.get(row.person, row.person), row.units, row.most) for row in rows]


# what a person may see -----------------------------------------------------------------------------------------------


def reachable(scope: Scope, permission: str = "see_cases") -> QuerySet[Escalation]:
    """The escalations a permission reaches: of the person's units, and those that they were given. Raises Forbidden."""
    scope.demand(permission)
    rows = Escalation.objects.all()
    if scope.holds_everywhere(permission):
        return rows
    reach = scope.reaches.get(permission, frozenset())
    return rows.filter(Q(team__in=reach) | Q(region__in=reach) | Q(person=scope.person))


def escalation(scope: Scope, key: str) -> Escalation:
    """One escalation. Raises NotFound also for one that is kept from this person."""
    found = reachable(scope).filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise NotFound("There is no such escalation.", code="unknown_escalation", hint="Look for it in the list.")
    return found


def may_work(scope: Scope, row: Escalation) -> bool:
    """Whether somebody may acknowledge, hand up or stand down: it is theirs, or of a unit they work cases in."""
    if not scope.may("work_cases"):
        return False
    return row.person == scope.person or any(scope.holds_in("work_cases", unit) for unit in (row.team, row.region))


def _of_tab(scope: Scope, tab: str) -> QuerySet[Escalation]:
    rows = reachable(scope).exclude(state="watched")
    live = Q(ended_at=None)
    narrowed = {
        "mine": live & Q(person=scope.person),
        "open": live & Q(state__in=OPEN),
        "unattended": live & Q(state="unattended"),
        "deferred": live & Q(state="deferred"),
        "incidents": live & Q(leads=True),
        "ended": ~live & ~Q(wanted_at=None),
    }
    return rows.filter(narrowed.get(tab, Q()))


def escalations(
    scope: Scope, tab: str = "open", cursor: int | None = None, limit: int = 50
) -> tuple[list[Escalation], int | None]:
    """Escalations newest first, and the cursor of those that follow; None at the end."""
    rows = _of_tab(scope, tab).select_related("incident").order_by("-id")
    found = list((rows.filter(pk__lt=cursor) if cursor else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def urgent_first(scope: Scope, tab: str, limit: int = 50) -> list[Escalation]:
    """Escalations as they should be looked at: severe ones, then those due first, then by impact."""
    rows = _of_tab(scope, tab).select_related("incident")
    if tab == "ended":
        return list(rows.order_by("-ended_at", "-id")[:limit])
    return list(rows.order_by("-severe", "-impact", "id")[:limit])


def brought_cases(state: str = "") -> QuerySet[Escalation, Any]:
    """Keys of the cases that a protocol has brought to somebody, or in a state alone; for a wallboard, which shows counts."""
    rows = Escalation.objects.filter(ended_at=None, state__in=[state] if state else [*OPEN, "joined"])
    return rows.values("case_key")


def counts(scope: Scope) -> Mapping[str, int]:
    """How many each tab holds."""
    return {tab: _of_tab(scope, tab).count() for tab in TABS}


_TOLD = (
    "key", "state", "severity", "severe", "impact", "customers", "protocol_version", "person", "region", "team", "leads",
    "words_sentiment", "words_urgency",
    "wanted_at", "given_at", "acknowledge_by", "acknowledged_at", "deferred_until", "times_deferred", "ended_at",
)  # fmt: skip


def as_told(row: Escalation) -> dict[str, Any]:
    """An escalation as other programs are told of it."""
    return {
        **{name: getattr(row, name) for name in _TOLD},
        "case": row.case_key,
        "number": row.case_number,
        "protocol": row.protocol_key,
        "level": row.level_key,
        "incident": row.incident.key if row.incident is not None else None,
    }


def steps(row: Escalation) -> list[EscalationStep]:
    """What happened to it, last first."""
    return list(row.steps.order_by("-id")[:200])


def members(scope: Scope, incident: MajorIncident, limit: int = 200) -> list[Escalation]:
    """The cases of an incident that this person may see, oldest first."""
    return list(reachable(scope).filter(incident=incident).order_by("id")[:limit])


def incidents(scope: Scope, cursor: int | None = None, limit: int = 50) -> tuple[list[Escalation], int | None]:
    """Who leads which major incident, open ones, newest first."""
    return escalations(scope, "incidents", cursor, limit)


def due_for_look(now: datetime | None = None) -> int:
    """How many escalations are to be looked at by now."""
    return Escalation.objects.filter(ended_at=None, look_at__lte=now or timezone.now()).count()


# history -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """Who carried past escalations, by unit; `until`: the end of the weeks that are looked at, None without facts."""

    protocol_key: str
    until: datetime | None
    weeks: int
    units: tuple[UnitLoad, ...]
    names: Mapping[str, str]


def history(scope: Scope, weeks: int = WEEKS) -> History:
    """Who carried past escalations, as the first protocol in force tells them in the facts; units in a person's reach."""
    scope.demand("see_figures")
    held = next(iter(protocols()), None)
    told = body_of(held).history if held is not None else PastTold.model_validate({})
    rows, until = _reached(told)
    found = unit_loads(rows, until, weeks) if until is not None else []
    if not scope.holds_everywhere("see_figures"):
        reach = scope.reaches.get("see_figures", frozenset())
        found = [load for load in found if load.unit in reach]
    # Who is overloaded is a matter of those who may see the records behind a figure.
    may = scope.may("see_records")
    found = [load if may else replace(load, busiest="") for load in found]
    names = names_of({load.busiest for load in found if load.busiest})
    return History(held.key if held else "", until, weeks, tuple(found), names)


def _reached(told: PastTold) -> tuple[list[Reached], datetime | None]:
    """Past escalations: each with the first look after it, in order of time, and the moment after the last of them."""
    span = Span(engine(), told.source, datetime(1990, 1, 1, tzinfo=UTC), timezone.now(), told.conditions())
    only = [truths for truths, _ in span.counts() if truths["escalated"] or truths["reached"]]
    if not only:
        return [], None
    waiting: dict[str, dict[str, Any]] = {}
    found: list[Reached] = []
    until = None
    for part in span.slices(["case_id", "agent_key", told.unit], only):
        for row in part.to_pylist():
            until = row["at"]
            if row["escalated"]:
                waiting.setdefault(row["case_id"], row)
            elif (first := waiting.pop(row["case_id"], None)) is not None:
                unit = first[told.unit] or ""
                found.append(Reached(row["case_id"], unit, row["agent_key"] or "", first["at"], row["at"]))
    found += [Reached(case, row[told.unit] or "", "", row["at"], None) for case, row in waiting.items()]
    return found, None if until is None else until + timedelta(seconds=1)


def rehearsed(key: str, body: dict[str, Any], weeks: int) -> tuple[Compared, datetime, datetime]:
    """A protocol replayed over the last weeks of facts, beside the one in force; with the span."""
    facts = engine()
    now = timezone.now()
    last = Span(facts, "case_changes", datetime(1990, 1, 1, tzinfo=UTC), now)
    until = max((part["at"][-1].as_py() for part in last.slices([]) if part.num_rows), default=now) + timedelta(
        seconds=1
    )
    since = until - timedelta(weeks=weeks)
    return rehearse_beside(facts, KIND, key, body, since, until), since, until
