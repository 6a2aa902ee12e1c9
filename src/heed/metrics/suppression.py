"""Small groups: which cells of a split are withheld, so that no figure of a few people can be read or worked out
against a total.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence


def suppressed_cells(groups: Sequence[tuple[Hashable, ...]], n: Sequence[float], min_n: int) -> list[bool]:
    """For each cell whether it is withheld. groups: one key per dimension; n: rows in each cell; both in the same
    order.

    Primary: 0 < n < min_n. Complementary: along every line (the cells that differ in one dimension only and add up to
    a total somebody may see), what is withheld must be at least two cells with at least min_n rows together, else the
    total less the rest would give it away; the smallest cells shown are withheld until that holds (Cox 1980;
    Willenborg and de Waal 2001, 4.2). Guards each line against its own total, not against systems of many tables.
    """
    withheld = [0 < size < min_n for size in n]
    if not groups or not groups[0] or not any(withheld):
        return withheld
    lines = _lines(groups)
    # Withholding in one line may leave another open: repeat until nothing changes. Each round withholds at least one more cell.
    while sum(_close(line, n, withheld, min_n) for line in lines):
        pass
    return withheld


def _lines(groups: Sequence[tuple[Hashable, ...]]) -> list[list[int]]:
    lines: dict[tuple[int, tuple[Hashable, ...]], list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for dimension in range(len(group)):
            lines[dimension, group[:dimension] + group[dimension + 1 :]].append(index)
    return list(lines.values())


def _close(line: list[int], n: Sequence[float], withheld: list[bool], min_n: int) -> bool:
    """Withhold what the line still needs; true when that was anything."""
    hidden = [index for index in line if withheld[index]]
    if not hidden:
        return False
    shown = sorted(
        (index for index in line if not withheld[index] and n[index] > 0), key=lambda index: (n[index], index)
    )
    total, cells, changed = sum(n[index] for index in hidden), len(hidden), False
    for index in shown:
        if cells >= 2 and total >= min_n:
            break
        withheld[index] = changed = True
        total, cells = total + n[index], cells + 1
    return changed
