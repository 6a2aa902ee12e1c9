"""Miettinen and Nurminen's score limits of a difference of two shares, by bisection, for many groups at once."""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, divide, normal_quantile

_STEPS = 60  # halvings of [-1, 1]: below the resolution of a double


@dataclass(frozen=True)
class _Table:
    """Successes and sizes of a and b. `slipped` puts x_a for n_a in one term of the cubic, as statsmodels 0.15 does."""

    xa: Floats
    na: Floats
    xb: Floats
    nb: Floats
    slipped: bool

    @property
    def seen(self) -> Floats:
        return self.xb / self.nb - self.xa / self.na


def score_limits(xa: Floats, na: Floats, xb: Floats, nb: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of x_b / n_b - x_a / n_a (Miettinen and Nurminen 1985, with their n / (n - 1)); each stays within -1..1,
    boundary tables too.
    """
    return _limits(_Table(xa, na, xb, nb, slipped=False), normal_quantile(level))


def statsmodels_score_limits(xa: Floats, na: Floats, xb: Floats, nb: Floats, level: float) -> tuple[Floats, Floats]:
    """The same as statsmodels 0.15 gives them, for comparison only: its cubic has a slip, so its upper limit is off
    in the fourth digit.
    """
    return _limits(_Table(xa, na, xb, nb, slipped=True), normal_quantile(level))


def _limits(table: _Table, z: float) -> tuple[Floats, Floats]:
    return _limit(table, z), _limit(table, -z)


def _limit(table: _Table, z: float) -> Floats:
    """The difference at which the score statistic equals z. It falls as the difference grows, so halving finds it."""
    seen = table.seen
    inner, outer = seen.copy(), np.full(seen.shape, -1.0 if z > 0 else 1.0)
    for _ in range(_STEPS):
        middle = (inner + outer) / 2
        near = np.abs(_statistic(table, middle)) < abs(z)
        inner, outer = np.where(near, middle, inner), np.where(near, outer, middle)
    return (inner + outer) / 2


def _statistic(table: _Table, delta: Floats) -> Floats:
    xa, na, nb = table.xa, table.na, table.nb
    n, x = na + nb, xa + table.xb
    pa = _restricted(table, n, x, delta)
    pb = pa + delta
    variance = np.maximum(pa * (1 - pa) / na + pb * (1 - pb) / nb, 0.0) * n / (n - 1)
    return (table.seen - delta) / np.sqrt(np.maximum(variance, 1e-300))


def _restricted(table: _Table, n: Floats, x: Floats, delta: Floats) -> Floats:
    """The likeliest share of a when b's is that plus delta: the closed root of the cubic (their appendix I)."""
    xa, na, nb = table.xa, table.na, table.nb
    l2 = (nb + 2 * na) * delta - n - x
    l1 = ((xa if table.slipped else na) * delta - n - 2 * xa) * delta + x
    l0 = xa * delta * (1 - delta)
    third = l2 / (3 * n)
    q = third**3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    p = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum(third**2 - l1 / (3 * n), 0.0))
    angle = (np.pi + np.arccos(np.clip(divide(q, p**3), -1.0, 1.0))) / 3
    root = 2 * p * np.cos(angle) - third
    if table.slipped:  # beyond 0..1 it stays there
        return np.asarray(root)
    return np.clip(root, np.maximum(0.0, -delta), np.minimum(1.0, 1.0 - delta))
