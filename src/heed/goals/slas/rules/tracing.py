"""Cases as somebody who staffs for them sees them, gathered while facts are replayed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.calendar.rules import Timeline, instant, micros
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import clock
from heed.goals.slas.rules.backlog import SECOND, Traces
from heed.goals.slas.rules.clock import Life
from heed.rehearsal.replay.deciders import Decision, Fact

# What somebody does about a case, in contrast to being given it.
BEGINS = frozenset({"first_responded", "waiting", "transferred", "escalated", "resolved", "closed", "merged"})


@dataclass
class _Seen:
    life: Life
    begun: int | None = None
    turn: int = 0


@dataclass
class Tracing:
    """What a replay is told: the first round of every case, and who worked on them when."""

    definition: Sla
    since: datetime
    until: datetime
    zone: ZoneInfo
    seen: dict[str, _Seen] = field(default_factory=dict)
    workers: dict[int, set[str]] = field(default_factory=dict)
    doings: list[int] = field(default_factory=lambda: [0] * 168)

    def __post_init__(self) -> None:
        self.line = Timeline(self.definition.hours)

    def add(self, fact: Fact, decision: Decision) -> None:
        life: Life | None = decision.details.get("life")
        if life is None:
            return
        known = self.seen.setdefault(decision.details["case"], _Seen(life))
        if life.round == known.life.round:
            known.life = life
        at = fact["at"]
        if fact["change"] in BEGINS and known.begun is None:
            known.begun = micros(at)
            known.turn = clock.used_at(self.line, life, known.begun)
        if fact.get("agent_key") and fact["change"] != "opened":
            local = at.astimezone(self.zone)
            self.workers.setdefault(local.date().toordinal(), set()).add(fact["agent_key"])
            self.doings[local.weekday() * 24 + local.hour] += 1

    def figures(self) -> dict[str, Any]:
        return {}

    def traces(self) -> Traces:
        """The cases opened in the span, as they stand at its end."""
        low, high = micros(self.since), micros(self.until)
        rows = sorted(
            (each for each in self.seen.values() if low <= each.life.opened_at < high and not each.life.merged),
            key=lambda each: each.life.opened_at,
        )
        took = [clock.used_at(self.line, each.life, high) / SECOND for each in rows]
        people: Mapping[int, int] = {
            day: len(who) for day, who in self.workers.items() if _day(low, self.zone) <= day <= _day(high, self.zone)
        }
        return Traces(
            opened=np.array([each.life.opened_at for each in rows], dtype=np.float64),
            day=np.array([_day(each.life.opened_at, self.zone) for each in rows], dtype=np.int64),
            priority=tuple(each.life.priority for each in rows),
            begun=np.array([np.nan if each.begun is None else each.begun for each in rows], dtype=np.float64),
            turn=np.array([np.nan if each.begun is None else each.turn / SECOND for each in rows], dtype=np.float64),
            took=np.array(took, dtype=np.float64),
            ended=np.array([each.life.ended_at is not None for each in rows], dtype=bool),
            people=people,
            doings=np.array(self.doings, dtype=np.float64),
            since=low,
            until=high,
            zone=self.zone,
        )


def _day(at: int, zone: ZoneInfo) -> int:
    return instant(at).astimezone(zone).date().toordinal()
