"""Standard errors when rows come in clusters: CR0, CR1, and CR2 with Satterthwaite's degrees of freedom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats, require
from heed.stats.regression.least_squares import Fit

SMALLEST_EIGENVALUE = 1e-10


def _groups(cluster: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    order = np.argsort(cluster, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1)


def cluster_index(labels: NDArray) -> NDArray[np.intp]:
    """Any labels as 0 .. clusters - 1."""
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def cr0(found: Fit, cluster: NDArray[np.intp]) -> Floats:
    """The plain sandwich of cluster sums (Liang and Zeger 1986); cluster: 0 .. G - 1, shape (n,)."""
    sums = np.zeros((int(cluster.max()) + 1, found.x.shape[1]))
    np.add.at(sums, cluster, found.x * found.residuals[:, None])
    return np.asarray(found.bread @ (sums.T @ sums) @ found.bread)


def cr1(found: Fit, cluster: NDArray[np.intp]) -> Floats:
    """CR0 times G/(G - 1) · (n - 1)/(n - k) (Stata's, and the usual). Raises Invalid with a single cluster."""
    clusters = int(cluster.max()) + 1
    require(clusters > 1, "clusters", "there must be two clusters")
    return cr0(found, cluster) * clusters / (clusters - 1) * (found.n - 1) / found.df


@dataclass(frozen=True)
class BiasReduced:
    """The standard error of one combination of coefficients and its degrees of freedom."""

    se: float
    df: float


def cr2(found: Fit, cluster: NDArray[np.intp], contrast: Floats) -> BiasReduced:
    """Bell and McCaffrey 2002 under an independent working model: residuals of each cluster times (I - H_gg)^(-1/2);
    degrees of freedom by Satterthwaite (Pustejovsky and Tipton 2018). contrast: shape (k,).
    """
    direction = found.bread @ contrast
    scores, adjusted = [], []
    for rows in _groups(cluster):
        x = found.x[rows]
        root = _inverse_root(np.eye(rows.size) - x @ found.bread @ x.T)
        along = root @ (x @ direction)
        scores.append(float(along @ found.residuals[rows]))
        adjusted.append((float(along @ along), x.T @ along))
    own = np.diag([square for square, _ in adjusted])
    across = np.array([cross for _, cross in adjusted])
    spread = own - across @ found.bread @ across.T
    df = float(np.trace(spread) ** 2 / (spread**2).sum())
    return BiasReduced(float(np.sqrt(sum(score**2 for score in scores))), df)


def _inverse_root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    usable = values > SMALLEST_EIGENVALUE
    inverse = np.where(usable, 1.0 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)
