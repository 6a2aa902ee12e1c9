"""Themes of few texts, too few for clusters to be told from chance: the texts that share a telling word."""

from typing import Any

import numpy as np

from heed.text.discovery.clusters import Places
from heed.text.discovery.terms import Terms, stopped

FEW = 400  # texts: with more, what clusters cannot tell is not there
LEAST_TEXTS = 12  # of all together: fewer are sooner read
LEAST_SHARE, LEAST_SHARING = 0.06, 3  # of all texts, and how many, must share a word
MOST_SHARE = 0.5  # a word in more texts tells what they all are about
MOST_GROUPS = 6
LEAST_LETTERS = 4


def sharing(terms: Terms) -> Places:
    """Texts by the word they share, one word after the other: the one that tells most of the texts left, by how many they
    are and how rare it is. Numbered from 0 in that order; −1 for texts that share none.
    """
    present: Any = terms.present.tocsc()
    texts = present.shape[0]
    places: Places = np.full(texts, -1, dtype=np.int64)
    texts_with = np.diff(present.indptr)
    tells = terms.single & ~stopped(terms.names) & np.array([len(name) >= LEAST_LETTERS for name in terms.names])
    # Of texts that are all the same every word stands in all.
    tells &= texts_with <= MOST_SHARE * texts
    rarity = np.where(tells, np.log(texts / np.maximum(texts_with, 1)), 0.0)
    least = max(LEAST_SHARING, round(LEAST_SHARE * texts))
    for group in range(MOST_GROUPS):
        left = np.asarray((places < 0).astype(np.float64) @ present).ravel()
        best = int(np.argmax(np.where(left >= least, left * rarity, 0.0))) if len(left) else 0
        if not len(left) or left[best] < least or rarity[best] <= 0:
            break
        has = present.indices[present.indptr[best] : present.indptr[best + 1]]
        places[has[places[has] < 0]] = group
    return places
