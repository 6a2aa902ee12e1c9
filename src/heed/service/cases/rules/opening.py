"""Whether a fact opens a case, how severe it is and who owns it. Pure; the same function runs live and in rehearsal."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from heed.core.conditions.rules import Condition, compile_condition
from heed.facts.schema.tables import TABLES
from heed.rehearsal.replay.deciders import Decision, Fact, Truths, decides, truths_of
from heed.rehearsal.replay.weeks import Weeks
from heed.service.cases.definition import CaseOpening

JOINED, NOT_OPENED = "joined_existing", "not_opened"


class Opened(Protocol):
    """What decide must know of the past: when the customer's latest case was opened, if any."""

    def opened_at(self, customer: str) -> datetime | None: ...


@dataclass
class Memory:
    """The past, as a rehearsal builds it up."""

    cases: dict[str, datetime] = field(default_factory=dict)

    def opened_at(self, customer: str) -> datetime | None:
        return self.cases.get(customer)


@lru_cache(maxsize=256)
def conditions_of(definition: CaseOpening) -> Mapping[str, Condition]:
    """Every condition of the definition, by a name that is no column: `case_when`, `case_severity_0` …"""
    fields = {column.name: column.kind for column in TABLES[definition.source].columns}
    named = {
        "case_" + path.replace("severities.", "severity_").replace("owners.", "owner_").removesuffix(".when"): source
        for path, source in definition.conditions()
    }
    return {name: compile_condition(source, fields) for name, source in named.items()}


def settled(definition: CaseOpening, truths: Truths) -> Decision | None:
    """The decision where the conditions alone make it; None when the customer's past has a say."""
    if truths["case_when"] is None:
        return Decision(NOT_OPENED, "unknown")
    if not truths["case_when"]:
        return Decision(NOT_OPENED, "condition_not_met")
    if truths.get("case_never_when"):
        return Decision(NOT_OPENED, "excepted")
    return None


def columns_of(definition: CaseOpening) -> tuple[str, ...]:
    return ("customer_key", "team")


def begin(definition: CaseOpening) -> Memory:
    return Memory()


def carry(definition: CaseOpening, state: Memory, fact: Fact, decision: Decision) -> None:
    """Note that a case was opened, for the facts to come."""
    customer = fact.get("customer_key")
    if customer and decision.code not in (JOINED, NOT_OPENED):
        state.cases[customer] = fact[TABLES[definition.source].time]


@dataclass
class CaseTally:
    """Figures of a rehearsal of case opening: cases a week, customers, teams, and those that nobody would own."""

    since: datetime
    until: datetime
    time: str
    weeks: Weeks = field(default_factory=Weeks)
    teams: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)
    unowned: int = 0

    def add(self, fact: Fact, decision: Decision) -> None:
        if decision.code in (JOINED, NOT_OPENED):
            return
        self.weeks.add(fact[self.time])
        if fact.get("customer_key"):
            self.customers.add(fact["customer_key"])
        if decision.details["team"]:
            self.teams[decision.details["team"]] += 1
        else:
            self.unowned += 1

    def figures(self) -> dict[str, Any]:
        busiest, most = self.weeks.busiest()
        return {
            "cases": self.weeks.total,
            "cases_per_week": self.weeks.a_week(self.since, self.until),
            "busiest_week": busiest and busiest.isoformat(),
            "busiest_week_cases": most,
            "customers": len(self.customers),
            "teams": dict(sorted(self.teams.items())),
            "unowned": self.unowned,
        }


def tally(definition: CaseOpening, since: datetime, until: datetime) -> CaseTally:
    return CaseTally(since, until, TABLES[definition.source].time)


@decides(
    "case_opening",
    settled=settled,
    table=lambda definition: definition.source,
    columns=columns_of,
    conditions=conditions_of,
    begin=begin,
    carry=carry,
    tally=tally,
)
def decide(definition: CaseOpening, state: Opened, fact: Fact, truths: Truths | None = None) -> Decision:
    """`opened_<severity>`, `joined_existing` or `not_opened`. Details of an opened case: severity, team, promises.

    Facts must come in order of time; a fact without a customer opens a case of its own.
    """
    known = truths if truths is not None else truths_of(conditions_of(definition), fact)
    decision = settled(definition, known)
    if decision is not None:
        return decision
    customer, at = fact.get("customer_key"), fact[TABLES[definition.source].time]
    before = state.opened_at(customer) if customer and definition.one_case_days else None
    if before is not None and at < before + timedelta(days=definition.one_case_days):
        return Decision(JOINED, "recent_case")
    severity = next(
        (rule.severity for place, rule in enumerate(definition.severities) if known[f"case_severity_{place}"]),
        definition.severity,
    )
    team = next(
        (rule.team for place, rule in enumerate(definition.owners) if known[f"case_owner_{place}"]),
        definition.owner or fact.get("team") or "",
    )
    promise = next((each for each in definition.promises if each.severity == severity), None)
    details = {
        "severity": severity,
        "team": team,
        "first_contact_seconds": promise.first_contact_seconds if promise else None,
        "resolution_seconds": promise.resolution_seconds if promise else None,
        "calendar": definition.calendar,
    }
    return Decision(f"opened_{severity}", "condition_met" if customer else "condition_met_no_customer", details)
