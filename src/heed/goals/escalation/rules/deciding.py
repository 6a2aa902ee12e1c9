"""What happens to a case when it is looked at: not escalated, given to somebody, deferred, or part of a major incident. Pure.

The same function decides live and in rehearsal; what it must know of the moment it asks of a `Desk`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from heed.goals.escalation.definition import EscalationProtocol
from heed.goals.escalation.rules.judging import Judgement, covers, judge, likeness
from heed.goals.escalation.rules.placing import Ledger, Placed, place, surge_lead
from heed.rehearsal.replay.deciders import Decision, Fact, Truths

# What a fact about a case calls for: a look, or the end of its escalation.
LOOKS = frozenset({"opened", "reopened", "prioritised", "escalated", "looked"})
ENDS = frozenset({"resolved", "closed", "merged"})
NOT_ESCALATED, NOT_CONCERNED = "not_escalated", "not_concerned"


@dataclass(frozen=True)
class Alike:
    """Like cases within the time of one incident, this one among them; `incident` is the one they are part of, if any;
    `person` at `level` has one of them already.
    """

    cases: int = 1
    customers: int = 1
    incident: str = ""
    person: str = ""
    level: int = 0


class Desk(Ledger, Protocol):
    """What is to be known of the moment: who is on call, what they were given, what is alike."""

    def advance(self, at: datetime) -> None: ...

    def people(self, level: int, case: Mapping[str, Any]) -> Sequence[str]: ...

    def alike(self, key: str, case: Mapping[str, Any], at: datetime) -> Alike: ...

    def surge(self, at: datetime) -> str: ...

    def knows(self, case: str) -> bool: ...


def _told(
    code: str, reason: str, found: Judgement, key: str, customers: int, *, placed: Placed | None = None, **more: Any
) -> Decision:
    return Decision(
        code,
        reason,
        {
            "severe": found.severe,
            "impact": found.impact.score,
            "customers": customers,
            "key": key,
            "level": placed.level if placed else found.start,
            "person": placed.person if placed else "",
            **more,
        },
    )


def decide(definition: EscalationProtocol, state: Desk, fact: Fact, truths: Truths | None = None) -> Decision:
    """`not_escalated`, `given`, `deferred`, `joined` or `unattended`; `stood_down` where the case is over.

    Details: severe, impact, customers, key (what like cases share), level (place of), person, incident (the one joined),
    declares (`alike` or `surge`: this case becomes the first of a new incident). Facts come in order of time.
    """
    at, change = fact["at"], fact.get("change")
    state.advance(at)
    if change in ENDS:
        known = state.knows(fact["case_id"])
        return Decision("stood_down" if known else NOT_CONCERNED, str(change), {"state": state})
    if change not in LOOKS:
        return Decision(NOT_CONCERNED, "no_look", {"state": state})
    if not covers(definition, fact):
        return Decision(NOT_ESCALATED, "not_covered", {"state": state, "key": "", "severe": False})
    key = likeness(definition.group, fact)
    alike = state.alike(key, fact, at) if key else Alike()
    customers = max(alike.customers, int(fact.get("customers") or 1))
    found = judge(definition, {**fact, "customers": customers})
    decision = _brought(definition, state, fact, found, alike, key, customers)
    return Decision(decision.code, decision.reason, {**decision.details, "state": state})


def _brought(
    definition: EscalationProtocol,
    state: Desk,
    fact: Fact,
    found: Judgement,
    alike: Alike,
    key: str,
    customers: int,
) -> Decision:
    if alike.incident:
        return _told("joined", "alike", found, key, customers, incident=alike.incident)
    if not found.wanted:
        return _told(NOT_ESCALATED, found.reason, found, key, customers)
    group = definition.group
    declares = "alike" if group is not None and key and alike.cases >= group.from_cases else ""
    if declares and alike.person:
        placed = Placed("given", alike.level, alike.person, "has_one_alike")
        return _told("given", placed.reason, found, key, customers, placed=placed, declares=declares, takes=False)

    def people(level: int) -> Sequence[str]:
        return state.people(level, fact)

    placed = place(definition, found.start, found.severe, people, state)
    if placed.code != "surge":
        return _told(placed.code, placed.reason, found, key, customers, placed=placed, declares=declares, takes=True)
    surge = state.surge(fact["at"])
    if surge:
        return _told("joined", "surge", found, key, customers, incident=surge)
    level, person = surge_lead(definition, found.start, people, state)
    if not person:
        return _told("unattended", "nobody_has_room", found, key, customers, declares="", takes=False)
    placed = Placed("given", level, person, "surge")
    return _told("given", "surge", found, key, customers, placed=placed, declares="surge", takes=True)
