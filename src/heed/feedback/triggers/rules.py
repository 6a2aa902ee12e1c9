"""Whether a fact asks a customer, and if not, why not. Pure; the same function runs live and in rehearsal."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from heed.core.conditions.rules import Condition, compile_condition
from heed.core.consent.rules import personal
from heed.core.errors.rules import phrase
from heed.core.journal.rules import Entry
from heed.facts.projections import projects
from heed.facts.schema.tables import PLACE, TABLES
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.events import CustomerNotAsked, ListDecided
from heed.rehearsal.replay.deciders import Decision, Fact, Truths, decides, truths_of
from heed.rehearsal.replay.weeks import Weeks

personal("feedback.Ask", "customer_key", "key", "to know who was asked, and why somebody was not")
personal("feedback.Attention", "customer_key", "key", "to leave a customer in peace after asking")
personal("feedback.AskList", "customers", "key", "to ask the customers of a list")

ASK, NOT_ASKED = "asked", "not_asked"
DEFAULT_REST_DAYS = 30

# Why somebody was not asked, by code, in words that follow "was not asked:".
REASONS: dict[str, str] = {
    "condition_met": phrase("the trigger's condition held"),
    "on_list": phrase("on a list somebody sent"),
    "condition_not_met": phrase("the trigger's condition did not hold"),
    "unknown": phrase("the fact does not say what the condition needs"),
    "excepted": phrase("an exception of the trigger held"),
    "no_customer": phrase("the fact names no customer"),
    "unknown_customer": phrase("heed does not know this customer"),
    "no_address": phrase("there is no e-mail address"),
    "opted_out": phrase("the customer wants no more mail that asks"),
    "rested": phrase("the customer was asked lately"),
    "held_out": phrase("left out by chance, as the trigger's share says"),
    "too_late": phrase("the fact was too old"),
    "survey_not_in_force": phrase("the survey is not in force"),
    "out_of_reach": phrase("the customer is not of a region of who asks"),
}
# Reasons that a condition alone gives: nobody was a candidate, so nothing is kept of them.
BY_CONDITION = ("condition_not_met", "unknown", "excepted")
PLACES = tuple(column.name for column in PLACE)
CONTEXT = (*(name for name in PLACES if name != "language"), "interaction_id", "agent_key", "case_id")


class State(Protocol):
    """What decide must know besides the fact."""

    rest_days: int

    def now(self, happened_at: datetime) -> datetime:
        """When the decision is taken: in a rehearsal, when the fact happened."""
        ...

    def has_survey(self, survey: str) -> bool: ...

    def obstacle(self, customer: str) -> str:
        """Why the customer cannot be asked at all: unknown_customer, no_address or opted_out; empty when they can."""
        ...

    def asked_at(self, customer: str) -> datetime | None:
        """When the customer was last asked, by whatever asked."""
        ...


@dataclass
class Memory:
    """The past, as a rehearsal builds it up: who can be reached today, and whom the trigger would have asked."""

    rest_days: int = DEFAULT_REST_DAYS
    obstacles: Mapping[str, str] | None = None
    asks: dict[str, datetime] = field(default_factory=dict)

    def now(self, happened_at: datetime) -> datetime:
        return happened_at

    def has_survey(self, survey: str) -> bool:
        return True

    def obstacle(self, customer: str) -> str:
        return "" if self.obstacles is None else self.obstacles.get(customer, "unknown_customer")

    def asked_at(self, customer: str) -> datetime | None:
        return self.asks.get(customer)


# How a rehearsal learns whom it could reach today and how long customers rest; an application says so at its start.
_PRESENT: list[Callable[[], Memory]] = []


def rehearse_with(present: Callable[[], Memory]) -> None:
    """Let rehearsals begin with what `present` gives."""
    _PRESENT[:] = [present]


def begin(definition: Trigger) -> Memory:
    return _PRESENT[0]() if _PRESENT else Memory()


@lru_cache(maxsize=256)
def conditions_of(definition: Trigger) -> Mapping[str, Condition]:
    """Every condition of the definition, by a name that is no column: `ask_when`, `ask_never_when`."""
    fields = {column.name: column.kind for column in TABLES[definition.source].columns}
    return {f"ask_{path}": compile_condition(source, fields) for path, source in definition.conditions()}


def settled(definition: Trigger, truths: Truths) -> Decision | None:
    """The decision where the conditions alone make it; None when the customer has a say."""
    if truths["ask_when"] is None:
        return Decision(NOT_ASKED, "unknown")
    if not truths["ask_when"]:
        return Decision(NOT_ASKED, "condition_not_met")
    if truths.get("ask_never_when"):
        return Decision(NOT_ASKED, "excepted")
    return None


def columns_of(definition: Trigger) -> tuple[str, ...]:
    return ("customer_key", TABLES[definition.source].key)


def carry(definition: Trigger, state: Memory, fact: Fact, decision: Decision) -> None:
    """Note that a customer was asked, for the facts to come."""
    if decision.code == ASK:
        delay = timedelta(seconds=definition.delay_seconds)
        state.asks[fact["customer_key"]] = fact[TABLES[definition.source].time] + delay


def draw_of(definition: Trigger, fact_key: str) -> float:
    """A number in 0..1 that looks drawn by chance and is the same whenever the fact is seen: live, again, in rehearsal."""
    words = f"{definition.source}\x1f{definition.survey}\x1f{definition.name}\x1f{fact_key}".encode()
    return int.from_bytes(hashlib.sha256(words).digest()[:8]) / 2**64


def may_ask(state: State, customer: str, survey: str, now: datetime) -> Decision | None:
    """The refusal that holds for whatever asks this customer now; None when they may be asked."""
    if not state.has_survey(survey):
        return Decision(NOT_ASKED, "survey_not_in_force")
    obstacle = state.obstacle(customer)
    if obstacle:
        return Decision(NOT_ASKED, obstacle)
    before = state.asked_at(customer)
    if before is not None and state.rest_days and now < before + timedelta(days=state.rest_days):
        return Decision(NOT_ASKED, "rested", {"rested_until": before + timedelta(days=state.rest_days)})
    return None


@dataclass
class AskTally:
    """Figures of a rehearsal of a trigger: asks a week, customers, and how many rest or cannot be reached."""

    since: datetime
    until: datetime
    time: str
    weeks: Weeks = field(default_factory=Weeks)
    reasons: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)

    def add(self, fact: Fact, decision: Decision) -> None:
        if decision.code != ASK:
            self.reasons[decision.reason] += 1
            return
        self.weeks.add(fact[self.time])
        self.customers.add(fact["customer_key"])

    def figures(self) -> dict[str, Any]:
        busiest, most = self.weeks.busiest()
        return {
            "asks": self.weeks.total,
            "asks_per_week": self.weeks.a_week(self.since, self.until),
            "busiest_week": busiest and busiest.isoformat(),
            "busiest_week_asks": most,
            "customers": len(self.customers),
            "not_asked": dict(sorted(self.reasons.items())),
        }


def tally(definition: Trigger, since: datetime, until: datetime) -> AskTally:
    return AskTally(since, until, TABLES[definition.source].time)


@decides(
    "trigger",
    settled=settled,
    table=lambda definition: definition.source,
    columns=columns_of,
    conditions=conditions_of,
    begin=begin,
    carry=carry,
    tally=tally,
)
def decide(definition: Trigger, state: State, fact: Fact, truths: Truths | None = None) -> Decision:
    """`asked` or `not_asked`, with the reason. Details: probability and draw; of one who rests, until when.

    Those who may not be asked never come to the draw, so that `probability` is the chance of each who may.
    """
    known = truths if truths is not None else truths_of(conditions_of(definition), fact)
    decision = settled(definition, known)
    if decision is not None:
        return decision
    table, customer = TABLES[definition.source], fact.get("customer_key")
    if not customer:
        return Decision(NOT_ASKED, "no_customer")
    now = state.now(fact[table.time])
    if now > fact[table.time] + timedelta(days=definition.fresh_days):
        return Decision(NOT_ASKED, "too_late")
    decision = may_ask(state, customer, definition.survey, now)
    if decision is not None:
        return decision
    drawn = {"probability": definition.probability, "draw": draw_of(definition, fact[table.key])}
    if drawn["draw"] >= definition.probability:
        return Decision(NOT_ASKED, "held_out", drawn)
    return Decision(ASK, "condition_met", drawn)


def context_of(fact: Fact) -> dict[str, Any]:
    """Where the fact happened, for the invitation and the answers to it."""
    return {name: fact[name] for name in CONTEXT if fact.get(name)}


_COLUMNS = {
    "invitation_id": "ask",
    "survey_key": "survey",
    "trigger_key": "trigger",
    "customer_key": "customer",
    "reason": "reason",
    "probability": "probability",
    "decided_at": "decided_at",
    "asked": "",
    "interaction_id": "context",
    "agent_key": "context",
    **dict.fromkeys(PLACES, "context"),
}


def _row(payload: Mapping[str, Any]) -> dict[str, Any]:
    table, context = TABLES["invitations"], payload["context"]
    places = {name: value for name, value in context.items() if name in table.names}
    said = {column: payload[name] for column, name in _COLUMNS.items() if name and name != "context"}
    return {**places, **said, "decided_at": datetime.fromisoformat(payload["decided_at"]), "asked": False}


@projects(CustomerNotAsked, "invitations", columns=_COLUMNS)
def not_asked(payload: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """One decision that did not ask."""
    return _row(payload)


@projects(ListDecided, "invitations", columns={**dict.fromkeys(_COLUMNS, "not_asked"), "survey_key": "survey"})
def not_asked_of_list(payload: Mapping[str, Any], entry: Entry) -> list[dict[str, Any]]:
    """The decisions about a part of a list that did not ask; they are read beside the journal (queries)."""
    return [_row(each) for each in payload["not_asked"]]


def wanted_language(rule: str, customers: str, facts: str) -> str:
    """The language an invitation is wanted in; empty: the survey's first."""
    if rule == "survey":
        return ""
    return (customers or facts) if rule == "customer" else (facts or customers)


def ask_once_key(trigger: str, table: str, fact_key: str) -> str:
    """What one decision is known by: a trigger and a fact."""
    whole = f"{trigger}:{table}:{fact_key}"
    return whole if len(whole) <= 200 else f"{trigger}:{table}:{hashlib.sha256(fact_key.encode()).hexdigest()}"


def listed_in(text: str) -> list[str]:
    """Identifiers or addresses as somebody typed them, or of a CSV file: one a line, from the first column that holds an
    address, else from the first column. A heading names nobody and is told as unknown.
    """
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    if not lines:
        return []
    sign = max(",;\t", key=lambda each: sum(line.count(each) for line in lines))
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=sign)]
    width = max(len(row) for row in rows)
    held = [sum("@" in row[place] for row in rows if place < len(row)) for place in range(width)]
    column = held.index(max(held)) if max(held) else 0
    return [row[column] for row in rows if column < len(row) and row[column]]
