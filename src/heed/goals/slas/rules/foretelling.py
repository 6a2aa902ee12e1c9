"""Whether the chances that were told came true: at noon of each past day, what would have been told of each case that ran, beside
what became of it. Pure; told nothing but what was known then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heed.core.calendar.rules import Timeline, micros
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules import clock
from heed.goals.slas.rules.clock import Life
from heed.goals.slas.rules.risk import Experience, experience
from heed.goals.slas.rules.tallying import Share, share_from
from heed.rehearsal.replay.deciders import Decision, Fact

DAY = 86_400_000_000
# What the past says is read anew so many days later.
RELEARNED_DAYS = 7
BANDS = 5
LEAST_TOLD = 100


@dataclass(frozen=True)
class Band:
    """Chances told between `low` (included) and `high`: their mean, and the share that broke, with its Wilson interval."""

    low: float
    high: float
    told: float
    broke: Share


@dataclass(frozen=True)
class Reliability:
    """How chances came true. `brier`: the mean squared distance of chance and outcome (Brier 1950); `brier_plain`: that of telling
    everybody the share that broke. With fewer than a hundred nothing is told.
    """

    n: int
    brier: float | None
    brier_plain: float | None
    bands: tuple[Band, ...]


@dataclass
class Foretelling:
    """Fed facts and decisions in order of time, from long before `since` on."""

    definition: Sla
    since: datetime
    until: datetime
    lives: dict[str, Life] = field(default_factory=dict)
    over: list[tuple[Life, int]] = field(default_factory=list)
    told: list[tuple[str, int, int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line = Timeline(self.definition.hours)
        self.next = micros(self.since) + DAY // 2
        self.last = micros(self.until)
        self.known: Experience | None = None
        self.learned_at = 0

    def add(self, fact: Fact, decision: Decision) -> None:
        life: Life | None = decision.details.get("life")
        if life is None or self.definition.promise == "answer":
            return
        at = micros(fact["at"])
        while self.next <= at and self.next < self.last:
            self._tell(self.next)
            self.next += DAY
        self._note(decision.details["case"], life)
        if "survivor" in decision.details:
            self._note(*decision.details["survivor"])

    def _note(self, case: str, life: Life) -> None:
        if life.ended_at is None:
            self.lives[case] = life
        elif self.lives.pop(case, None) is not None:
            self.over.append((life, life.used))

    def _tell(self, at: int) -> None:
        """What would have been told at a moment."""
        running = [(case, life, clock.used_at(self.line, life, at)) for case, life in self.lives.items()]
        if self.known is None or at - self.learned_at >= DAY * RELEARNED_DAYS:
            self.known = experience([*self.over, *((life, used) for _, life, used in running)])
            self.learned_at = at
        for case, life, used in running:
            # Of one whose time is not up by the end it may never be known what became of it.
            if used >= life.limit or self.line.between(at, self.last) < life.limit - used:
                continue
            found = self.known.chance(life.priority, used, life.limit)
            if found is not None:
                self.told.append((case, life.round, at, found[0]))

    def reliability(self, last: dict[tuple[str, int], Any]) -> Reliability:
        """What was told beside what came, by the lives as they stand at the end. Who went into another case is left out, and who is
        paused still.
        """
        seen: list[tuple[float, bool]] = []
        for case, round_, at, chance in self.told:
            held = last.get((case, round_))
            life = clock.seen_at(self.line, held[0], self.last) if held else None
            if life is not None and life.verdict in ("kept", "missed"):
                seen.append((chance, life.broken_at is not None and life.broken_at >= at))
        return reliability(seen)


def reliability(seen: Iterable[tuple[float, bool]]) -> Reliability:
    """Chances beside what came of them."""
    every = sorted(seen)
    n = len(every)
    if n < LEAST_TOLD:
        return Reliability(n, None, None, ())
    share = sum(broke for _, broke in every) / n
    brier = sum((chance - broke) ** 2 for chance, broke in every) / n
    bands = []
    for place in range(BANDS):
        low, high = place / BANDS, (place + 1) / BANDS
        part = [each for each in every if low <= each[0] < high or (place == BANDS - 1 and each[0] == high)]
        if part:
            told = sum(chance for chance, _ in part) / len(part)
            bands.append(Band(low, high, told, share_from(sum(broke for _, broke in part), len(part))))
    return Reliability(n, brier, share * (1 - share), tuple(bands))


def told_reliability(found: Reliability) -> dict[str, Any]:
    """As scripts read it."""
    return {
        "n": found.n,
        "brier": found.brier,
        "brier_plain": found.brier_plain,
        "reason": "" if found.brier is not None else "not_enough_data",
        "bands": [
            {
                "low": each.low,
                "high": each.high,
                "told": each.told,
                "broke": each.broke.value,
                "broke_low": each.broke.low,
                "broke_high": each.broke.high,
                "n": each.broke.n,
            }
            for each in found.bands
        ],
    }
