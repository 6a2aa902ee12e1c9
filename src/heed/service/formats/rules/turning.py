"""Rows of a file brought into other columns before their mapping sees them. Pure.

For files whose shape says what no column by itself does: a list in a cell, an answer spread over columns, codes of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Turning:
    """`row` makes the cells of `columns` out of those of one row of the file, each row by itself. `wanted` are columns of the file
    that some rows may lack; `form` and `records` say how JSON lies there, as a mapping does.
    """

    columns: tuple[str, ...]
    row: Callable[[Values], dict[str, str | None]]
    wanted: tuple[str, ...] = ()
    form: str = ""
    records: str = ""
