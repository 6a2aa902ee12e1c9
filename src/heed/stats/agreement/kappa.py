"""Agreement of raters on categories beyond chance: Cohen's kappa, plain and weighted, Fleiss' and Conger's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_ROWS, NO_VARIATION, Floats, check_level, floats, normal_quantile, require
from heed.stats.distributions import normal_below


def in_order(labels: Sequence[Any]) -> list[Any]:
    """The different labels: by size where all are numbers, else by their text."""
    found = set(labels)
    try:
        return sorted(found, key=float)
    except (TypeError, ValueError):
        return sorted(found, key=str)


@dataclass(frozen=True)
class Kappa:
    """`kappa` with its large-sample standard error and limits (within -1..1), and the test that it is zero. None, with a reason, where
    chance alone would agree fully.
    """

    n: int
    agreement: float | None
    kappa: float | None
    se: float | None
    low: float | None
    high: float | None
    z: float | None
    p: float | None
    level: float
    reason: str = ""


def cross_table(first: Sequence[Any], second: Sequence[Any]) -> Floats:
    """Counts of pairs of labels, categories in order. Raises Invalid when the raters rated different numbers."""
    require(len(first) == len(second), "kappa", "both raters must rate each unit")
    place = {label: at for at, label in enumerate(in_order([*first, *second]))}
    table = np.zeros((len(place), len(place)))
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1
    return table


def weights_of(categories: int, power: int) -> Floats:
    """Agreement weights 1 - (|i - j| / (k - 1))^power: 1 linear, 2 quadratic; 0 gives the plain ones."""
    if power == 0 or categories < 2:
        return np.eye(categories)
    at = np.arange(categories)
    return 1.0 - (np.abs(at[:, None] - at[None, :]) / (categories - 1)) ** power


def cohen_kappa(table: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Kappa:
    """Kappa of two raters (Cohen 1960, 1968), table of counts of shape (k, k), weights of agreement likewise (plain by
    default); standard errors by Fleiss, Cohen and Everitt 1969. Raises Invalid.
    """
    (counts,) = floats("kappa", table)
    check_level(level)
    require(counts.ndim == 2 and counts.shape[0] == counts.shape[1], "kappa", "the table must be square")
    w = np.eye(counts.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
    n = float(counts.sum())
    if n == 0:
        return Kappa(0, None, None, None, None, None, None, None, level, NO_ROWS)
    share = counts / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreed, chance = float((w * share).sum()), float(rows @ w @ columns)
    plain = float(np.trace(share))
    if 1.0 - chance < 1e-14:
        return Kappa(int(n), plain, None, None, None, None, None, None, level, NO_VARIATION)
    kappa = (agreed - chance) / (1.0 - chance)
    margins = (w @ columns)[:, None] + (w.T @ rows)[None, :]
    spread = float((share * (w - margins * (1.0 - kappa)) ** 2).sum()) - (kappa - chance * (1.0 - kappa)) ** 2
    at_zero = float((np.outer(rows, columns) * (w - margins) ** 2).sum()) - chance**2
    se = float(np.sqrt(max(spread, 0.0) / n)) / (1.0 - chance)
    null = float(np.sqrt(max(at_zero, 0.0) / n)) / (1.0 - chance)
    z = kappa / null if null else None
    half = normal_quantile(level) * se
    p = None if z is None else float(2.0 * normal_below(-abs(z)))
    if se == 0.0:  # all alike: a width of zero would pass for certainty
        return Kappa(int(n), plain, kappa, se, None, None, z, p, level, NO_VARIATION)
    return Kappa(int(n), plain, kappa, se, max(kappa - half, -1.0), min(kappa + half, 1.0), z, p, level)


@dataclass(frozen=True)
class FleissKappa:
    """Agreement of several raters. `conger` takes each rater's own habits as chance; `by_category` in their order."""

    subjects: int
    raters: int
    kappa: float | None
    z: float | None
    p: float | None
    conger: float | None
    categories: tuple[Any, ...]
    by_category: tuple[float | None, ...]
    reason: str = ""


def fleiss_kappa(ratings: Sequence[Sequence[Any]]) -> FleissKappa:
    """Fleiss 1971 with the variance of Fleiss, Nee and Landis 1979, and Conger's (1980) exact kappa. ratings: one
    sequence a rater, all of one length, nothing missing. Raises Invalid.
    """
    require(len(ratings) >= 2 and len({len(each) for each in ratings}) == 1, "kappa", "two raters must rate each unit")
    categories = in_order([label for each in ratings for label in each])
    place = {label: at for at, label in enumerate(categories)}
    raters, subjects = len(ratings), len(ratings[0])
    chosen = np.zeros((raters, subjects, len(categories)))
    for rater, each in enumerate(ratings):
        for subject, label in enumerate(each):
            chosen[rater, subject, place[label]] = 1.0
    counts = chosen.sum(axis=0)
    p = counts.sum(axis=0) / max(raters * subjects, 1)
    q = 1.0 - p
    spread = float((p * q).sum())
    if subjects == 0 or spread < 1e-14:
        none = tuple(None for _ in categories)
        return FleissKappa(
            subjects, raters, None, None, None, None, tuple(categories), none, NO_ROWS if not subjects else NO_VARIATION
        )
    pairs = raters * (raters - 1)
    agreed = float(((counts**2).sum(axis=1) - raters).sum()) / (subjects * pairs)
    chance = float((p**2).sum())
    kappa = (agreed - chance) / (1.0 - chance)
    variance = 2.0 / (subjects * pairs * spread**2) * (spread**2 - float((p * q * (q - p)).sum()))
    z = kappa / float(np.sqrt(variance)) if variance > 0 else None
    each = 1.0 - (counts * (raters - counts)).sum(axis=0) / (subjects * pairs * np.where(p * q > 0, p * q, 1.0))
    habits = chosen.mean(axis=1)
    own = chance - float((habits.var(axis=0, ddof=1) / raters).sum())
    return FleissKappa(
        subjects,
        raters,
        kappa,
        z,
        None if z is None else float(2.0 * normal_below(-abs(z))),
        (agreed - own) / (1.0 - own),
        tuple(categories),
        tuple(float(value) for value in each),
    )
