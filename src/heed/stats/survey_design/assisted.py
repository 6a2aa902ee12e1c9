"""What answers say of everybody who could have been asked, with the help of what is known of each of them.

The difference estimator: what a model foretells for all, put right by how far it is off where there are answers (Särndal, Swensson and
Wretman 1992, 6.3; Cassel, Särndal and Wretman 1976). Models are fitted without the persons they foretell for (cross-fitting), so
that an answer never helps to foretell itself, and how much they count is chosen to make the error least (Montanari 1987).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import TOO_FEW, Floats, check_level, normal_quantile, require
from heed.stats.distributions import student_quantile

Ints = NDArray[np.int64]
FOLDS = 5
LEAST_PERSONS = 30  # with fewer the model is not asked: its share could not be told
# Columns have a spread of one; the ridge counts as so many answers of no effect, against chance in rare columns.
RIDGE = 10.0
PLAIN, ASSISTED = "by_person", "assisted_by_person"


@dataclass(frozen=True)
class Known:
    """A figure from answers, persons as clusters. error: its standard error; n answers of so many persons; df: what t is
    taken with; None, with a reason, where it cannot be told.
    """

    value: float | None
    low: float | None
    high: float | None
    error: float | None
    n: int
    persons: int
    df: float
    method: str
    reason: str = ""

    @property
    def width(self) -> float | None:
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Assisted:
    """The same figure without a model and with it; `share`: how much the model counts (0 to 1); alike: the intra-class
    correlation of a person's answers (None: nobody answered twice).
    """

    plain: Known
    assisted: Known
    share: float
    alike: float | None
    frame: int

    @property
    def worth(self) -> float | None:
        """How many times as many answers the plain figure would need for the same error."""
        one, other = self.plain.error, self.assisted.error
        return (one / other) ** 2 if one and other else None


@dataclass(frozen=True)
class Answers:
    """Answers of some rows of a frame. row: the place of each in the frame; y: its value; weight: one over its chance."""

    row: Ints
    y: Floats
    weight: Floats


def foretold(x: Floats, person: Ints, given: Answers) -> Floats:
    """For every row of the frame what its columns x (rows, k) foretell, from the answers of persons of other folds; a weighted
    ridge regression. person: (rows,) places from 0.
    """
    spread = x.std(axis=0)
    columns = (x[:, spread > 0] - x[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    columns = np.column_stack([np.ones(len(x)), columns])
    penalty = np.full(columns.shape[1], RIDGE)
    penalty[0] = 0.0
    fold, found = person % FOLDS, np.zeros(len(x))
    weight = given.weight / given.weight.mean() if len(given.weight) else given.weight
    for place in range(FOLDS):
        other = fold[given.row] != place
        if not other.any():
            continue
        part, w = columns[given.row[other]], weight[other]
        square = (part * w[:, None]).T @ part + np.diag(penalty)
        here = fold == place
        found[here] = columns[here] @ np.linalg.lstsq(square, part.T @ (w * given.y[other]), rcond=None)[0]
    return found


def assisted_mean(
    foretells: Floats, person: Ints, given: Answers, *, share: bool = False, level: float = 0.95
) -> Assisted:
    """The mean of a frame's rows: weighted (Hájek 1971), and with what was foretold for each row; the variance is between
    persons, what the frame itself varies by included, so that periods may be compared.

    share: values of 0 and 1, whose limits are Wilson's (1927) at the effective number of answers (Korn and Graubard 1998).
    """
    check_level(level)
    require(len(foretells) == len(person), "frame", "each row must have a person")
    n, rows = len(given.y), len(foretells)
    if not n:
        nothing = Known(None, None, None, None, 0, 0, 0.0, PLAIN, "no_rows")
        return Assisted(nothing, nothing, 0.0, None, rows)
    size, who = int(person.max()) + 1, person[given.row]
    w = given.weight / given.weight.sum()
    value, model = float(w @ given.y), float(w @ foretells[given.row])
    everybody = float(foretells.mean())
    own = np.asarray(np.bincount(who, weights=w * (given.y - value), minlength=size), np.float64)
    seen = np.bincount(who, weights=w * (foretells[given.row] - model), minlength=size)
    help_ = np.bincount(person, weights=(foretells - everybody) / rows, minlength=size) - seen
    persons = int((np.bincount(who, minlength=size) > 0).sum())
    counts = np.bincount(who, weights=w, minlength=size)
    df = float(1.0 / (counts**2).sum()) - 1.0
    able = persons >= LEAST_PERSONS and float(help_ @ help_) > 0
    much = float(np.clip(-(own @ help_) / (help_ @ help_), 0.0, 1.0)) if able else 0.0
    plain = _known(value, own, (n, persons), df, (share, level, PLAIN))
    if not much:
        return Assisted(plain, plain, 0.0, _alike(given.y, who), rows)
    best = value + much * (everybody - model)
    helped = _known(best, own + much * help_, (n, persons), df - 1.0, (share, level, ASSISTED))
    return Assisted(plain, helped, much, _alike(given.y, who), rows)


def _known(value: float, parts: Floats, many: tuple[int, int], df: float, how: tuple[bool, float, str]) -> Known:
    n, persons = many
    share, level, method = how
    if persons < 2 or df < 1.0:
        return Known(value, None, None, None, n, persons, max(df, 0.0), method, TOO_FEW)
    error = float(np.sqrt(persons / (persons - 1.0) * float(parts @ parts)))
    t = float(student_quantile(df, 0.5 + level / 2.0))
    if share:
        low, high = _wilson(value, error, persons, t, normal_quantile(level))
    elif error > 0:
        low, high = value - t * error, value + t * error
    else:
        return Known(value, None, None, error, n, persons, df, method, "no_variation")
    return Known(value, low, high, error, n, persons, df, method)


def _wilson(value: float, error: float, persons: int, t: float, z: float) -> tuple[float, float]:
    """Limits of a share whose error is known: Wilson's, at as many answers as would have that error, fewer where t says so."""
    p = min(max(value, 0.0), 1.0)
    n = p * (1.0 - p) / error**2 if error > 0 and 0.0 < p < 1.0 else float(persons)
    n *= (z / t) ** 2
    middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * float(np.sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _alike(y: Floats, who: Ints) -> float | None:
    _, place = np.unique(who, return_inverse=True)
    many, total, square = (np.asarray(np.bincount(place, each), np.float64) for each in (np.ones(len(y)), y, y * y))
    return alike_within(many, total, square)


def alike_within(many: Floats, total: Floats, square: Floats) -> float | None:
    """The intra-class correlation of persons' answers by analysis of variance (Searle, Casella and McCulloch 1992, 3.6), from each
    person's number of answers, their sum and their sum of squares; None where nobody answered twice, or all the same.
    """
    groups, n = len(many), float(many.sum())
    if groups < 2 or n <= groups:
        return None
    means, middle = total / many, float(total.sum()) / n
    within = float((square - many * means**2).sum()) / (n - groups)
    between = float((many * (means - middle) ** 2).sum()) / (groups - 1.0)
    size = (n - float((many**2).sum()) / n) / (groups - 1.0)
    spread = (between - within) / size
    whole = spread + within
    return float(np.clip(spread / whole, 0.0, 1.0)) if whole > 1e-12 else None
