"""Whether promises were kept: facts in order of time, one decision each. Pure; the same function serves pages, attainment and
rehearsal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from heed.core.calendar.rules import Timeline, micros
from heed.core.conditions.rules import Condition, compile_condition
from heed.facts.schema.tables import TABLES
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import clock
from heed.goals.slas.rules.clock import Life
from heed.goals.slas.rules.tallying import SlaTally, Stay
from heed.rehearsal.replay.deciders import Decision, Fact, Truths, decides, truths_of

POPULATION = "sla_population"
CASES = ("case_id", "change", "to_value", "priority", "team", "region", "customer_key", "agent_key", "excluded_reason")
CALLS = ("answered", "abandoned", "offered", "wait_seconds", "team", "region", "customer_key", "excluded_reason")
NOT_CONCERNED = "not_concerned"


@dataclass
class Clocks:
    """The clocks that run, by case, and where each case is."""

    line: Timeline
    lives: dict[str, Life] = field(default_factory=dict)
    teams: dict[str, Stay] = field(default_factory=dict)
    next: tuple[str, Life, Stay] | None = None
    survivor: tuple[str, Life, Stay] | None = None


@lru_cache(maxsize=256)
def conditions_of(sla: str) -> Mapping[str, Condition]:
    definition = Sla.model_validate_json(sla)
    fields = {column.name: column.kind for column in TABLES[definition.source].columns}
    return {f"sla_{path}": compile_condition(source, fields) for path, source in definition.conditions()}


def _conditions(definition: Sla) -> Mapping[str, Condition]:
    return conditions_of(definition.model_dump_json())


def settled(definition: Sla, truths: Truths) -> Decision | None:
    """A call outside the population needs no look; of a case the fact that opened it decides, so each is looked at."""
    if definition.promise == "answer" and POPULATION in truths and not truths[POPULATION]:
        return Decision(NOT_CONCERNED, "not_in_population" if truths[POPULATION] is False else "unknown")
    return None


def columns_of(definition: Sla) -> tuple[str, ...]:
    return CALLS if definition.promise == "answer" else CASES


def begin(definition: Sla) -> Clocks:
    return Clocks(Timeline(definition.hours))


def carry(definition: Sla, state: Clocks, fact: Fact, decision: Decision) -> None:
    """Keep the clock as the decision left it, for the changes to come."""
    if state.next is not None:
        case, life, stay = state.next
        state.lives[case], state.teams[case] = life, stay
    if state.survivor is not None:
        case, life, stay = state.survivor
        state.lives[case], state.teams[case] = life, stay
    state.next = state.survivor = None


def tally(definition: Sla, since: datetime, until: datetime) -> SlaTally:
    return SlaTally(definition, since, until)


@decides(
    "sla",
    settled=settled,
    table=lambda definition: definition.source,
    columns=columns_of,
    conditions=_conditions,
    begin=begin,
    carry=carry,
    tally=tally,
)
def decide(definition: Sla, state: Clocks, fact: Fact, truths: Truths | None = None) -> Decision:
    """`kept`, `missed`, `merged` where a promise is decided by this fact; else `started`, `paused`, `resumed`, `reopened`,
    `noted`, or `not_concerned`. Details hold the clock as it stands afterwards. Facts come in order of time.
    """
    known = truths if truths is not None else truths_of(_conditions(definition), fact)
    if fact.get("excluded_reason"):
        return Decision(NOT_CONCERNED, "excluded")
    return (
        _call(definition, state, fact, known)
        if definition.promise == "answer"
        else _case(definition, state, fact, known)
    )


def _call(definition: Sla, state: Clocks, fact: Fact, truths: Truths) -> Decision:
    decision = settled(definition, truths)
    if decision is not None:
        return decision
    if fact.get("offered") is False or not (fact.get("answered") or fact.get("abandoned")):
        return Decision(NOT_CONCERNED, "not_offered")
    wait = fact.get("wait_seconds")
    if wait is None:
        return Decision(NOT_CONCERNED, "wait_unknown")
    at = micros(fact["started_at"])
    # Of hours a call needs the instant at which it came; the wait itself is counted by the second, not by hours.
    if not state.line.between(at, at + 1):
        return Decision(NOT_CONCERNED, "outside_hours")
    limit = clock.micro(definition.within_seconds)
    in_time = clock.micro(wait) <= limit
    if fact.get("answered"):
        life = Life(at, None, limit, used=clock.micro(wait), ended_at=at, broken_at=None if in_time else at)
        return Decision(life.verdict, "answered", {"life": life, "case": fact["interaction_id"]})
    if in_time and definition.short_abandons == "left_out":
        return Decision(NOT_CONCERNED, "abandoned_within")
    life = Life(at, None, limit, used=clock.micro(wait), ended_at=at, broken_at=at)
    return Decision("missed", "abandoned", {"life": life, "case": fact["interaction_id"]})


def _case(definition: Sla, state: Clocks, fact: Fact, truths: Truths) -> Decision:
    case, change, at = fact["case_id"], fact["change"], micros(fact["at"])
    before = state.lives.get(case)
    if before is None:
        return _opening(definition, state, fact, truths)
    life = clock.prioritised(state.line, definition, before, fact.get("priority"), at)
    if change == "merged":
        life = _merged(state, life, fact.get("to_value") or "", at)
    else:
        life = clock.changed(state.line, definition, life, change, at, fact.get("to_value"))
    life = clock.seen_at(state.line, life, at)
    stay, left = _stay(definition, state, case, before, life, fact, at)
    state.next = (case, life, stay)
    details = {"life": life, "before": before, "case": case, "left": left}
    if state.survivor is not None:
        details["survivor"] = state.survivor[:2]
    return Decision(_code(before, life), change, details)


def _merged(state: Clocks, life: Life, into: str, at: int) -> Life:
    """The case that went into another; what it was promised goes on there, also where that one had no clock of its own. Sources
    that close a case as a duplicate in the same instant, before they tell where it went, are heard.
    """
    hands_on = life.ended_at is None or (life.merged and life.ended_at == at)
    other = state.lives.get(into)
    if not into or not hands_on or (other is not None and other.ended_at is not None):
        return clock.ended(state.line, life, at, merged=True)
    running = life if life.ended_at is None else replace(life, ended_at=None, merged=False)
    if other is None:
        state.survivor = (into, clock.taken_over(state.line, running, at), Stay("", 0, at))
    else:
        stay = state.teams[into]
        stay = replace(stay, used=_with_team(state.line, stay, other, at), since=at)
        state.survivor = (into, clock.absorbed(state.line, other, running, at), stay)
    return clock.handed_on(state.line, life, at)


def _opening(definition: Sla, state: Clocks, fact: Fact, truths: Truths) -> Decision:
    if fact["change"] != "opened":
        return Decision(NOT_CONCERNED, "opening_unknown")
    if POPULATION in truths and not truths[POPULATION]:
        return Decision(NOT_CONCERNED, "not_in_population" if truths[POPULATION] is False else "unknown")
    at = micros(fact["at"])
    life = clock.opened(definition, at, fact.get("priority"))
    state.next = (fact["case_id"], life, Stay(fact.get("team") or "", 0, at))
    return Decision("started", "opened", {"life": life, "case": fact["case_id"]})


def _code(before: Life, life: Life) -> str:
    if life.ended_at is not None and before.ended_at is None:
        return life.verdict
    if life.round > before.round or (before.ended_at is not None and life.ended_at is None):
        return "reopened"
    if (before.since is None) == (life.since is None):
        return "noted"
    return "paused" if life.since is None else "resumed"


def _stay(
    definition: Sla, state: Clocks, case: str, before: Life, life: Life, fact: Fact, at: int
) -> tuple[Stay, tuple[str, int, int] | None]:
    """Where the case is after the fact, and, when it left a team, that team, the time it took and its limit."""
    stay = state.teams[case]
    took = _with_team(state.line, stay, before, at)
    team = fact.get("team") or stay.team
    if team == stay.team and (life.ended_at is None or before.ended_at is not None):
        return Stay(team, took, at), None
    promised = next((each for each in definition.teams if each.team == stay.team), None)
    left = (stay.team, took, clock.micro(promised.limit(before.priority))) if promised else None
    return Stay(team, 0, at), left


def _with_team(line: Timeline, stay: Stay, life: Life, at: int) -> int:
    """Business time that a case has been with its team by a moment."""
    return stay.used + (line.between(max(stay.since, life.since), at) if life.since is not None else 0)
