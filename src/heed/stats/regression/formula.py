"""Model matrices from Wilkinson notation, factors treatment-coded: the first level in order is the base."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.stats.arrays import Floats

INTERCEPT = "(Intercept)"
NAME = re.compile(r"[A-Za-z_.][\w.]*")


@dataclass(frozen=True)
class Matrix:
    """A model matrix of shape (rows, terms) with its terms by name."""

    names: tuple[str, ...]
    values: Floats

    def named(self, figures: Sequence[float] | Floats) -> dict[str, float]:
        return {name: float(figure) for name, figure in zip(self.names, figures, strict=True)}


@dataclass(frozen=True)
class Formula:
    """`y ~ a + b + a:b`: the response, the terms as products of columns, and whether there is an intercept."""

    response: str
    terms: tuple[tuple[str, ...], ...]
    intercept: bool


def parse(text: str) -> Formula:
    """Wilkinson and Rogers 1973, of which: +, :, *, and 0, 1, - 1 for the intercept. Raises Invalid on anything else."""
    response, _, right = text.partition("~")
    if not NAME.fullmatch(response.strip()) or not right.strip():
        raise _unreadable(text)
    terms: dict[tuple[str, ...], None] = {}
    intercept = True
    for part in re.sub(r"-\s*1\b", "+ 0", right).split("+"):
        name = part.strip()
        if name in ("0", "1"):
            intercept = name == "1"
            continue
        factors = [[piece.strip() for piece in each.split(":")] for each in name.split("*")]
        if not all(NAME.fullmatch(piece) for each in factors for piece in each):
            raise _unreadable(text)
        for chosen in range(1, 2 ** len(factors)):
            term = [piece for at, each in enumerate(factors) if chosen >> at & 1 for piece in each]
            terms.setdefault(tuple(dict.fromkeys(term)))
    ordered = sorted(terms, key=len)
    return Formula(response.strip(), tuple(ordered), intercept)


def _unreadable(text: str) -> Invalid:
    return Invalid(
        phrase("The formula {text} cannot be read.", text=text), code="invalid_formula", hint="Write y ~ a + b + a:b."
    )


def column(data: Mapping[str, Any], name: str) -> Any:
    """A column by name. Raises NotFound."""
    if name not in data:
        raise NotFound(phrase("There is no column {name}.", name=name), code="unknown_column", hint=nearest(name, data))
    return data[name]


def is_factor(values: Sequence[Any]) -> bool:
    return any(isinstance(value, str | bool) for value in values)


def coded(name: str, values: Sequence[Any], levels: Sequence[Any] | None = None, *, full: bool = False) -> Matrix:
    """A column as terms: numbers as they are, a factor by an indicator for each level but the first (`full`: each)."""
    if levels is None and not is_factor(values):
        return Matrix((name,), np.asarray(values, dtype=np.float64)[:, None])
    known = sorted({str(value) for value in values}) if levels is None else [str(level) for level in levels]
    shown = known if full else known[1:]
    texts = np.asarray([str(value) for value in values])
    indicators = [(texts == level).astype(np.float64) for level in shown]
    table = np.column_stack(indicators) if indicators else np.zeros((texts.size, 0))
    return Matrix(tuple(f"{name}{level}" for level in shown), table)


def model_matrix(
    data: Mapping[str, Any],
    terms: Sequence[tuple[str, ...]],
    *,
    intercept: bool = True,
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Matrix:
    """The matrix of terms over columns of one length. Raises NotFound on a column that there is not."""
    rows = len(column(data, terms[0][0])) if terms else len(next(iter(data.values())))
    names: list[str] = [INTERCEPT] if intercept else []
    parts: list[Floats] = [np.ones((rows, 1))] if intercept else []
    for at, term in enumerate(terms):
        whole = not intercept and at == 0
        built = coded(term[0], column(data, term[0]), (levels or {}).get(term[0]), full=whole)
        for name in term[1:]:
            built = _product(built, coded(name, column(data, name), (levels or {}).get(name)))
        names += built.names
        parts.append(built.values)
    return Matrix(tuple(names), np.hstack(parts) if parts else np.zeros((rows, 0)))


def _product(one: Matrix, other: Matrix) -> Matrix:
    names = tuple(f"{a}:{b}" for b in other.names for a in one.names)
    values = [one.values[:, i] * other.values[:, j] for j in range(len(other.names)) for i in range(len(one.names))]
    return Matrix(names, np.column_stack(values) if values else np.zeros((one.values.shape[0], 0)))
