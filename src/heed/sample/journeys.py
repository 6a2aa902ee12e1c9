"""The ways a case can go through the operation: every variant as one row of a table of steps."""

from dataclasses import dataclass

import numpy as np

from heed.sample.clock import Floats, Ints
from heed.sample.names import STAGES
from heed.sample.plan import Plan

HOME, OTHER, SENIOR, SYSTEM = range(4)
NO_HANDOFF, HANDED, RETURNED, RETURNED_TWICE = range(4)

# activity: (who, hours waited before it, minutes of work)
STEPS: dict[str, tuple[int, float, float]] = {
    "open case": (HOME, 0.0, 3),
    "assign": (SYSTEM, 0.6, 0),
    "first reply": (HOME, 2.5, 6),
    "check line remotely": (HOME, 3.0, 12),
    "book engineer": (HOME, 1.0, 5),
    "engineer visit": (HOME, 40.0, 75),
    "visit missed": (HOME, 30.0, 20),
    "ship router": (SYSTEM, 12.0, 0),
    "activate line": (HOME, 20.0, 15),
    "request port": (HOME, 4.0, 10),
    "port rejected": (SYSTEM, 30.0, 0),
    "port confirmed": (SYSTEM, 24.0, 0),
    "check account": (HOME, 3.0, 10),
    "correct bill": (HOME, 5.0, 12),
    "approve credit": (HOME, 8.0, 6),
    "draw up contract": (HOME, 6.0, 18),
    "check credit": (SYSTEM, 2.0, 0),
    "check address": (HOME, 5.0, 12),
    "plan move": (HOME, 14.0, 25),
    "ask customer": (HOME, 2.0, 4),
    "customer replied": (SYSTEM, 26.0, 0),
    "investigate": (HOME, 10.0, 30),
    "hand over": (HOME, 2.0, 4),
    "take over": (OTHER, 11.0, 8),
    "hand back": (OTHER, 5.0, 4),
    "take back": (HOME, 9.0, 6),
    "escalate": (HOME, 2.0, 4),
    "senior review": (SENIOR, 4.0, 25),
    "verify documents": (HOME, 9.0, 45),
    "manual review": (HOME, 12.0, 60),
    "second check": (HOME, 8.0, 50),
    "resolve": (HOME, 4.0, 8),
    "reopen": (HOME, 40.0, 4),
    "close": (SYSTEM, 6.0, 0),
}
ACTIVITIES = tuple(STEPS)

# stage: (share, steps between the first reply and the closing)
BASE: dict[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "join": (
        (0.70, ("check credit", "draw up contract", "resolve")),
        (0.20, ("check credit", "ask customer", "customer replied", "draw up contract", "resolve")),
        (0.10, ("check credit", "draw up contract", "resolve", "reopen", "draw up contract", "resolve")),
    ),
    "activate": (
        (0.34, ("book engineer", "engineer visit", "activate line", "resolve")),
        (0.12, ("book engineer", "visit missed", "book engineer", "engineer visit", "activate line", "resolve")),
        (0.24, ("ship router", "activate line", "resolve")),
        (0.20, ("request port", "port confirmed", "resolve")),
        (0.10, ("request port", "port rejected", "request port", "port confirmed", "resolve")),
    ),
    "use": (
        (0.48, ("check line remotely", "resolve")),
        (0.24, ("check line remotely", "book engineer", "engineer visit", "resolve")),
        (0.08, ("check line remotely", "book engineer", "visit missed", "book engineer", "engineer visit", "resolve")),
        (0.12, ("ask customer", "customer replied", "check line remotely", "resolve")),
        (0.08, ("check line remotely", "resolve", "reopen", "check line remotely", "resolve")),
    ),
    "bill": (
        (0.50, ("check account", "correct bill", "resolve")),
        (0.24, ("check account", "approve credit", "resolve")),
        (0.16, ("ask customer", "customer replied", "check account", "correct bill", "resolve")),
        (0.10, ("check account", "correct bill", "resolve", "reopen", "check account", "approve credit", "resolve")),
    ),
    "move": (
        (0.66, ("check address", "plan move", "resolve")),
        (0.22, ("check address", "plan move", "book engineer", "engineer visit", "resolve")),
        (0.12, ("check address", "ask customer", "customer replied", "plan move", "resolve")),
    ),
    "help": (
        (0.62, ("investigate", "resolve")),
        (0.22, ("investigate", "ask customer", "customer replied", "approve credit", "resolve")),
        (0.16, ("investigate", "resolve", "reopen", "investigate", "resolve")),
    ),
}
OPENING = ("open case", "assign", "first reply")
EXTRA = ("verify documents", "manual review", "second check")
HANDOFF = {
    NO_HANDOFF: (),
    HANDED: ("hand over", "take over"),
    RETURNED: ("hand over", "take over", "hand back", "take back"),
    RETURNED_TWICE: ("hand over", "take over", "hand back", "take back") * 2,
}


@dataclass(frozen=True)
class Variants:
    """Row = variant, column = step; an activity of -1 is past the end. `number[stage, base, handoff, escalated]` finds the row."""

    activity: Ints
    who: Ints
    wait_hours: Floats
    work_minutes: Floats
    number: Ints
    base_bounds: Floats


def _steps(stage: str, middle: tuple[str, ...], handoff: int, escalated: bool, extra: bool) -> list[tuple[str, int]]:
    """Activities with who does them; after a handoff that stays, the other team does the rest."""
    block = HANDOFF[handoff]
    early = (*OPENING, *(EXTRA if extra else ()), *block)
    late = list(middle)
    if escalated:
        place = late.index("resolve")
        late[place:place] = ["escalate", "senior review"]
    result = [(name, STEPS[name][0]) for name in early]
    stays = handoff == HANDED
    for name in (*late, "close"):
        who = STEPS[name][0]
        result.append((name, OTHER if stays and who == HOME else who))
    return result


def build_variants(plan: Plan) -> Variants:
    bases = max(len(rows) for rows in BASE.values())
    number = np.zeros((len(STAGES), bases, 4, 2), dtype=np.int64)
    bounds = np.ones((len(STAGES), bases))
    rows: list[list[tuple[str, int]]] = []
    for stage_index, stage in enumerate(STAGES):
        extra = stage_index in (plan.costly_stage, plan.valued_stage)
        shares = [share for share, _ in BASE[stage]]
        bounds[stage_index, : len(shares)] = np.cumsum(shares)
        for base, (_, middle) in enumerate(BASE[stage]):
            for handoff in HANDOFF:
                for escalated in (0, 1):
                    number[stage_index, base, handoff, escalated] = len(rows)
                    rows.append(_steps(stage, middle, handoff, bool(escalated), extra))
    return _table(rows, number, bounds)


def _table(rows: list[list[tuple[str, int]]], number: Ints, bounds: Floats) -> Variants:
    longest = max(len(row) for row in rows)
    activity = np.full((len(rows), longest), -1, dtype=np.int64)
    who = np.full((len(rows), longest), SYSTEM, dtype=np.int64)
    for place, row in enumerate(rows):
        activity[place, : len(row)] = [ACTIVITIES.index(name) for name, _ in row]
        who[place, : len(row)] = [role for _, role in row]
    waits = np.array([hours for _, hours, _ in STEPS.values()])
    works = np.array([minutes for _, _, minutes in STEPS.values()])
    return Variants(activity, who, waits[activity], works[activity], number, bounds)
