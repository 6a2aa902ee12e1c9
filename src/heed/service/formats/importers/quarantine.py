"""Rows out of quarantine, read like a file: they keep the line and the identity they had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from heed.service.formats.definition import Mapping
from heed.service.formats.rules.batches import MISSING_COLUMN, Batch, Fault, Rejected, Tally


@dataclass(frozen=True)
class Kept:
    """A quarantined row as it stands. A value under `…` is what had no column; such a row needs repair first."""

    identity: str
    line: int
    values: dict[str, str | None]


class QuarantineReader:
    """A reader over quarantined rows."""

    def __init__(self, rows: Sequence[Kept], mapping: Mapping) -> None:
        self.columns = list(
            dict.fromkeys([*mapping.columns, *(name for row in rows for name in row.values if name != "…")])
        )
        self.notes = Tally()
        self._rows = rows

    def batches(self) -> Iterator[Batch]:
        whole = [(number, row) for number, row in enumerate(self._rows) if "…" not in row.values]
        rejected = tuple(_unrepaired(number, row) for number, row in enumerate(self._rows) if "…" in row.values)
        columns = {name: pa.array([row.values.get(name) for _, row in whole], pa.string()) for name in self.columns}
        lines = np.array([row.line for _, row in whole], dtype=np.int64)
        numbers = np.array([number for number, _ in whole], dtype=np.int64)
        yield Batch(pa.table(columns), lines, numbers, rejected, tuple(row.identity for _, row in whole))

    def identities(self) -> dict[int, str]:
        return {number: row.identity for number, row in enumerate(self._rows)}


def _unrepaired(number: int, row: Kept) -> Rejected:
    words = row.values["…"] or ""
    fault = Fault(
        MISSING_COLUMN, row.line, "", words[:200], "has values that belong to no column: repair the row first"
    )
    return Rejected(number, row.line, dict(row.values), (fault,), whole=False)
