"""Weights brought to known totals: post-stratification, raking, linear and raking calibration, with their variances.

Residuals of the calibration variables take the place of the values in the variance (Deville and Särndal 1992).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.stats.arrays import Floats, require
from heed.stats.survey_design.design import Design, Places
from heed.stats.survey_design.estimates import Sample

ROUNDS = 1000
PROJECTIONS = 10
STEADY = 1e-13


def _margin(labels: Sequence[Any] | NDArray, totals: Mapping[str, float]) -> tuple[Places, Floats]:
    """Each row's class in the order of the totals. Raises Invalid where one has no total, or a total no row."""
    names = list(totals)
    texts = [str(label) for label in labels]
    unknown = sorted(set(texts) - set(names))
    absent = [name for name in names if name not in set(texts) and totals[name] > 0]
    if unknown or absent:
        raise Invalid(
            phrase("The class {name} is in the sample or in the population only.", name=(unknown + absent)[0]),
            code="classes_differ",
            hint="Join classes until each has rows and a total.",
        )
    place = {name: at for at, name in enumerate(names)}
    return np.array([place[text] for text in texts], dtype=np.intp), np.array([float(totals[name]) for name in names])


def _fitted(weights: Floats, classes: Places, totals: Floats) -> Floats:
    sums = np.bincount(classes, weights=weights, minlength=totals.size)
    require((sums > 0) | (totals == 0), "post-stratification", "a class has no weight")
    return np.asarray(weights * (totals / np.where(sums > 0, sums, 1.0))[classes])


def _centred(z: Floats, weights: Floats, classes: Places, plain_means: bool) -> Floats:
    """Contributions less their weight times the class mean of contribution a weight: weighted, or plain."""
    values = np.divide(z, weights[:, None], out=np.zeros(z.shape), where=weights[:, None] > 0)
    each = np.ones(weights.size) if plain_means else weights
    size = np.bincount(classes, weights=each)
    sums = np.zeros((size.size, z.shape[1]))
    np.add.at(sums, classes, values * each[:, None])
    means = sums / np.where(size > 0, size, 1.0)[:, None]
    return np.asarray(z - weights[:, None] * means[classes])


def _two_dimensional(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    return lambda z: function(z if z.ndim == 2 else z[:, None])


def post_stratify(design: Design, labels: Sequence[Any] | NDArray, totals: Mapping[str, float]) -> Sample:
    """Weights that add up to known totals of classes (Holt and Smith 1979). Raises Invalid."""
    classes, known = _margin(labels, totals)
    weights = _fitted(design.weights, classes, known)
    return Sample(design, weights, _two_dimensional(lambda z: _centred(z, weights, classes, False)))


def rake(
    design: Design,
    margins: Sequence[tuple[Sequence[Any] | NDArray, Mapping[str, float]]],
    *,
    plain_means: bool = False,
) -> Sample:
    """Weights that meet several margins at once, by fitting each in turn (Deming and Stephan 1940) until none moves.

    The variance takes the margins' means out in turn: weighted, or plain in ten rounds as R's survey does, the same
    where weights are equal within cells. Raises Invalid, and Refused where the margins cannot be met.
    """
    known = [_margin(labels, totals) for labels, totals in margins]
    sums = [float(totals.sum()) for _, totals in known]
    require(max(sums) - min(sums) <= 1e-6 * max(sums), "raking", "the margins must have one total")
    weights = design.weights
    for _ in range(ROUNDS):
        before = weights
        for classes, totals in known:
            weights = _fitted(weights, classes, totals)
        if np.max(np.abs(weights - before)) <= STEADY * np.max(weights):
            break
    else:
        raise Refused("The margins cannot be met together.", code="not_raked", hint="Join small classes.")

    def left(z: Floats) -> Floats:
        for _ in range(PROJECTIONS if plain_means else 10 * PROJECTIONS):
            for classes, _totals in known:
                z = _centred(z, weights, classes, plain_means)
        return z

    return Sample(design, weights, _two_dimensional(left))


def calibrate(design: Design, x: Floats, totals: Floats, distance: Literal["linear", "raking"] = "linear") -> Sample:
    """Weights w g(x'b) whose totals of x are the known ones: g = 1 + u (the generalised regression estimator) or e^u,
    by Newton's method. x: (n, k). The variance is that of g times the residuals of the regression on x with the
    first weights. Raises Refused where no such weights are found, Invalid.
    """
    w = design.weights
    multiplier = np.zeros(x.shape[1])
    scale = np.maximum(np.abs(totals), 1.0)
    for _ in range(ROUNDS):
        u = x @ multiplier
        g = 1.0 + u if distance == "linear" else np.exp(u)
        slope = np.ones(w.size) if distance == "linear" else g
        off = totals - x.T @ (w * g)
        if np.max(np.abs(off) / scale) < STEADY:
            break
        step, *_ = np.linalg.lstsq(x.T @ (x * (w * slope)[:, None]), off, rcond=None)
        settled = np.max(np.abs(step)) < 1e-15 * max(np.max(np.abs(multiplier)), 1e-3)
        multiplier = multiplier + step
        if settled:
            break
        if not np.all(np.isfinite(multiplier)) or np.max(np.abs(x @ multiplier)) > 200.0:
            raise Refused("No weights meet these totals.", code="not_calibrated", hint="Ask for fewer totals.")
    else:
        raise Refused("No weights meet these totals.", code="not_calibrated", hint="Ask for fewer totals.")
    if np.max(np.abs(off) / scale) > 1e-6:
        raise Refused("No weights meet these totals.", code="not_calibrated", hint="Ask for fewer totals.")
    root = np.sqrt(w)
    q, _r = np.linalg.qr(x * root[:, None])

    def left(z: Floats) -> Floats:
        values = np.divide(z, (g * root)[:, None], out=np.zeros(z.shape), where=(g * root)[:, None] != 0)
        return np.asarray((values - q @ (q.T @ values)) * (g * root)[:, None])

    return Sample(design, w * g, _two_dimensional(left))
