"""Ordinary and weighted least squares, with the standard errors that heteroscedastic and correlated errors ask for."""

from dataclasses import dataclass

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats, require


@dataclass(frozen=True)
class Fit:
    """coefficients b, residuals e = y - Xb, `bread` (X'X)^-1, degrees of freedom n - k. Shapes (k,), (n,), (k, k)."""

    x: Floats
    coefficients: Floats
    residuals: Floats
    bread: Floats

    @property
    def n(self) -> int:
        return int(self.x.shape[0])

    @property
    def df(self) -> int:
        return int(self.x.shape[0] - self.x.shape[1])

    @property
    def rss(self) -> float:
        return float(self.residuals @ self.residuals)

    @property
    def leverage(self) -> Floats:
        return np.einsum("ij,jk,ik->i", self.x, self.bread, self.x)

    def covariance(self) -> Floats:
        """Classical: s² (X'X)^-1."""
        return np.asarray(self.bread * self.rss / self.df)


def fit(y: Floats, x: Floats, weights: Floats | None = None) -> Fit:
    """Least squares by QR. weights (n,) minimise Σ w e². Raises Refused when columns depend on each other (code
    collinear), Invalid when there are no more rows than columns.
    """
    require(x.shape[0] > x.shape[1], "regression", "there must be more rows than terms")
    root = np.ones(y.size) if weights is None else np.sqrt(weights)
    q, r = np.linalg.qr(x * root[:, None])
    diagonal = np.abs(np.diag(r))
    if diagonal.size and diagonal.min() <= 1e-11 * diagonal.max():
        raise Refused("Some columns are sums of others.", code="collinear", hint="Leave one of them out.")
    inverse = np.linalg.inv(r)
    coefficients = inverse @ (q.T @ (y * root))
    return Fit(x, coefficients, y - x @ coefficients, inverse @ inverse.T)


def rss(y: Floats, x: Floats) -> float:
    """Residual sum of squares; columns that depend on each other are no obstacle."""
    coefficients, *_ = np.linalg.lstsq(x, y, rcond=None)
    rest = y - x @ coefficients
    return float(rest @ rest)


def heteroscedastic(found: Fit, kind: int) -> Floats:
    """HC0 to HC3 covariance (White 1980; MacKinnon and White 1985)."""
    shrink = 1.0 - found.leverage
    known: dict[int, Floats] = {2: 1.0 / shrink, 3: 1.0 / shrink**2}
    scale = known.get(kind, np.full(found.n, found.n / found.df if kind == 1 else 1.0))
    scores = found.x * (found.residuals * np.sqrt(scale))[:, None]
    return np.asarray(found.bread @ (scores.T @ scores) @ found.bread)


def newey_west(found: Fit, lag: int, *, small_sample: bool = False) -> Floats:
    """HAC covariance with Bartlett weights 1 - j/(lag + 1) (Newey and West 1987), rows in order of time; small_sample
    multiplies by n/(n - k).
    """
    require(0 <= lag < found.n, "newey west", "the lag must be less than the number of rows")
    scores = found.x * found.residuals[:, None]
    meat = scores.T @ scores
    for step in range(1, lag + 1):
        crossed = scores[step:].T @ scores[:-step]
        meat = meat + (1.0 - step / (lag + 1.0)) * (crossed + crossed.T)
    covariance = found.bread @ meat @ found.bread
    return np.asarray(covariance * (found.n / found.df if small_sample else 1.0))


def standard_errors(covariance: Floats) -> Floats:
    return np.sqrt(np.maximum(np.diag(covariance), 0.0))
