"""Reading what decides about asking: the policy and triggers in force, who rests, who was asked and who was not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.errors.rules import NotFound
from heed.core.journal.rules import Entry
from heed.core.settings.rules import current
from heed.facts.projections import completes
from heed.facts.schema.tables import TABLES
from heed.facts.timelines import timeline
from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.events import ListDecided
from heed.feedback.triggers.models import Ask, AskList, Attention
from heed.feedback.triggers.rules import (
    DEFAULT_REST_DAYS,
    Memory,
    conditions_of,
    may_ask,
    rehearse_with,
    settled,
)
from heed.rehearsal.replay.deciders import truths_of
from heed.service.customers.queries import Reach, in_reach, reachability, reachable, regions_of

MAY = "ask"
POLICY = ("contact_policy", "contact")
AT_ONCE = 500


@dataclass
class Present:
    """What holds now, of the customers looked at: the state that a live decision is taken in."""

    at: datetime
    rest_days: int
    reach: Mapping[str, Reach] = field(default_factory=dict)
    asked: dict[str, datetime | None] = field(default_factory=dict)
    surveys: dict[str, InForce | None] = field(default_factory=dict)

    def now(self, happened_at: datetime) -> datetime:
        return self.at

    def survey(self, key: str) -> InForce | None:
        if key not in self.surveys:
            self.surveys[key] = in_force("survey", key, self.at)
        return self.surveys[key]

    def has_survey(self, survey: str) -> bool:
        return self.survey(survey) is not None

    def obstacle(self, customer: str) -> str:
        known = self.reach.get(customer)
        if known is None:
            return "unknown_customer"
        if known.opted_out:
            return "opted_out"
        return "" if known.email else "no_address"

    def asked_at(self, customer: str) -> datetime | None:
        return self.asked.get(customer)


def rest_days(at: datetime | None = None) -> int:
    """Days a customer is left in peace after being asked, as the policy in force says."""
    found = in_force(*POLICY, at)
    return found.body.rest_days if found and isinstance(found.body, ContactPolicy) else DEFAULT_REST_DAYS


def triggers_watching(tables: Collection[str]) -> list[InForce]:
    """Triggers in force whose facts lie in one of these tables."""
    found = all_in_force("trigger")
    return [each for each in found if isinstance(each.body, Trigger) and each.body.source in tables]


def present(customers: Collection[str]) -> Present:
    """What holds now for these customers, without holding anything against others: for looking, not for asking."""
    return Present(timezone.now(), rest_days(), reachable(customers), last_asked(customers))


def last_asked(customers: Collection[str]) -> dict[str, datetime | None]:
    """When customers were last asked, by whatever asked."""
    found: dict[str, datetime | None] = {}
    every = list(customers)
    for start in range(0, len(every), AT_ONCE):
        rows = Attention.objects.filter(customer_key__in=every[start : start + AT_ONCE])
        found |= dict(rows.values_list("customer_key", "last_asked_at"))
    return found


def today() -> Memory:
    """What a rehearsal begins with: the rest period in force, and whom heed could reach today."""
    return Memory(rest_days(), reachability())


rehearse_with(today)


# What was decided


def asks(
    scope: Scope,
    *,
    reason: str = "",
    trigger: str = "",
    survey: str = "",
    customer: str = "",
    asked_list: str = "",
    days: int = 0,
) -> QuerySet[Ask]:
    """Decisions this person may see, newest first. With `days`, of so many days up to now."""
    scope.demand(MAY)
    rows = Ask.objects.all()
    regions = regions_of(scope, MAY)
    if regions is not None:
        rows = rows.filter(region__in=regions)
    wanted = {"trigger_key": trigger, "survey_key": survey, "customer_key": customer, "asked_list": asked_list}
    rows = rows.filter(**{name: value.replace("\0", "") for name, value in wanted.items() if value})
    if reason == "asked":
        rows = rows.filter(asked=True)
    elif reason:
        rows = rows.filter(asked=False, reason=reason.replace("\0", ""))
    if days:
        rows = rows.filter(decided_at__gte=timezone.now() - timedelta(days=days))
    return rows.order_by("-id")


def counts_by_reason(rows: QuerySet[Ask]) -> list[tuple[str, int]]:
    """How many were asked (`asked`), and how many were not, by reason; the most first."""
    found: dict[str, int] = {}
    for line in rows.order_by().values("asked", "reason").annotate(n=Count("id")):
        code = "asked" if line["asked"] else line["reason"]
        found[code] = found.get(code, 0) + line["n"]
    return sorted(found.items(), key=lambda each: (each[0] != "asked", -each[1], each[0]))


def ask_by_key(scope: Scope, key: str) -> Ask:
    row = asks(scope).filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such decision.", code="unknown_ask")
    return row


def due_asks(limit: int) -> list[int]:
    """Decisions to ask whose time has come and that were not carried out, the oldest first."""
    rows = Ask.objects.filter(asked=True, invitation="", due_at__lte=timezone.now()).order_by("due_at")
    return list(rows.values_list("id", flat=True)[:limit])


def open_lists() -> list[str]:
    """Lists that somebody confirmed and that are not done, the oldest first."""
    rows = AskList.objects.filter(confirmed_at__isnull=False, finished_at=None).order_by("id")
    return list(rows.values_list("key", flat=True))


def ask_list(scope: Scope, key: str) -> AskList:
    """A list, for who made it and for who may ask everybody. Raises NotFound."""
    scope.demand(MAY)
    row = AskList.objects.filter(key=key.replace("\0", "")).first()
    if row is None or not (row.actor == scope.person or scope.holds_everywhere(MAY)):
        raise NotFound("There is no such list.", code="unknown_list")
    return row


# Why somebody is not asked


@dataclass(frozen=True)
class Preview:
    """Who of a list would be asked now, and who not and why."""

    reasons: tuple[tuple[str, int], ...]
    asked: int
    total: int
    lines: tuple["PreviewLine", ...]


@dataclass(frozen=True)
class PreviewLine:
    customer: str
    reason: str
    rested_until: datetime | None
    name: str
    email: str


def preview(row: AskList, *, reason: str = "", offset: int = 0, limit: int = 50) -> Preview:
    """Who would be asked if the list were sent now; a page of them, of one reason when one is given."""
    state = present(row.customers)
    counted: dict[str, int] = {}
    lines: list[PreviewLine] = []
    for customer in row.customers:
        refusal = may_ask(state, customer, row.survey_key, state.at)
        code = refusal.reason if refusal else "asked"
        counted[code] = counted.get(code, 0) + 1
        if not reason or reason == code:
            known = state.reach.get(customer)
            until = refusal.details.get("rested_until") if refusal else None
            lines.append(PreviewLine(customer, code, until, known.name if known else "", known.email if known else ""))
    told = sorted(counted.items(), key=lambda each: (each[0] != "asked", -each[1], each[0]))
    return Preview(tuple(told), counted.get("asked", 0), len(row.customers), tuple(lines[offset : offset + limit]))


@dataclass(frozen=True)
class Standing:
    """How a customer stands with a trigger, or with being asked at all (`trigger` empty): the reason, or none."""

    trigger: str
    name: str
    survey: str
    reason: str
    rested_until: datetime | None = None


def standings(customer: str) -> list[Standing]:
    """Why each trigger in force would not ask this customer now, whatever happened to them; empty: it would."""
    state = present([customer])
    found = []
    for each in all_in_force("trigger"):
        assert isinstance(each.body, Trigger)
        refusal = may_ask(state, customer, each.body.survey, state.at)
        until = refusal.details.get("rested_until") if refusal else None
        reason = refusal.reason if refusal else ""
        found.append(Standing(each.key, each.body.name, each.body.survey, reason, until))
    return found


def may_see_customer(scope: Scope, key: str) -> bool:
    """Whether a customer is within this person's reach for asking."""
    regions = regions_of(scope, MAY)
    if regions is None:
        return True
    return scope.may("see_customers") and in_reach(scope).filter(key=key, region__in=regions).exists()


def surveys_in_force() -> list[tuple[str, str]]:
    """(key, name) of every survey that can be sent."""
    return [(each.key, str(getattr(each.body, "name", each.key))) for each in all_in_force("survey")]


# What the journal leaves out


@completes(ListDecided, fields=("not_asked",))
def not_asked_of_lists(entries: Sequence[Entry]) -> Mapping[int, Mapping[str, Any]]:
    """The decisions about parts of lists that asked nobody, by their numbers."""
    found: dict[int, dict[str, Any]] = {}
    for entry in entries:
        told = entry.payload or {}
        rows = Ask.objects.filter(
            id__gte=told["first"], id__lte=told["last"], asked_list=told["asked_list"], asked=False
        )
        found[entry.id] = {"not_asked": [as_told(row) for row in rows.order_by("id")]}
    return found


def as_told(row: Ask) -> dict[str, Any]:
    """A decision as the event of one tells it."""
    return {
        "ask": row.key,
        "survey": row.survey_key,
        "trigger": row.trigger_key,
        "version": row.version,
        "customer": row.customer_key,
        "reason": row.reason,
        "probability": row.probability,
        "decided_at": row.decided_at.isoformat(),
        "context": dict(row.context),
    }


def newest_lists(scope: Scope, limit: int = 8) -> list[AskList]:
    """Lists somebody confirmed, newest first: one's own, or all for who may ask everybody."""
    scope.demand(MAY)
    rows = AskList.objects.filter(confirmed_at__isnull=False).defer("customers")
    if not scope.holds_everywhere(MAY):
        rows = rows.filter(actor=scope.person)
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True)
class Judged:
    """What a trigger in force makes of a fact by its conditions alone."""

    trigger: str
    name: str
    table: str
    fact: str
    at: datetime
    reason: str


def facts_judged(customer: str, limit: int = 10) -> list[Judged]:
    """What triggers in force make of the newest facts of a customer; nothing while the facts cannot be read."""
    watching = [each for each in all_in_force("trigger") if isinstance(each.body, Trigger)]
    wanted: dict[str, Sequence[str]] = {
        trigger.source: tuple(dict.fromkeys(column.name for column in TABLES[trigger.source].columns))
        for each in watching
        if isinstance(trigger := each.body, Trigger)
    }
    if not wanted:
        return []
    from heed.facts.engine.engine import open_engine

    try:
        with open_engine(current()) as engine:
            rows = timeline(engine, customer, wanted, limit=limit)
    except OSError:
        return []
    found = []
    for each in watching:
        assert isinstance(each.body, Trigger)
        for row in rows[each.body.source]:
            decision = settled(each.body, truths_of(conditions_of(each.body), row))
            reason = decision.reason if decision else "condition_met"
            found.append(Judged(each.key, each.body.name, each.body.source, row["fact_key"], row["at"], reason))
    return sorted(found, key=lambda one: one.at, reverse=True)[: 2 * limit]
