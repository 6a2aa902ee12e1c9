"""The System Usability Scale: ten items of 1 to 5, a score of 0 to 100."""

from collections.abc import Sequence

import numpy as np

from heed.core.errors.rules import Invalid
from heed.stats.arrays import Masked, masked, require

ITEMS = 10
NEUTRAL = 3.0


def sus_scores(responses: Sequence[Sequence[float | None]], *, missing: float | None = None) -> Masked:
    """Brooke 1996: odd items x - 1, even items 5 - x, times 2.5; shape (people,). A person with a missing item has no
    score, unless `missing` says what stands in (Brooke: the middle, 3). Raises Invalid on other lengths or values.
    """
    if any(len(row) != ITEMS for row in responses):
        raise Invalid(
            "A questionnaire of this scale has ten items.",
            code="invalid_numbers",
            hint="Give None where one is missing.",
        )
    rows = [[np.nan if value is None else float(value) for value in row] for row in responses]
    x = np.array(rows, dtype=np.float64).reshape(len(rows), ITEMS)
    if missing is not None:
        x = np.where(np.isnan(x), missing, x)
    absent = np.isnan(x)
    require(absent | ((x >= 1) & (x <= 5)), "usability", "an answer lies between 1 and 5")
    known = np.where(absent, NEUTRAL, x)
    return masked(2.5 * ((known[:, 0::2] - 1).sum(axis=1) + (5 - known[:, 1::2]).sum(axis=1)), absent.any(axis=1))
