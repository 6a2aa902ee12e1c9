"""The card of a model: how often it is right on texts it has not seen, class by class, and whether its confidence means
what it says. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heed.stats.arrays import Flags, Floats
from heed.stats.intervals.proportion import proportion

BINS = 10
CONFIDENCE_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)
APART = 5  # one customer in five is held apart
CURVE = (100, 200, 400, 800, 1600, 3200, 6400, 12_800)
# Time grows with the third power of rows. Where twice as many bring less than this more told right, from that many on, no more
# are learnt from: so the sample and tweets to airlines (training part) stand from 6,400 on.
FLAT, FLAT_FROM = 0.0025, 6400
FEW_GIVEN = 0.2  # of what is learnt from: up to this share of it no label people gave is left out


def held_apart(groups: Sequence[str], seed: int) -> Flags:
    """Which rows are not learnt from, but measured on: all rows of one in five groups (customers), drawn by the seed."""
    _, places = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    chance = np.random.default_rng(seed).permutation(int(places.max()) + 1 if len(places) else 0)
    return np.asarray(chance[places] % APART == 0)


def curve_sizes(rows: int) -> list[int]:
    """On how many rows the learning curve is measured; the last is all there are."""
    return [*(size for size in CURVE if size < 0.8 * rows), rows]


def is_flat(curve: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last point of a learning curve says that more rows bring nothing more."""
    if len(curve) < 2 or curve[-1]["rows"] < FLAT_FROM or curve[-1]["rows"] < 2 * curve[-2]["rows"]:
        return False
    return bool(curve[-1]["value"] - curve[-2]["value"] < FLAT)


def drawn(rows: Sequence[int], given: Flags, size: int, seed: int) -> list[int]:
    """So many of the rows (numbers into `given`, which says whose labels people gave), drawn by the seed. Labels people gave
    all take part where they are few; where they are many, in the proportion in which they are there.
    """
    order = np.random.default_rng(seed).permutation(np.asarray(rows, dtype=np.int64))
    by_people = order[given[order]]
    if len(by_people) <= FEW_GIVEN * size:
        order = np.concatenate([by_people, order[~given[order]]])
    return [int(place) for place in order[:size]]


def learnt_part(given: Flags, curve: Sequence[Mapping[str, Any]], seed: int) -> list[int]:
    """Which rows to learn from, in order: all, or as many as still brought something."""
    size = curve[-1]["rows"] if is_flat(curve) else len(given)
    return sorted(drawn(range(len(given)), given, size, seed))


def share(hits: float, n: float) -> dict[str, Any]:
    """A share with Wilson's 95 % limits; all None where n is 0."""
    figure = proportion(hits, n).figure()
    return {"value": figure.value, "low": figure.low, "high": figure.high, "n": int(n)}


def measured(truth: Sequence[str], probabilities: Floats, classes: Sequence[str]) -> dict[str, Any]:
    """Accuracy, precision and recall of each class, worst class first, and calibration.

    truth: one class a row; probabilities: shape (rows, classes), rows sum to 1. Shares have Wilson's limits, which leave
    out that rows of one customer are alike.
    """
    told = np.argmax(probabilities, axis=1) if len(truth) else np.zeros(0, dtype=np.int64)
    real = np.array([list(classes).index(label) for label in truth], dtype=np.int64)
    by_class: list[dict[str, Any]] = []
    for place, name in enumerate(classes):
        right = int(((told == place) & (real == place)).sum())
        by_class.append(
            {
                "label": name,
                "recall": share(right, int((real == place).sum())),
                "precision": share(right, int((told == place).sum())),
                "f1": 2 * right / max(int((real == place).sum() + (told == place).sum()), 1),
            }
        )
    seen = [each for each in by_class if each["recall"]["n"]]
    return {
        "accuracy": share(int((told == real).sum()), len(truth)),
        "macro_f1": float(np.mean([each["f1"] for each in seen])) if seen else None,
        "by_class": sorted(by_class, key=lambda each: each["f1"]),
        "calibration": calibration(np.max(probabilities, axis=1) if len(truth) else np.zeros(0), told == real),
    }


def calibration(confidence: Floats, right: Flags) -> dict[str, Any]:
    """By bins of confidence: how sure, how often right; and the mean gap weighed by rows (expected calibration error,
    Guo et al. 2017).
    """
    bins, error = [], 0.0
    places = np.minimum((np.asarray(confidence) * BINS).astype(np.int64), BINS - 1)
    for place in range(BINS):
        among = places == place
        many = int(among.sum())
        if many:
            sure, hit = float(np.asarray(confidence)[among].mean()), int(np.asarray(right)[among].sum())
            bins.append({"from": place / BINS, "sure": sure, "right": share(hit, many)})
            error += many / len(places) * abs(sure - hit / many)
    return {"error": error if bins else None, "bins": bins}


def confidence_counts(confidence: Sequence[float]) -> list[int]:
    """How many rows lie in each bin of CONFIDENCE_EDGES."""
    return [int(each) for each in np.histogram(np.asarray(confidence, dtype=np.float64), CONFIDENCE_EDGES)[0]]
