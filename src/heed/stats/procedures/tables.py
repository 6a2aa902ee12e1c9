"""Data files beside the cases: CSV with a header."""

import csv
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.core.errors.rules import NotFound, phrase
from heed.stats.arrays import Floats
from heed.stats.procedures.given import Given
from heed.stats.regression.formula import column

MISSING = ("NA", "")


@dataclass(frozen=True)
class Table:
    """Columns by name; numbers where all that is there are numbers (NaN where one is missing), else texts."""

    columns: dict[str, Any]
    rows: int

    def numbers(self, name: str) -> Floats:
        values = np.asarray(column(self.columns, name))
        return values.astype(np.float64)

    def texts(self, name: str) -> np.ndarray:
        """Labels as written, a whole number without a point; "" where one is missing."""
        return np.array([as_label(value) for value in column(self.columns, name)])


def as_label(value: Any) -> str:
    """Each number its own label: no digit is lost."""
    if isinstance(value, str):
        return "" if value in MISSING else value
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if not np.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


def data_table(given: Given, name: str = "data") -> Table:
    """The file that an input names, relative to the cases; or the columns that stand there themselves."""
    source = given.raw(name)
    if isinstance(source, dict):
        columns = {
            key: _typed(["" if value is None else str(value) for value in values]) for key, values in source.items()
        }
        return Table(columns, len(next(iter(source.values()), [])))
    path = given.folder / given.text(name)
    if not path.is_file():
        raise NotFound(
            phrase("Case {case}: the data file {path} is not there.", case=given.case, path=source),
            code="no_file",
            hint="It is looked for beside the cases.",
        )
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    return Table({key: _typed([row[at] for row in rows]) for at, key in enumerate(header)}, len(rows))


def _typed(values: list[str]) -> Any:
    try:
        return np.array([np.nan if value in MISSING else float(value) for value in values])
    except ValueError:
        return values
