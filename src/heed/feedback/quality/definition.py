"""The kind `quality`: how good the answers of a survey must be, what they are weighted by, and how its waves are told apart."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heed.core.definitions.rules import InvalidDefinition, kind
from heed.core.errors.rules import phrase

FROZEN = ConfigDict(frozen=True, extra="forbid")
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# A column of invitations, or a key of their attributes.
Column = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)]
PEOPLE = ("customer_key", "agent_key", "invitation_id", "interaction_id")
WAVES = ("month", "quarter", "year", "trigger")


class Margin(BaseModel):
    """How many there are of each class, known from elsewhere: shares or counts."""

    model_config = FROZEN

    column: Column = Field(description="What is told apart, such as segment.")
    classes: dict[Annotated[str, Field(max_length=120)], Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        min_length=2, max_length=200, description="Each class with its share or its count."
    )

    @model_validator(mode="after")
    def _is_somebody(self) -> "Margin":
        if sum(self.classes.values()) <= 0:
            raise ValueError("the classes hold nobody")
        return self


class Limits(BaseModel):
    """What the answers must keep to; beyond, the score card says so."""

    model_config = FROZEN

    response_rate: Share = Field(0.1, description="Least response rate (AAPOR RR1).")
    representativity: Share = Field(0.75, description="Least R-indicator.")
    difference: float = Field(
        0.2, gt=0, le=5, description="Most a share of the answers may stand off the frame's, standardised."
    )
    design_effect: float = Field(2.0, ge=1, le=100, description="Most the weights may cost.")
    effective_n: int = Field(100, ge=1, le=1_000_000, description="Least answers the weighted ones are worth.")
    without_chance: Share = Field(
        0.25, description="Most of those who qualified that may have had no chance to be asked."
    )
    unanswered: Share = Field(0.2, description="Most a question may be left out by those who were to answer it.")


class Contradiction(BaseModel):
    """Two answers that nobody gives who reads: `one` at least so much, and `other` at most so much."""

    model_config = FROZEN

    one: str = Field(min_length=1, max_length=80, description="Key of a question, such as recommend.")
    least: float = Field(allow_inf_nan=False, description="Who answers it with at least this …")
    other: str = Field(min_length=1, max_length=80, description="Key of another question, such as satisfaction.")
    most: float = Field(allow_inf_nan=False, description="… cannot answer that one with at most this.")


class Audits(BaseModel):
    """When the answers are audited, and what an audit fails by."""

    model_config = FROZEN

    every_days: int = Field(7, ge=0, le=366, description="Days between audits; 0: only when somebody asks for one.")
    window_days: int = Field(91, ge=1, le=1100, description="Days of answers that an audit looks at.")
    least_answers: int = Field(30, ge=1, le=100_000, description="Fewer answers are too few to say anything.")
    unsettled: Share = Field(
        0.02, description="Most share of answers that look careless and of which nobody has decided."
    )
    unsigned: Share = Field(0.05, description="Most share of answers that were set aside without any sign.")
    agents: bool = Field(True, description="Whether agents are looked at who may choose whom to ask.")
    card: bool = Field(True, description="Whether the limits of the score card count as well.")
    contradictions: tuple[Contradiction, ...] = Field(
        (), max_length=40, description="Answers that cannot go together, beside those heed sees itself."
    )


@kind("quality", title="Quality of a survey", title_plural="Quality of surveys")
class Quality(BaseModel):
    """How the answers of a survey are judged and weighted. One for each survey; without one heed's own values hold."""

    model_config = FROZEN

    survey: str = Field(min_length=1, max_length=80, description="Key of the survey.")
    wave: Literal["month", "quarter", "year", "trigger"] = Field(
        "quarter", description="What makes a wave: the time somebody was asked in, or the trigger that asked."
    )
    weigh_by: tuple[Column, ...] = Field(
        (),
        max_length=8,
        description="Columns of those asked, or keys of their attributes, by which answers are compared and weighted; none: "
        "segment, region, channel and the attributes of few classes.",
    )
    population: tuple[Margin, ...] = Field(
        (), max_length=8, description="Classes known from elsewhere; without, those of the frame."
    )
    weighting: Literal["rake", "post_stratify"] = Field(
        "rake", description="Each column for itself (rake), or each combination of classes (post_stratify)."
    )
    least_weight: float = Field(0.2, gt=0, le=1, description="Least weight, beside the mean weight.")
    most_weight: float = Field(5.0, ge=1, le=100, description="Most weight, beside the mean weight.")
    class_size: int = Field(20, ge=2, le=10_000, description="Least answers in a class; smaller ones are joined.")
    partial_share: Share = Field(
        0.5, description="Share of questions from which a questionnaire left half way is partial."
    )
    complete_share: Share = Field(0.8, description="Share of questions from which one left half way is complete.")
    limits: Limits = Field(Limits.model_construct(), description="What the answers must keep to.")
    audits: Audits = Field(Audits.model_construct(), description="When the answers are audited, and by what they fail.")

    def check(self) -> None:
        """Raises InvalidDefinition at the first thing that cannot be meant."""
        for place, name in enumerate(self.weigh_by):
            if name in PEOPLE:
                said = phrase("weigh_by: {name} names single people.", name=name)
                raise InvalidDefinition(said, at=("weigh_by", str(place)), hint="Such as segment or region.")
        _refuse_twice("weigh_by", self.weigh_by)
        _refuse_twice("population", tuple(margin.column for margin in self.population))
        if self.partial_share > self.complete_share:
            said = phrase("partial_share is more than complete_share.")
            raise InvalidDefinition(said, at=("partial_share",), hint="0.5 and 0.8 are usual.")


def _refuse_twice(at: str, names: tuple[str, ...]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidDefinition(phrase("{path}: {name} is there twice.", path=at, name=name), at=(at,))


def usual(survey: str) -> Quality:
    """What holds where no definition says otherwise."""
    return Quality.model_validate({"survey": survey[:80] or "-"})
