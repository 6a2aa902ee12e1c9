"""The reference cases: the input, the answer to full precision, and how near is near enough."""

import json
from dataclasses import dataclass
from typing import Any

from tests.places import ROOT


@dataclass(frozen=True)
class Case:
    id: str
    procedure: str
    input: dict[str, Any]
    expected: dict[str, Any]
    rel: float
    abs: float

    def near(self, got: float | None, expected: float | str | None) -> bool:
        """Whether a figure meets the reference; a reference without a number ("nan", null) asks for none."""
        if expected is None or isinstance(expected, str):
            return got is None
        return got is not None and abs(got - expected) <= self.abs + self.rel * abs(expected)


def cases(method: str, procedure: str) -> list[Case]:
    read = json.loads((ROOT / "tests/reference" / f"{method}.json").read_text())
    return [
        Case(
            case["id"],
            case["procedure"],
            case["input"],
            case["expected"],
            case["tolerance"]["rel"],
            case["tolerance"]["abs"],
        )
        for case in read["cases"]
        if case["procedure"] == procedure
    ]
