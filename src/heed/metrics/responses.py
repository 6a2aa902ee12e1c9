"""How a figure answered what was changed: weeks after less before, in the units a change touched beside those it did not.

The units not touched say how much a unit moves by itself (placebo inference: Conley and Taber 2011, Review of Economics and
Statistics 93, 113-125). Of a change of everybody nothing can be said this way. p by Holm 1979 over the changes of one figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from heed.metrics.panels import Panel
from heed.stats.arrays import Floats
from heed.stats.distributions import student_below, student_quantile
from heed.stats.experiments.multiplicity import adjust

WEEKS, LEAST_WEEKS, LEAST_BESIDE = 6, 3, 3
FALSE_SHARE = 0.05


@dataclass(frozen=True)
class Changed:
    """A change of the operation: the Monday of its week, what it was, and the units it touched (empty: everybody)."""

    week: date
    title: str
    units: frozenset[str]


@dataclass(frozen=True)
class Response:
    """By how much a figure moved beside the units that were not touched, with limits and the adjusted p."""

    title: str
    week: date
    difference: float
    low: float
    high: float
    adjusted_p: float
    n: int

    @property
    def moved(self) -> bool:
        return self.adjusted_p < FALSE_SHARE


@dataclass(frozen=True)
class Responses:
    """What is known of a figure's answers: `looked_at` changes with weeks and units enough, of which some moved it."""

    looked_at: int
    found: tuple[Response, ...]

    @property
    def moved(self) -> tuple[Response, ...]:
        return tuple(each for each in self.found if each.moved)

    @property
    def largest(self) -> Response | None:
        """The one that moved it most; None where none did."""
        return max(self.moved, key=lambda each: abs(each.difference), default=None)


def responses(panel: Panel, changes: Sequence[Changed], *, level: float = 0.95) -> Responses:
    """How a panel (by unit and week) answered each change it knows enough about."""
    found = [told for change in changes if (told := _response(panel, change, level)) is not None]
    adjusted = adjust([each.adjusted_p for each in found], "holm").tolist() if found else []
    kept = [
        Response(each.title, each.week, each.difference, each.low, each.high, p, each.n)
        for each, p in zip(found, adjusted, strict=True)
    ]
    return Responses(len(kept), tuple(sorted(kept, key=lambda each: (each.adjusted_p, each.week))))


def changed_units(team: str | None, region: str | None, belongs: Mapping[str, str]) -> frozenset[str]:
    """The units a change touched, by the columns it is told by. belongs: unit -> region."""
    if team:
        return frozenset({team})
    return frozenset(unit for unit, place in belongs.items() if region and place == region)


def _response(panel: Panel, change: Changed, level: float) -> Response | None:
    """The p of it is not adjusted yet. None where weeks or units are too few."""
    if change.week not in panel.weeks or not change.units:
        return None
    at = panel.weeks.index(change.week)
    # The week of the change is partly before and partly after: it counts for neither.
    before, after = slice(max(0, at - WEEKS), at), slice(at + 1, at + 1 + WEEKS)
    moved, n = _moved(panel, before, after)
    known = np.isfinite(moved)
    touched = known & np.array([unit in change.units for unit in panel.units])
    beside = known & ~touched
    many, others = int(touched.sum()), int(beside.sum())
    if not many or others < LEAST_BESIDE:
        return None
    difference = float(moved[touched].mean() - moved[beside].mean())
    spread = float(moved[beside].std(ddof=1))
    error = spread * float(np.sqrt(1.0 / many + 1.0 / others))
    if error <= 0:
        return None
    df = others - 1
    p = 2.0 * float(student_below(df, -abs(difference) / error))
    half = float(student_quantile(df, 0.5 + level / 2.0)) * error
    return Response(
        change.title, change.week, difference, difference - half, difference + half, p, int(n[touched].sum())
    )


def _moved(panel: Panel, before: slice, after: slice) -> tuple[Floats, Floats]:
    """Each unit's mean after less its mean before, by rows, NaN with too few weeks; and the rows behind it."""
    weight = np.where(np.isfinite(panel.adjusted), panel.weight, 0.0)
    value = np.where(np.isfinite(panel.adjusted), panel.adjusted, 0.0)
    means = []
    for part in (before, after):
        total = weight[:, part].sum(axis=1)
        enough = (weight[:, part] > 0).sum(axis=1) >= LEAST_WEEKS
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (weight[:, part] * value[:, part]).sum(axis=1) / total
        means.append(np.where(enough & (total > 0), mean, np.nan))
    return means[1] - means[0], panel.n[:, before].sum(axis=1) + panel.n[:, after].sum(axis=1)
