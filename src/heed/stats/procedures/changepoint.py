"""Change points."""

from heed.stats.change_points.breaks import mean_breaks
from heed.stats.change_points.penalised import penalty_named, segment
from heed.stats.procedures.given import Figures, Given


def bai_perron(given: Given) -> Figures:
    found = mean_breaks(
        given.numbers("x"),
        least_share=given.number("min_segment_fraction", 0.15),
        most=given.whole("max_breaks") if given.has("max_breaks") else None,
    )
    return {
        "n_breaks_bic": len(found.ends),
        "breakpoints_1based_last_index_of_segment": list(found.ends),
        "rss_by_m": found.rss,
        "bic_by_m": found.bic,
        "confint_95": [
            None if ends is None else [ends[0], place, ends[1]]
            for place, ends in zip(found.ends, found.limits, strict=True)
        ],
    }


def pelt(given: Given) -> Figures:
    """The penalty by name, or as a number."""
    x, statistic, price = given.numbers("x"), given.text("statistic", "mean"), given.raw("penalty", "MBIC")
    named = isinstance(price, str) and price.lower() != "manual"
    if named:
        penalty = penalty_named(price, statistic, x.size)
    else:
        penalty = given.number("pen_value" if isinstance(price, str) else "penalty")
    found = segment(
        x,
        penalty,
        statistic=statistic,  # type: ignore[arg-type]
        least=given.whole("minseglen") if given.has("minseglen") else None,
        by_length=named and price.upper() == "MBIC",
    )
    return {
        "changepoints_1based_last_index": list(found.ends[:-1]),
        "penalty_value": penalty,
        "n_changepoints": len(found.ends) - 1,
    }


def pelt_l2_exact(given: Given) -> Figures:
    found = segment(
        given.numbers("x"),
        given.number("penalty"),
        least=given.whole("min_size", 2),
        step=given.whole("jump", 1),
    )
    return {"segment_ends": list(found.ends), "optimal_costs": found.cost}


PROCEDURES = {"bai_perron": bai_perron, "pelt": pelt, "pelt_l2_exact": pelt_l2_exact}
