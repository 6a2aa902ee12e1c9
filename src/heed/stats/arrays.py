"""How the statistics take and give their numbers: arrays of one shape in, arrays of that shape out, a mask where a
figure does not exist.
"""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heed.core.errors.rules import Invalid, phrase

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]
Masked = np.ma.MaskedArray[Any, np.dtype[np.float64]]

NO_ROWS = "no_rows"  # nothing was measured
ONE_VALUE = "one_value"  # one value says nothing about its spread
NO_VARIATION = "no_variation"  # all values are equal: a width of zero would pass for certainty
NO_DENOMINATOR = "no_denominator"  # the sum below the line is zero
TOO_FEW = "too_few"  # no order statistic lies far enough out for this level
TIED = "tied"  # both limits fall on one repeated value


def floats(name: str, *values: ArrayLike) -> tuple[Floats, ...]:
    """The values as float arrays broadcast to one shape. Raises Invalid when a value is infinite, NaN or of
    another shape.
    """
    try:
        arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    except ValueError as error:
        raise Invalid(
            phrase("{name}: arrays of different shapes, or not numbers.", name=name),
            code="invalid_numbers",
            hint=str(error),
        ) from error
    if not all(np.isfinite(array).all() for array in arrays):
        raise Invalid(
            phrase("{name}: every number must be finite.", name=name),
            code="invalid_numbers",
            hint="Leave missing values out before counting.",
        )
    return tuple(arrays)


def require(condition: ArrayLike, name: str, rule: str) -> None:
    """Refuse numbers that break a rule. Raises Invalid naming it."""
    if not np.all(condition):
        raise Invalid(
            phrase("{name}: {rule}.", name=name, rule=rule), code="invalid_numbers", hint="Check the counts handed in."
        )


def check_level(level: float) -> float:
    """A confidence level, strictly between 0 and 1. Raises Invalid."""
    if not 0.0 < level < 1.0:
        raise Invalid(
            phrase("A level of {level} is no confidence level.", level=level),
            code="invalid_level",
            hint="Give a share between 0 and 1, such as 0.95.",
        )
    return level


def normal_quantile(level: float) -> float:
    """The two-sided standard normal quantile of a level: 1.96 at 0.95 (Wichura 1988, AS 241, to full precision)."""
    return -NormalDist().inv_cdf((1.0 - check_level(level)) / 2.0)


def masked(values: ArrayLike, unknown: ArrayLike) -> Masked:
    """The values with those that do not exist masked (and set to zero beneath, so that nothing can leak)."""
    array = np.asarray(values, dtype=np.float64)
    hidden = np.broadcast_to(np.asarray(unknown, dtype=bool), array.shape)
    return np.ma.MaskedArray(np.where(hidden, 0.0, array), mask=hidden.copy())


def reasons(shape: tuple[int, ...], *cases: tuple[ArrayLike, str]) -> Texts:
    """One reason an entry: the first whose condition holds, empty when none does."""
    if not cases:
        return np.full(shape, "", dtype="U32")
    conditions = [np.broadcast_to(np.asarray(condition, dtype=bool), shape) for condition, _ in cases]
    return np.select(conditions, [np.full(shape, reason, dtype="U32") for _, reason in cases], default="").astype("U32")


def divide(above: ArrayLike, below: ArrayLike) -> Floats:
    """Division in which x / 0 is 0: for entries that are masked afterwards."""
    over, under = np.broadcast_arrays(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    return np.divide(over, under, out=np.zeros(over.shape), where=under != 0)
