"""Whether a case is escalated, whether it is severe, which is the lowest level with authority over it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heed.core.conditions.rules import Condition, compile_condition
from heed.goals.escalation.definition import CASE_FIELDS, FIELDS, EscalationProtocol, Grouping
from heed.goals.escalation.rules.impact import Impact, impact_of


@dataclass(frozen=True)
class Judgement:
    """`wanted`: it is to be escalated; `start`: place of the lowest level that has authority."""

    wanted: bool
    reason: str
    severe: bool
    start: int
    impact: Impact


@lru_cache(maxsize=1024)
def _condition(source: str, with_impact: bool) -> Condition:
    return compile_condition(source, FIELDS if with_impact else CASE_FIELDS)


def covers(protocol: EscalationProtocol, case: Mapping[str, Any]) -> bool:
    return not protocol.covers.strip() or _condition(protocol.covers, False).holds(case)


def judge(protocol: EscalationProtocol, case: Mapping[str, Any]) -> Judgement:
    """What the protocol says of a case, whose fields are those of `CASE_FIELDS`. What is severe is wanted, whatever else."""
    impact = impact_of(protocol.impact, case)
    known = {**case, "impact": impact.score}
    severe = _condition(protocol.severe_when, True).holds(known)
    wanted = severe or _condition(protocol.when, True).holds(known)
    start = next(
        place
        for place, level in enumerate(protocol.levels)
        if not level.handles.strip() or _condition(level.handles, True).holds(known)
    )
    reason = "severe" if severe else "condition_met" if wanted else "condition_not_met"
    return Judgement(wanted, reason, severe, start, impact)


def likeness(group: Grouping | None, case: Mapping[str, Any]) -> str:
    """What like cases have in common, as a key; empty where cases are not grouped, or nothing is known to compare."""
    if group is None or not any(case.get(name) for name in group.by):
        return ""
    return "|".join(f"{name}={case.get(name) or ''}" for name in group.by)[:255]
