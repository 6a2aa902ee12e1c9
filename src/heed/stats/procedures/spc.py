"""Control charts and their run lengths. Places are counted from 1, as the cases count."""

from collections.abc import Iterable

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.control_charts.individuals import (
    D2_ROUNDED,
    LIMIT_OF_MEAN,
    LIMIT_OF_MEDIAN,
    RANGE_LIMIT,
    individuals,
    moving_range_sigma,
)
from heed.stats.control_charts.memory import cusum, ewma
from heed.stats.control_charts.run_lengths import cusum_run_length, ewma_run_length
from heed.stats.control_charts.shewhart import shewhart
from heed.stats.control_charts.signals import nelson
from heed.stats.procedures.given import Figures, Given


def _from_one(places: Iterable[int]) -> list[int]:
    return [place + 1 for place in places]


def counts_chart(given: Given) -> Figures:
    """Limits by point for p; for the others one figure where all sizes are equal."""
    chart = given.text("chart")
    counts = given.numbers("counts")
    sizes = given.numbers("sizes") if given.has("sizes") else np.ones(counts.shape)
    found = shewhart(counts, sizes, chart, sigmas=given.number("nsigmas", 3))  # type: ignore[arg-type]
    alike = bool(counts.size) and (chart == "c" or bool(np.all(sizes == sizes[0])))

    def shown(by_point: Floats, once: bool) -> float | Floats:
        return float(by_point[0]) if once else by_point

    return {
        "center": shown(found.center, alike or chart != "np"),
        "std_dev": shown(found.sd, alike or chart != "np"),
        "lcl": shown(found.low, alike and chart != "p"),
        "ucl": shown(found.high, alike and chart != "p"),
        "beyond": _from_one(found.beyond),
        "violating_runs": _from_one(found.runs),
    }


def single_values(given: Given) -> Figures:
    x = given.numbers("x")
    table, exact = individuals(x, d2=D2_ROUNDED), individuals(x)
    constants: Figures = {"mean": exact.mean, "mr_bar": exact.mean_range, "median_mr": exact.median_range}
    constants |= {"sigma_exact_d2": exact.sigma, "lnpl_exact": exact.low, "unpl_exact": exact.high}
    constants |= {"sigma_1.128": table.sigma, "lnpl_1.128": table.low, "unpl_1.128": table.high}
    for name, middle, constant in (
        ("2.66", exact.mean_range, LIMIT_OF_MEAN),
        ("3.145_median", exact.median_range, LIMIT_OF_MEDIAN),
    ):
        known = exact.mean is not None and middle is not None and not exact.reason
        constants[f"lnpl_{name}"] = exact.mean - constant * middle if known else None  # type: ignore[operator]
        constants[f"unpl_{name}"] = exact.mean + constant * middle if known else None  # type: ignore[operator]
    constants["url_3.268"] = RANGE_LIMIT * exact.mean_range if exact.mean_range else None
    constants["url_exact"] = exact.range_limit
    chart = {
        "center": table.mean,
        "std_dev": table.sigma,
        "lcl": table.low,
        "ucl": table.high,
        "beyond": _from_one(table.beyond),
        "violating_runs": _from_one(table.runs),
    }
    rules = nelson(x, exact.mean or 0.0, exact.sigma or 0.0) if x.size else {}
    return {
        "qcc": chart,
        "rounded_constants": constants,
        "nelson": {str(rule): _from_one(places) for rule, places in rules.items()},
        "reason": exact.reason,
    }


def moving_average(given: Given) -> Figures:
    """Centre and sigma are the mean and the moving range's, unless the case names them."""
    x = given.numbers("x")
    center = given.number("center", float(x.mean()))
    sigma = given.number("sigma") if given.has("sigma") else moving_range_sigma(x, D2_ROUNDED)
    found = ewma(x, center, sigma, weight=given.number("lambda", 0.2), sigmas=given.number("nsigmas", 3))
    return {
        "center": center,
        "std_dev": sigma,
        "ewma": found.average,
        "lcl": found.low,
        "ucl": found.high,
        "beyond": _from_one(found.beyond),
    }


def cumulative_sums(given: Given) -> Figures:
    """Target and sigma are the mean and the moving range's, unless the case names them."""
    k = given.number("k") if given.has("k") else given.number("se_shift", 1) / 2
    x = given.numbers("x")
    sigma = given.number("sigma") if given.has("sigma") else moving_range_sigma(x, D2_ROUNDED) or 0.0
    found = cusum(
        x,
        given.number("target", float(x.mean())),
        sigma,
        k=k,
        h=given.number("decision_interval_h", 5),
    )
    return {
        "pos": found.above,
        "neg": found.below,
        "violations": {"lower": _from_one(found.signals_below), "upper": _from_one(found.signals_above)},
    }


def cumulative_run_length(given: Given) -> Figures:
    one, two = cusum_run_length(given.number("k"), given.number("h"), given.number("shift", 0))
    return {"one_sided": one, "two_sided": two}


def moving_run_length(given: Given) -> Figures:
    return {"arl": ewma_run_length(given.number("lambda"), given.number("L"), given.number("shift", 0))}


PROCEDURES = {
    "shewhart": counts_chart,
    "xmr": single_values,
    "ewma": moving_average,
    "cusum": cumulative_sums,
    "cusum_run_length": cumulative_run_length,
    "ewma_run_length": moving_run_length,
}
