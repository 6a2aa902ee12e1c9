"""Signs of answers given without care, one figure a person (Meade and Craig 2012; Curran 2016).

answers: shape (people, items), complete. No sign alone says that an answer was careless.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Flags, Floats, Masked, floats, masked, require

FEWEST_PAIRS = 3  # two always correlate perfectly


def _answers(answers: ArrayLike) -> Floats:
    (x,) = floats("careless", answers)
    require(x.ndim == 2 and x.shape[1] > 0, "careless", "answers must be a table, people by items")
    return x


@dataclass(frozen=True)
class Strings:
    """Runs of equal answers: the longest, the mean length, and whether all answers are one run."""

    longest: Floats
    mean: Floats
    straight: Flags


def strings(answers: ArrayLike) -> Strings:
    """Johnson 2005."""
    x = _answers(answers)
    people, items = x.shape
    changes = x[:, 1:] != x[:, :-1]
    length = np.ones((people, items))
    for item in range(1, items):
        length[:, item] = np.where(changes[:, item - 1], 1.0, length[:, item - 1] + 1.0)
    longest = length.max(axis=1)
    return Strings(longest, items / (1.0 + changes.sum(axis=1)), longest == items)


def response_variability(answers: ArrayLike) -> Masked:
    """The standard deviation of a person's own answers (Dunn et al. 2018); masked for a single item."""
    x = _answers(answers)
    spread = x.std(axis=1, ddof=1) if x.shape[1] > 1 else np.zeros(x.shape[0])
    return masked(spread, x.shape[1] < 2)


@dataclass(frozen=True)
class Distances:
    """Squared Mahalanobis distances; `far` beyond the chi-square `cut`. Masked, with a reason, where the items' covariance
    cannot be inverted.
    """

    squared: Masked
    far: Flags
    cut: float
    reason: str = ""


def distances(answers: ArrayLike, *, confidence: float = 0.99) -> Distances:
    """Mahalanobis 1936, beside chi-squared with as many degrees of freedom as items."""
    from scipy.special import chdtri

    x = _answers(answers)
    people, items = x.shape
    require(0.0 < confidence < 1.0, "careless", "the confidence must lie between 0 and 1")
    cut = float(chdtri(items, 1.0 - confidence))
    rest = x - x.mean(axis=0) if people else x
    covariance = np.atleast_2d(np.cov(x, rowvar=False)) if people > 1 else np.zeros((items, items))
    if people <= items or np.linalg.matrix_rank(covariance) < items:
        reason = TOO_FEW if people <= items else NO_VARIATION
        return Distances(masked(np.zeros(people), True), np.zeros(people, dtype=bool), cut, reason)
    squared = np.einsum("ij,ij->i", rest @ np.linalg.inv(covariance), rest)
    return Distances(masked(squared, False), squared > cut, cut)


@dataclass(frozen=True)
class Synonyms:
    """A person's correlation over pairs of items that go together; masked under three pairs, or without variation."""

    correlation: Masked
    pairs: int


def synonyms(answers: ArrayLike, *, critical: float = 0.6) -> Synonyms:
    """Psychometric synonyms (Meade and Craig 2012): pairs whose items correlate above `critical` over all people."""
    x = _answers(answers)
    people, items = x.shape
    if people < 2 or items < 2:
        return Synonyms(masked(np.zeros(people), True), 0)
    rest = x - x.mean(axis=0)
    norms = np.sqrt((rest**2).sum(axis=0))
    usable = np.outer(norms, norms) > 0
    correlation = np.divide(rest.T @ rest, np.outer(norms, norms), out=np.zeros((items, items)), where=usable)
    one, other = np.nonzero(np.tril(correlation, -1) > critical)
    if len(one) < FEWEST_PAIRS:
        return Synonyms(masked(np.zeros(people), True), len(one))
    return Synonyms(_within(x[:, one], x[:, other]), len(one))


def even_odd(answers: ArrayLike, factors: Sequence[int], *, first_items_only: bool = False) -> Masked:
    """Inconsistency of a person's even and odd items: the correlation of their means over the scales, stepped up by
    Spearman and Brown, at least -1, with its sign turned, so that 1 is least consistent (Curran 2016; Yentes and
    Wilhelm 2021). factors: the number of items of each scale, in order. Masked where there is no variation. Raises
    Invalid when the scales do not make up the items. `first_items_only` looks at the first two items of each scale alone,
    as careless 1.2.2 does with a matrix: for comparison only.
    """
    x = _answers(answers)
    require(sum(factors) == x.shape[1], "careless", "the scales must make up the items")
    odd, even, start = [], [], 0
    for size in factors:
        scale = x[:, start : start + size]
        start += size
        if size > 1:
            scale = scale[:, :2] if first_items_only else scale
            odd.append(scale[:, 0::2].mean(axis=1))
            even.append(scale[:, 1::2].mean(axis=1))
    if len(odd) < 2:
        return masked(np.zeros(x.shape[0]), True)
    r = _within(np.column_stack(odd), np.column_stack(even))
    plain = np.clip(r.filled(0.0), -1.0, 1.0)
    stepped = np.divide(2.0 * plain, 1.0 + plain, out=np.full(plain.shape, -1.0), where=plain > -1.0 + 1e-12)
    return masked(-np.maximum(stepped, -1.0), np.ma.getmaskarray(r))


def _within(one: Floats, other: Floats) -> Masked:
    """Correlation of two tables row by row; masked where either row does not vary."""
    if one.shape[1] < 2:
        return masked(np.zeros(one.shape[0]), True)
    a, b = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    flat = (np.ptp(one, axis=1) == 0) | (np.ptp(other, axis=1) == 0)
    return masked(np.divide((a * b).sum(axis=1), size, out=np.zeros(size.shape), where=size > 0), flat)
