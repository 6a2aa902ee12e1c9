"""Krippendorff's alpha: any number of raters, missing ratings, four levels of measurement."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import NO_ROWS, NO_VARIATION, Floats, require

Measurement = Literal["nominal", "ordinal", "interval", "ratio"]
MEASUREMENTS = ("nominal", "ordinal", "interval", "ratio")


@dataclass(frozen=True)
class Alpha:
    """`pairable` is the number of ratings in units with at least two; None with a reason where nothing is to compare or
    all are alike.
    """

    alpha: float | None
    pairable: int
    units: int
    measurement: str
    reason: str = ""


def krippendorff_alpha(ratings: ArrayLike, measurement: Measurement = "nominal") -> Alpha:
    """1 - observed / expected disagreement by the coincidence matrix (Krippendorff 2011). ratings: shape (raters, units),
    NaN where missing; nominal categories as numbers. Complete data are a case like any other. Raises Invalid.
    """
    values = np.asarray(ratings, dtype=np.float64)
    require(values.ndim == 2 and not np.isinf(values).any(), "alpha", "ratings must be a table, raters by units")
    if measurement not in MEASUREMENTS:
        raise Invalid(
            phrase("There is no level of measurement {name}.", name=measurement),
            code="unknown_measurement",
            hint=nearest(measurement, MEASUREMENTS),
        )
    given = ~np.isnan(values)
    enough = given.sum(axis=0) >= 2
    values, given = values[:, enough], given[:, enough]
    labels = np.unique(values[given])
    if not labels.size:
        return Alpha(None, 0, 0, measurement, NO_ROWS)
    counts = np.array([(given & (values == label)).sum(axis=0) for label in labels], dtype=np.float64)
    per_unit = counts.sum(axis=0)
    coincidence = (counts / (per_unit - 1.0)) @ counts.T - np.diag((counts / (per_unit - 1.0)).sum(axis=1))
    margin = coincidence.sum(axis=1)
    n = float(margin.sum())
    apart = _distances(labels, margin, measurement)
    expected = float((np.outer(margin, margin) * apart).sum()) / (n - 1.0)
    if expected == 0:
        return Alpha(None, round(n), int(enough.sum()), measurement, NO_VARIATION)
    return Alpha(1.0 - float((coincidence * apart).sum()) / expected, round(n), int(enough.sum()), measurement)


def _distances(labels: Floats, margin: Floats, measurement: str) -> Floats:
    """Squared differences of each pair of values."""
    one, other = labels[:, None], labels[None, :]
    if measurement == "nominal":
        return (one != other).astype(np.float64)
    if measurement == "interval":
        return np.asarray((one - other) ** 2)
    if measurement == "ratio":
        total = one + other
        return np.divide(one - other, total, out=np.zeros(total.shape), where=total != 0) ** 2
    upto = np.cumsum(margin)
    low, high = np.minimum.outer(upto - margin, upto - margin), np.maximum.outer(upto, upto)
    return np.asarray((high - low - np.add.outer(margin, margin) / 2.0) ** 2 * (one != other))
