"""Distribution functions of scipy, under names that say what they are.

Loaded when first asked for: a share or an NPS with its limits needs none of them, and loading costs more than the figure.
"""

from typing import Any

from numpy.typing import ArrayLike


def normal_below(x: ArrayLike) -> Any:
    """P(Z <= x), standard normal."""
    from scipy.special import ndtr

    return ndtr(x)


def student_below(df: ArrayLike, t: ArrayLike) -> Any:
    """P(T <= t), Student's t."""
    from scipy.special import stdtr

    return stdtr(df, t)


def student_quantile(df: ArrayLike, p: ArrayLike) -> Any:
    from scipy.special import stdtrit

    return stdtrit(df, p)


def gamma_quantile(shape: ArrayLike, p: ArrayLike) -> Any:
    """Of the gamma distribution with scale 1."""
    from scipy.special import gammaincinv

    return gammaincinv(shape, p)


def beta_quantile(a: ArrayLike, b: ArrayLike, p: ArrayLike) -> Any:
    from scipy.special import betaincinv

    return betaincinv(a, b, p)


def binomial_quantile(p: float, n: Any, q: float) -> Any:
    """The least k with P(Binomial(n, q) <= k) >= p."""
    import numpy as np
    from scipy.special import bdtr, bdtrik

    k = np.ceil(bdtrik(p, n, q))
    before = np.maximum(k - 1.0, 0.0)
    return np.where(bdtr(before, n, q) >= p, before, k)
