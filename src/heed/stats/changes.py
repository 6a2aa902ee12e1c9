"""Changes in shares over time: a step that stays, a day that jumps, a slow rise. Shares, never counts, so that a busy
week is no news; noise is measured in the series itself; and the many looks taken are paid for.

docs/methods/signals.md has the formulas and worked tables.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from heed.stats.arrays import Flags, Floats, check_level, normal_quantile

Whole = NDArray[np.int64]
WEEK = 7
SMOOTHED = 9  # weeks
SMALL = 1e-9


def holm(p: ArrayLike) -> Floats:
    """p values adjusted for as many looks (Holm 1979): below α, the chance of any false alarm is at most α."""
    values = np.asarray(p, dtype=np.float64).ravel()
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * (len(values) - np.arange(len(values))))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted.reshape(np.shape(p))


def dispersion(counts: Floats, expected: Floats, blocks: tuple[int, ...] = (1, WEEK, 4 * WEEK)) -> Floats:
    """How much more than chance a series varies around what is expected: Pearson's χ² over its degrees of freedom, at
    least 1; the largest over blocks of so many steps, so that noise which lasts is seen too. Series in rows.

    A block is left out where fewer than eight of it fit. What is expected must fit the series' level.
    """
    found = np.ones(counts.shape[0])
    for size in blocks:
        many = counts.shape[1] // size
        if many < 8:
            continue
        start = counts.shape[1] - many * size
        x, e = (part[:, start:].reshape(len(part), many, size).sum(axis=2) for part in (counts, expected))
        used = np.sum(e > SMALL, axis=1)
        chi = np.sum(np.where(e > SMALL, (x - e) ** 2 / np.maximum(e, SMALL), 0.0), axis=1)
        found = np.maximum(found, chi / np.maximum(used - 2, 1))
    return found


@dataclass(frozen=True)
class Steps:
    """The step up that fits each series best.

    `at` is the place of its first day; `before` and `after` are rates per unit of exposure; `ratio` with its limits is
    after / before (infinite where there was nothing before); `p` counts all places that were tried; `lasting` is the
    share of weeks after it that lie above what came before.
    """

    at: Whole
    before: Floats
    after: Floats
    ratio: Floats
    low: Floats
    high: Floats
    n: Floats
    dispersion: Floats
    p: Floats
    lasting: Floats


def steps(
    counts: ArrayLike, exposure: ArrayLike, *, margin_before: int = 28, margin_after: int = 10, level: float = 0.95
) -> Steps:
    """Find a step up in each series (rows) of daily counts with what is expected of each day at an even share.

    A Poisson step in the rate per exposure, by its likelihood ratio over every place that leaves the margins, divided by
    the dispersion around the step (quasi-likelihood; McCullagh and Nelder 1989, 9.3). The p value is one-sided and pays
    for the places: min(1, m·P(χ²₁ > max)/2) with m the number of places (Bonferroni), so it errs on the careful side.
    """
    from scipy.stats import norm

    x, e = np.atleast_2d(np.asarray(counts, np.float64)), np.atleast_2d(np.asarray(exposure, np.float64))
    days = x.shape[1]
    places = np.arange(margin_before, max(days - margin_after + 1, margin_before))
    if not len(places):
        return _no_steps(len(x))
    best, at = _best_places(x, e, places)
    rows = np.arange(len(x))
    cx, ce = _sums(x), _sums(e)
    x0, e0, x1, e1 = cx[rows, at], ce[rows, at], cx[rows, -1] - cx[rows, at], ce[rows, -1] - ce[rows, at]
    before, after = x0 / np.maximum(e0, SMALL), x1 / np.maximum(e1, SMALL)
    later = np.arange(days)[None, :] >= at[:, None]
    fitted = e * np.where(later, after[:, None], before[:, None])
    spread = dispersion(x, fitted)
    tail = norm.sf(np.sqrt(2.0 * best / spread))
    low, high = _ratio_limits(x0, e0, x1, e1, spread, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(before > 0, after / before, np.where(after > 0, np.inf, 1.0))
    p = np.minimum(1.0, tail * len(places))
    lasting = _lasting(x, e, at, before, after)
    return Steps(at, before, after, ratio, low, high, x1, spread, p, lasting)


def _no_steps(many: int) -> Steps:
    none, ones = np.zeros(many), np.ones(many)
    return Steps(np.zeros(many, np.int64), none, none, ones, none, none + np.inf, none, ones, ones, none)


def _sums(values: Floats) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _best_places(x: Floats, e: Floats, places: Whole) -> tuple[Floats, Whole]:
    """The largest log likelihood ratio of a step up, and its place, a slice of series at a time to save memory."""
    best, at = np.zeros(len(x)), np.zeros(len(x), np.int64)
    for start in range(0, len(x), 2000):
        part = slice(start, start + 2000)
        cx, ce = _sums(x[part]), _sums(e[part])
        x0, e0 = cx[:, places], ce[:, places]
        x1, e1 = cx[:, -1:] - x0, ce[:, -1:] - e0
        gain = _poisson(x0, e0) + _poisson(x1, e1) - _poisson(cx[:, -1:], ce[:, -1:])
        gain = np.where(x1 * e0 > x0 * e1, gain, 0.0)
        chosen = np.argmax(gain, axis=1)
        best[part], at[part] = np.take_along_axis(gain, chosen[:, None], 1)[:, 0], places[chosen]
    return np.maximum(best, 0.0), at


def _poisson(x: Floats, e: Floats) -> Floats:
    """x·log(x/e): the Poisson log likelihood at its best rate, but for what cancels."""
    return special.xlogy(x, x / np.maximum(e, SMALL))


def _ratio_limits(
    x0: Floats, e0: Floats, x1: Floats, e1: Floats, spread: Floats, level: float
) -> tuple[Floats, Floats]:
    """Limits of the ratio of two Poisson rates: given x0 + x1, x1 is binomial (Przyborowski and Wilenski 1940); its
    share gets Wilson's limits at the counts divided by the dispersion.
    """
    n = np.maximum((x0 + x1) / spread, SMALL)
    share, z = x1 / np.maximum(x0 + x1, SMALL), normal_quantile(check_level(level))
    middle, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    scale = e0 / np.maximum(e1, SMALL)
    with np.errstate(divide="ignore"):
        return np.maximum(low, 0) / np.maximum(1 - low, SMALL) * scale, np.where(
            high < 1 - 1e-12, high / np.maximum(1 - high, SMALL) * scale, np.inf
        )


def _lasting(x: Floats, e: Floats, at: Whole, before: Floats, after: Floats) -> Floats:
    """The share of weeks after the step whose rate lies nearer to the later level than to the earlier one. A burst of
    a few days leaves most weeks where they were.
    """
    found = np.zeros(len(x))
    for row, place in enumerate(at):
        many = (x.shape[1] - place) // WEEK
        if many:
            end = place + many * WEEK
            weeks, there = (part[row, place:end].reshape(many, WEEK).sum(axis=1) for part in (x, e))
            found[row] = np.mean(weeks > there * (before[row] + after[row]) / 2)
    return found


@dataclass(frozen=True)
class Jumps:
    """Each day of each series against the weeks before it: the share, what was expected, and whether it stands out.

    `p` is one-sided and for one day alone; `adjusted` pays for all days of all series (Holm). Days without enough days
    before them have p = 1.
    """

    share: Floats
    expected: Floats
    low: Floats
    high: Floats
    n: Floats
    dispersion: Floats
    p: Floats
    adjusted: Floats


def jumps(counts: ArrayLike, totals: ArrayLike, *, weeks: int = 8, level: float = 0.95) -> Jumps:
    """Compare each day's share with that of the same series in the `weeks` before, day of the week by day of the week.

    counts: series in rows, days in columns; totals: what they are shares of. The share expected is the one of the weeks
    before, moved by how the day of the week usually lies (shrunk to no move where there is little to tell it by). The
    tail is that of a binomial over-dispersed like the series itself (beta-binomial; Prentice 1986); the dispersion is a
    median over the series, so that one great day does not hide itself.
    """
    x, n = np.atleast_2d(np.asarray(counts, np.float64)), np.asarray(totals, np.float64)
    n = np.broadcast_to(n, x.shape)
    window = weeks * WEEK
    expected = _expected(x, n, window)
    spread = _robust_dispersion(x, n, expected, window)
    known = (np.arange(x.shape[1])[None, :] >= window // 2) & (n > 0) & (expected > 0)
    p = np.where(known, _tail(x, n, expected, spread[:, None], window), 1.0)
    low, high = _wilson(x, n, level)
    share = np.divide(x, n, out=np.zeros_like(x), where=n > 0)
    return Jumps(share, expected, low, high, n, spread, p, holm(p))


def _expected(x: Floats, n: Floats, window: int) -> Floats:
    """The share of the window before each day, times how the day of the week lies over all the series."""
    cx, cn = _sums(x), _sums(n)
    ends = np.arange(x.shape[1])
    starts = np.maximum(ends - window, 0)
    base_x, base_n = cx[:, ends] - cx[:, starts], cn[:, ends] - cn[:, starts]
    base = (base_x + 0.5) / (base_n + 1.0)
    moved = np.ones_like(x)
    for day in range(WEEK):
        seen, fitted = x[:, day::WEEK].sum(axis=1), (base * n)[:, day::WEEK].sum(axis=1)
        moved[:, day::WEEK] = ((seen + 50.0) / (fitted + 50.0))[:, None]
    return np.clip(base * moved, SMALL, 1 - SMALL)


def _robust_dispersion(x: Floats, n: Floats, expected: Floats, window: int) -> Floats:
    """The dispersion by the median of squared residuals; 0.4549 is the median of χ²₁. At least 1."""
    z2 = (x - n * expected) ** 2 / np.maximum(n * expected * (1 - expected), SMALL)
    part = np.where((n > 0) & (np.arange(x.shape[1])[None, :] >= window // 2), z2, np.nan)
    many = np.sum(~np.isnan(part), axis=1)
    median = np.array([np.nanmedian(row) if size else 1.0 for row, size in zip(part, many, strict=True)])
    upper = np.array([np.nanquantile(row, 0.9) if size else 1.0 for row, size in zip(part, many, strict=True)])
    # The ninth tenth sees what the median of a lumpy series does not; 2.706 is that of χ²₁.
    return np.maximum(1.0, np.maximum(median / 0.4549, upper / 2.706))


def _tail(x: Floats, n: Floats, expected: Floats, spread: Floats, window: int) -> Floats:
    """P(X ≥ x) of a beta-binomial with this mean and dispersion; what is expected is itself known from a window only,
    which widens it by n / window's n.
    """
    from scipy.stats import betabinom

    around = np.maximum(np.convolve(n.mean(axis=0), np.ones(window) / window, mode="same"), 1.0)[None, :]
    wider = spread * (1.0 + n / np.maximum(around * window, 1.0))
    rho = np.clip((np.minimum(wider, np.maximum(n - 1, 1)) - 1.0) / np.maximum(n - 1.0, 1.0), 1e-7, 0.5)
    a, b = expected * (1 / rho - 1), (1 - expected) * (1 / rho - 1)
    close = x > n * expected
    found = np.ones_like(x)
    exact = betabinom.sf(np.round(x[close]) - 1, np.round(n[close]).astype(np.int64), a[close], b[close])
    found[close] = np.nan_to_num(exact, nan=1.0)
    return np.clip(found, 0.0, 1.0)


def _wilson(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    z, size = normal_quantile(check_level(level)), np.maximum(n, 1.0)
    share = np.clip(x / size, 0.0, 1.0)
    middle, half = share + z * z / (2 * size), z * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return (middle - half) / (1 + z * z / size), (middle + half) / (1 + z * z / size)


@dataclass(frozen=True)
class Rises:
    """The slow rise that fits each series best: flat to a knee, then straight on the log scale.

    `since` is the place of the knee; `ratio` the rate of the last eighth of the window against that before the knee,
    with limits; `p` counts the knees that were tried.
    """

    since: Whole
    ratio: Floats
    low: Floats
    high: Floats
    n: Floats
    dispersion: Floats
    p: Floats


def rises(counts: ArrayLike, exposure: ArrayLike, *, margin: int = 4, recent: int = 6, level: float = 0.95) -> Rises:
    """Find a slow rise in each series (rows) of weekly counts beside what is expected of each week.

    For each knee a score test of Poisson counts with rate e·exp(b·max(0, week − knee)), divided by the dispersion around
    the smoothed series (weeks, and blocks of four): a team that is merely noisy is compared with its own noise. The p
    value is one-sided by Student's t with the degrees of freedom left, times the number of knees.
    """
    from scipy.stats import t

    x, e = np.atleast_2d(np.asarray(counts, np.float64)), np.atleast_2d(np.asarray(exposure, np.float64))
    weeks = x.shape[1]
    knees = np.arange(margin, weeks - 2 * margin)
    if len(knees) < 1:
        none = np.zeros(len(x))
        return Rises(np.zeros(len(x), np.int64), none + 1, none, none + np.inf, none, none + 1, none + 1)
    ramp = np.maximum(0.0, np.arange(weeks)[None, :] - knees[:, None])
    level_e = e * (x.sum(axis=1) / np.maximum(e.sum(axis=1), SMALL))[:, None]
    centre = (level_e @ ramp.T) / np.maximum(level_e.sum(axis=1, keepdims=True), SMALL)
    score = (x - level_e) @ ramp.T
    information = level_e @ (ramp**2).T - level_e.sum(axis=1, keepdims=True) * centre**2
    z = np.where(information > SMALL, score / np.sqrt(np.maximum(information, SMALL)), 0.0)
    chosen = np.argmax(z, axis=1)
    rows = np.arange(len(x))
    # A local mean over nine weeks takes a ninth of the noise away.
    spread = np.maximum(1.0, dispersion(x, _smooth(x, level_e), blocks=(1, 4)) * SMOOTHED / (SMOOTHED - 1))
    p = t.sf(z[rows, chosen] / np.sqrt(spread), max(weeks - 3, 1)) * len(knees)
    since = knees[chosen]
    early = np.arange(weeks)[None, :] < since[:, None]
    late = np.broadcast_to(np.arange(weeks)[None, :] >= weeks - recent, x.shape)
    x0, e0, x1, e1 = (np.sum(np.where(when, part, 0.0), axis=1) for when in (early, late) for part in (x, level_e))
    low, high = _ratio_limits(x0, e0, x1, e1, spread, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(x0 > 0, (x1 / np.maximum(e1, SMALL)) / (x0 / np.maximum(e0, SMALL)), np.inf)
    return Rises(since, ratio, low, high, x1, spread, np.minimum(1.0, p))


def _smooth(x: Floats, expected: Floats, width: int = SMOOTHED) -> Floats:
    """What is expected, moved to the series' own local level over `width` weeks (its ends by fewer)."""
    kernel = np.ones(width)
    local = np.array([np.convolve(row, kernel, mode="same") for row in x])
    there = np.array([np.convolve(row, kernel, mode="same") for row in expected])
    return expected * np.where(there > SMALL, local / np.maximum(there, SMALL), 1.0)


def stands_out(adjusted: Floats, level: float = 0.05) -> Flags:
    """Which adjusted p values lie below the level."""
    return np.asarray(adjusted < level)
