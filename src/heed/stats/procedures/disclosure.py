"""k-anonymity, l-diversity, complementary suppression."""

import re

from heed.stats.disclosure.anonymity import anonymity
from heed.stats.disclosure.suppression import Cell, suppress
from heed.stats.procedures.given import Figures, Given

FAILING = re.compile(r"classes_failing_l(\d+)")
SENSITIVE = "sensitive"


def k_anonymity(given: Given) -> Figures:
    """The column called sensitive is; the last one where none is called so."""
    columns, rows = given.texts("columns"), given.listed("rows")
    hidden = columns.index(SENSITIVE) if SENSITIVE in columns else len(columns) - 1
    found = anonymity([[*row[:hidden], *row[hidden + 1 :]] for row in rows], [row[hidden] for row in rows])
    least = {int(match[1]) for name in given.asked if (match := FAILING.fullmatch(name))}
    return {
        "k_min": found.k,
        "class_sizes": {_named(key): size for key, size in found.sizes.items()},
        "violating_rows_0based": found.rows_below(given.whole("k")),
        "l_min": found.l,
        **{
            f"classes_failing_l{l}": [_named(key) for key in found.classes_below(l)]
            for l in least | {given.whole("l", 2)}  # noqa: E741
        },
    }


def _named(key: tuple[object, ...]) -> str:
    return "|".join(str(part) for part in key)


def suppression(given: Given) -> Figures:
    table = given.grid("table")
    found = suppress(table, given.number("threshold"))
    return {
        "primary": [list(cell) for cell in found.primary],
        "primary_only_feasible_ranges": _ranges(found.primary_ranges),
        "primary_only_is_disclosive": not found.primary_suffices,
        "min_complementary_cells": len(found.complementary),
        "min_cell_count_solution": [list(cell) for cell in found.complementary],
        "suppressed_total_of_solution": sum(table[cell] for cell in found.complementary),
        "feasible_ranges": _ranges(found.ranges),
        "number_of_minimal_solutions": found.solutions,
    }


def _ranges(ranges: dict[Cell, tuple[int, int]]) -> dict[str, list[int]]:
    return {f"{row},{column}": list(ends) for (row, column), ends in sorted(ranges.items())}


PROCEDURES = {"k_anonymity": k_anonymity, "suppression": suppression}
