"""Handoffs that come back: pairs of teams between which more of what is passed on returns than between all others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Passed:
    """What one team passed on to another: how often, how long it waited, the share that came back with its interval (Wilson).

    `usual` is the share between all other pairs; `p` is adjusted for as many pairs (Holm); `stands_out`: more comes back
    than `margin` times the usual, by more than chance.
    """

    start: str
    end: str
    count: int
    median_seconds: float | None
    p90_seconds: float | None
    returns: int
    share: float
    low: float
    high: float
    usual: float | None
    p: float
    stands_out: bool


def passed(rows: Sequence[Mapping[str, Any]], margin: float, least: int) -> tuple[Passed, ...]:
    """The pairs with handoffs of at least so many cases, those that stand out first, then the most frequent.

    Against each pair: the binomial chance of so many returns or more, were the true share margin × that of all others.
    """
    from scipy import stats

    from heed.stats.changes import holm
    from heed.stats.intervals.proportion import proportion

    known = [row for row in rows if row["cases"] >= least]
    if not known:
        return ()
    n = np.array([row["count"] for row in known], dtype=np.float64)
    x = np.array([row["returns"] or 0 for row in known], dtype=np.float64)
    rest = n.sum() - n
    usual = np.divide(x.sum() - x, rest, out=np.zeros_like(n), where=rest > 0)
    # Where nothing came back between the others, one more would: a share of nought can be beaten by chance alone.
    against = np.minimum(margin * np.maximum(usual, 1 / np.maximum(rest, 1.0)), 1.0)
    p = holm(np.where(rest > 0, stats.binom.sf(x - 1, n, against), 1.0))
    interval = proportion(x, n, level=LEVEL)
    found = [
        Passed(
            row["from_group"], row["to_group"], int(row["count"]), row["wait_median_seconds"], row["wait_p90_seconds"],
            int(x[at]), float(x[at] / n[at]), float(np.asarray(interval.low)[at]), float(np.asarray(interval.high)[at]),
            float(usual[at]) if rest[at] else None, float(p[at]), bool(p[at] < 1 - LEVEL),
        )
        for at, row in enumerate(known)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (not each.stands_out, -each.count, each.start, each.end)))
