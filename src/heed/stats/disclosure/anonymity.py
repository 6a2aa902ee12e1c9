"""How many rows share the same attributes (k-anonymity), and how many values a class hides (l-diversity)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from heed.stats.arrays import require


@dataclass(frozen=True)
class Anonymity:
    """Classes of equal attributes in order of first row: how many rows and how many different sensitive values each
    has. `k` and `l` are the least of them; None without rows.
    """

    sizes: dict[tuple[Hashable, ...], int]
    values: dict[tuple[Hashable, ...], int]
    k: int | None
    l: int | None  # noqa: E741 - the name of the measure
    classes: tuple[tuple[Hashable, ...], ...]

    def rows_below(self, k: int) -> list[int]:
        """Rows (from 0) in classes of fewer than k."""
        return [row for row, key in enumerate(self.classes) if self.sizes[key] < k]

    def classes_below(self, l: int) -> list[tuple[Hashable, ...]]:  # noqa: E741
        """Classes with fewer than l sensitive values, in order of first row."""
        return [key for key, count in self.values.items() if count < l]


def anonymity(attributes: Sequence[Sequence[Hashable]], sensitive: Sequence[Hashable]) -> Anonymity:
    """k-anonymity (Sweeney 2002) and distinct l-diversity (Machanavajjhala et al. 2007) of rows, one entry a row.

    Raises Invalid when the two are of different lengths.
    """
    require(len(attributes) == len(sensitive), "anonymity", "each row needs a sensitive value, or none")
    classes = tuple(tuple(row) for row in attributes)
    sizes: dict[tuple[Hashable, ...], int] = {}
    hidden: dict[tuple[Hashable, ...], set[Hashable]] = {}
    for key, value in zip(classes, sensitive, strict=True):
        sizes[key] = sizes.get(key, 0) + 1
        hidden.setdefault(key, set()).add(value)
    values = {key: len(found) for key, found in hidden.items()}
    return Anonymity(sizes, values, min(sizes.values(), default=None), min(values.values(), default=None), classes)
