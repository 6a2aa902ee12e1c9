"""How well clusters explain the words: the exact integrated likelihood of a Dirichlet-multinomial mixture.

The words of a cluster are drawn from a Dirichlet prior around the words of all texts; integrated out, more clusters are
not better of themselves (Biernacki, Celeux and Govaert 2010; integrated complete-data likelihood). The strength of the
prior is the one under which these clusters are likeliest (empirical Bayes). In nats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.discovery.clusters import Places, memberships

STRENGTHS = (30.0, 100.0, 300.0, 1000.0, 3000.0)
SIZE_PRIOR = 0.5  # Jeffreys' prior of the clusters' shares


@dataclass(frozen=True, eq=False)
class Evidence:
    """Word counts by cluster (dense, clusters × words), texts by cluster, and the prior the words are held against."""

    counts: Floats
    sizes: Floats
    prior: Floats

    @classmethod
    def of(cls, present: Any, places: Places, many: int) -> "Evidence":
        """present: texts × words, 0/1. The strength is chosen for these clusters."""
        counts = (memberships(places, many) @ present).toarray().astype(np.float64)
        sizes = np.bincount(places[places >= 0], minlength=many).astype(np.float64)
        share = counts.sum(axis=0) + 1e-9
        share = share / share.sum()
        best = max(STRENGTHS, key=lambda each: float(likelihood(counts, each * share).sum()))
        return cls(counts, sizes, best * share)

    @property
    def total(self) -> float:
        """The evidence for these clusters as a whole."""
        return float(likelihood(self.counts, self.prior).sum()) + of_sizes(self.sizes)

    def merged(self, pairs: Sequence[tuple[int, int]]) -> Floats:
        """What is gained (lost, if negative) by taking each pair of clusters for one."""
        one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        each = likelihood(self.counts, self.prior)
        both = likelihood(self.counts[one] + self.counts[other], self.prior)
        return np.asarray(both - each[one] - each[other] + self._sizes_merged(one, other))

    def _sizes_merged(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        from scipy.special import gammaln

        apart = gammaln(self.sizes + SIZE_PRIOR) - gammaln(SIZE_PRIOR)
        both = gammaln(self.sizes[one] + self.sizes[other] + SIZE_PRIOR) - gammaln(SIZE_PRIOR)
        many, texts = len(self.sizes), self.sizes.sum()
        return np.asarray(both - apart[one] - apart[other] + _whole(many - 1, texts) - _whole(many, texts))

    def taken(self, rows: Any, places: Places) -> float:
        """What is gained by taking these texts (their words, and the clusters they are in) out into a cluster of their own."""
        many = len(self.sizes)
        parts = (memberships(places, many) @ rows).toarray().astype(np.float64)
        sizes = np.bincount(places, minlength=many).astype(np.float64)
        before = likelihood(self.counts, self.prior).sum() + of_sizes(self.sizes)
        after = likelihood(np.vstack([self.counts - parts, parts.sum(axis=0)[None, :]]), self.prior).sum()
        return float(after + of_sizes(np.append(self.sizes - sizes, sizes.sum())) - before)


def likelihood(counts: Floats, prior: Floats) -> Floats:
    """The log likelihood of each row of counts under a Dirichlet-multinomial."""
    from scipy.special import gammaln

    row, column = np.nonzero(counts)
    base = prior[column]
    each = gammaln(base + counts[row, column]) - gammaln(base)
    strength = prior.sum()
    return np.asarray(
        np.bincount(row, each, minlength=len(counts)) + gammaln(strength) - gammaln(strength + counts.sum(axis=1))
    )


def of_sizes(sizes: Floats) -> float:
    """The log likelihood of which texts are in which cluster."""
    from scipy.special import gammaln

    return _whole(len(sizes), sizes.sum()) + float((gammaln(sizes + SIZE_PRIOR) - gammaln(SIZE_PRIOR)).sum())


def _whole(many: int, texts: float) -> float:
    from scipy.special import gammaln

    return float(gammaln(many * SIZE_PRIOR) - gammaln(texts + many * SIZE_PRIOR))
