"""Variances of what is summed over a sample, as its design asks (Taylor linearisation, all stages)."""

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.survey_design.design import Design, Places

CERTAIN = 1e-7  # a stratum so nearly taken whole has no sampling variance


def covariance(design: Design, contributions: Floats) -> Floats | None:
    """Of the column sums of contributions (each row's weighted influence, shape (n, k)); shape (k, k).

    Within each stratum (1 - f) m/(m - 1) Σ (z_c - z̄)(z_c - z̄)' over its m clusters, and f1 times the same of each
    further stage whose population is known (Särndal, Swensson and Wretman 1992, 4.3; Lumley 2004). None where a stratum
    that is not taken whole has a single cluster: its variance is not known.
    """
    z = contributions if contributions.ndim == 2 else contributions[:, None]
    total = np.zeros((z.shape[1], z.shape[1]))
    above, passed = design.strata, np.ones(design.n)
    for stage, (clusters, sizes, counts) in enumerate(
        zip(design.clusters, design.sizes, design.population, strict=True)
    ):
        if stage and not np.all(np.isfinite(design.population[stage - 1])):
            break
        with np.errstate(invalid="ignore"):
            left = np.where(np.isfinite(counts), (counts - sizes) / counts, 1.0)
        part = _one_stage(z, above, clusters, sizes, left, passed)
        if part is None:
            return None
        total += part
        passed = passed * sizes / counts
        above = clusters
    return total


def _one_stage(
    z: Floats, above: Places, clusters: Places, sizes: Floats, left: Floats, passed: Floats
) -> Floats | None:
    _, first, index = np.unique(clusters, return_index=True, return_inverse=True)
    sums = np.zeros((first.size, z.shape[1]))
    np.add.at(sums, index, z)
    over, drawn, share, factor = above[first], sizes[first], left[first], passed[first]
    alone = (drawn < 2) & (share > CERTAIN)
    if np.any(alone & (factor > 0)):
        return None
    means = np.zeros((int(above.max(initial=0)) + 1, z.shape[1]))
    np.add.at(means, over, sums / drawn[:, None])
    rest = sums - means[over]
    scale = np.where(drawn > 1, factor * share * drawn / np.maximum(drawn - 1.0, 1.0), 0.0)
    return rest.T @ (rest * scale[:, None])
