"""p values of many tests, adjusted so that what is found among them can be trusted."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import Floats, floats, require


def adjust(p: ArrayLike, method: str) -> Floats:
    """Adjusted p values in the order given, at most 1, shape (m,).

    The chance of any false finding: bonferroni, sidak (1967), holm (1979), holm_sidak, hochberg (1988), hommel (1988).
    The expected share of false findings: bh (Benjamini and Hochberg 1995), by (Benjamini and Yekutieli 2001, under any
    dependence). Raises Invalid.
    """
    (values,) = floats("p values", p)
    require((values >= 0) & (values <= 1), "p values", "a p value lies between 0 and 1")
    if method not in METHODS:
        raise Invalid(
            phrase("There is no adjustment {name}.", name=method), code="unknown_method", hint=nearest(method, METHODS)
        )
    if not values.size:
        return values.copy()
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(values.size)
    adjusted[order] = np.minimum(METHODS[method](values[order]), 1.0)
    return adjusted


def _left(m: int) -> Floats:
    """How many hypotheses are left at each step: m, m - 1, …, 1."""
    return np.arange(m, 0, -1, dtype=np.float64)


def _sidak(p: Floats, m: Floats | int) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(m * np.log1p(-p)))


def _upwards(values: Floats) -> Floats:
    return np.minimum.accumulate(values[::-1])[::-1]


def _bh(p: Floats) -> Floats:
    return _upwards(p * p.size / np.arange(1, p.size + 1))


def _hommel(p: Floats) -> Floats:
    """By the closed test of Simes' inequality, over the size of the hypotheses' sets."""
    m = p.size
    place = np.arange(1, m + 1)
    adjusted = np.full(m, float((m * p / place).min()))
    for size in range(m - 1, 1, -1):
        largest = p[m - size + 1 :]
        least = float((size * largest / np.arange(2, size + 1)).min())
        bound = np.minimum(size * p, least)
        bound[m - size + 1 :] = bound[m - size]
        adjusted = np.maximum(adjusted, bound)
    return np.maximum(adjusted, p)


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "bonferroni": lambda p: p * p.size,
    "sidak": lambda p: _sidak(p, p.size),
    "holm": lambda p: np.maximum.accumulate(p * _left(p.size)),
    "holm_sidak": lambda p: np.maximum.accumulate(_sidak(p, _left(p.size))),
    "hochberg": lambda p: _upwards(p * _left(p.size)),
    "hommel": _hommel,
    "bh": _bh,
    "by": lambda p: _bh(p) * float((1.0 / np.arange(1, p.size + 1)).sum()),
}
