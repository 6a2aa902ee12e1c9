"""What goes through an import: batches of rows as the file has them, rows it rejects, and what it noticed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

MISSING_COLUMN = "wrong_number_of_columns"


@dataclass(frozen=True)
class Fault:
    """Why one value was rejected. `line` is the physical line of the file, counted from 1."""

    rule: str
    line: int
    column: str
    value: str | None
    reason: str


@dataclass(frozen=True)
class Rejected:
    """A row that was not accepted: all of it as text, and every fault it has. `row` is its number among the rows read."""

    row: int
    line: int
    raw: dict[str, str | None]
    faults: tuple[Fault, ...]
    whole: bool = True

    def as_json(self) -> str:
        return json.dumps({**self.__dict__, "faults": [fault.__dict__ for fault in self.faults]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Rejected":
        body = json.loads(line)
        return cls(**{**body, "faults": tuple(Fault(**fault) for fault in body["faults"])})


@dataclass(frozen=True)
class Batch:
    """Rows in the order of the file, every column as text; `lines` and `rows` number them (rows count rejected ones too).

    `digests` are given for rows that come out of quarantine: they keep the identity they had in their file.
    """

    table: pa.Table
    lines: np.ndarray
    rows: np.ndarray
    rejected: tuple[Rejected, ...] = ()
    digests: tuple[str, ...] | None = None


@dataclass
class Tally:
    """How often each rule was met, with the first example, in the order of first meeting."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, Fault] = field(default_factory=dict)

    def add(self, fault: Fault, times: int = 1) -> None:
        self.counts[fault.rule] = self.counts.get(fault.rule, 0) + times
        known = self.first.get(fault.rule)
        if known is None or fault.line < known.line:
            self.first[fault.rule] = fault

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    def as_list(self) -> list[dict[str, Any]]:
        """The keys of the command's contract, in order of rule."""
        told = []
        for rule in sorted(self.counts):
            fault = self.first[rule]
            first = {"line": fault.line, "column": fault.column, "value": fault.value, "reason": fault.reason}
            told.append({"rule": rule, "count": self.counts[rule], "first": first})
        return told


def missing_columns(have: Iterable[str], wanted: Iterable[str]) -> list[str]:
    present = set(have)
    return [name for name in wanted if name not in present]
