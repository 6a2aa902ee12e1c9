"""Small groups: which cells of a split are withheld, so that no figure of a few people can be read or worked out."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from heed.stats.arrays import Floats

AUDITED_CELLS = 300  # withheld cells up to which a split by several columns is audited
Lines = list[list[int]]


def suppressed_cells(groups: Sequence[tuple[Hashable, ...]], n: Sequence[float], min_n: int) -> list[bool]:
    """For each cell whether it is withheld. groups: one key per dimension; n: rows in each cell; both in the same
    order.

    Primary: 0 < n < min_n. Complementary: along every line (the cells that differ in one dimension only and add up to
    a total somebody may see), what is withheld must be at least two cells with at least min_n rows together, else the
    total less the rest would give it away; the smallest cells shown are withheld until that holds (Cox 1980;
    Willenborg and de Waal 2001, 4.2). With several dimensions the lines are then audited together: the most a small
    cell can be, given all that is shown and every total, must reach min_n (a linear programme; Fischetti and Salazar
    2000).
    """
    withheld = [0 < size < min_n for size in n]
    if not groups or not groups[0] or not any(withheld):
        return withheld
    small = [index for index, away in enumerate(withheld) if away]
    lines = _lines(groups)
    _close_all(lines, n, withheld, min_n)
    if len(groups[0]) > 1:
        for _ in range(len(n)):
            if sum(withheld) > AUDITED_CELLS or not _widen(lines, n, withheld, small, min_n):
                break
            _close_all(lines, n, withheld, min_n)
    return withheld


def _lines(groups: Sequence[tuple[Hashable, ...]]) -> Lines:
    lines: dict[tuple[int, tuple[Hashable, ...]], list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for dimension in range(len(group)):
            lines[dimension, group[:dimension] + group[dimension + 1 :]].append(index)
    return list(lines.values())


def _close_all(lines: Lines, n: Sequence[float], withheld: list[bool], min_n: int) -> None:
    # Withholding in one line may leave another open: again until nothing changes. Each round withholds one more cell.
    while sum(_close(line, n, withheld, min_n) for line in lines):
        pass


def _close(line: list[int], n: Sequence[float], withheld: list[bool], min_n: int) -> bool:
    """Withhold what the line still needs; true when that was anything."""
    hidden = [index for index in line if withheld[index]]
    if not hidden:
        return False
    total, cells, changed = sum(n[index] for index in hidden), len(hidden), False
    for index in _shown(line, n, withheld):
        if cells >= 2 and total >= min_n:
            break
        withheld[index] = changed = True
        total, cells = total + n[index], cells + 1
    return changed


def _shown(line: list[int], n: Sequence[float], withheld: list[bool]) -> list[int]:
    """The cells of a line that are shown, smallest first."""
    return sorted(
        (index for index in line if not withheld[index] and n[index] > 0), key=lambda index: (n[index], index)
    )


def _widen(lines: Lines, n: Sequence[float], withheld: list[bool], small: list[int], min_n: int) -> bool:
    """Withhold one more cell beside the first small one that is still known too well; true when there was one.

    A cell in a line whose whole total is below min_n cannot be protected better: that total is withheld itself.
    """
    everywhere = list(range(len(n)))
    for index in small:
        around = [line for line in lines if index in line]
        if any(sum(n[each] for each in line) < min_n for line in around):
            continue
        beside = _shown([each for line in around for each in line], n, withheld) or _shown(everywhere, n, withheld)
        if beside and _most(index, lines, n, withheld) < min_n - 1e-6:
            withheld[beside[0]] = True
            return True
    return False


def _most(cell: int, lines: Lines, n: Sequence[float], withheld: list[bool]) -> float:
    """The most rows a withheld cell can have for who knows all that is shown and the total of every line."""
    # Loaded only when a split by several columns has small cells: it takes a command longer to import than to run.
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    hidden = [index for index, away in enumerate(withheld) if away]
    place = {index: column for column, index in enumerate(hidden)}
    touched = [[place[index] for index in line if index in place] for line in lines]
    touched = [columns for columns in touched if columns]
    rows = np.repeat(np.arange(len(touched)), [len(columns) for columns in touched])
    columns = np.concatenate([np.asarray(line, dtype=np.int64) for line in touched])
    sums = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(touched), len(hidden)))
    known: Floats = np.array([n[index] for index in hidden], dtype=np.float64)
    wanted = np.zeros(len(hidden))
    wanted[place[cell]] = -1.0
    found = linprog(wanted, A_eq=sums, b_eq=sums @ known, bounds=(0, None), method="highs")
    return -float(found.fun) if found.success else float(known[place[cell]])
