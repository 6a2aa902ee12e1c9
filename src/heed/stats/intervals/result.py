"""What every interval gives back: estimates and limits by group, with a reason where a figure does not exist."""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, Masked, Texts


@dataclass(frozen=True)
class Figure:
    """One group's figure. A value or limit that does not exist is None, and `reason` says why."""

    value: float | None
    low: float | None
    high: float | None
    n: float
    reason: str = ""


@dataclass(frozen=True)
class Interval:
    """Figures of many groups. All arrays have one shape; an entry is masked where the figure does not exist.

    `n` is the number of rows measured (not an effective number); `level` the confidence level; `method` how the
    limits were found.
    """

    estimate: Masked
    low: Masked
    high: Masked
    n: Floats
    reason: Texts
    method: str
    level: float

    def figures(self) -> list[Figure]:
        """The groups one by one, flattened in order of the arrays."""
        columns = (
            np.ma.ravel(self.estimate),
            np.ma.ravel(self.low),
            np.ma.ravel(self.high),
            np.ravel(self.n),
            np.ravel(self.reason),
        )
        return [Figure(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def figure(self) -> Figure:
        """The only figure of a result that has one."""
        (figure,) = self.figures()
        return figure
