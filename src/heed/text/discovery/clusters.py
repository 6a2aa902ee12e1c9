"""Texts parted into clusters: spherical k-means (Dhillon and Modha 2001) on dense rows, settled on dense rows and terms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.space import Matrix, Placed, unit

Places = NDArray[np.int64]
AT_ONCE = 8  # centres there are for each that is drawn between two looks at all texts (k-means++ draws one)
TRIED = 3  # draws of which the best is kept (Arthur and Vassilvitskii 2007, the greedy form)
ROUNDS, SETTLING_ROUNDS = 25, 8
STILL = 0.002  # share of texts that move below which it has settled
BLOCK = 8192


def memberships(places: Places, many: int) -> Any:
    """Clusters × texts, 1 where the text is in the cluster; texts at −1 are in none."""
    from scipy.sparse import csr_matrix

    inside = np.flatnonzero(places >= 0)
    ones = np.ones(len(inside), dtype=np.float32)
    return csr_matrix((ones, (places[inside], inside)), shape=(many, len(places)))


def seeded(dense: Matrix, many: int, chance: np.random.Generator, tried: int = 1) -> Matrix:
    """Centres far from each other: each drawn by its distance to those there are; of `tried` draws the best is kept.

    With one draw, an eighth more centres are drawn at once: good enough where only their number is looked for.
    """
    centres = dense[chance.integers(len(dense), size=1)]
    far = np.clip(1.0 - dense @ centres[0], 0.0, None)
    while len(centres) < many:
        share = far.astype(np.float64)
        share = share / share.sum() if share.sum() > 0 else np.full(len(dense), 1.0 / len(dense))
        at_once = tried if tried > 1 else min(many - len(centres), 1 + len(centres) // AT_ONCE)
        drawn = dense[chance.choice(len(dense), at_once, p=share)]
        away = np.clip(1.0 - dense @ drawn.T, 0.0, None)
        if tried > 1:
            best = int(np.minimum(far[:, None], away).sum(axis=0).argmin())
            drawn, away = drawn[[best]], away[:, [best]]
        far = np.minimum(far, away.min(axis=1))
        centres = np.vstack([centres, drawn])
    return np.asarray(centres, dtype=np.float32)


def spherical(dense: Matrix, centres: Matrix, chance: np.random.Generator, rounds: int = ROUNDS) -> Places:
    """Spherical k-means from these centres; an empty cluster takes a text by chance."""
    many = len(centres)
    places: Places = np.full(len(dense), -1, dtype=np.int64)
    for _ in range(rounds):
        nearest = (dense @ centres.T).argmax(axis=1).astype(np.int64)
        moved = np.mean(nearest != places)
        places = nearest
        if moved < STILL:
            break
        sums = memberships(places, many) @ dense
        empty = ~sums.any(axis=1)
        if empty.any():
            sums[empty] = dense[chance.integers(len(dense), size=int(empty.sum()))]
        centres = unit(sums)
    return places


class Centres:
    """The middles of clusters, dense and by term. How near a text is: the sum of both cosines, −1..2."""

    def __init__(self, dense: Matrix, weighed: Matrix) -> None:
        self.dense, self.weighed = dense, weighed

    @classmethod
    def of(cls, placed: Placed, places: Places, many: int) -> "Centres":
        inside = memberships(places, many)
        return cls(unit(inside @ placed.dense), unit((inside @ placed.weighed).toarray()))

    def nearest(self, placed: Placed) -> tuple[Places, Matrix]:
        """The nearest cluster of each text, and how near; in blocks, so that memory stays small."""
        places, near = np.empty(len(placed), dtype=np.int64), np.empty(len(placed), dtype=np.float32)
        for start in range(0, len(placed), BLOCK):
            block = slice(start, start + BLOCK)
            nearness = placed.weighed[block] @ self.weighed.T + placed.dense[block] @ self.dense.T
            places[block] = nearness.argmax(axis=1)
            near[block] = nearness.max(axis=1)
        return places, near


def settled(placed: Placed, places: Places) -> Places:
    """The clusters after texts moved to where both their vector and their terms are nearest, numbered from 0."""
    many = int(places.max()) + 1
    for _ in range(SETTLING_ROUNDS):
        moved, _ = Centres.of(placed, places, many).nearest(placed)
        still = np.mean(moved != places) < STILL
        places = moved
        if still:
            break
    return packed(places)


def parted(placed: Placed, many: int, seed: int = 0, *, tried: int = TRIED, rounds: int = ROUNDS) -> Places:
    """These texts in `many` clusters or fewer by their vectors, numbered from 0."""
    chance = np.random.default_rng(seed)
    centres = seeded(placed.dense, min(many, len(placed)), chance, tried)
    return packed(spherical(placed.dense, centres, chance, rounds))


def packed(places: Places) -> Places:
    """The same clusters numbered without gaps; −1 stays."""
    found = places.copy()
    inside = places >= 0
    found[inside] = np.unique(places[inside], return_inverse=True)[1]
    return found
