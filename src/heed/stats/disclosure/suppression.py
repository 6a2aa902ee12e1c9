"""Cells of a published table that must be withheld so that small counts cannot be worked out from the totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats, floats, require

Cell = tuple[int, int]
MOST_PATTERNS = 2_000_000


@dataclass(frozen=True)
class Suppression:
    """`primary` cells are too small; `complementary` ones are withheld with them; `ranges` says what a reader can still
    work out of each. `solutions` counts the patterns with as few complementary cells.
    """

    primary: tuple[Cell, ...]
    primary_ranges: dict[Cell, tuple[int, int]]
    primary_suffices: bool
    complementary: tuple[Cell, ...]
    ranges: dict[Cell, tuple[int, int]]
    solutions: int


def suppress(table: ArrayLike, threshold: float) -> Suppression:
    """The fewest complementary cells, and of those patterns the one that withholds the least (the first on a tie), so
    that no reader can bound a primary cell (0 < count < threshold) below the threshold or away from it: its feasible
    range, given all totals, must reach below the threshold and up to it (Cox 1980). Zeros are published, always.

    table: counts, shape (rows, columns), totals of rows and columns published. All patterns are tried: for small
    tables. Raises Refused when there are too many, or when none protects.
    """
    (counts,) = floats("suppression", table)
    require(counts.ndim == 2 and np.all(counts >= 0), "suppression", "the table must hold counts in rows and columns")
    small = (counts > 0) & (counts < threshold)
    primary = _cells(np.argwhere(small))
    alone = feasible_ranges(counts, primary)
    if _protects(alone, primary, threshold):
        return Suppression(primary, alone, True, (), alone, 1)
    found = _fewest(counts, primary, threshold)
    best = min(found, key=lambda pattern: sum(counts[cell] for cell in pattern))
    return Suppression(primary, alone, False, best, feasible_ranges(counts, [*primary, *best]), len(found))


def _cells(places: Iterable[Iterable[int]]) -> tuple[Cell, ...]:
    return tuple((int(row), int(column)) for row, column in places)


def _protects(ranges: dict[Cell, tuple[int, int]], primary: Iterable[Cell], threshold: float) -> bool:
    return all(ranges[cell][0] < threshold <= ranges[cell][1] for cell in primary)


def _fewest(counts: Floats, primary: tuple[Cell, ...], threshold: float) -> list[tuple[Cell, ...]]:
    others = [cell for cell in _cells(np.argwhere(counts > 0)) if cell not in primary]
    tried = 0
    for size in range(1, len(others) + 1):
        found = []
        for pattern in combinations(others, size):
            tried += 1
            if tried > MOST_PATTERNS:
                raise Refused("This table has too many patterns to try.", code="table_too_large", hint="Split it.")
            # A cell alone in its row or column can be worked out, and then helps nobody.
            if _alone((*primary, *pattern)):
                continue
            ranges = feasible_ranges(counts, [*primary, *pattern], wanted=primary)
            if _protects(ranges, primary, threshold):
                found.append(pattern)
        if found:
            return found
    raise Refused("No pattern protects this table.", code="not_protectable", hint="Join rows or columns.")


def _alone(cells: tuple[Cell, ...]) -> bool:
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return any(rows.count(row) < 2 for row in rows) or any(columns.count(column) < 2 for column in columns)


def feasible_ranges(
    table: ArrayLike, withheld: Iterable[Cell], wanted: Iterable[Cell] | None = None
) -> dict[Cell, tuple[int, int]]:
    """What a reader who knows all totals and the published cells can work out: least and most of each withheld cell,
    by linear programming. The bounds are whole, as the constraints are totally unimodular.
    """
    from scipy.optimize import linprog

    (counts,) = floats("suppression", table)
    cells = list(withheld)
    if not cells:
        return {}
    matrix, totals = _constraints(counts, cells)
    found = {}
    for cell in cells if wanted is None else wanted:
        cost = np.zeros(len(cells))
        cost[cells.index(cell)] = 1.0
        ends = [linprog(sign * cost, A_eq=matrix, b_eq=totals, bounds=(0, None)).fun for sign in (1, -1)]
        found[cell] = (round(ends[0]), round(-ends[1]))
    return found


def _constraints(counts: Floats, cells: list[Cell]) -> tuple[Floats, Floats]:
    lines = list(_lines(cells))
    matrix = np.array([[float(cell in line) for cell in cells] for line in lines])
    totals = np.array([sum(counts[cell] for cell in line) for line in lines])
    return matrix, totals


def _lines(cells: list[Cell]) -> Iterator[list[Cell]]:
    for axis in (0, 1):
        for place in sorted({cell[axis] for cell in cells}):
            yield [cell for cell in cells if cell[axis] == place]
