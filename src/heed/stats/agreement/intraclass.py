"""Intraclass correlations: how much of the spread of ratings lies between the units rated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import NO_VARIATION, TOO_FEW, Floats, check_level, floats, require


@dataclass(frozen=True)
class Intraclass:
    """One coefficient of Shrout and Fleiss 1979 with its F test and limits. `k` raters behind it: 1, or the mean of all."""

    name: str
    value: float | None
    f: float | None
    df1: float
    df2: float
    p: float | None
    low: float | None
    high: float | None
    level: float
    reason: str = ""


def intraclass(ratings: ArrayLike, *, level: float = 0.95) -> list[Intraclass]:
    """ICC1, ICC2, ICC3 and ICC1k, ICC2k, ICC3k (Shrout and Fleiss 1979; limits by McGraw and Wong 1996).

    ratings: shape (units, raters), complete. Fewer than two of either give `too_few`. Raises Invalid.
    """
    (x,) = floats("intraclass correlation", ratings)
    check_level(level)
    require(x.ndim == 2, "intraclass correlation", "ratings must be a table, units by raters")
    n, k = x.shape
    reason = TOO_FEW if n < 2 or k < 2 else NO_VARIATION if np.ptp(x) == 0 else ""
    if reason:
        names = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
        return [Intraclass(name, None, None, n - 1, n * (k - 1), None, None, None, level, reason) for name in names]
    squares = _Squares.of(x)
    return [*_single(squares, level), *_average(squares, level)]


@dataclass(frozen=True)
class _Squares:
    """Mean squares: between units, between raters, what is left, and within units."""

    n: int
    k: int
    between: float
    raters: float
    rest: float
    within: float

    @classmethod
    def of(cls, x: Floats) -> "_Squares":
        n, k = x.shape
        middle = x.mean()
        units = k * float(((x.mean(axis=1) - middle) ** 2).sum())
        raters = n * float(((x.mean(axis=0) - middle) ** 2).sum())
        total = float(((x - middle) ** 2).sum())
        rest = max(total - units - raters, 0.0)
        return cls(n, k, units / (n - 1), raters / (k - 1), rest / ((n - 1) * (k - 1)), (total - units) / (n * (k - 1)))


def _f_test(squares: _Squares, below: float, df2: float) -> tuple[float | None, float | None]:
    from scipy.special import fdtrc

    if below <= 0:
        return None, None
    f = squares.between / below
    return f, float(fdtrc(squares.n - 1, df2, f))


def _f_quantile(df1: float, df2: float, level: float) -> float:
    from scipy.special import fdtri

    return float(fdtri(df1, df2, 1.0 - (1.0 - level) / 2.0))


def _single(s: _Squares, level: float) -> list[Intraclass]:
    n, k = s.n, s.k
    df1, within, rest = n - 1, n * (k - 1), (n - 1) * (k - 1)
    one = (s.between - s.within) / (s.between + (k - 1) * s.within)
    below = s.between + (k - 1) * s.rest + k * (s.raters - s.rest) / n
    two = (s.between - s.rest) / below
    three = (s.between - s.rest) / (s.between + (k - 1) * s.rest)
    found = []
    for name, value, df2, noise, limits in (
        ("ICC1", one, within, s.within, _limits_single(s, s.within, within, level)),
        ("ICC2", two, rest, s.rest, _limits_two(s, two, level)),
        ("ICC3", three, rest, s.rest, _limits_single(s, s.rest, rest, level)),
    ):
        f, p = _f_test(s, noise, df2)
        found.append(Intraclass(name, value, f, df1, df2, p, *limits, level))
    return found


def _ratios(s: _Squares, noise: float, df2: float, level: float) -> tuple[float, float] | None:
    if noise <= 0:
        return None
    f = s.between / noise
    return f / _f_quantile(s.n - 1, df2, level), f * _f_quantile(df2, s.n - 1, level)


Limits = tuple[float | None, float | None]


def _limits_single(s: _Squares, noise: float, df2: float, level: float) -> Limits:
    found = _ratios(s, noise, df2, level)
    return (None, None) if found is None else tuple((f - 1) / (f + s.k - 1) for f in found)  # type: ignore[return-value]


def _limits_two(s: _Squares, value: float, level: float) -> Limits:
    """McGraw and Wong 1996, table 7, with Satterthwaite's degrees of freedom for the raters' part."""
    if s.rest <= 0:
        return None, None
    n, k = s.n, s.k
    fj = s.raters / s.rest
    a, b = k * value, n * (1 + (k - 1) * value) - k * value
    df = (n - 1) * (k - 1)
    v = (df * (a * fj + b) ** 2) / ((n - 1) * a**2 * fj**2 + b**2)
    up, down = _f_quantile(n - 1, v, level), _f_quantile(v, n - 1, level)
    noise = k * s.raters + (k * n - k - n) * s.rest
    return (
        n * (s.between - up * s.rest) / (up * noise + n * s.between),
        n * (down * s.between - s.rest) / (noise + n * down * s.between),
    )


def _average(s: _Squares, level: float) -> list[Intraclass]:
    n, k = s.n, s.k
    df1, within, rest = n - 1, n * (k - 1), (n - 1) * (k - 1)
    pairs = _limits_two(s, (s.between - s.rest) / (s.between + (k - 1) * s.rest + k * (s.raters - s.rest) / n), level)
    stepped: Limits = tuple(None if low is None else k * low / (1 + (k - 1) * low) for low in pairs)  # type: ignore[assignment]
    found = []
    for name, value, df2, noise, limits in (
        ("ICC1k", (s.between - s.within) / s.between if s.between else None, within, s.within, None),
        ("ICC2k", (s.between - s.rest) / (s.between + (s.raters - s.rest) / n), rest, s.rest, stepped),
        ("ICC3k", (s.between - s.rest) / s.between if s.between else None, rest, s.rest, None),
    ):
        f, p = _f_test(s, noise, df2)
        if limits is None:
            ratios = _ratios(s, noise, df2, level)
            limits = (None, None) if ratios is None else (1 - 1 / ratios[0], 1 - 1 / ratios[1])
        found.append(Intraclass(name, value, f, df1, df2, p, *limits, level))
    return found
