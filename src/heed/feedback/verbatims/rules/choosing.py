"""Which verbatims to ask people about next: a part by chance, so that estimates are honest, and the rest where the model
is unsure and the texts are unlike one another. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.stats.arrays import Floats

CHANCE = 0.3  # of a round
CANDIDATES = 6  # times as many as are wanted: the least sure, among which unlike ones are looked for
RANDOM, UNSURE = "random", "unsure"
NO_THEME = 0.15  # more unsure where no theme was found


@dataclass(frozen=True)
class Drawn:
    """A place of the pool and why it was chosen."""

    place: int
    chosen_by: str


def how_unsure(confidence: Sequence[float], has_theme: Sequence[bool]) -> Floats:
    """One number a text: how far the sentiment is from certain, and a little more where no theme was found."""
    return 1.0 - np.asarray(confidence, dtype=np.float64) + NO_THEME * ~np.asarray(has_theme, dtype=bool)


def choose(texts: Sequence[str], unsure: Floats, wanted: int, seed: int, chance: float = CHANCE) -> list[Drawn]:
    """So many places of the pool, in an order that tells nothing of why each was chosen.

    First a simple random sample of `chance` of them. Then, among the least sure that are left, one after another the one
    with the largest product of unsureness and distance to the nearest chosen (k-centre, Sener and Savarese 2018; weighed
    by unsureness). Distance is 1 − cosine of word counts.
    """
    many = min(wanted, len(texts))
    draw = np.random.default_rng(seed)
    by_chance = draw.choice(len(texts), size=round(many * chance), replace=False).tolist() if many else []
    rest = np.setdiff1d(np.arange(len(texts)), by_chance)
    jitter = draw.random(len(rest)) * 1e-9  # ties are broken by the seed, not by place
    order = rest[np.argsort(-(unsure[rest] + jitter), kind="stable")][: CANDIDATES * max(many - len(by_chance), 0)]
    others = _apart([texts[place] for place in order.tolist()], unsure[order], many - len(by_chance))
    drawn = [*(Drawn(place, RANDOM) for place in by_chance), *(Drawn(int(order[each]), UNSURE) for each in others)]
    return [drawn[place] for place in draw.permutation(len(drawn)).tolist()]


def _apart(texts: Sequence[str], unsure: Floats, wanted: int) -> list[int]:
    if wanted <= 0 or not texts:
        return []
    vectors = _counted(texts)
    nearest = np.ones(len(texts))
    taken: list[int] = []
    left = np.asarray(unsure, dtype=np.float64) + 1e-6
    for _ in range(min(wanted, len(texts))):
        worth = left * nearest
        worth[taken] = -1.0
        best = int(np.argmax(worth))
        taken.append(best)
        alike = np.asarray((vectors @ vectors[best].T).todense()).ravel()
        nearest = np.minimum(nearest, 1.0 - np.clip(alike, 0.0, 1.0))
    return taken


def _counted(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=2**16, alternate_sign=False, norm="l2").transform(texts)
