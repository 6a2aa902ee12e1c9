"""Computed figures beside expected ones: which differ by more than the case allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heed.stats.procedures.computing import CaseFile, Computed, compute_case, read_cases


@dataclass(frozen=True)
class Difference:
    """One figure that is not met. `figure` is its name, with the names and places it lies in."""

    case: str
    figure: str
    computed: Any
    expected: Any


@dataclass(frozen=True)
class Verdict:
    """One file: how many of its cases are met; the cases that cannot be computed, with the reason."""

    method: str
    passed: int
    failed: int
    unsupported: dict[str, str]
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        return not self.failed and not self.unsupported


def verify(path: Path) -> Verdict:
    """Compute each case of a file and compare. Raises as `read_cases` does."""
    file = read_cases(path)
    passed, failed = 0, 0
    unsupported: dict[str, str] = {}
    differences: list[Difference] = []
    for position, case in enumerate(file.cases):
        computed = compute_case(file.method, case, file.folder, position)
        if computed.refusal is not None or computed.unknown:
            refusal = computed.refusal
            unsupported[computed.id] = str(refusal.message) if refusal else "no " + ", ".join(computed.unknown)
            continue
        found = list(_against(file, case, computed))
        passed, failed = passed + (not found), failed + bool(found)
        differences += found
    return Verdict(file.method, passed, failed, unsupported, tuple(differences))


def _against(file: CaseFile, case: Mapping[str, Any], computed: Computed) -> Iterator[Difference]:
    allowed = case.get("tolerance") or {}
    near = Near(float(allowed.get("rel", 1e-9)), float(allowed.get("abs", 1e-12)))
    for figure, got, wanted in _pairs(computed.figures, case["expected"], ""):
        if not near.meets(got, wanted):
            yield Difference(computed.id, figure, got, wanted)


@dataclass(frozen=True)
class Near:
    """|got - expected| <= abs + rel·|expected|; a reference without a number ("nan", null) asks for none."""

    rel: float
    abs: float

    def meets(self, got: Any, wanted: Any) -> bool:
        if wanted is None or wanted == "nan":
            return got is None
        if isinstance(wanted, bool) or isinstance(got, bool) or not isinstance(wanted, int | float):
            return bool(got == wanted)
        return isinstance(got, int | float) and abs(got - wanted) <= self.abs + self.rel * abs(wanted)


def _pairs(got: Any, wanted: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        if not wanted and got:
            yield path, got, wanted
        for name, inner in wanted.items():
            yield from _pairs(got.get(name), inner, f"{path}.{name}" if path else name)
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for place, inner in enumerate(wanted):
            yield from _pairs(got[place], inner, f"{path}[{place}]")
    else:
        yield path, got, wanted
