"""What a case hands to a procedure: its inputs by name, checked, and the names of the figures that it asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats
from heed.stats.regression.formula import column

Figures = dict[str, Any]
# What is asked for: each name with the names inside it, or with None where all of it is wanted.
Asked = Mapping[str, Any]

_ABSENT = object()


@dataclass(frozen=True)
class Given:
    """The inputs of one case. Every reading of a name that is absent, or of another type, raises Invalid naming both."""

    case: str
    values: Mapping[str, Any]
    asked: Asked
    folder: Path

    def refuse(self, name: str, wanted: str) -> Invalid:
        return Invalid(
            phrase("Case {case}: the input {name} must be {wanted}.", case=self.case, name=name, wanted=wanted),
            code="malformed_case",
            hint="Compare it with a case of the same procedure.",
        )

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def raw(self, name: str, default: Any = _ABSENT) -> Any:
        """A value as it stands; the default where the name is absent or null."""
        if self.has(name):
            return self.values[name]
        if default is _ABSENT:
            raise self.refuse(name, "given")
        return default

    def number(self, name: str, default: Any = _ABSENT) -> float:
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise self.refuse(name, "a finite number")
        return float(value)

    def optional(self, name: str) -> float | None:
        return self.number(name) if self.has(name) else None

    def whole(self, name: str, default: Any = _ABSENT) -> int:
        value = self.number(name, default)
        if value != int(value):
            raise self.refuse(name, "a whole number")
        return int(value)

    def flag(self, name: str, default: Any = _ABSENT) -> bool:
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise self.refuse(name, "true or false")
        return value

    def text(self, name: str, default: Any = _ABSENT) -> str:
        value = self.raw(name, default)
        if not isinstance(value, str):
            raise self.refuse(name, "a text")
        return value

    def listed(self, name: str, default: Any = _ABSENT) -> list[Any]:
        value = self.raw(name, default)
        if not isinstance(value, list):
            raise self.refuse(name, "a list")
        return value

    def numbers(self, name: str) -> Floats:
        """A list of finite numbers, shape (n,)."""
        return self._array(name, self.listed(name), 1)

    def grid(self, name: str) -> Floats:
        """A list of lists of finite numbers, all of one length, shape (rows, columns)."""
        return self._array(name, self.listed(name), 2)

    def _array(self, name: str, value: Any, dimensions: int, *, gaps: bool = False) -> Floats:
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise self.refuse(name, "numbers") from None
        if array.ndim != dimensions or not (np.isfinite(array) | (gaps & np.isnan(array))).all():
            raise self.refuse(name, "a list of finite numbers" if dimensions == 1 else "a table of finite numbers")
        return array

    def texts(self, name: str) -> list[str]:
        return [str(value) for value in self.listed(name)]

    def table(self, name: str) -> dict[str, Any]:
        """An object: what it holds by name."""
        value = self.raw(name)
        if not isinstance(value, dict):
            raise self.refuse(name, "an object")
        return value

    def inside(self, name: str) -> "Given":
        """An object's own inputs."""
        return Given(self.case, self.table(name), {}, self.folder)

    def columns(self, name: str, only: Sequence[str] | None = None, *, gaps: bool = False) -> dict[str, Floats]:
        """An object of lists of numbers, all of one length; `only` some of them; with `gaps`, NaN where one is null."""
        table = self.table(name)
        wanted = {key: column(table, key) for key in only} if only is not None else table
        found = {key: self._array(f"{name}.{key}", value, 1, gaps=gaps) for key, value in wanted.items()}
        if len({column.size for column in found.values()}) > 1:
            raise self.refuse(name, "columns of one length")
        return found


def complete_rows(columns: Iterable[Floats]) -> Floats:
    """The rows of a table in which no column has a gap."""
    table = np.column_stack(list(columns))
    return np.asarray(table[~np.isnan(table).any(axis=1)])


def without_gaps(data: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Columns of numbers and texts without the rows in which one is null."""
    rows = [row for row in zip(*data.values(), strict=True) if None not in row]
    return {name: [row[at] for row in rows] for at, name in enumerate(data)}
