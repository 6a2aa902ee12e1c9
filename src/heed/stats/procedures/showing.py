"""Results as the cases name them."""

from typing import Any

import numpy as np

from heed.stats.intervals.result import Interval


def limits(interval: Interval) -> list[float | None]:
    """Both limits of the only figure, null where there is none."""
    figure = interval.figure()
    return [figure.low, figure.high]


def only(values: Any) -> float | None:
    """The only entry of an array; None where it is masked."""
    array = np.ma.ravel(values)
    return None if array[0] is np.ma.masked else float(array[0])
