"""A theme now against the period before: how much it grew, and how new its words are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.recovered import Recovered, difference_of
from heed.text.discovery.counting import count_known
from heed.text.discovery.words import terms_in
from heed.text.themes import FoundTheme

Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Growth:
    """A theme in two periods: texts of each, the change of its share with limits (recovered from Wilson's), the ratio of the
    shares with Katz' limits (1978), and novelty 0..1: the part of its words' weight that the period before did not have.
    What cannot be told is None.
    """

    key: str
    now: int
    before: int
    change: Recovered | None
    ratio: float | None
    low: float | None
    high: float | None
    novelty: float | None

    @property
    def is_rising(self) -> bool:
        """Whether its share rose by more than noise."""
        return self.change is not None and self.change.low > 0


def growth(themes: Sequence[FoundTheme], now: Sequence[str], before: Sequence[str]) -> tuple[Growth, ...]:
    """Each theme in the masked texts of a period and of the one before it; a text has a theme by its words' weight."""
    terms = sorted({word for theme in themes for word in theme.words})
    present = [count_known(map(terms_in, texts), terms) for texts in (now, before)]
    shares = [np.asarray(each.sum(axis=0)).ravel() / max(each.shape[0], 1) for each in present]
    found = []
    for theme in themes:
        columns = np.searchsorted(np.array(terms, dtype=object), np.array(theme.words, dtype=object)).astype(int)
        weights = np.array(theme.weights)
        has = [int(np.sum(each[:, columns] @ weights >= theme.least)) if len(columns) else 0 for each in present]
        novelty = _novelty(weights, shares[0][columns], shares[1][columns]) if len(before) else None
        found.append(_grown(theme.key, (has[0], len(now)), (has[1], len(before)), novelty))
    return tuple(found)


def _novelty(weights: Floats, now: Floats, before: Floats) -> float | None:
    """The weight of words, each as far as its share now was not there before."""
    new = np.clip(1.0 - before / np.where(now > 0, now, 1.0), 0.0, 1.0)
    seen = now > 0
    return float((weights * new)[seen].sum() / weights[seen].sum()) if seen.any() else None


def _grown(key: str, now: tuple[int, int], before: tuple[int, int], novelty: float | None) -> Growth:
    if not now[1] or not before[1]:
        return Growth(key, now[0], before[0], None, None, None, None, novelty)
    figures = [proportion(float(hits), float(texts)).figure() for hits, texts in (now, before)]
    limits = [(figure.value, figure.low, figure.high) for figure in figures]
    change = difference_of(limits[0], limits[1])  # type: ignore[arg-type]
    if not now[0] or not before[0]:
        return Growth(key, now[0], before[0], change, None, None, None, novelty)
    ratio = (now[0] / now[1]) / (before[0] / before[1])
    spread = Z * math.sqrt(1 / now[0] - 1 / now[1] + 1 / before[0] - 1 / before[1])
    return Growth(key, now[0], before[0], change, ratio, ratio * math.exp(-spread), ratio * math.exp(spread), novelty)
