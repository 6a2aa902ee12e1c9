"""Shares and differences of shares."""

from heed.stats.intervals.differences import proportion_difference
from heed.stats.intervals.proportion import proportion
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.showing import limits

INTERVALS = {
    "wilson": "wilson",
    "clopper_pearson": "clopper_pearson",
    "jeffreys_raw": "jeffreys_raw",
    "jeffreys_modified": "jeffreys",
    "agresti_coull": "agresti_coull",
    "wald_do_not_use": "wald",
}
DIFFERENCES = {
    "newcomb": "newcombe",
    "wald": "wald",
    "agresti-caffo": "agresti_caffo",
    # The references carry a slip of their implementation (docs/methods/proportion.md); the right limits beside them.
    "score": "score_statsmodels",
    "score_right": "score",
}


def interval(given: Given) -> Figures:
    x, n, level = given.number("successes"), given.number("n"), given.number("level", 0.95)
    found = {name: proportion(x, n, level=level, method=method) for name, method in INTERVALS.items()}  # type: ignore[arg-type]
    return {"estimate": found["wilson"].figure().value, **{name: limits(each) for name, each in found.items()}}


def difference(given: Given) -> Figures:
    sides = [given.number(name) for name in ("x_a", "n_a", "x_b", "n_b")]
    level = given.number("level", 0.95)
    found = {name: proportion_difference(*sides, level=level, method=method) for name, method in DIFFERENCES.items()}  # type: ignore[arg-type]
    return {"diff_b_minus_a": found["wald"].figure().value, **{name: limits(each) for name, each in found.items()}}


PROCEDURES = {"interval": interval, "difference": difference}
