"""How many themes: the number under which the words are likeliest, looked for on a ladder; then finer clusters than
that are joined while joining makes the words likelier.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.clusters import Centres, Places, packed, parted, settled
from heed.text.discovery.evidence import Evidence
from heed.text.discovery.space import Placed

TEXTS_A_THEME = 6  # on average, at the least
STEP = 2.0
FINER = 1.5  # clusters for each theme to be found, before they are joined; chosen on CLINC150
NEIGHBOURS = 4  # clusters near a cluster that it may be joined to
WORSE_RUNGS = 2
LEAST_STARTS, MOST_STARTS = 2, 4  # of which the likeliest is kept
STARTED = 40_000  # texts in all starts together: few texts are quickly started again

Columns = NDArray[np.bool_]


def evidence_of(placed: Placed, places: Places, words: Columns) -> Evidence:
    return Evidence.of(placed.present[:, words], places, int(places.max()) + 1)


def likeliest(placed: Placed, words: Columns, seed: int = 0) -> Places:
    """The likeliest parting of these texts; one cluster where nothing parts them. words: which terms are single."""
    many = likely_number(placed, words, seed)
    if many == 1:
        return np.zeros(len(placed), dtype=np.int64)
    starts = int(np.clip(STARTED // len(placed), LEAST_STARTS, MOST_STARTS))
    found = [_fine_joined(placed, round(FINER * many), words, seed + turn) for turn in range(starts)]
    return max(found, key=lambda each: evidence_of(placed, each, words).total)


def _fine_joined(placed: Placed, many: int, words: Columns, seed: int) -> Places:
    fine = settled(placed, parted(placed, many, seed))
    return settled(placed, joined(placed, fine, words))


def likely_number(placed: Placed, words: Columns, seed: int = 0) -> int:
    """The rung of 1, 2, 4, 8 … clusters with the most evidence; two worse rungs in a row end the search."""
    present = placed.present[:, words]
    best, best_evidence, worse, many = 1, -np.inf, 0, 1.0
    while many <= max(1, len(placed) / TEXTS_A_THEME) and worse < WORSE_RUNGS:
        places = parted(placed, int(many), seed, tried=1)
        total = Evidence.of(present, places, int(places.max()) + 1).total
        worse = worse + 1 if total <= best_evidence else 0
        if total > best_evidence:
            best, best_evidence = int(many), total
        many *= STEP
    return best


def joined(placed: Placed, places: Places, words: Columns) -> Places:
    """Clusters joined with near ones, best first, as long as evidence is gained."""
    present: Any = placed.present[:, words]
    while (many := int(places.max()) + 1) > 1:
        pairs = near_pairs(placed, places, many)
        gains = Evidence.of(present, places, many).merged(pairs)
        used: set[int] = set()
        for gain, (one, other) in sorted(zip(gains.tolist(), pairs, strict=True), reverse=True):
            if gain > 0 and not {one, other} & used:
                places = np.where(places == other, one, places)
                used |= {one, other}
        if not used:
            break
        places = packed(places)
    return places


def near_pairs(placed: Placed, places: Places, many: int) -> list[tuple[int, int]]:
    """Each cluster with those nearest to it, each pair once."""
    centres = Centres.of(placed, places, many)
    near = centres.dense @ centres.dense.T + centres.weighed @ centres.weighed.T
    np.fill_diagonal(near, -np.inf)
    found = {
        (min(one, int(other)), max(one, int(other)))
        for one in range(many)
        for other in np.argsort(-near[one], kind="stable")[: min(NEIGHBOURS, many - 1)]
    }
    return sorted(found)
