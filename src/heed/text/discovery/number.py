"""How many themes: the finest number under which the words are about likeliest, looked for on a ladder; then clusters on
which many partings agree, joined while joining makes the words clearly likelier.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.agreeing import agreed
from heed.text.discovery.clusters import Centres, Places, packed, parted, settled
from heed.text.discovery.evidence import Evidence
from heed.text.discovery.space import Placed

# All chosen on CLINC150: random subsets of 5 to 150 of its intents, 20 to 100 texts of each, even and uneven.
TEXTS_A_THEME = 6  # on average, at the least
STEP = 2.0**0.5
TOLERATED = 0.15  # nats a text: of numbers as likely as that the finest, for too few themes hide more than too many
FINER = 1.25  # clusters for each theme to be found, before they are joined
CLEARLY = 0.3  # nats a text of the smaller cluster that a join must gain
NEIGHBOURS = 4  # clusters near a cluster that it may be joined to
WORSE_RUNGS = 3
LOOKED_AT = 6000  # texts by which the number is found: with more, ever finer shades of one theme would be told apart
ROUNDS = 12  # of each rung

Columns = NDArray[np.bool_]


def evidence_of(placed: Placed, places: Places, words: Columns) -> Evidence:
    return Evidence.of(placed.present[:, words], places, int(places.max()) + 1)


def likeliest(placed: Placed, words: Columns, seed: int = 0) -> Places:
    """The likeliest parting of these texts; one cluster where nothing parts them. words: which terms are single."""
    many = likely_number(placed, words, seed)
    if many == 1:
        return np.zeros(len(placed), dtype=np.int64)
    fine = settled(placed, parted(agreed(placed, many, seed), round(FINER * many), seed))
    return settled(placed, joined(placed, fine, words))


def exactly(placed: Placed, many: int, seed: int = 0) -> Places:
    """As many clusters as are asked for, or fewer where texts are the same."""
    if many < 2:
        return np.zeros(len(placed), dtype=np.int64)
    return settled(placed, parted(agreed(placed, many, seed), many, seed))


def likely_number(placed: Placed, words: Columns, seed: int = 0) -> int:
    """The finest rung of 1, 2, 3, 4, 6, 8, 11 … clusters whose evidence is about the best; worse rungs in a row end the search."""
    if len(placed) > LOOKED_AT:
        placed = placed.of(np.sort(np.random.default_rng(seed).choice(len(placed), LOOKED_AT, replace=False)))
    present = placed.present[:, words]
    found: dict[int, float] = {}
    worse, rung = 0, 1.0
    while rung <= max(1, len(placed) / TEXTS_A_THEME) and worse < WORSE_RUNGS:
        many = round(rung)
        rung *= STEP
        if many in found:
            continue
        places = parted(placed, many, seed, tried=1, rounds=ROUNDS)
        total = Evidence.of(present, places, int(places.max()) + 1).total
        worse = worse + 1 if found and total <= max(found.values()) else 0
        found[many] = total
    best = max(found.values())
    if found[1] == best:
        return 1
    return max(many for many, total in found.items() if total >= best - TOLERATED * len(placed))


def joined(placed: Placed, places: Places, words: Columns) -> Places:
    """Clusters joined with near ones, best first, as long as clear evidence is gained."""
    present: Any = placed.present[:, words]
    while (many := int(places.max()) + 1) > 1:
        pairs = near_pairs(placed, places, many)
        evidence = Evidence.of(present, places, many)
        gains = evidence.merged(pairs)
        used: set[int] = set()
        for gain, (one, other) in sorted(zip(gains.tolist(), pairs, strict=True), reverse=True):
            smaller = min(evidence.sizes[one], evidence.sizes[other])
            if gain > CLEARLY * smaller and not {one, other} & used:
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
