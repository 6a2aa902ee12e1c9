"""Which terms stand in which texts, and the reduction of sparse tables, by numpy and scipy alone: what is loaded for a
short command is felt.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from heed.stats.arrays import Floats

ROUNDS, SPARE = 3, 10  # power iterations, and dimensions drawn beyond those kept


def one_thread() -> Any:
    """A stretch in which linear algebra takes one core: tables this small are slower on two, many times so where another
    process is at work, and one core always adds up in the same order.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def count_each(
    texts: Iterable[Iterable[str]], *, least: int = 1, most_share: float = 1.0, most: int | None = None
) -> tuple[tuple[str, ...], Any]:
    """Terms in order of the alphabet, and a sparse matrix of 0 and 1, texts × terms.

    Kept are terms that stand in `least` texts or more, in no larger share than `most_share`; of more than `most` the commonest.
    """
    from scipy.sparse import csr_matrix

    index: dict[str, int] = {}
    places, ends = array("q"), array("q", [0])
    for text in texts:
        places.extend({index.setdefault(term, len(index)) for term in text})
        ends.append(len(places))
    found, many = np.frombuffer(places, dtype=np.int64) if places else np.zeros(0, np.int64), len(ends) - 1
    texts_with = np.bincount(found, minlength=len(index))
    kept = np.flatnonzero((texts_with >= least) & (texts_with <= most_share * many))
    names = np.array(list(index), dtype=object)
    if most is not None and len(kept) > most:
        kept = kept[np.lexsort((names[kept], -texts_with[kept]))[:most]]
    kept = kept[np.argsort(names[kept])]
    ones = np.ones(len(found), dtype=np.float32)
    whole = csr_matrix((ones, found, np.frombuffer(ends, dtype=np.int64)), shape=(many, max(len(index), 1)))
    return tuple(str(name) for name in names[kept]), whole[:, kept].tocsr()


def count_known(texts: Iterable[Iterable[str]], names: Sequence[str]) -> Any:
    """Texts × these terms, 0 and 1."""
    from scipy.sparse import csr_matrix

    index = {name: place for place, name in enumerate(names)}
    places, ends = array("q"), array("q", [0])
    for text in texts:
        places.extend({index[term] for term in text if term in index})
        ends.append(len(places))
    found = np.frombuffer(places, dtype=np.int64) if places else np.zeros(0, np.int64)
    ones = np.ones(len(found), dtype=np.float32)
    return csr_matrix((ones, found, np.frombuffer(ends, dtype=np.int64)), shape=(len(ends) - 1, len(names)))


def reduced(matrix: Any, size: int, seed: int) -> tuple[Floats, Floats]:
    """The `size` first left singular vectors and values of a sparse matrix, by a randomized range finder with power
    iterations (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1). The sign is the largest entry's.
    """
    drawn = min(size + SPARE, min(matrix.shape))
    chance = np.random.default_rng(seed)
    basis = matrix @ chance.standard_normal((matrix.shape[1], drawn)).astype(np.float32)
    basis = np.linalg.qr(basis)[0]
    for _ in range(ROUNDS):
        basis = np.linalg.qr(matrix.T @ basis)[0]
        basis = np.linalg.qr(matrix @ basis)[0]
    small = (matrix.T @ basis).T
    left, values, _ = np.linalg.svd(small, full_matrices=False)
    left = (basis @ left)[:, :size]
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
    return np.asarray(left * np.where(signs == 0, 1.0, signs)), np.asarray(values[:size])


def against(truth: Sequence[str], told: Sequence[str]) -> tuple[float, float]:
    """Normalised mutual information (arithmetic mean; Strehl and Ghosh 2002) and adjusted Rand index (Hubert and Arabie
    1985) of two partings of the same rows. Both 1 where neither parts them.
    """
    from scipy.sparse import csr_matrix

    rows, columns = (np.unique(np.asarray(each, dtype=str), return_inverse=True)[1] for each in (truth, told))
    many = len(rows)
    joint = csr_matrix((np.ones(many), (rows, columns))).tocoo()
    joint.sum_duplicates()
    of_rows, of_columns = np.bincount(rows).astype(float), np.bincount(columns).astype(float)
    shared = joint.data / many * np.log(joint.data * many / (of_rows[joint.row] * of_columns[joint.col]))
    entropies = [float(-(each / many * np.log(each / many)).sum()) for each in (of_rows, of_columns)]
    nmi = (
        1.0 if len(of_rows) == len(of_columns) == 1 else min(1.0, max(0.0, 2.0 * float(shared.sum()) / sum(entropies)))
    )
    pairs = [float((each * (each - 1) / 2).sum()) for each in (joint.data, of_rows, of_columns)]
    expected = pairs[1] * pairs[2] / max(many * (many - 1) / 2, 1.0)
    most = (pairs[1] + pairs[2]) / 2
    return nmi, 1.0 if most == expected else (pairs[0] - expected) / (most - expected)
