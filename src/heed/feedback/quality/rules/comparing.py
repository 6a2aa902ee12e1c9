"""Who answered beside who was asked and who could have been: standardised differences, tests, and the R-indicator. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, Texts
from heed.stats.experiments.multiplicity import adjust
from heed.stats.regression.formula import model_matrix
from heed.stats.representativeness.indicator import Representativity, r_indicator, response_test


@dataclass(frozen=True)
class Counted:
    """Decisions counted by cell: the classes of each column, and of each cell who could have been asked (`frame`), who was
    (`asked`), and who answered. Shapes (cells,).
    """

    columns: Mapping[str, Texts]
    frame: Floats
    asked: Floats
    answered: Floats

    def sums(self, name: str, values: Floats) -> dict[str, float]:
        """Of one column, by class."""
        labels = self.columns[name]
        return {str(each): float(values[labels == each].sum()) for each in np.unique(labels)}


@dataclass(frozen=True)
class ClassLine:
    """One class of one column. `difference`: its share among answers less that among those asked, standardised."""

    name: str
    frame: float
    asked: float
    answered: float
    frame_share: float
    asked_share: float
    answered_share: float
    difference: float

    @property
    def rate(self) -> float | None:
        return self.answered / self.asked if self.asked else None


@dataclass(frozen=True)
class ColumnLine:
    """One column: its classes, Pearson's test that all answer alike (p adjusted for the columns, Holm 1979), and its part of
    the spread of response propensities. `greatest`: the largest standardised difference of a class.
    """

    name: str
    classes: tuple[ClassLine, ...]
    chi2: float | None
    df: int
    p: float | None
    between: float | None

    @property
    def greatest(self) -> float:
        return max((abs(each.difference) for each in self.classes), default=0.0)


@dataclass(frozen=True)
class Compared:
    """All columns, and the R-indicator over them. `r` is less the bias that small samples bring (`r_plain` is not); `p` of
    the test that no column matters; `variation` bounds the bias of a standardised mean. A reason where it cannot be told.
    """

    columns: tuple[ColumnLine, ...]
    n: int
    r: float | None
    r_plain: float | None
    variation: float | None
    p: float | None
    reason: str = ""


def compare(counted: Counted) -> Compared:
    """Those who answered beside those who were asked, by each column and by all."""
    asked, answered = counted.asked, counted.answered
    n, yes = float(asked.sum()), float(answered.sum())
    lines = [_column(counted, name) for name in counted.columns]
    if n == 0 or yes in (0.0, n) or not counted.columns:
        reason = "no_rows" if n == 0 else "no_variation" if counted.columns else "no_columns"
        return Compared(tuple(lines), int(n), None, None, None, None, reason)
    tests = {each.name: response_test(counted.columns[each.name].tolist(), answered, asked) for each in _told(counted)}
    adjusted = (
        dict(zip(tests, adjust([p for _, _, p in tests.values()], "holm").tolist(), strict=True)) if tests else {}
    )
    used = asked > 0
    factors = {name: counted.columns[name][used].tolist() for name in tests}
    found = r_indicator(factors, answered[used], asked[used]) if tests else None
    told = [
        ColumnLine(
            each.name,
            each.classes,
            *tests[each.name][:2],
            adjusted[each.name],
            found.between.get(each.name) if found else None,
        )
        if each.name in tests
        else each
        for each in lines
    ]
    if found is None or found.r is None:
        return Compared(tuple(told), int(n), None, None, None, None, found.reason if found else "no_columns")
    r = _unbiased(factors, asked[used], found)
    return Compared(tuple(told), int(n), r, found.r, found.variation, _p(found))


@dataclass(frozen=True)
class _Named:
    name: str


def _told(counted: Counted) -> list[_Named]:
    """Columns of which at least two classes were asked."""
    used = counted.asked > 0
    return [_Named(name) for name, labels in counted.columns.items() if np.unique(labels[used]).size > 1]


def _p(found: Representativity) -> float | None:
    from scipy.special import chdtrc

    return float(chdtrc(found.lrt_df, max(found.lrt or 0.0, 0.0))) if found.lrt_df else None


def _column(counted: Counted, name: str) -> ColumnLine:
    frame, asked, answered = (counted.sums(name, each) for each in (counted.frame, counted.asked, counted.answered))
    wholes = [max(sum(each.values()), 1.0) for each in (frame, asked, answered)]
    lines = []
    for each in sorted(frame, key=lambda one: (-frame[one], one)):
        one, two, three = (part[each] / whole for part, whole in zip((frame, asked, answered), wholes, strict=True))
        off = standardised(three, two)
        lines.append(ClassLine(each, frame[each], asked[each], answered[each], one, two, three, off))
    return ColumnLine(name, tuple(lines), None, max(len(lines) - 1, 0), None, None)


def standardised(one: float, other: float) -> float:
    """The difference of two shares in units of their mean standard deviation (Austin 2009)."""
    spread = np.sqrt((one * (1.0 - one) + other * (1.0 - other)) / 2.0)
    return float((one - other) / spread) if spread > 0 else 0.0


def _unbiased(factors: Mapping[str, Sequence[str]], asked: Floats, found: Representativity) -> float:
    """R without the spread that estimating propensities adds: the variance of each less that of their mean is taken out of
    theirs (Shlomo, Skinner and Schouten 2012, for the logistic model). Not below zero.
    """
    matrix = model_matrix(factors, [(name,) for name in factors]).values
    slope = found.propensity * (1.0 - found.propensity)
    information = matrix.T @ (matrix * (asked * slope)[:, None])
    inverse = np.linalg.pinv(information)
    each = slope**2 * np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    n = float(asked.sum())
    mean = float((asked * found.propensity).sum()) / n
    spread = float((asked * (found.propensity - mean) ** 2).sum()) / (n - 1.0)
    bias = float((asked * each).sum()) / n - float((asked * slope).sum()) / n**2
    return float(1.0 - 2.0 * np.sqrt(max(spread - bias, 0.0)))
