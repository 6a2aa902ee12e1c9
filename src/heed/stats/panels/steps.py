"""Where in a panel one figure of a unit stepped up, and what another figure did across that same week."""

from dataclasses import dataclass

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats, check_level
from heed.stats.distributions import student_below, student_quantile
from heed.stats.panels.within import LEAST_WEEKS
from heed.stats.regression.least_squares import fit, newey_west

MARGIN = 6  # weeks that must lie on either side of a step
LAG = 4  # weeks over which what is left over may hang together


@dataclass(frozen=True)
class Step:
    """A change of level at a week (its place): means before and after, their difference with t limits, one-sided p that it
    is a rise. `places` weeks were tried.
    """

    at: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p_rise: float
    p_fall: float
    weeks: int
    places: int = 1
    error: float | None = None
    df: float = 0.0


def strongest_rise(y: Floats, variance: Floats, *, level: float = 0.95) -> Step | None:
    """The rise of a series (weeks,), NaN where there is none, that stands out most, among all weeks with MARGIN measured
    weeks on either side; p is multiplied by the weeks tried (Bonferroni). None where the series is too short or flat.

    variance: of the sampling of each week's value.
    """
    known = np.flatnonzero(np.isfinite(y))
    if known.size < max(2 * MARGIN, LEAST_WEEKS):
        return None
    places = known[MARGIN : known.size - MARGIN + 1]
    w, v = _weights(variance[known]), y[known]
    cut = np.arange(MARGIN, known.size - MARGIN + 1)
    w0, s0, s1 = np.cumsum(w)[cut - 1], np.cumsum(w * v)[cut - 1], (w * v).sum()
    w1 = w.sum() - w0
    rise = (s1 - s0) / w1 - s0 / w0
    score = rise / np.sqrt(1.0 / w0 + 1.0 / w1)
    best = int(np.argmax(score))
    if score[best] <= 0:
        return None
    found = step_at(y, variance, int(places[best]), level=level)
    if found is None:
        return None
    p = min(1.0, found.p_rise * len(places))
    return Step(**{**vars(found), "p_rise": p, "places": len(places)})


def step_at(y: Floats, variance: Floats, at: int, *, level: float = 0.95) -> Step | None:
    """The change of level of a series at a week, by weighted least squares; Newey and West 1987 with a lag of LAG weeks,
    and never less than what sampling alone leaves unsure. None with fewer than MARGIN measured weeks on a side.
    """
    check_level(level)
    known = np.flatnonzero(np.isfinite(y))
    later = (known >= at).astype(np.float64)
    if min(later.sum(), known.size - later.sum()) < MARGIN:
        return None
    w, v = _weights(variance[known]), y[known]
    root = np.sqrt(w)
    try:
        found = fit(v * root, np.column_stack([later, np.ones(known.size)]) * root[:, None])
    except Refused:
        return None
    error = float(np.sqrt(max(newey_west(found, LAG, small_sample=True)[0, 0], _sampling(w, later, variance[known]))))
    if error <= 0:
        return None
    change, before = (float(each) for each in found.coefficients)
    df = float(known.size - 2) / (1.0 + LAG / 2.0)
    half = float(student_quantile(df, 0.5 + level / 2.0)) * error
    t = change / error
    falls = float(student_below(df, t))
    return Step(
        at, before, before + change, change, change - half, change + half, float(student_below(df, -t)), falls,
        int(known.size),
    )  # fmt: skip


def _weights(variance: Floats) -> Floats:
    """By sampling, with a floor at the median's half: no week may count for all."""
    usable = np.where(np.isfinite(variance) & (variance > 0), variance, np.nan)
    if not np.isfinite(usable).any():
        return np.ones(variance.size)
    middle = float(np.nanmedian(usable))
    return 1.0 / (np.nan_to_num(usable, nan=middle) + middle / 2.0)


def _sampling(w: Floats, later: Floats, variance: Floats) -> float:
    """Variance of the difference of two weighted means, from sampling alone."""
    known = np.nan_to_num(variance)
    total = 0.0
    for side in (later == 1.0, later == 0.0):
        share = np.where(side, w, 0.0) / w[side].sum()
        total += float((share**2 * known).sum())
    return total


def beside_others(values: Floats) -> Floats:
    """Each unit's series less the median of all other units in that week (units, weeks): what is common to all goes out.
    With fewer than four units nothing is taken out.
    """
    if len(values) < 4:
        return values
    rest = np.empty_like(values)
    for unit in range(len(values)):
        others = np.delete(values, unit, axis=0)
        seen = np.isfinite(others).any(axis=0)
        middle = np.full(values.shape[1], np.nan)
        middle[seen] = np.nanmedian(others[:, seen], axis=0)
        rest[unit] = values[unit] - middle
    return rest
