"""Tensions: where a figure of efficiency improves while one of satisfaction gets worse, adjusted for the mix of what came
in; over all units together, and unit by unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from heed.metrics.panels import Panel
from heed.stats.arrays import Floats
from heed.stats.distributions import student_quantile
from heed.stats.experiments.multiplicity import adjust
from heed.stats.panels.over_time import moved_at_rises, slope_over_time
from heed.stats.panels.steps import Step, beside_others, step_at, strongest_rise
from heed.stats.panels.within import Slope, slope_within

# Who reads of a tension judges people's work by it, and many pairs are looked at: one in a hundred may be wrong.
FALSE_SHARE = 0.01
IMPROVEMENT = 0.1  # the slope is told for an improvement of a tenth
# Harm that matters, by judgement: a tenth's improvement that costs a fiftieth of the satisfaction there is.
MATTERS = 0.02
POWER = 0.8


@dataclass(frozen=True)
class Candidate:
    """A figure and which way it is better: 1 higher, -1 lower. whole: what its harm is measured by, such as the 100 points
    of an NPS; 0: its own level.
    """

    key: str
    better: int
    whole: float = 0.0


@dataclass(frozen=True)
class UnitTension:
    """A unit whose efficiency stepped up in a week, and whose satisfaction got worse across it, beside the other units.

    efficiency and satisfaction: (before, after) as measured, adjusted for the mix; difference: of satisfaction beside the
    others; `adjusted_p` by Holm over every unit and pair looked at. n: rows of satisfaction (before, after).
    """

    unit: str
    since: date
    efficiency: tuple[float, float]
    satisfaction: tuple[float, float]
    difference: float
    low: float
    high: float
    n: tuple[int, int]
    p: float
    adjusted_p: float = 1.0

    @property
    def stands_out(self) -> bool:
        return self.adjusted_p < FALSE_SHARE


@dataclass(frozen=True)
class Tension:
    """A pair. `slope`: what satisfaction changes by when efficiency improves by a tenth, within units (over time where all
    are read together); `adjusted_p` by Benjamini and Hochberg over the pairs. Where a single series of efficiency stepped up,
    its steps are judged and not the slope (`by_steps`).

    smallest: the least harm for a tenth that is found four times of five; matters: the harm that matters; weeks: looked at.
    """

    efficiency: str
    satisfaction: str
    slope: Slope
    is_worse: bool
    mix: tuple[str, ...]
    units: tuple[UnitTension, ...] = ()
    adjusted_p: float | None = None
    by_steps: bool = False
    smallest: float | None = None
    matters: float = 0.0
    weeks: int = 0

    @property
    def found(self) -> bool:
        """Whether efficiency is bought with satisfaction: over all units, or in one that stands out."""
        overall = self.is_worse and self.adjusted_p is not None and self.adjusted_p < FALSE_SHARE
        return overall or bool(self.standing_out)

    @property
    def is_too_short(self) -> bool:
        """Whether nothing was found only because harm that matters would not have shown in so few weeks."""
        return not self.found and (self.smallest is None or self.smallest > self.matters > 0.0)

    @property
    def weeks_needed(self) -> int | None:
        """About how many weeks show harm that matters four times of five; None where that cannot be said. The error of a mean
        falls with the root of the weeks.
        """
        if self.smallest is None or self.matters <= 0.0:
            return None
        return int(np.ceil(self.weeks * (self.smallest / self.matters) ** 2))

    @property
    def standing_out(self) -> tuple[UnitTension, ...]:
        return tuple(unit for unit in self.units if unit.stands_out)


def tensions(
    efficiency: Sequence[Candidate],
    satisfaction: Sequence[Candidate],
    panels: Mapping[str, Panel],
    *,
    groups: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> tuple[Tension, ...]:
    """Every pair of which both have a panel, those found first. groups: unit -> what it belongs to, whose units are not
    taken for independent of one another.
    """
    pairs = [
        found
        for first in efficiency
        for second in satisfaction
        if first.key in panels and second.key in panels
        for found in [_pair(first, second, panels[first.key], panels[second.key], groups or {}, level)]
        if found is not None
    ]
    judged = _judged_units(_judged_pairs(pairs))
    return tuple(
        sorted(judged, key=lambda each: (not each.found, each.adjusted_p if each.adjusted_p is not None else 2))
    )


def _judged_pairs(pairs: list[Tension]) -> list[Tension]:
    known = [place for place, pair in enumerate(pairs) if pair.slope.p is not None and not pair.by_steps]
    adjusted = adjust([pairs[place].slope.p or 0.0 for place in known], "bh")
    for place, p in zip(known, adjusted, strict=True):
        pairs[place] = replace(pairs[place], adjusted_p=float(p))
    return pairs


def _judged_units(pairs: list[Tension]) -> list[Tension]:
    adjusted = iter(adjust([unit.p for pair in pairs for unit in pair.units], "holm").tolist())
    judged = []
    for pair in pairs:
        units = [replace(unit, adjusted_p=next(adjusted)) for unit in pair.units]
        judged.append(replace(pair, units=tuple(sorted(units, key=lambda each: each.adjusted_p))))
    return judged


@dataclass(frozen=True)
class Aligned:
    """Two panels on the units and weeks both have."""

    units: tuple[str, ...]
    weeks: tuple[date, ...]
    one: dict[str, Floats]
    other: dict[str, Floats]


def aligned(one: Panel, other: Panel) -> Aligned:
    units = tuple(sorted(set(one.units) & set(other.units)))
    weeks = tuple(sorted(set(one.weeks) & set(other.weeks)))
    parts = []
    for panel in (one, other):
        rows = np.array([panel.units.index(unit) for unit in units], dtype=np.intp)
        columns = np.array([panel.weeks.index(week) for week in weeks], dtype=np.intp)
        cells = np.ix_(rows, columns)
        parts.append({name: getattr(panel, name)[cells] for name in ("n", "adjusted", "variance")})
    return Aligned(units, weeks, *parts)


def _pair(
    first: Candidate, second: Candidate, one: Panel, other: Panel, groups: Mapping[str, str], level: float
) -> Tension | None:
    both = aligned(one, other)
    if not both.units or not both.weeks:
        return None
    x, y = both.one["adjusted"], both.other["adjusted"]
    weight = _weights(both)
    if not (weight > 0).any():
        return None
    per = _tenth(one, first)
    if not per:
        return None
    gain, change = np.where(weight > 0, x, 0.0) / per, np.where(weight > 0, y, 0.0)
    mix = tuple(name for name in one.mix if name in other.mix)
    matters = MATTERS * (second.whole or abs(_whole(other)))
    if len(both.units) > 1:
        slope = slope_within(gain, change, weight, _clusters(both.units, groups), level=level)
        units = _units(first, second, both, one.logarithmic, other.logarithmic, level)
        least = _smallest(slope.error, slope.df, FALSE_SHARE / 2.0)
        return Tension(
            first.key, second.key, slope, _is_worse(slope, second), mix, units,
            smallest=least, matters=matters, weeks=len(both.weeks),
        )  # fmt: skip
    here = weight[0] > 0
    slope = slope_over_time(gain[0, here], change[0, here], level=level)
    units, least = _over_time(first, second, both, per, (one.logarithmic, other.logarithmic), level)
    if not units:
        least = _smallest(slope.error, slope.df, FALSE_SHARE / 2.0)
    return Tension(
        first.key, second.key, slope, _is_worse(slope, second), mix, units,
        by_steps=bool(units), smallest=least, matters=matters, weeks=len(both.weeks),
    )  # fmt: skip


def _is_worse(slope: Slope, second: Candidate) -> bool:
    return slope.value is not None and slope.value * second.better < 0


def _smallest(error: float | None, df: float, share: float) -> float | None:
    """The least true change that is told from none at this (one-sided) share POWER of the time."""
    if error is None or df < 1.0:
        return None
    return float(student_quantile(df, 1.0 - share) + student_quantile(df, POWER)) * error


def _over_time(
    first: Candidate, second: Candidate, both: Aligned, per: float, logs: tuple[bool, bool], level: float
) -> tuple[tuple[UnitTension, ...], float | None]:
    """The steps of all together, and the least harm for a tenth that the clearest of them would have shown."""
    x, y, n = both.one["adjusted"][0], both.other["adjusted"][0], both.other["n"][0]
    found, least = [], []
    for each in moved_at_rises(first.better * x, y, both.other["variance"][0], level=level):
        gain, moved = each.gain, each.moved
        found.append(
            UnitTension(
                both.units[0],
                both.weeks[gain.at],
                _shown(first.better * gain.before, first.better * gain.after, logs[0]),
                _shown(moved.before, moved.after, logs[1]),
                moved.difference,
                moved.low,
                moved.high,
                (int(n[: gain.at].sum()), int(n[gain.at :].sum())),
                _worse(moved, second),
            )
        )
        shown = _smallest(moved.error, moved.df, FALSE_SHARE / moved.places)
        if shown is not None:
            least.append(shown * abs(per) / gain.difference)
    return tuple(found), min(least, default=None)


def _weights(both: Aligned) -> Floats:
    """Half the harmonic mean of the rows: a cell knows no more than the thinner of its two readings."""
    one, other = (
        np.where(np.isfinite(part["adjusted"]), part["n"], 0.0) for part in (both.one, both.other)
    )  # fmt: skip
    there = (one > 0) & (other > 0)
    return np.where(there, one * other / np.where(there, one + other, 1.0), 0.0)


def _tenth(panel: Panel, candidate: Candidate) -> float:
    """A tenth's improvement of the whole, in the figure's unit and with its sign."""
    if panel.logarithmic:
        return candidate.better * float(np.log1p(IMPROVEMENT))
    return candidate.better * IMPROVEMENT * abs(_whole(panel))


def _whole(panel: Panel) -> float:
    """The figure over all units and weeks."""
    known = np.isfinite(panel.value) & (panel.weight > 0)
    return float((panel.value * panel.weight)[known].sum() / panel.weight[known].sum()) if known.any() else 0.0


def _clusters(units: Sequence[str], groups: Mapping[str, str]) -> NDArray[np.intp]:
    return np.unique([groups.get(unit, unit) for unit in units], return_inverse=True)[1].astype(np.intp)


def _units(
    first: Candidate, second: Candidate, both: Aligned, log_one: bool, log_other: bool, level: float
) -> tuple[UnitTension, ...]:
    """Units whose efficiency stepped up beyond doubt; only these are looked at for what satisfaction did."""
    beside = beside_others(both.other["adjusted"])
    found = []
    for place, unit in enumerate(both.units):
        gain = strongest_rise(first.better * both.one["adjusted"][place], both.one["variance"][place], level=level)
        if gain is None or gain.p_rise >= FALSE_SHARE:
            continue
        moved = step_at(beside[place], both.other["variance"][place], gain.at, level=level)
        own = step_at(both.other["adjusted"][place], both.other["variance"][place], gain.at, level=level)
        if moved is None or own is None:
            continue
        n = both.other["n"][place]
        found.append(
            UnitTension(
                unit,
                both.weeks[gain.at],
                _shown(first.better * gain.before, first.better * gain.after, log_one),
                _shown(own.before, own.after, log_other),
                moved.difference,
                moved.low,
                moved.high,
                (int(n[: gain.at].sum()), int(n[gain.at :].sum())),
                _worse(moved, second),
            )
        )
    return tuple(found)


def _worse(moved: Step, candidate: Candidate) -> float:
    return moved.p_fall if candidate.better > 0 else moved.p_rise


def _shown(before: float, after: float, logarithmic: bool) -> tuple[float, float]:
    return (float(np.expm1(before)), float(np.expm1(after))) if logarithmic else (before, after)
