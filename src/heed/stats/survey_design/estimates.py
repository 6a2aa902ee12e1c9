"""Means, totals, ratios and their differences from a sample by design; a subpopulation keeps the whole design."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.stats.arrays import NO_DENOMINATOR, NO_ROWS, NO_VARIATION, TOO_FEW, Floats, check_level, divide, floats
from heed.stats.distributions import student_below, student_quantile
from heed.stats.survey_design.design import Design
from heed.stats.survey_design.variance import covariance

LONELY = "single_cluster"  # a stratum of which one cluster alone was drawn
ROUNDING = 1e-12  # a standard error this small beside what it is summed from is that of rounding
Residuals = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A figure with its standard error and t limits by the design's degrees of freedom. None, with a reason, where there
    is no figure or no error.
    """

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    df: int
    n: int
    level: float
    method: str = "linearised_t"
    reason: str = ""


@dataclass(frozen=True)
class Sample:
    """A design with the weights to be used, and what calibration leaves of a contribution (nothing changed without)."""

    design: Design
    weights: Floats
    residuals: Residuals | None = None

    @classmethod
    def of(cls, design: Design) -> "Sample":
        return cls(design, design.weights)

    def covariance(self, contributions: Floats) -> Floats | None:
        left = contributions if self.residuals is None else self.residuals(contributions)
        return covariance(self.design, left)


def _estimate(
    sample: Sample, value: float, contributions: Floats, inside: NDArray[np.bool_] | None, level: float
) -> Estimate:
    design = sample.design
    df = design.degrees_of_freedom if inside is None else design.degrees_of_freedom_in(inside)
    n = design.n if inside is None else int(inside.sum())
    found = sample.covariance(contributions)
    if found is None:
        return Estimate(value, None, None, None, df, n, level, reason=LONELY)
    se = float(np.sqrt(max(found[0, 0], 0.0)))
    if se <= ROUNDING * float(np.sqrt((contributions**2).sum())):  # what strata fix does not vary
        se = 0.0
    if df < 1:
        return Estimate(value, se, None, None, df, n, level, reason=TOO_FEW)
    if se == 0.0 and not design.taken_whole:
        return Estimate(value, se, None, None, df, n, level, reason=NO_VARIATION)
    half = float(student_quantile(df, 1.0 - (1.0 - level) / 2.0)) * se
    return Estimate(value, se, value - half, value + half, df, n, level)


def _weights(sample: Sample, inside: ArrayLike | None) -> tuple[Floats, NDArray[np.bool_] | None]:
    if inside is None:
        return sample.weights, None
    chosen = np.asarray(inside, dtype=bool)
    return sample.weights * chosen, chosen


def total(sample: Sample, values: ArrayLike, *, inside: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Σ w y over the sample, or over a subpopulation; values (n,)."""
    (y,) = floats("total", values)
    weights, chosen = _weights(sample, inside)
    contributions = weights * y
    return _estimate(sample, float(contributions.sum()), contributions, chosen, check_level(level))


def ratio(
    sample: Sample, above: ArrayLike, below: ArrayLike, *, inside: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Σ w x / Σ w y (Woodruff 1971); x, y of shape (n,)."""
    x, y = floats("ratio", above, below)
    weights, chosen = _weights(sample, inside)
    under = float((weights * y).sum())
    if under == 0:
        reason = NO_ROWS if not np.any(weights > 0) else NO_DENOMINATOR
        return Estimate(None, None, None, None, 0, 0, check_level(level), reason=reason)
    value = float((weights * x).sum()) / under
    return _estimate(sample, value, weights * (x - value * y) / under, chosen, check_level(level))


def mean(sample: Sample, values: ArrayLike, *, inside: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Σ w y / Σ w; values (n,)."""
    (y,) = floats("mean", values)
    return ratio(sample, y, np.ones(y.shape), inside=inside, level=level)


def mean_by(
    sample: Sample, values: ArrayLike, labels: Sequence[Any] | NDArray, *, level: float = 0.95
) -> dict[str, Estimate]:
    """The mean of each subpopulation, labels (n,) in order of their text."""
    texts = np.asarray([str(label) for label in labels])
    return {str(name): mean(sample, values, inside=texts == name, level=level) for name in np.unique(texts)}


@dataclass(frozen=True)
class Comparison:
    """The mean of the second group less that of the first, with t and its degrees of freedom."""

    difference: float | None
    se: float | None
    t: float | None
    df: int
    p: float | None
    low: float | None
    high: float | None
    level: float
    reason: str = ""


def difference(
    sample: Sample, values: ArrayLike, second: ArrayLike, *, inside: ArrayLike | None = None, level: float = 0.95
) -> Comparison:
    """Of two groups drawn together, their covariance kept: the slope of a regression by design on who is in the second
    group (n,); one degree of freedom less than the design's, or than those of the subpopulation.
    """
    (y,) = floats("difference", values)
    check_level(level)
    chosen = np.asarray(second, dtype=bool)
    w, used = _weights(sample, inside)
    sizes = [float((w * side).sum()) for side in (~chosen, chosen)]
    design = sample.design
    df = (design.degrees_of_freedom if used is None else design.degrees_of_freedom_in(used)) - 1
    if min(sizes) == 0:
        return Comparison(None, None, None, df, None, None, None, level, NO_ROWS)
    means = [float((w * side * y).sum()) / size for side, size in zip((~chosen, chosen), sizes, strict=True)]
    contributions = w * np.where(chosen, (y - means[1]) / sizes[1], -(y - means[0]) / sizes[0])
    found, apart = sample.covariance(contributions), means[1] - means[0]
    if found is None or found[0, 0] <= 0 or df < 1:
        reason = LONELY if found is None else TOO_FEW if df < 1 else NO_VARIATION
        return Comparison(apart, None, None, df, None, None, None, level, reason)
    se = float(np.sqrt(found[0, 0]))
    half = float(student_quantile(df, 1.0 - (1.0 - level) / 2.0)) * se
    t = apart / se
    return Comparison(apart, se, t, df, float(2.0 * student_below(df, -abs(t))), apart - half, apart + half, level)


@dataclass(frozen=True)
class DesignEffect:
    """The variance over that of a simple random sample of the same size: `without` replacement, and `replaced` with it.
    None where that is zero. `kish` knows only the weights (1965).
    """

    without: float | None
    replaced: float | None
    effective_n: float | None
    kish: float
    kish_effective_n: float


def design_effect(
    sample: Sample, values: ArrayLike, variance: float | None, *, inside: ArrayLike | None = None
) -> DesignEffect:
    """Of a mean with this variance by design; values (n,)."""
    (y,) = floats("design effect", values)
    w, _ = _weights(sample, inside)
    n, population = float(np.sum(w > 0)), float(w.sum())
    kish = float(divide(n * (w**2).sum(), population**2)) if population else 1.0
    middle = float((w * y).sum()) / population if population else 0.0
    spread = float((w * (y - middle) ** 2).sum()) / population * n / (n - 1.0) if n > 1 and population else 0.0
    simple = spread / n if n else 0.0
    left = (population - n) / population if population else 0.0
    known = variance is not None and simple > 0
    without = variance / (simple * left) if known and variance is not None and left > 0 else None
    replaced = variance / simple if known and variance is not None else None
    return DesignEffect(without, replaced, n / without if without else None, kish, n / kish if kish else 0.0)
