"""Evidence for choosing among figures: what each one shows by itself, and which say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from heed.metrics.panels import Panel
from heed.metrics.tensions import aligned
from heed.stats.arrays import Floats
from heed.stats.panels.evidence import Estimate, Shares, correlation, shares_of_variance, smallest_change
from heed.stats.series.correlation import cross_correlation

MOST_LAG, ORDER = 8, 2
LEAST_WEEKS = 26  # for a lead or lag to be told


@dataclass(frozen=True)
class Lead:
    """At which lag of weeks a figure goes with satisfaction most, when both are freed from their own past: negative = it
    leads. `stands_out` beyond the band of no correlation at any of the lags tried (Bonferroni). None: too few weeks.
    """

    lag: int | None
    correlation: float | None
    band: float | None
    n: int

    @property
    def weeks(self) -> int:
        """How far apart, whichever comes first."""
        return abs(self.lag or 0)

    @property
    def stands_out(self) -> bool:
        return self.correlation is not None and self.band is not None and abs(self.correlation) > self.band


@dataclass(frozen=True)
class OwnEvidence:
    """A figure by itself. `whole` is its level; `smallest_change` between four weeks and the next four, in its unit (a
    share of the level where it is read by its logarithm); `coverage`: share of units and weeks that have rows enough.
    """

    key: str
    whole: float
    n: int
    smallest_change: float | None
    shares: Shares
    lead: Lead
    coverage: float
    logarithmic: bool


@dataclass(frozen=True)
class Redundancy:
    """How two figures go together at unit × week."""

    one: str
    other: str
    found: Estimate


def own_evidence(
    key: str, by_unit: Panel, together: Panel, satisfaction: Panel | None, *, min_n: int, level: float = 0.95
) -> OwnEvidence:
    """by_unit and together: the same figure by unit and week, and by week alone. satisfaction: by week alone, of what leads
    and lags are told against.
    """
    known = np.isfinite(together.value) & (together.weight > 0)
    weight = together.weight[known]
    whole = float((together.value[known] * weight).sum() / weight.sum()) if weight.size else float("nan")
    change = smallest_change(together.adjusted[0], together.variance[0], level=level)
    shares = shares_of_variance(by_unit.adjusted, by_unit.variance, level=level)
    lead = _lead(together, satisfaction, level) if satisfaction is not None else Lead(None, None, None, 0)
    coverage = float((by_unit.n >= min_n).mean())
    if together.logarithmic:
        whole = float(np.expm1(whole))
    return OwnEvidence(key, whole, int(together.n.sum()), change, shares, lead, coverage, together.logarithmic)


def redundancies(keys: Sequence[str], panels: Mapping[str, Panel], *, level: float = 0.95) -> tuple[Redundancy, ...]:
    """Every pair of figures that have panels, those that say the same most first."""
    found = []
    for one, other in combinations([key for key in keys if key in panels], 2):
        both = aligned(panels[one], panels[other])
        if not both.units or not both.weeks:
            continue
        x, y = both.one["adjusted"], both.other["adjusted"]
        here = np.isfinite(x) & np.isfinite(y)
        rows = np.minimum(both.one["n"], both.other["n"])
        weight = np.where(here, rows, 0.0)
        r = correlation(np.where(here, x, 0.0), np.where(here, y, 0.0), weight, level=level)
        found.append(Redundancy(one, other, r))
    return tuple(sorted(found, key=lambda each: -abs(each.found.value or 0.0)))


def _lead(figure: Panel, satisfaction: Panel, level: float) -> Lead:
    both = aligned(figure, satisfaction)
    if not both.weeks:
        return Lead(None, None, None, 0)
    x, y = _without_gaps(both.one["adjusted"][0], both.other["adjusted"][0])
    if x.size < LEAST_WEEKS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Lead(None, None, None, int(x.size))
    lags = 2 * MOST_LAG + 1
    found = cross_correlation(x, y, order=ORDER, max_lag=MOST_LAG, level=1.0 - (1.0 - level) / lags)
    best = int(np.argmax(np.abs(found.prewhitened)))
    return Lead(found.lags[best], float(found.prewhitened[best]), found.band, int(x.size))


def _without_gaps(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The longest run of weeks in which both are there."""
    here = np.concatenate(([0], (np.isfinite(x) & np.isfinite(y)).astype(int), [0]))
    starts, ends = np.flatnonzero(np.diff(here) == 1), np.flatnonzero(np.diff(here) == -1)
    if not starts.size:
        return x[:0], y[:0]
    longest = int(np.argmax(ends - starts))
    run = slice(starts[longest], ends[longest])
    return x[run], y[run]
