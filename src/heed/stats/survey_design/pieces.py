"""Ratios of groups over several samples that were drawn and weighted each for itself, such as the waves of a survey.

Each sample keeps its own design and what calibration leaves of a contribution; their variances add up, as those of strata do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats, check_level, divide
from heed.stats.distributions import student_quantile
from heed.stats.intervals.proportion import proportion
from heed.stats.survey_design.estimates import ROUNDING, Sample
from heed.stats.survey_design.variance import covariance

AT_ONCE = 50  # groups whose contributions are held together


@dataclass(frozen=True)
class Piece:
    """One sample of n rows, and what each brings above and below the line of each group, shape (n, groups)."""

    sample: Sample
    above: Floats
    below: Floats


@dataclass(frozen=True)
class Ratios:
    """Σ w x / Σ w y by group (NaN where nothing lies below the line), its linearised standard error (Woodruff 1971; NaN where
    the design knows none), degrees of freedom, rows with anything below, the design effect beside a simple random sample
    of so many, and Kish's n Σw² / (Σw)² (1965).
    """

    value: Floats
    se: Floats
    df: NDArray[np.int64]
    n: NDArray[np.int64]
    design_effect: Floats
    kish: Floats

    @property
    def effective_n(self) -> Floats:
        """What the rows are worth: n over the design effect, Kish's where the design's is not known; at most n."""
        effect = np.where(np.isfinite(self.design_effect) & (self.design_effect > 0), self.design_effect, self.kish)
        return np.minimum(self.n, divide(self.n.astype(np.float64), effect))


def ratios(pieces: Sequence[Piece], groups: int) -> Ratios:
    """The ratio of each group over all pieces."""
    above, below, squares, whole, n = (np.zeros(groups) for _ in range(5))
    df = np.zeros(groups, dtype=np.int64)
    for piece in pieces:
        w, inside = piece.sample.weights[:, None], piece.below > 0
        above += (w * piece.above).sum(axis=0)
        below += (w * piece.below).sum(axis=0)
        squares += (w**2 * inside).sum(axis=0)
        whole += (w * inside).sum(axis=0)
        n += inside.sum(axis=0)
        df += _freedom(piece, inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(below > 0, above / below, np.nan)
        kish = np.where(whole > 0, n * squares / whole**2, 1.0)
    variance, spread = np.zeros(groups), np.zeros(groups)
    for piece in pieces:
        variance += _variance(piece, value, below)
        rest = np.nan_to_num(piece.above - value * piece.below)
        spread += (piece.sample.weights[:, None] * rest**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # As of rows drawn by lot: the weighted variance of what a row brings, over n.
        simple = spread * whole / below**2 * n / np.where(n > 1, n - 1, np.nan) / n
        effect = np.where(simple > 0, variance / simple, np.nan)
    return Ratios(value, np.sqrt(variance), df, n.astype(np.int64), effect, kish)


def _freedom(piece: Piece, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    found = [piece.sample.design.degrees_of_freedom_in(column) if column.any() else 0 for column in inside.T]
    return np.asarray(found, dtype=np.int64)


def _variance(piece: Piece, value: Floats, below: Floats) -> Floats:
    """What one piece adds to the variance of each group's ratio; NaN where its design knows none."""
    found = np.zeros(value.size)
    held = np.flatnonzero((piece.below > 0).any(axis=0) & (below > 0))
    for start in range(0, held.size, AT_ONCE):
        some = held[start : start + AT_ONCE]
        z = piece.sample.weights[:, None] * (piece.above[:, some] - value[some] * piece.below[:, some]) / below[some]
        left = z if piece.sample.residuals is None else piece.sample.residuals(z)
        told = covariance(piece.sample.design, left)
        if told is None:
            found[some] = np.nan
            continue
        small = (ROUNDING**2) * (z**2).sum(axis=0)  # what calibration fixes does not vary
        one = np.diag(told)
        found[some] = np.where(one <= small, 0.0, one)
    return found


def limits(found: Ratios, *, share: bool, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of each ratio: t by the design's degrees of freedom; of a share of its log odds, and where it is 0 or 1, so that
    the design knows no spread, Wilson's at Kish's effective n. NaN where there are none.
    """
    check_level(level)
    value, se = found.value, found.se
    known = np.isfinite(value) & np.isfinite(se) & (found.df >= 1) & (se > 0)
    t = np.array([float(student_quantile(df, 0.5 + level / 2.0)) if df >= 1 else np.nan for df in found.df])
    with np.errstate(divide="ignore", invalid="ignore"):
        if not share:
            return np.where(known, value - t * se, np.nan), np.where(known, value + t * se, np.nan)
        odds, spread = np.log(value / (1.0 - value)), se / (value * (1.0 - value))
        ends = [np.where(known, 1.0 / (1.0 + np.exp(-(odds + side * t * spread))), np.nan) for side in (-1.0, 1.0)]
    flat = np.isfinite(value) & (found.n > 0) & ((value <= 0.0) | (value >= 1.0))
    if flat.any():
        worth = np.where(flat, divide(found.n.astype(np.float64), found.kish), 0.0)
        wide = proportion(np.where(flat, np.clip(value, 0.0, 1.0), 0.0) * worth, worth, level=level)
        ends = [np.where(flat, one.filled(np.nan), end) for one, end in zip((wide.low, wide.high), ends, strict=True)]
    return ends[0], ends[1]
