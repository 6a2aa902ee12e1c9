"""Agreement of raters."""

from typing import Any

import numpy as np

from heed.stats.agreement.intraclass import intraclass
from heed.stats.agreement.kappa import cohen_kappa, cross_table, fleiss_kappa, weights_of
from heed.stats.agreement.krippendorff import MEASUREMENTS, krippendorff_alpha
from heed.stats.arrays import normal_quantile, require
from heed.stats.procedures.given import Figures, Given, complete_rows


def _complete(*raters: list[Any]) -> list[list[str]]:
    """Labels of the units that every rater rated."""
    require(len({len(each) for each in raters}) == 1, "agreement", "the raters must have one number of units")
    rated = [unit for unit in zip(*raters, strict=True) if None not in unit]
    return [[str(unit[rater]) for unit in rated] for rater in range(len(raters))]


def cohen(given: Given) -> Figures:
    table = cross_table(*_complete(given.listed("rater1"), given.listed("rater2")))
    found = cohen_kappa(table, level=given.number("level", 0.95))
    half = normal_quantile(found.level) * found.se if found.se is not None else None
    known = found.kappa is not None and half is not None
    ordinal = given.flag("ordinal", False)
    linear, quadratic = (cohen_kappa(table, weights=weights_of(len(table), power)).kappa for power in (1, 2))
    return {
        "n": found.n,
        "agreement": found.agreement,
        "kappa": found.kappa,
        "z_null": found.z,
        "p": found.p,
        "kappa_linear": linear if ordinal else None,
        "kappa_quadratic": quadratic if ordinal else None,
        "psych_se": found.se,
        # The references let these limits pass 1.
        "psych_ci95": [found.kappa - half, found.kappa + half] if known else [None, None],  # type: ignore[operator]
    }


def fleiss(given: Given) -> Figures:
    found = fleiss_kappa(_complete(*given.table("ratings").values()))
    return {
        "subjects": found.subjects,
        "raters": found.raters,
        "kappa": found.kappa,
        "z": found.z,
        "p": found.p,
        "conger_exact": found.conger,
        "by_category": {
            "category": list(found.categories),
            # To three digits, as the reference gives them.
            "kappa": [None if kappa is None else round(kappa, 3) for kappa in found.by_category],
        },
    }


def icc(given: Given) -> Figures:
    ratings = complete_rows(given.columns("ratings", gaps=True).values())
    found = intraclass(ratings, level=given.number("level", 0.95))
    return {
        "type": [each.name for each in found],
        "icc": [each.value for each in found],
        "F": [each.f for each in found],
        "df1": [each.df1 for each in found],
        "df2": [each.df2 for each in found],
        "p": [each.p for each in found],
        "lower": [each.low for each in found],
        "upper": [each.high for each in found],
    }


def krippendorff(given: Given) -> Figures:
    """Values that are no numbers are names, of which only the nominal coefficient speaks."""
    rows = given.listed("raters_by_units")
    labels = {value for row in rows for value in row if value is not None}
    named = any(isinstance(value, str) for value in labels)
    place = {value: float(at) for at, value in enumerate(sorted(labels, key=str))} if named else {}
    table = [[np.nan if value is None else place.get(value, value) for value in row] for row in rows]
    known = MEASUREMENTS[:1] if named else MEASUREMENTS
    return {name: krippendorff_alpha(table, name).alpha if name in known else None for name in MEASUREMENTS}  # type: ignore[arg-type]


PROCEDURES = {"cohen_kappa": cohen, "fleiss_kappa": fleiss, "icc": icc, "krippendorff_alpha": krippendorff}
