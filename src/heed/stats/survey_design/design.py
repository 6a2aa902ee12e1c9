"""How a sample was drawn: strata, clusters by stage, population counts by stage, weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.core.errors.rules import Invalid
from heed.stats.arrays import Floats, floats, require

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Design:
    """One entry a row. `strata` 0 .. H-1; `clusters` by stage, each unique over the whole sample (without clusters every
    row is one); `sizes` how many clusters of the stage were drawn beside this one, `population` how many there are
    (infinite where that is not known: drawn with replacement); `weights` how many of the population a row stands for.
    """

    strata: Places
    clusters: tuple[Places, ...]
    sizes: tuple[Floats, ...]
    population: tuple[Floats, ...]
    weights: Floats

    @property
    def n(self) -> int:
        return int(self.weights.size)

    @property
    def degrees_of_freedom(self) -> int:
        """First-stage clusters less strata."""
        return int(np.unique(self.clusters[0]).size - np.unique(self.strata).size)

    @property
    def taken_whole(self) -> bool:
        """Whether nothing was left out at the first stage: a census has no sampling error."""
        return bool(np.all(self.sizes[0] >= self.population[0]))

    def degrees_of_freedom_in(self, inside: NDArray[np.bool_]) -> int:
        """Those of a subpopulation: clusters and strata that hold some of it."""
        return int(np.unique(self.clusters[0][inside]).size - np.unique(self.strata[inside]).size)


def places_of(labels: Sequence[Any] | NDArray) -> Places:
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.intp)


def _within(outer: Places, inner: Places) -> Places:
    """Labels that repeat over the outer ones told apart."""
    return places_of(outer * (int(inner.max(initial=0)) + 1) + inner)


def survey_design(
    rows: int,
    *,
    strata: Sequence[Any] | NDArray | None = None,
    clusters: Sequence[Sequence[Any] | NDArray] = (),
    weights: ArrayLike | None = None,
    population: Sequence[ArrayLike] = (),
    nest: bool = False,
) -> Design:
    """A design from columns (Särndal, Swensson and Wretman 1992). strata: labels of the first stage; clusters: labels by
    stage; population: counts of clusters (or rows) by stage, or the sampling fractions where all are at most 1;
    weights: implied by the population where absent; nest: labels of clusters repeat over strata. Raises Invalid.
    """
    stratum = places_of(strata) if strata is not None else np.zeros(rows, dtype=np.intp)
    stages = [places_of(each) for each in clusters] or [np.arange(rows, dtype=np.intp)]
    if nest:
        stages[0] = _within(stratum, stages[0])
    for stage in range(1, len(stages)):
        stages[stage] = _within(stages[stage - 1], stages[stage])
    _check_nested(stratum, stages[0])
    above = [stratum, *stages[:-1]]
    sizes = [_drawn(stage, over) for stage, over in zip(stages, above, strict=True)]
    counts = (
        [np.broadcast_to(each, (rows,)).astype(np.float64) for each in floats("population", *population)]
        if population
        else []
    )
    if counts and all(np.all(each <= 1.0) for each in counts):
        counts = [size / each for size, each in zip(sizes, counts, strict=False)]
    for size, count in zip(sizes, counts, strict=False):
        require(size <= count * (1.0 + 1e-12), "survey design", "more was drawn than there is")
    if weights is not None:
        (weight,) = floats("weights", weights)
    else:
        weight = np.ones(rows)
        for size, count in zip(sizes, counts, strict=False):
            weight = weight * count / size
    require(weight >= 0, "survey design", "weights must not be negative")
    unknown = [np.full(rows, np.inf)] * (len(stages) - len(counts))
    return Design(stratum, tuple(stages), tuple(sizes), (*counts[: len(stages)], *unknown), weight)


def _drawn(stage: Places, above: Places) -> Floats:
    """How many different clusters of a stage were drawn in each of those above, by row."""
    pairs = np.unique(np.column_stack([above, stage]), axis=0)
    return np.bincount(pairs[:, 0], minlength=int(above.max(initial=0)) + 1)[above].astype(np.float64)


def _check_nested(strata: Places, clusters: Places) -> None:
    if np.unique(np.column_stack([strata, clusters]), axis=0).shape[0] > np.unique(clusters).size:
        raise Invalid(
            "Some clusters lie in several strata.",
            code="clusters_not_nested",
            hint="Say that the labels of clusters repeat over strata.",
        )
