"""A protocol replayed over past cases: who would have been given what, and when somebody with authority would have looked. Pure.

People take what they are given one after the other, each for `handling_seconds`; how long a case waits for a person is worked
out from that. Facts name no score and no promise: sentiment is unknown, and promises are those the protocol gives.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from heed.goals.escalation.definition import SEVERITIES, EscalationProtocol
from heed.goals.escalation.rules.changes import BY_PROTOCOL
from heed.goals.escalation.rules.deciding import NOT_CONCERNED, NOT_ESCALATED, Alike, decide
from heed.goals.escalation.rules.judging import likeness
from heed.goals.escalation.rules.rotas import local_day, next_midnight, on_call
from heed.rehearsal.replay.deciders import Decision, Fact, Truths, decides

PLACE = ("region", "team", "channel", "touchpoint", "stage", "topic", "product", "segment", "language")
COLUMNS = ("case_id", "change", "from_value", "priority", "customer_key", *PLACE)


@dataclass(frozen=True)
class Known:
    """A case that was opened and is not over. `wanted_at`: when it was first to be escalated, and was not yet given."""

    fact: Mapping[str, Any]
    opened_at: datetime
    wanted_at: datetime | None = None
    is_given: bool = False
    severe: bool = False


@dataclass
class Incident:
    """A major incident as a rehearsal has it; `begins_at`: when its lead looks at it."""

    person: str
    level: int
    last_at: datetime
    begins_at: datetime


@dataclass
class Memory:
    """The past, as a rehearsal builds it up."""

    definition: EscalationProtocol
    now: datetime | None = None
    cases: dict[str, Known] = field(default_factory=dict)
    deferred: dict[str, float] = field(default_factory=dict)
    renews_at: datetime | None = None
    looks: list[tuple[datetime, str]] = field(default_factory=list)
    given: Counter[tuple[str, date]] = field(default_factory=Counter)
    like: dict[str, deque[tuple[datetime, str, str]]] = field(default_factory=lambda: defaultdict(deque))
    incidents: dict[str, Incident] = field(default_factory=dict)
    holders: dict[str, Incident] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    severe_waits: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _advancing: bool = False

    @property
    def day(self) -> date:
        assert self.now is not None
        return local_day(self.definition.time_zone, self.now)

    def advance(self, at: datetime) -> None:
        """Let everything happen that is due by then: budgets that renew, promises that are used up."""
        if self._advancing:
            return
        self._advancing = True
        while (due := self._next_due()) is not None and due <= at:
            self.now = due
            if self.renews_at is not None and due == self.renews_at:
                self._renew(due)
            else:
                self._look_again(due, heapq.heappop(self.looks)[1])
        self.now = at
        self._advancing = False

    def _next_due(self) -> datetime | None:
        soon = [self.looks[0][0]] if self.looks else []
        return min(soon if self.renews_at is None else [*soon, self.renews_at], default=None)

    def _renew(self, at: datetime) -> None:
        """Budgets are whole again: what was deferred comes back, the heaviest first."""
        self.renews_at = None
        for case in sorted(self.deferred, key=lambda each: (-self.deferred[each], self.cases[each].opened_at)):
            if case in self.deferred:
                self._look_again(at, case)
        self.renews_at = next_midnight(self.definition.time_zone, at) if self.deferred else None

    def _look_again(self, at: datetime, case: str) -> None:
        known = self.cases.get(case)
        if known is None or known.is_given:
            return
        fact = {**known.fact, "change": "looked", "at": at, "sla_risk": self._risk(known, at)}
        self.note(fact, decide(self.definition, self, fact))

    def _risk(self, known: Known, at: datetime) -> float:
        promised = self.definition.promise_seconds.get(known.fact["severity"])
        return min(1.0, (at - known.opened_at).total_seconds() / promised) if promised else 0.0

    def people(self, level: int, case: Mapping[str, Any]) -> Sequence[str]:
        """Those of a rota by key; where a role is held, one person is taken to hold it in each unit."""
        held = self.definition.levels[level]
        if held.rota is not None:
            assert self.now is not None
            return on_call(held.rota, self.definition.time_zone, self.now)
        unit = "" if held.held_in == "organisation" else case.get(held.held_in) or case.get("region") or ""
        return (f"{held.role} {unit}".strip(),)

    def units(self, person: str) -> int:
        return self.given[person, self.day]

    def alike(self, key: str, case: Mapping[str, Any], at: datetime) -> Alike:
        assert self.definition.group is not None
        line, within = self.like[key], timedelta(seconds=self.definition.group.within_seconds)
        while line and line[0][0] < at - within:
            line.popleft()
        incident = self.incidents.get(key)
        is_open = incident is not None and incident.last_at >= at - within
        others = [each for each in line if each[1] != case["case_id"]]
        customers = {each[2] for each in others} | {case.get("customer_key") or case["case_id"]}
        if is_open:
            return Alike(len(others) + 1, len(customers), key)
        holder = self.holders.get(key)
        if holder is None or holder.last_at < at - within:
            return Alike(len(others) + 1, len(customers))
        return Alike(len(others) + 1, len(customers), "", holder.person, holder.level)

    def surge(self, at: datetime) -> str:
        key = f"surge:{self.day}"
        return key if key in self.incidents else ""

    def knows(self, case: str) -> bool:
        known = self.cases.get(case)
        return known is not None and (known.is_given or case in self.deferred)

    # What was decided becomes part of the past.

    def note(self, fact: Fact, decision: Decision) -> None:
        case = fact["case_id"]
        if decision.code in ("stood_down", NOT_CONCERNED):
            if decision.reason != "no_look":
                self.cases.pop(case, None)
                self.deferred.pop(case, None)
            return
        known = self.cases.get(case) or self._opened(fact)
        if fact.get("change") == "prioritised":
            known = self.cases[case] = replace(known, fact={**known.fact, "severity": fact["severity"]})
        told, at = decision.details, fact["at"]
        if decision.code == NOT_ESCALATED:
            return
        if told["severe"] and not known.severe:
            self.counts["severe"] += 1
        known = replace(known, wanted_at=known.wanted_at or at, severe=known.severe or told["severe"])
        self.cases[case] = known
        if not known.is_given:
            self._place(case, known, decision, at)

    def _opened(self, fact: Fact) -> Known:
        at, case = fact["at"], fact["case_id"]
        known = self.cases[case] = Known(seen_of(fact), at)
        key = likeness(self.definition.group, fact)
        if key:
            self.like[key].append((at, case, fact.get("customer_key") or case))
        promised = self.definition.promise_seconds.get(known.fact["severity"])
        if promised and "sla_risk" in " ".join(source for _, source, _ in self.definition.conditions()):
            for step in self.definition.risk_steps:
                heapq.heappush(self.looks, (at + timedelta(seconds=step * promised), case))
        return known

    def _place(self, case: str, known: Known, decision: Decision, at: datetime) -> None:
        told = decision.details
        if decision.code == "deferred":
            self.counts["deferred"] += case not in self.deferred
            self.counts["severe_deferred"] += told["severe"]
            self.deferred[case] = told["impact"]
            self.renews_at = self.renews_at or next_midnight(self.definition.time_zone, at)
            return
        self.deferred.pop(case, None)
        if decision.code == "unattended":
            self.counts["unattended"] += 1
            self.counts["severe_missed"] += told["severe"]
            return
        begins = self._joined(told, at) if decision.code == "joined" else self._given(told, at)
        wait = max(0.0, (begins - (known.wanted_at or at)).total_seconds())
        self.waits.append(wait)
        if known.severe:
            self.severe_waits.append(wait)
            self.counts["severe_missed"] += wait > self.definition.levels[told["level"]].acknowledge_seconds
        self.cases[case] = replace(known, is_given=True)

    def _joined(self, told: Mapping[str, Any], at: datetime) -> datetime:
        incident = self.incidents[told["incident"]]
        incident.last_at = at
        self.counts["joined"] += 1
        return incident.begins_at

    def _given(self, told: Mapping[str, Any], at: datetime) -> datetime:
        key, person = told["key"], told["person"]
        if told.get("takes"):
            begins = max(at, self.free_at.get(person, at))
            self.free_at[person] = begins + timedelta(seconds=self.definition.handling_seconds)
            self.given[person, self.day] += 1
            self.counts["given"] += 1
        else:
            begins = max(at, self.holders[key].begins_at)
            self.counts["joined"] += 1
        held = Incident(person, told["level"], at, begins)
        if key:
            self.holders[key] = held
        if told.get("declares"):
            self.incidents[key if told["declares"] == "alike" else f"surge:{self.day}"] = held
            self.counts["incidents"] += 1
            if told["declares"] == "alike":
                self._absorb(key, at)
        return begins

    def _absorb(self, key: str, at: datetime) -> None:
        """What was deferred and is like the cases of a new incident becomes part of it."""
        for case in [each for each in self.deferred if likeness(self.definition.group, self.cases[each].fact) == key]:
            known = self.cases[case]
            self._place(
                case, known, Decision("joined", "alike", {**_ABSORBED, "severe": known.severe, "incident": key}), at
            )


_ABSORBED: Mapping[str, Any] = {"level": 0, "impact": 0.0}


def seen_of(fact: Fact) -> dict[str, Any]:
    """A change of a case as the protocol sees it."""
    known = {name: fact.get(name) for name in (*PLACE, "case_id", "customer_key", "at", "change")}
    priority = fact.get("severity") or fact.get("priority")
    if known["change"] == "escalated" and str(fact.get("from_value") or "").startswith(BY_PROTOCOL):
        # What a protocol did then is nothing a customer or a colleague did: it calls for no look.
        known["change"] = "brought"
    return {
        **known,
        "severity": priority if priority in SEVERITIES else "normal",
        "customers": fact.get("customers") or 1,
        "sla_risk": fact.get("sla_risk") or 0.0,
        "asked_for_help": bool(fact.get("asked_for_help")) or known["change"] == "escalated",
    }


def _decide(definition: EscalationProtocol, state: Any, fact: Fact, truths: Truths | None = None) -> Decision:
    return decide(definition, state, seen_of(fact))


def carry(definition: EscalationProtocol, state: Memory, fact: Fact, decision: Decision) -> None:
    state.note(seen_of(fact), decision)


@dataclass
class EscalationTally:
    """Figures of a rehearsal, read off its memory at the end."""

    definition: EscalationProtocol
    until: datetime
    memory: Memory | None = None

    def add(self, fact: Fact, decision: Decision) -> None:
        self.memory = decision.details.get("state", self.memory)

    def figures(self) -> dict[str, Any]:
        memory = self.memory or Memory(self.definition)
        if memory.now is not None:
            memory.advance(self.until)
        days, counts = list(memory.given.values()), memory.counts
        return {
            "escalations": counts["given"],
            "people": len({person for person, _ in memory.given}),
            "per_person_and_day": fmean(days) if days else 0.0,
            "most_per_person_and_day": max(days, default=0),
            "daily_budget": self.definition.daily_budget,
            "incidents": counts["incidents"],
            "cases_in_incidents": counts["joined"] + counts["incidents"],
            "deferred": counts["deferred"],
            "deferred_at_the_end": len(memory.deferred),
            "severe": counts["severe"],
            "severe_deferred": counts["severe_deferred"],
            "severe_missed": counts["severe_missed"],
            "unattended": counts["unattended"],
            "median_seconds_to_authority": median(memory.waits) if memory.waits else None,
            "median_seconds_to_authority_severe": median(memory.severe_waits) if memory.severe_waits else None,
        }


decides(
    "escalation",
    settled=lambda definition, truths: None,
    table=lambda definition: "case_changes",
    columns=lambda definition: COLUMNS,
    conditions=lambda definition: {},
    begin=Memory,
    carry=carry,
    tally=lambda definition, since, until: EscalationTally(definition, until),
)(_decide)
