"""Estimates by survey design, from data files or columns."""

from typing import Any

import numpy as np

from heed.stats.agreement.kappa import in_order
from heed.stats.arrays import Flags, Floats, normal_quantile
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.tables import Table, as_label, data_table
from heed.stats.regression.formula import INTERCEPT, coded
from heed.stats.survey_design.calibration import calibrate, post_stratify, rake
from heed.stats.survey_design.design import Design, survey_design
from heed.stats.survey_design.estimates import (
    Estimate,
    Sample,
    design_effect,
    difference,
    total,
)
from heed.stats.survey_design.estimates import mean as mean_of
from heed.stats.survey_design.estimates import ratio as ratio_of
from heed.stats.survey_design.independence import independence
from heed.stats.survey_design.proportions import proportion as proportion_of

# The references' likelihood limits are read off a grid (docs/methods/survey_design.md).
METHODS = {"likelihood": "likelihood_interpolated", "likelihood_exact": "likelihood", "xlogit": "logit"}


def _design(given: Given, table: Table) -> Design:
    """Without a design each row was drawn alone, with equal weight."""
    told = given.raw("design", {})
    clusters, fpc = told.get("clusters") or [], told.get("fpc") or []
    return survey_design(
        table.rows,
        strata=table.texts(told["strata"]) if told.get("strata") else None,
        clusters=[table.texts(name) for name in ([clusters] if isinstance(clusters, str) else clusters)],
        weights=table.numbers(told["weights"]) if told.get("weights") else None,
        population=[table.numbers(name) for name in ([fpc] if isinstance(fpc, str) else fpc)],
        nest=bool(told.get("nest", False)),
    )


def _sample(given: Given) -> tuple[Table, Sample]:
    table = data_table(given)
    return table, Sample.of(_design(given, table))


def _measured(table: Table, *names: str) -> tuple[list[Floats], Flags | None]:
    """Columns of numbers, and which rows have all of them: None where each does. The others are no part of what is
    estimated, but stay in the design.
    """
    columns = [table.numbers(name) for name in names]
    known = np.all([~np.isnan(each) for each in columns], axis=0)
    return [np.where(known, each, 0.0) for each in columns], None if known.all() else known


def _holds(table: Table, condition: dict[str, Any]) -> Flags:
    values = table.texts(condition["column"])
    wanted = condition["equals"] if "equals" in condition else condition["not_equals"]
    text = as_label(wanted)
    return np.asarray(values == text if "equals" in condition else (values != text) & (values != ""))


def _inside(chosen: Flags, known: Flags | None) -> Flags:
    return np.asarray(chosen if known is None else chosen & known)


def _both(found: Estimate) -> dict[str, Any]:
    return {"estimate": found.value, "se": found.se}


def mean(given: Given) -> Figures:
    table, sample = _sample(given)
    (y,), inside = _measured(table, given.text("variable"))
    level = given.number("level", 0.95)
    found = mean_of(sample, y, inside=inside, level=level)
    effect = design_effect(sample, y, found.se**2 if found.se is not None else None, inside=inside)
    half = normal_quantile(level) * found.se if found.se is not None else None
    known = found.value is not None and half is not None
    return {
        **_both(found),
        "deff": effect.without,
        "deff_replace": effect.replaced,
        "n": found.n,
        "n_eff": effect.effective_n,
        "degf": found.df,
        "ci_normal": [found.value - half, found.value + half] if known else None,  # type: ignore[operator]
        "ci_t": [found.low, found.high],
    }


def whole(given: Given) -> Figures:
    table, sample = _sample(given)
    (y,), inside = _measured(table, given.text("variable"))
    effect = design_effect(sample, y, None)
    return {
        **_both(total(sample, y, inside=inside)),
        "sum_weights": sample.weights.sum(),
        "kish_deff": effect.kish,
        "kish_neff": effect.kish_effective_n,
    }


def ratio(given: Given) -> Figures:
    table, sample = _sample(given)
    (above, below), inside = _measured(table, given.text("numerator"), given.text("denominator"))
    return _both(ratio_of(sample, above, below, inside=inside))


def domain_means(given: Given) -> Figures:
    table, sample = _sample(given)
    (y,), known = _measured(table, given.text("variable"))
    labels = table.texts(given.text("by"))
    levels = [level for level in in_order(labels.tolist()) if level]
    found = [mean_of(sample, y, inside=_inside(labels == level, known)) for level in levels]
    return {"level": levels, "estimate": [each.value for each in found], "se": [each.se for each in found]}


def subpopulation(given: Given) -> Figures:
    table, sample = _sample(given)
    (y,), known = _measured(table, given.text("variable"))
    inside = _inside(_holds(table, given.table("filter")), known)
    return {"mean": _both(mean_of(sample, y, inside=inside)), "total": _both(total(sample, y, inside=inside))}


def proportion(given: Given) -> Figures:
    table, sample = _sample(given)
    condition = given.table("condition")
    holds, known = _holds(table, condition).astype(np.float64), table.texts(condition["column"]) != ""
    method = given.text("method", "logit")
    found = proportion_of(
        sample,
        holds,
        inside=None if known.all() else known,
        level=given.number("level", 0.95),
        method=METHODS.get(method, method),  # type: ignore[arg-type]
    )
    return {**_both(found), "ci": [found.low, found.high], "degf": found.df}


def group_difference(given: Given) -> Figures:
    table, sample = _sample(given)
    (y,), known = _measured(table, given.text("variable"))
    labels = table.texts(given.text("group"))
    groups = [label for label in in_order(labels.tolist()) if label]
    if len(groups) != 2:
        raise given.refuse("group", "a column of two groups")
    inside = _inside(labels != "", known)
    found = difference(sample, y, labels == groups[1], inside=None if inside.all() else inside)
    return {"difference": found.difference, "se": found.se, "t": found.t, "df": found.df, "p": found.p}


def rao_scott(given: Given) -> Figures:
    table, sample = _sample(given)
    found = independence(sample, table.texts(given.text("rows")), table.texts(given.text("cols")))
    return {
        "F": found.f,
        "ndf": found.df1,
        "ddf": found.df2,
        "p": found.p,
        "X2": found.chi2,
        "X2_p": found.chi2_p,
    }


def _weighted(given: Given, table: Table, sample: Sample) -> Figures:
    (y,), inside = _measured(table, given.text("variable"))
    return {"mean": _both(mean_of(sample, y, inside=inside)), "total": _both(total(sample, y, inside=inside))}


def _totals(margin: dict[str, list[Any]]) -> tuple[str, dict[str, float]]:
    """The column of a margin and the total of each of its classes."""
    (name,) = (name for name in margin if name != "Freq")
    return name, dict(zip((str(label) for label in margin[name]), map(float, margin["Freq"]), strict=True))


def post_stratification(given: Given) -> Figures:
    table = data_table(given)
    name, totals = _totals(given.table("population"))
    labels = table.texts(given.text("by", name))
    sample = post_stratify(_design(given, table), labels, totals)
    weights = {label: float(sample.weights[labels == label].mean()) for label in totals if np.any(labels == label)}
    return {**_weighted(given, table, sample), "weights": weights}


def raking(given: Given) -> Figures:
    """Mean weights by cell of the first two margins, the first running fastest."""
    table = data_table(given)
    named = [_totals(margin) for margin in given.listed("margins")]
    columns = [table.texts(name) for name, _ in named]
    margins = [(column, totals) for column, (_, totals) in zip(columns, named, strict=True)]
    sample = rake(_design(given, table), margins, plain_means=True)
    first, second = columns[0], columns[min(1, len(columns) - 1)]
    cells = [
        (a, b, float(sample.weights[inside].mean()))
        for b in in_order(second.tolist())
        for a in in_order(first.tolist())
        if np.any(inside := (first == a) & (second == b))
    ]
    shown = {key: [cell[at] for cell in cells] for at, key in enumerate(("a", "b", "x"))}
    return {**_weighted(given, table, sample), "cell_weight": shown}


def calibration(given: Given) -> Figures:
    """Totals of the intercept, of levels of the factors, and of columns of numbers."""
    table = data_table(given)
    design, totals = _design(given, table), given.table("totals")
    known: dict[str, Floats] = {INTERCEPT: np.ones(table.rows)}
    for name in given.texts("factors"):
        matrix = coded(name, table.texts(name).tolist())
        known |= dict(zip(matrix.names, matrix.values.T, strict=True))
    x = np.column_stack([known[name] if name in known else table.numbers(name) for name in totals])
    figures: Figures = {}
    for distance in ("linear", "raking"):
        sample = calibrate(design, x, np.array([float(value) for value in totals.values()]), distance)
        ends = [float(sample.weights.min()), float(sample.weights.max())]
        figures[distance] = {**_weighted(given, table, sample), "weight_range": ends}
    return figures


PROCEDURES = {
    "mean": mean,
    "total": whole,
    "ratio": ratio,
    "domain_means": domain_means,
    "subpopulation": subpopulation,
    "proportion": proportion,
    "group_difference": group_difference,
    "rao_scott": rao_scott,
    "post_stratification": post_stratification,
    "raking": raking,
    "calibration": calibration,
}
