"""Figures of a rehearsal of asking: whom it asks how often, why not, and what it covers. Pure; numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.bulk import ASKED, CODES, HELD_OUT, Candidates, Decided
from heed.feedback.triggers.rules.coverage import cell_of, response_rate
from heed.feedback.triggers.rules.terms import DAY, micros

Z = 1.959963984540054
RATE = 0.25


@dataclass(frozen=True)
class Cell:
    """A segment at a touchpoint: facts that came to a decision, asked, the least and greatest chance, answers that will come
    at the supposed rate, half the width of a share's interval (95 %, at a share of one half; None where nobody answers),
    and answers wanted (None: none are).
    """

    segment: str
    touchpoint: str
    candidates: int
    eligible: int
    asked: int
    least: float | None
    greatest: float | None
    expected: float
    margin: float | None
    wanted: float | None

    @property
    def is_short(self) -> bool:
        return self.wanted is not None and self.expected < 0.95 * self.wanted


@dataclass(frozen=True)
class Figures:
    """Candidates, asks, customers asked, asks a customer (of those asked), by reason, by trigger, by cell."""

    candidates: int
    asked: int
    customers: int
    most_asks: int
    mean_asks: float
    asks_per_week: float
    reasons: Mapping[str, int]
    by_trigger: Mapping[str, int]
    by_asks: Mapping[int, int]
    cells: tuple[Cell, ...]

    def as_told(self) -> dict[str, Any]:
        """As JSON has it."""
        cells = [{**each.__dict__, "short": each.is_short} for each in self.cells]
        told = {name: value for name, value in self.__dict__.items() if name != "cells"}
        return {**told, "by_asks": {str(many): number for many, number in self.by_asks.items()}, "cells": cells}


def figures_of(
    policy: ContactPolicy,
    triggers: Sequence[Trigger],
    rows: Candidates,
    decided: Decided,
    since: datetime,
    until: datetime,
    alike: float = 0.0,
) -> Figures:
    """alike: the intra-class correlation of one customer's answers, by which asking the same again tells less."""
    asked = decided.asked
    counts = np.bincount(decided.reason, minlength=len(CODES))
    who, many = np.unique(rows.customer[asked], return_counts=True)
    times, number = np.unique(many, return_counts=True)
    by_trigger = np.bincount(rows.trigger[asked], minlength=len(triggers))
    days = (micros(until) - micros(since)) / DAY
    return Figures(
        candidates=len(rows),
        asked=int(asked.sum()),
        customers=len(who),
        most_asks=int(many.max(initial=0)),
        mean_asks=float(many.mean()) if len(many) else 0.0,
        asks_per_week=float(asked.sum() / max(days / 7, 1 / 7)),
        reasons={code: int(counts[place]) for place, code in enumerate(CODES) if counts[place] and place != ASKED},
        by_trigger={each.name: int(by_trigger[place]) for place, each in enumerate(triggers)},
        by_asks={int(a): int(b) for a, b in zip(times, number, strict=True)},
        cells=tuple(_cells(policy, rows, decided, days, alike)),
    )


def _cells(policy: ContactPolicy, rows: Candidates, decided: Decided, days: float, alike: float) -> list[Cell]:
    width = len(rows.touchpoints)
    place = rows.segment * width + rows.touchpoint
    found = []
    for each in np.unique(place):
        here = place == each
        reason, share = decided.reason[here], decided.share[here]
        eligible, asked = (reason == ASKED) | (reason == HELD_OUT), reason == ASKED
        segment, touchpoint = rows.segments[each // width], rows.touchpoints[each % width]
        rate, wanted = _aim(policy, segment, touchpoint, days)
        expected = float(asked.sum()) * rate
        found.append(
            Cell(
                segment,
                touchpoint,
                int(here.sum()),
                int(eligible.sum()),
                int(asked.sum()),
                float(share[eligible].min()) if eligible.any() else None,
                float(share[eligible].max()) if eligible.any() else None,
                expected,
                margin_of(share[asked], rate, rows.customer[here][asked], alike),
                wanted,
            )
        )
    return sorted(found, key=lambda cell: (cell.segment, cell.touchpoint))


def _aim(policy: ContactPolicy, segment: str, touchpoint: str, days: float) -> tuple[float, float | None]:
    """The rate at which a cell answers, and the answers wanted of it alone in so many days."""
    coverage = policy.coverage
    number = -1 if coverage is None else cell_of(coverage, segment, touchpoint)
    if coverage is None or number < 0:
        return RATE if coverage is None else coverage.response_rate, None
    target = coverage.targets[number]
    alone = target.segment == segment and target.touchpoint == touchpoint
    return response_rate(coverage, number), target.answers * days / coverage.period_days if alone else None


def margin_of(shares: Any, rate: float, who: Any, alike: float) -> float | None:
    """Half the width of the 95 % interval of a share near one half, weights 1/chance: z √(deff / 4n), where deff is what unequal
    weights and answers of the same customers cost (Kish, 1965): each two of one customer count as alike as they are.
    """
    if not len(shares):
        return None
    weights = 1.0 / shares
    own = float((weights**2).sum())
    together = float((np.bincount(np.unique(who, return_inverse=True)[1], weights=weights) ** 2).sum()) - own
    return Z * float(np.sqrt(0.25 * (own / rate + alike * together))) / float(weights.sum())
