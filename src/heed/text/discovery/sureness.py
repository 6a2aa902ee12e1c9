"""How likely a text that a found theme's words tell is really of it: the share of partings of the same texts that agree.

Nobody knows the truth of themes that nobody wrote down. What can be measured is whether a text stays with a theme's texts when
all are parted anew, into other numbers of clusters from other beginnings (stability; Ben-Hur, Elisseeff and Guyon 2002).
How often it does rises with the weight of the theme's words in it (isotonic; Ayer et al. 1955), over all themes together.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.discovery.clusters import Places, parted
from heed.text.discovery.counting import one_thread
from heed.text.discovery.space import Placed
from heed.text.themes import FoundTheme, looked_for

# Chosen on CLINC150's training file (10, 20, 40, 60 and 120 of its intents).
PARTINGS, ROUNDS = 6, 10
FROM, TO = 0.8, 1.6  # times the number of themes: of how many clusters each parting is, drawn evenly
LOOKED_AT = 4000  # texts that are parted anew
LEAST_HITS = 50
STEPS = 20  # of weight, with as many hits each, before they are joined where more weight is no surer
BELIEF = 2.0  # hits' worth of doubt: nothing is ever sure


def with_sureness(
    themes: Sequence[FoundTheme], masked: Sequence[str], placed: Placed, places: Places, seed: int = 0
) -> list[FoundTheme]:
    """The themes with how likely their words are right, by the weight they have in a text; as they were where too few
    texts have them. places: each text's theme, −1 for none.
    """
    rows = np.arange(len(masked))
    if len(rows) > LOOKED_AT:
        rows = np.sort(np.random.default_rng(seed).choice(rows, LOOKED_AT, replace=False))
    told = looked_for(tuple(themes))
    hits = [
        (at, place, total)
        for at, row in enumerate(rows.tolist())
        for place, total in told.totals(masked[row]).items()
        if total >= themes[place].least
    ]
    if len(hits) < LEAST_HITS:
        return list(themes)
    text, theme = np.array([hit[:2] for hit in hits], dtype=np.int64).T
    agree = agreements(placed.of(rows), places[rows], len(themes), seed)
    steps = rising(np.array([hit[2] for hit in hits]), agree[text, theme])
    return [replace(each, sure=steps) for each in themes]


def agreements(placed: Placed, places: Places, many: int, seed: int) -> Floats:
    """Texts × themes: the share of partings that put the text into a cluster most of whose texts are of the theme."""
    chance = np.random.default_rng(seed)
    found = np.zeros((len(placed), many))
    texts = np.arange(len(placed))
    for turn in range(PARTINGS):
        clusters = min(max(2, round(many * chance.uniform(FROM, TO))), len(placed))
        with one_thread():
            parting = parted(placed, clusters, seed * 1000 + 500 + turn, tried=1, rounds=ROUNDS)
        shared = np.zeros((int(parting.max()) + 1, many + 1))
        np.add.at(shared, (parting, places), 1.0)  # the last column: texts of no theme
        told = shared.argmax(axis=1)[parting]
        inside = told < many
        found[texts[inside], told[inside]] += 1.0 / PARTINGS
    return found


def rising(weights: Floats, agreed: Floats) -> tuple[tuple[float, float], ...]:
    """Steps (from this weight on, so likely), likelier with more weight: pooled adjacent violators over equal parts."""
    order = np.argsort(weights, kind="stable")
    parts: list[NDArray[np.int64]] = [part for part in np.array_split(order, STEPS) if len(part)]
    blocks: list[tuple[float, float, float]] = []  # first weight, sum agreed, hits
    for part in parts:
        first, total, many = float(weights[part[0]]), float(agreed[part].sum()), float(len(part))
        while blocks and (first == blocks[-1][0] or total / many <= blocks[-1][1] / blocks[-1][2]):
            first, total, many = blocks[-1][0], total + blocks[-1][1], many + blocks[-1][2]
            blocks.pop()
        blocks.append((first, total, many))
    return tuple((round(first, 4), round((total + BELIEF / 2) / (many + BELIEF), 3)) for first, total, many in blocks)
