"""What can be measured: seven kinds, each a frozen description of rows and expressions. Conditions and values are CEL
over the source's fields.

`where` says which rows a measure is about, `among` which of those it measures: a row left out by its
`excluded_reason` is counted when it meets `where`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from heed.core.errors.rules import Invalid, phrase

Kind = Literal["proportion", "mean", "nps", "ratio", "quantile", "rate", "count"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What every kind has. source: a fact table or a derived relation (`heed.metrics.sources`).

    exclusions: (reason, condition) pairs; a measured row that meets one is left out and counted under its reason, the
    first that holds.
    """

    kind: ClassVar[Kind]
    source: str
    where: str = ""
    among: str = ""
    exclusions: tuple[tuple[str, str], ...] = ()

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        """The expressions that make a row's contribution: name -> (CEL, what it yields)."""
        return {}

    @property
    def weight_column(self) -> str:
        """The column of the survey weight; empty when every row counts once."""
        return ""

    @property
    def by_card(self) -> bool:
        """Whether rows are weighted by the score card of their survey."""
        return False


@dataclass(frozen=True, kw_only=True)
class _Weighted(Measure):
    """A kind that honours a survey weight: `weight` names a number column; an empty weight counts as 1."""

    weight: str = ""

    @property
    def weight_column(self) -> str:
        return self.weight


@dataclass(frozen=True, kw_only=True)
class _Carded(_Weighted):
    """A kind whose answers can be weighted by the score card of their survey (`heed.metrics.carded`); where they are, the card's
    weights take the place of a column of weights.
    """

    weighted: bool = False

    @property
    def by_card(self) -> bool:
        return self.weighted


@dataclass(frozen=True, kw_only=True)
class Proportion(_Carded):
    """Share of rows for which `success` is true, 0..1; a row for which it cannot be told is excluded as `no_value`."""

    kind: ClassVar[Kind] = "proportion"
    success: str

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"success": (self.success, "flag")}


@dataclass(frozen=True, kw_only=True)
class Mean(_Carded):
    """Arithmetic mean of `value`, in its unit."""

    kind: ClassVar[Kind] = "mean"
    value: str

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"value": (self.value, "number")}


@dataclass(frozen=True, kw_only=True)
class Nps(_Carded):
    """Net Promoter Score of `value`, an answer of 0..10; in points -100..100. Answers off the scale are excluded as
    `off_scale`.
    """

    kind: ClassVar[Kind] = "nps"
    value: str = "score"

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"value": (self.value, "number")}


@dataclass(frozen=True, kw_only=True)
class Ratio(_Weighted):
    """Sum of `numerator` over sum of `denominator`, row by row paired."""

    kind: ClassVar[Kind] = "ratio"
    numerator: str
    denominator: str

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"numerator": (self.numerator, "number"), "denominator": (self.denominator, "number")}


@dataclass(frozen=True, kw_only=True)
class Quantile(_Weighted):
    """The `quantile` (0..1, median 0.5) of `value`: Hyndman-Fan 7; with weights the least value that has that share
    of the weight at or below it.
    """

    kind: ClassVar[Kind] = "quantile"
    value: str
    quantile: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.quantile < 1.0:
            raise Invalid(
                phrase("{quantile} is no quantile.", quantile=self.quantile),
                code="invalid_quantile",
                hint="Give a share between 0 and 1; the median is 0.5.",
            )

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"value": (self.value, "number")}


@dataclass(frozen=True, kw_only=True)
class Rate(_Weighted):
    """Events per unit of exposure: rows for which `event` is true over the sum of `exposure`; a row may bring either
    or both. A weight counts a row's event and its exposure so often.
    """

    kind: ClassVar[Kind] = "rate"
    event: str
    exposure: str

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        return {"event": (self.event, "flag"), "exposure": (self.exposure, "number")}


@dataclass(frozen=True, kw_only=True)
class Count(_Weighted):
    """How many rows there are; with weights how many they stand for."""

    kind: ClassVar[Kind] = "count"
