"""What became of the promises of a span: kept, missed, still running; and the promises between teams. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heed.core.calendar.rules import Timeline, micros
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import clock
from heed.goals.slas.rules.clock import Life
from heed.rehearsal.replay.deciders import Decision, Fact


@dataclass(frozen=True, slots=True)
class Stay:
    """A case with a team: business time used up to `since`, from which on it is counted."""

    team: str
    used: int
    since: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One promise that was decided. Instants and durations in microseconds."""

    case: str
    at: int
    kept: bool
    life: Life
    team: str
    region: str
    customer: str


@dataclass(frozen=True, slots=True)
class Open:
    """One promise that is not decided yet: `due_at` is None while its clock stands."""

    case: str
    life: Life
    used: int
    due_at: int | None
    team: str
    region: str
    customer: str


@dataclass(frozen=True)
class Share:
    """A share that was kept, with its interval; None where nothing was decided."""

    kept: float
    n: int
    value: float | None
    low: float | None
    high: float | None


Reach = Mapping[str, frozenset[str]] | None


@dataclass
class SlaTally:
    """Promises decided from `since` (included) to `until` (excluded), and those open at its end, within somebody's reach:
    column to values, by the team or the region that the case has at last; None = all.
    """

    definition: Sla
    since: datetime
    until: datetime
    reach: Reach = None
    last: dict[tuple[str, int], tuple[Life, str, str, str]] = field(default_factory=dict)
    calls: list[Judged] = field(default_factory=list)
    stays: dict[str, list[bool]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, fact: Fact, decision: Decision) -> None:
        life: Life | None = decision.details.get("life")
        if life is None:
            self.left_out[decision.reason] += 1
            return
        place = (str(fact.get("team") or ""), str(fact.get("region") or ""), str(fact.get("customer_key") or ""))
        case = decision.details["case"]
        if self.definition.promise == "answer":
            if self._is_reached(*place[:2]) and life.judged_at is not None:
                self.calls.append(Judged(case, life.judged_at, life.verdict == "kept", life, *place))
            return
        self._note(case, life, place)
        if "survivor" in decision.details:
            survivor, going_on = decision.details["survivor"]
            # It has its own place, where it was seen before.
            self._note(survivor, going_on, ("", "", "") if (survivor, going_on.round) in self.last else place)
        left = decision.details.get("left")
        if left and fact["at"] >= self.since:
            team, took, limit = left
            self.stays.setdefault(team, []).append(took <= limit)

    def _note(self, case: str, life: Life, place: tuple[str, str, str]) -> None:
        known = self.last.get((case, life.round))
        if known is None:
            self.last[case, life.round] = (life, *place)
        else:
            self.last[case, life.round] = (life, place[0] or known[1], place[1] or known[2], place[2] or known[3])

    def _is_reached(self, team: str, region: str) -> bool:
        return self.reach is None or team in self.reach["team"] or region in self.reach["region"]

    def outcome(self) -> "Outcome":
        """All of it, as it stands at the end of the span."""
        line, until = Timeline(self.definition.hours), micros(self.until)
        judged, still = [each for each in self.calls if micros(self.since) <= each.at < until], []
        merged = 0
        for (case, _round), (known, *place) in self.last.items():
            if not self._is_reached(place[0], place[1]):
                continue
            life = clock.seen_at(line, known, until)
            merged += life.verdict == "merged"
            if life.verdict in ("kept", "missed"):
                assert life.judged_at is not None
                if micros(self.since) <= life.judged_at < until:
                    judged.append(Judged(case, life.judged_at, life.verdict == "kept", life, *place))
            if life.ended_at is None:
                used = clock.used_at(line, life, until)
                still.append(Open(case, life, used, clock.due_at(line, life), *place))
        judged.sort(key=lambda each: (each.at, each.case))
        still.sort(key=lambda each: (each.due_at is None, each.due_at or 0, each.case))
        return Outcome(tuple(judged), tuple(still), merged, dict(self.left_out), self.stays)

    def lived(self) -> list[tuple[Life, int]]:
        """Every case with the business time it had used at its end, or at the end of the span."""
        line, until = Timeline(self.definition.hours), micros(self.until)
        return [(life, clock.used_at(line, life, until)) for life, *_place in self.last.values()]

    def figures(self) -> dict[str, Any]:
        found = self.outcome()
        share = share_of(each.kept for each in found.judged)
        return {
            "kept": share.kept,
            "missed": share.n - share.kept,
            "share": share.value,
            "low": share.low,
            "high": share.high,
            "target": self.definition.target,
            "open": len(found.open),
            "open_broken": sum(each.life.broken_at is not None for each in found.open),
            "merged": found.merged,
            "teams": {team: share_of(stays).value for team, stays in sorted(found.stays.items())},
        }


@dataclass(frozen=True)
class Outcome:
    """Promises decided in a span, in order of time; those open at its end, the next due first; stays kept, by team."""

    judged: tuple[Judged, ...]
    open: tuple[Open, ...]
    merged: int
    left_out: Mapping[str, int]
    stays: Mapping[str, list[bool]]


def share_of(kept: Iterable[bool], level: float = 0.95) -> Share:
    """The share kept, with its Wilson interval."""
    every = list(kept)
    return share_from(sum(every), len(every), level)


def share_from(kept: float, n: int, level: float = 0.95) -> Share:
    """`kept` of n, with its Wilson interval; it need not be whole where it is an estimate."""
    if not n:
        return Share(0, 0, None, None, None)
    from heed.stats.intervals.proportion import proportion

    found = proportion([kept], [n], level=level)
    return Share(kept, n, float(found.estimate[0]), float(found.low[0]), float(found.high[0]))
