"""A file of cases in, each figure that its cases ask for out. What a case expects is never read, only its names."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import HeedError, Invalid, NotFound, phrase
from heed.stats.procedures.catalogue import METHODS, procedure_named
from heed.stats.procedures.given import Asked, Given


@dataclass(frozen=True)
class Computed:
    """One case. `refusal` says why nothing was computed; `unknown` names figures that the procedure does not have."""

    id: str
    figures: dict[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    refusal: HeedError | None = None


@dataclass(frozen=True)
class CaseFile:
    """A method and its cases, as they stand in the file."""

    method: str
    cases: list[dict[str, Any]]
    folder: Path


def read_cases(path: Path) -> CaseFile:
    """Raises Invalid when it is no file of cases, NotFound when it is not there or its method is not known."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(phrase("{path} cannot be read.", path=path), code="no_file", hint=str(error)) from error
    except ValueError as error:
        raise Invalid(phrase("{path} is no JSON.", path=path), code="no_json", hint=str(error)) from error
    cases = read.get("cases") if isinstance(read, dict) else None
    method = read.get("method") if isinstance(read, dict) else None
    if not isinstance(method, str) or not isinstance(cases, list):
        raise Invalid(
            phrase("{path} names no method, or has no list of cases.", path=path),
            code="malformed_file",
            hint='Give {"method": …, "cases": […]}.',
        )
    if method not in METHODS:
        procedure_named(method, "")
    return CaseFile(method, cases, path.parent)


def compute_case(method: str, case: Any, folder: Path, position: int = 0) -> Computed:
    """The figures of one case; a case that cannot be computed comes back with its refusal."""
    name = str(case.get("id", position)) if isinstance(case, dict) else str(position)
    try:
        given, procedure = _read(case, name, folder)
        figures = procedure_named(method, procedure)(given)
        found, unknown = _chosen(figures, given.asked, "")
    except HeedError as error:
        return Computed(name, refusal=_of_case(name, error))
    except (ArithmeticError, LookupError, TypeError, ValueError, OSError) as error:
        return Computed(
            name,
            refusal=Invalid(
                phrase("Case {case} cannot be computed from its input.", case=name),
                code="malformed_case",
                hint=f"{type(error).__name__}: {error}",
            ),
        )
    return Computed(name, found, tuple(unknown))


def _of_case(name: str, error: HeedError) -> HeedError:
    if name not in error.message:
        message = phrase("Case {case}: {message}", case=name, message=error.message)
        return type(error)(message, code=error.code, hint=error.hint)
    return error


def _read(case: Any, name: str, folder: Path) -> tuple[Given, str]:
    parts = (("procedure", str), ("input", dict), ("expected", dict))
    for part, kind in parts:
        if not isinstance(case, dict) or not isinstance(case.get(part), kind):
            raise Invalid(
                phrase("Case {case} has no {part}.", case=name, part=part),
                code="malformed_case",
                hint="A case has id, procedure, input and expected (its values may be null).",
            )
    return Given(name, case["input"], names_in(case["expected"]), folder), case["procedure"]


def names_in(expected: Mapping[str, Any]) -> Asked:
    """The names of what is expected, without the values."""
    return {name: names_in(inner) if isinstance(inner, dict) and inner else None for name, inner in expected.items()}


def _chosen(figures: Mapping[str, Any], asked: Asked, path: str) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    unknown: list[str] = []
    for name, inner in asked.items():
        if name not in figures:
            unknown.append(path + name)
            continue
        value = figures[name]() if callable(figures[name]) else figures[name]
        if inner is not None and isinstance(value, Mapping):
            found[name], deeper = _chosen(value, inner, f"{path}{name}.")
            unknown += deeper
        else:
            found[name] = as_json(value)
    return found, unknown


def as_json(value: Any) -> Any:
    """A figure as the files write it: null where there is none, "inf" and "-inf" where it has no bound."""
    if callable(value):
        return as_json(value())
    if value is np.ma.masked:
        return None
    if isinstance(value, np.ndarray | np.generic):
        return as_json(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    return value
