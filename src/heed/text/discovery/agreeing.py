"""Where many partings of the same texts agree: each parting tells something else, what they share is steadier than any.

Cluster ensembles (Strehl and Ghosh 2002), read as vectors: a text is the clusters it is in, and texts that are often in one
cluster lie near each other.
"""

from dataclasses import replace

import numpy as np

from heed.text.discovery.clusters import memberships, parted
from heed.text.discovery.counting import reduced
from heed.text.discovery.space import Placed, unit

PARTINGS, ROUNDS = 8, 10  # rough ones do: what they get wrong they get wrong apart
FROM, TO = 1.0, 2.0  # times the number of themes: of how many clusters each parting is, drawn evenly
DIMENSIONS = 100
TEXTS_A_CLUSTER = 3  # on average, at the least


def agreed(placed: Placed, many: int, seed: int = 0) -> Placed:
    """The same texts, lying by how often partings into `many` clusters or up to twice as many put them together."""
    from scipy.sparse import diags, vstack

    chance = np.random.default_rng(seed)
    numbers = np.round(many * chance.uniform(FROM, TO, PARTINGS))
    numbers = np.clip(numbers, 2, max(2, len(placed) // TEXTS_A_CLUSTER)).astype(int)
    partings = [
        parted(placed, int(each), seed * 1000 + turn, tried=1, rounds=ROUNDS) for turn, each in enumerate(numbers)
    ]
    together = vstack([memberships(each, int(each.max()) + 1) for each in partings]).T.tocsr()
    sizes = np.asarray(together.sum(axis=0)).ravel()
    # A large cluster says less of those in it.
    together = (together @ diags((1.0 / np.sqrt(sizes)).astype(np.float32))).tocsr()
    left, values = reduced(together, min(DIMENSIONS, max(2, many), min(together.shape)), seed)
    return replace(placed, dense=unit(left * values))
