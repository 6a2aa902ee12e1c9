"""The kind `kpi`: what a figure is, in words and as a measure, with the parameters a reader may set. Checked, name by
name, when proposed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import Reference, kind
from heed.core.errors.rules import Invalid, Phrase, fault_said, nearest, phrase
from heed.metrics.measures import Count, Mean, Measure, Nps, Proportion, Quantile, Rate, Ratio
from heed.metrics.sources.shapes import field_of, shape_of

Unit = Literal["share", "points", "seconds", "count", "money", "number"]
Direction = Literal["higher_is_better", "lower_is_better", "neither"]
Setting = float | str
# Unit -> the least and the greatest value a figure in it can have, where there is one.
RANGES: dict[str, tuple[float, float | None]] = {"share": (0.0, 1.0), "points": (-100.0, 100.0)}
KINDS: dict[str, type[Measure]] = {kind.kind: kind for kind in (Proportion, Mean, Nps, Ratio, Quantile, Rate, Count)}
CODE: dict[str, Any] = {"typed": "code"}
WEIGHTED_SOURCE = "responses"  # the only facts that score cards weigh
FROZEN = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=60)]


class MeasureBody(BaseModel):
    """A measure as written. Expressions are CEL over the source's fields; `{name}` stands for a number parameter's
    value.
    """

    model_config = FROZEN

    kind: Literal["proportion", "mean", "nps", "ratio", "quantile", "rate", "count"] = Field(
        description="Kind of measure."
    )
    source: str = Field(description="The table of facts, or `cases`, `resolved_cases` or `contacts`, that is measured.")
    where: str = Field(
        "", description="Which rows it is about; rows left out are counted among these.", json_schema_extra=CODE
    )
    among: str = Field("", description="Which of those it measures.", json_schema_extra=CODE)
    exclusions: dict[Name, str] = Field({}, description="Rows left out and counted, such as `unscored: '!has_score'`.")
    success: str | None = Field(None, description="Proportion: what counts.", json_schema_extra=CODE)
    value: str | None = Field(None, description="Mean, nps, quantile: the value of a row.", json_schema_extra=CODE)
    numerator: str | None = Field(None, description="Ratio: above the line.", json_schema_extra=CODE)
    denominator: str | None = Field(None, description="Ratio: below the line.", json_schema_extra=CODE)
    event: str | None = Field(None, description="Rate: what is counted.", json_schema_extra=CODE)
    exposure: str | None = Field(None, description="Rate: per what.", json_schema_extra=CODE)
    quantile: float | str | None = Field(None, description="Quantile: 0.5 is the median.")
    weight: str | None = Field(None, description="Column of the survey weight.", json_schema_extra=CODE)
    weighted: bool = Field(
        False,
        description="Whether answers are weighted by the score card of their survey, in place of a column of weights.",
    )

    @model_serializer(mode="wrap")
    def _stored(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `weighted` where it is not: definitions from before there was any stay what they were."""
        body: dict[str, Any] = handler(self)
        return body if self.weighted else {name: value for name, value in body.items() if name != "weighted"}


class Choice(BaseModel):
    """One choice of a parameter: what it means, and what it changes in the measure (whole fields)."""

    model_config = FROZEN

    meaning: str = Field(min_length=1, description="What this choice counts, in words.")
    measure: dict[str, Any] = Field({}, description="Fields of the measure that it replaces.")
    unit: Unit | None = Field(None, description="Its unit, when another.")
    formula: str | None = Field(None, description="Its formula in words, when another.")


class Parameter(BaseModel):
    """A number between limits, or one of named choices."""

    model_config = FROZEN

    meaning: str = Field(min_length=1, description="What it sets, in words.")
    default: float | str = Field(description="Its value when nobody sets it.")
    unit: str = Field("", description="Unit of a number.")
    least: float | None = Field(None, description="Smallest number allowed.")
    most: float | None = Field(None, description="Largest number allowed.")
    choices: dict[Name, Choice] = Field({}, description="Named choices; empty for a number.")

    @model_validator(mode="after")
    def _default_is_allowed(self) -> "Parameter":
        try:
            self.read("default", self.default)
        except Invalid as error:
            raise ValueError(error.message.rstrip(".")) from error
        return self

    def read(self, name: str, value: Setting) -> Setting:
        """A value as this parameter takes it: text from a command line becomes a number. Raises Invalid."""
        if self.choices:
            if value not in self.choices:
                raise Invalid(
                    phrase("{name} cannot be {value}.", name=name, value=value),
                    code="invalid_setting",
                    hint=nearest(str(value), self.choices),
                )
            return value
        try:
            number = float(value)
        except ValueError:
            raise Invalid(
                phrase("{name} is {value!r}, not a number.", name=name, value=value),
                code="invalid_setting",
                hint=phrase("Such as {default}.", default=self.default),
            ) from None
        low, high = (
            self.least if self.least is not None else float("-inf"),
            self.most if self.most is not None else float("inf"),
        )
        if not low <= number <= high or number in (float("inf"), float("-inf")):
            raise Invalid(
                phrase("{name} cannot be {value}.", name=name, value=value),
                code="invalid_setting",
                hint=phrase("It lies between {low:g} and {high:g}.", low=low, high=high),
            )
        return number


@dataclass(frozen=True)
class Resolved:
    """A KPI with every parameter settled: its measure, unit and formula, and the settings used."""

    measure: Measure
    unit: Unit
    formula: str
    settings: dict[str, Setting]


@kind("kpi", title="KPI", title_plural="KPIs")
class Kpi(BaseModel):
    """A figure by which the operation judges itself."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=80, description="Name, as people say it.")
    short: str = Field("", max_length=24, description="Short name, for tables.")
    formula: str = Field(
        min_length=1,
        description="The formula in words; `{name}` stands for a parameter.",
        json_schema_extra={"typed": "long"},
    )
    measure: MeasureBody = Field(description="What is measured.")
    direction: Direction = Field(description="Which way is better.")
    unit: Unit = Field(description="Unit of the figure.")
    segment_keys: tuple[str, ...] = Field((), description="Columns by which it is usually split.")
    source: str = Field(min_length=1, description="Where the definition comes from.")
    target_hints: tuple[str, ...] = Field((), description="What others aim at; a hint, not a target.")
    parameters: dict[Name, Parameter] = Field({}, description="What a reader may set.")
    target: float | None = Field(
        None,
        allow_inf_nan=False,
        description="What this operation aims at, in the unit of the figure: a share from 0 to 1, a time in seconds.",
    )
    aspect: Literal["", "efficiency", "satisfaction"] = Field(
        "", description="What it speaks for when KPIs are weighed against one another; empty: as heed knows its key."
    )

    @model_validator(mode="after")
    def _target_fits(self) -> "Kpi":
        if self.target is None:
            return self
        if self.direction == "neither":
            raise ValueError("a target needs a direction: higher_is_better or lower_is_better")
        least, most = RANGES.get(self.unit, (0.0, None))
        if self.target < least or (most is not None and self.target > most):
            if most is None:
                raise ValueError(
                    phrase("a target in {unit} is at least {least:g}", unit=phrase(self.unit), least=least)
                )
            said = phrase(
                "a target in {unit} lies between {least:g} and {most:g}", unit=phrase(self.unit), least=least, most=most
            )
            raise ValueError(said)
        return self

    @model_serializer(mode="wrap")
    def _stored(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a target and an aspect that are not there: definitions from before there were any stay what they were."""
        body: dict[str, Any] = handler(self)
        absent = {name for name, value in (("target", self.target), ("aspect", self.aspect)) if value in (None, "")}
        return {name: value for name, value in body.items() if name not in absent}

    def resolve(self, settings: Mapping[str, Setting] | None = None) -> Resolved:
        """The measure under these settings; defaults for the rest. Raises Invalid naming the nearest parameter or
        choice.
        """
        given = dict(settings or {})
        for name in given:
            if name not in self.parameters:
                hint = nearest(name, self.parameters) if self.parameters else "This KPI has no parameters."
                raise Invalid(phrase("There is no parameter {name}.", name=name), code="unknown_parameter", hint=hint)
        values = {
            name: parameter.read(name, given.get(name, parameter.default))
            for name, parameter in self.parameters.items()
        }
        chosen = [
            parameter.choices[str(values[name])] for name, parameter in self.parameters.items() if parameter.choices
        ]
        body = self.measure.model_dump(exclude_none=True)
        unit, formula = self.unit, self.formula
        for choice in chosen:
            body |= choice.measure
            unit, formula = choice.unit or unit, choice.formula or formula
        return Resolved(_measure(body, values), unit, _said(formula, values), values)

    def check(self) -> None:
        """Refuse names the source does not have, under every combination of choices. Raises Invalid naming the
        nearest.
        """
        choosing = {name: list(parameter.choices) for name, parameter in self.parameters.items() if parameter.choices}
        for combination in product(*choosing.values()):
            resolved = self.resolve(dict(zip(choosing, combination, strict=True)))
            _check_measure(resolved.measure)
        for key in self.segment_keys:
            if field_of(shape_of(self.measure.source), key) == "map":
                raise Invalid(
                    phrase("{key} is no column to split by.", key=key), code="not_a_group", hint="Name a column."
                )


class Reason(BaseModel):
    """Why a KPI is in a set or out of it, as heed found it: a code with its values, said in the reader's language."""

    model_config = FROZEN

    code: Name = Field(description="Such as sharp, leads, redundant or too_blunt.")
    values: dict[Name, float | str] = Field({}, max_length=6, description="What the words need, such as another KPI.")
    against: bool = Field(False, description="Somebody chose otherwise than this says.")


Why = Annotated[Reason | str, Field(union_mode="left_to_right")]


@kind("kpi_set", title="Set of KPIs", title_plural="Sets of KPIs")
class KpiSet(BaseModel):
    """The KPIs by which the operation chose to be judged, who answers for the choice, and why each is in it."""

    model_config = FROZEN

    name: str = Field("KPIs", min_length=1, max_length=80, description="Name, as people say it.")
    owner: str = Field(min_length=1, max_length=120, description="Who answers for the choice.")
    members: dict[str, Why] = Field(
        min_length=1, max_length=40, description="KPIs chosen, by key, each with the reason it is in."
    )
    left_out: dict[str, Why] = Field({}, description="KPIs weighed and left out, each with the reason.")
    weighed: str = Field("", max_length=200, description="The evidence it rests on: weeks and grain.")
    note: str = Field(
        "", max_length=1000, description="In the words of whoever chose.", json_schema_extra={"typed": "long"}
    )

    def references(self) -> Iterator[Reference]:
        for key in self.members:
            yield Reference(f"members.{key}", "kpi", key)


def _checked(body: Mapping[str, Any]) -> MeasureBody:
    try:
        return MeasureBody.model_validate(body)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        hint = "Look at the measure, and at what its choices change in it."
        raise Invalid(
            phrase("measure.{place}: {fault}.", place=place, fault=fault_said(fault)),
            code="invalid_definition",
            hint=hint,
        ) from error


def _measure(body: Mapping[str, Any], values: Mapping[str, Setting]) -> Measure:
    fields = {name: value for name, value in _checked(body).model_dump(exclude_none=True).items() if value != ""}
    kind_of_measure = KINDS[fields.pop("kind")]
    exclusions = tuple((reason, _filled(condition, values)) for reason, condition in fields.pop("exclusions").items())
    filled = {name: _filled(value, values) if isinstance(value, str) else value for name, value in fields.items()}
    if "quantile" in filled:
        filled["quantile"] = float(filled["quantile"])
    known = set(kind_of_measure.__dataclass_fields__)
    for name in filled:
        if name not in known:
            raise Invalid(
                phrase("A {kind} has no {name}.", kind=kind_of_measure.kind, name=name),
                code="invalid_definition",
                hint=nearest(name, known),
            )
    missing = [
        name
        for name in ("source", "success", "value", "numerator", "denominator", "event", "exposure")
        if name in known - set(filled)
    ]
    if missing and not (missing == ["value"] and kind_of_measure is Nps):
        raise Invalid(
            phrase("A {kind} needs {missing}.", kind=kind_of_measure.kind, missing=missing[0]),
            code="invalid_definition",
            hint="Add it to the measure.",
        )
    return kind_of_measure(exclusions=exclusions, **filled)


def _filled(text: str, values: Mapping[str, Setting]) -> str:
    """The text with `{name}` replaced by each parameter's value, a number as CEL's float."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", repr(value) if isinstance(value, float) else str(value))
    return text


def _said(formula: str, values: Mapping[str, Setting]) -> Phrase:
    """A formula in words with its numbers, which can be said in another language."""
    written = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}
    said = formula
    for name, value in written.items():
        said = said.replace("{" + name + "}", value)
    return Phrase(said, formula, written)


def _check_measure(measure: Measure) -> None:
    shape = shape_of(measure.source)
    if measure.by_card and measure.source != WEIGHTED_SOURCE:
        raise Invalid(
            phrase("{source} cannot be weighted: score cards are of answers to surveys.", source=measure.source),
            code="not_weighted",
            hint=phrase("Measure {source}, or leave `weighted` out.", source=WEIGHTED_SOURCE),
        )
    conditions = [
        condition
        for condition in (measure.where, measure.among, *(text for _, text in measure.exclusions))
        if condition
    ]
    wanted = [(condition, "flag") for condition in conditions] + list(measure.expressions.values())
    for source, returns in wanted:
        compile_condition(source, shape.fields, returns)
    if measure.weight_column and field_of(shape, measure.weight_column) != "number":
        raise Invalid(
            phrase("{weight_column} is no number to weigh by.", weight_column=measure.weight_column),
            code="not_a_weight",
            hint="Name a number column.",
        )
