"""When not to answer: how sure a text belongs to one of the labels at all, and the threshold below which it is refused.

The threshold is where the cost of mistakes is least on texts that were not learnt from: texts out of scope that people
labelled, or, where there are none, texts of labels that were held back (Larson et al. 2019 name the problem).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats

BY_DECISIONS = 3  # signals that come from decisions alone: the first ones
LEAST_OUTSIDE = 20  # labelled texts out of scope from which on they alone set the threshold


@dataclass(frozen=True)
class ScopeCost:
    """What a mistake costs: an answer to a text out of scope (`missed`), a refusal of one in scope (`needless`), and the
    share of texts out of scope that is expected.
    """

    missed: float = 1.0
    needless: float = 1.0
    share: float = 0.08

    def __post_init__(self) -> None:
        if self.missed <= 0 or self.needless <= 0 or not 0 < self.share < 1:
            raise Invalid(
                phrase("Costs must be above 0, and the share out of scope between 0 and 1."),
                code="bad_cost",
                hint="Say for instance missed 1, needless 1, share 0.08.",
            )


@dataclass(frozen=True, eq=False)
class Scope:
    """A logistic over signals of a text; in scope from `threshold` on. `expected_missed` and `expected_needless` are the
    shares on the texts it was chosen on.
    """

    slopes: Floats
    shift: float
    threshold: float
    expected_missed: float = float("nan")
    expected_needless: float = float("nan")

    def inside(self, signals: Floats) -> Floats:
        """The probability that a text is in scope."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(signals @ self.slopes + self.shift, -30, 30))))


def signals_of(line: Any, kernel: Any, nearest: Any, known: Any, outside: int | None) -> Floats:
    """What tells a text out of scope: the best decision of each machine, how far it is ahead, the nearest text, the part
    that is known at all, and what the label `outside` itself says. Shape (n, signals).
    """
    others = [place for place in range(line.shape[1]) if place != outside]
    best = np.partition(line[:, others], max(len(others) - 2, 0), axis=1)
    ahead = best[:, -1] - best[:, -2] if len(others) > 1 else best[:, -1]
    columns = [best[:, -1], ahead, kernel[:, others].max(axis=1), nearest, known]
    if outside is not None:
        columns += [line[:, outside], kernel[:, outside]]
    return np.column_stack(columns).astype(np.float64)


def fit_scope(signals: Floats, inside: NDArray[np.bool_], cost: ScopeCost, *, held_back: bool = False) -> Scope | None:
    """The rule that costs least on these texts; None where there are none of one side.

    Where labels that were `held_back` stand for texts out of scope only decisions count: their words are known to the
    space, which those of a text that is truly out of scope are not.
    """
    from sklearn.linear_model import LogisticRegression

    if inside.all() or not inside.any():
        return None
    middle, spread = signals.mean(axis=0), np.maximum(signals.std(axis=0), 1e-9)
    used = BY_DECISIONS if held_back else signals.shape[1]
    scaled = (signals - middle) / spread
    # Each side counts by the share it is expected to have, not by how many texts people happened to label.
    weight = np.where(inside, (1 - cost.share) / inside.sum(), cost.share / (~inside).sum()) * len(inside)
    machine = LogisticRegression(C=1.0, max_iter=1000).fit(scaled[:, :used], inside, sample_weight=weight)
    slopes = np.zeros(len(spread))
    slopes[:used] = machine.coef_[0] / spread[:used]
    shift = float(machine.intercept_[0] - slopes @ middle)
    rule = Scope(slopes, shift, 0.0)
    threshold, missed, needless = cheapest(rule.inside(signals), inside, cost)
    return Scope(slopes, shift, threshold, missed, needless)


def cheapest(sure: Floats, inside: NDArray[np.bool_], cost: ScopeCost) -> tuple[float, float, float]:
    """The threshold of least cost, and the shares missed and needlessly refused with it. Of equal ones the middle one."""
    order = np.argsort(sure, kind="stable")
    told, scores = inside[order], sure[order]
    needless = np.concatenate([[0.0], np.cumsum(told)]) / max(int(told.sum()), 1)
    missed = 1.0 - np.concatenate([[0.0], np.cumsum(~told)]) / max(int((~told).sum()), 1)
    spent = cost.missed * cost.share * missed + cost.needless * (1 - cost.share) * needless
    edges = np.concatenate([[0.0], (scores[1:] + scores[:-1]) / 2, [min(1.0, float(scores[-1]) + 1e-9)]])
    fits = np.concatenate([[True], scores[1:] > scores[:-1], [True]])
    spent = np.where(fits, spent, np.inf)
    best = np.flatnonzero(spent <= spent.min() + 1e-12)
    place = int(best[len(best) // 2])
    return float(edges[place]), float(missed[place]), float(needless[place])
