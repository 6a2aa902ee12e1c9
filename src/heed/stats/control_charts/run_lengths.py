"""How long a chart runs until it signals, on average, for normal values: of CUSUM and EWMA, by integral equations.

Both are solved by Nyström's method with Gauss-Legendre nodes (Crowder 1987 for EWMA; Vance 1986 for CUSUM).
"""

import math

import numpy as np

from heed.stats.arrays import Floats, require
from heed.stats.distributions import normal_below

NODES = 120


def _density(x: Floats) -> Floats:
    return np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


def cusum_run_length(k: float, h: float, shift: float) -> tuple[float, float]:
    """Average run length from zero of the one-sided CUSUM (upwards) and of the two-sided one, at a mean of `shift`
    sigmas. k >= 0, h > 0 in sigmas. Two-sided by 1/L = 1/L+ + 1/L- (Kemp 1961; exact from zero). Raises Invalid.
    """
    require(k >= 0 and h > 0, "cusum run length", "k must not be negative and h must be positive")
    up, down = _one_sided(k, h, shift), _one_sided(k, h, -shift)
    return up, 1.0 / (1.0 / up + 1.0 / down)


def _one_sided(k: float, h: float, shift: float) -> float:
    """L(s) = 1 + L(0) Φ(k - s) + ∫_0^h L(x) φ(x + k - s) dx, about the shift; solved at the nodes and at 0."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    x, w = h * (x + 1.0) / 2.0, h * w / 2.0
    points = np.concatenate(([0.0], x))
    kernel = np.empty((NODES + 1, NODES + 1))
    kernel[:, 0] = normal_below(k - shift - points)
    kernel[:, 1:] = w * _density(x[None, :] + k - shift - points[:, None])
    return float(np.linalg.solve(np.eye(NODES + 1) - kernel, np.ones(NODES + 1))[0])


def ewma_run_length(weight: float, limit: float, shift: float) -> float:
    """Average run length from the centre of the two-sided EWMA with constant limits ± limit sigma √(weight/(2-weight)),
    at a mean of `shift` sigmas. 0 < weight <= 1, limit > 0. Raises Invalid.
    """
    require(0.0 < weight <= 1.0 and limit > 0, "ewma run length", "0 < weight <= 1, and the limit must be positive")
    edge = limit * math.sqrt(weight / (2.0 - weight))
    x, w = np.polynomial.legendre.leggauss(NODES)
    x, w = edge * x, edge * w
    points = np.concatenate(([0.0], x))
    kernel = np.zeros((NODES + 1, NODES + 1))
    kernel[:, 1:] = w / weight * _density((x[None, :] - (1.0 - weight) * points[:, None]) / weight - shift)
    return float(np.linalg.solve(np.eye(NODES + 1) - kernel, np.ones(NODES + 1))[0])
