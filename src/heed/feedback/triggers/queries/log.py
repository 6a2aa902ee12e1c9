"""Reading what was decided about asking: who was asked, who was not and why, lists, and how a customer stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import NotFound
from heed.core.journal.rules import Entry
from heed.core.settings.rules import current
from heed.facts.projections import completes
from heed.facts.schema.tables import TABLES
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.events import ListDecided
from heed.feedback.triggers.models import Ask, AskList, Touch
from heed.feedback.triggers.queries.state import present, triggers_in_force
from heed.feedback.triggers.rules.deciding import SECOND, conditions_of, settled
from heed.feedback.triggers.rules.ledger import may_ask
from heed.rehearsal.replay.deciders import truths_of
from heed.service.customers.queries import in_reach, regions_of

MAY = "ask"


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


def due_reminders(limit: int) -> list[int]:
    """Reminders whose time has come and that were neither sent nor given back, the oldest first."""
    rows = Touch.objects.filter(sort="reminder", done_at=None, at__lte=timezone.now(), ask__asked=True)
    return list(rows.exclude(ask__invitation="").order_by("at").values_list("id", flat=True)[:limit])


def open_lists() -> list[str]:
    """Lists that somebody confirmed and that are not done, the oldest first."""
    rows = AskList.objects.filter(confirmed_at__isnull=False, finished_at=None).order_by("id")
    return list(rows.values_list("key", flat=True))


def expiry_of_list(key: str) -> int | None:
    """For how many days invitations of a list can be answered, where a programme says so."""
    rows = AskList.objects.filter(key=key, wave__isnull=False) if key else AskList.objects.none()
    return rows.values_list("wave__expires_days", flat=True).first()


def channel_of_list(key: str) -> str:
    """By which channels a list goes out: as its programme says, else by mail."""
    rows = AskList.objects.filter(key=key, wave__isnull=False) if key else AskList.objects.none()
    return rows.values_list("wave__channel", flat=True).first() or "email"


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
    now = state.now(timezone.now())
    counted: dict[str, int] = {}
    lines: list[PreviewLine] = []
    for customer in row.customers:
        refusal, _due = may_ask(state, customer, row.survey_key, now=now)
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
    now, found = state.now(timezone.now()), []
    for each in triggers_in_force():
        assert isinstance(each.body, Trigger)
        reminders, delay = each.body.reminder_days, each.body.delay_seconds * SECOND
        survey, channel = each.body.survey, each.body.channel
        refusal, _due = may_ask(state, customer, survey, now=now, delay=delay, reminders=reminders, channel=channel)
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
        "stratum": row.stratum,
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
    watching = triggers_in_force()
    wanted: dict[str, Sequence[str]] = {
        trigger.source: tuple(dict.fromkeys(column.name for column in TABLES[trigger.source].columns))
        for each in watching
        if isinstance(trigger := each.body, Trigger)
    }
    if not wanted:
        return []
    from heed.facts.engine.engine import open_engine
    from heed.facts.timelines import timeline

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
