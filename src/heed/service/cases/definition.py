"""The kinds `case_opening` (which facts open a case, how severe, who owns it, what is promised, who is told when a promise
is about to break) and `causes` (what a case may be closed with)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heed.core.access.rules import ROLES
from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.tables import TABLES

Severity = Literal["low", "normal", "high", "urgent"]
Source = Literal["responses", "interactions", "verbatims", "usage", "finance"]
FROZEN = ConfigDict(frozen=True, extra="forbid")
Team = Annotated[str, Field(max_length=60, description="Unit key of the team that owns the case.")]


class SeverityRule(BaseModel):
    """A condition and the severity it gives."""

    model_config = FROZEN

    when: str = Field(description="Condition over the fact.")
    severity: Severity


class OwnerRule(BaseModel):
    """A condition and the team it gives the case to."""

    model_config = FROZEN

    when: str = Field(description="Condition over the fact.")
    team: Team


class Promise(BaseModel):
    """What a customer is promised, in seconds of the calendar."""

    model_config = FROZEN

    severity: Severity
    first_contact_seconds: int = Field(ge=60, description="Until somebody speaks to the customer.")
    resolution_seconds: int | None = Field(None, ge=60, description="Until it is put right; none: not promised.")


class Escalation(BaseModel):
    """Whom a case is brought to when so much of a promise's time is used up."""

    model_config = FROZEN

    after: float = Field(
        gt=0, le=10, description="Share of the promised time: 0.8 shortly before it breaks, 1 when it does."
    )
    promise: Literal["any", "first_contact", "resolution"] = "any"
    to: str = Field("", max_length=60, description="Unit key whose people are told; empty: the team of the case.")
    role: str = Field("supervisor", description="Role of those who are told, in the unit or above it.")
    moves: bool = Field(False, description="Whether the case goes to that unit.")

    @field_validator("role")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ROLES:
            raise ValueError(phrase("there is no role {role}: {hint}", role=value, hint=nearest(value, ROLES)))
        return value


# Who leads the team hears of it before a promise breaks, and when it does.
USUAL_ESCALATIONS = (Escalation.model_validate({"after": 0.8}), Escalation.model_validate({"after": 1.0}))


@kind("case_opening", title="Case opening", title_plural="Case openings")
class CaseOpening(BaseModel):
    """Opens a case where a condition holds; one per customer within some days."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Close the loop with detractors.")
    source: Source = Field("responses", description="Table of facts that is watched.")
    when: str = Field(description="Condition over the fact that opens a case.", json_schema_extra={"typed": "code"})
    never_when: str = Field(
        "",
        description="Condition under which none is opened, whatever else holds.",
        json_schema_extra={"typed": "code"},
    )
    one_case_days: int = Field(30, ge=0, le=3650, description="Days in which a customer gets one case; 0: one a fact.")
    severities: tuple[SeverityRule, ...] = Field((), description="The first that holds gives the severity.")
    severity: Severity = Field("normal", description="Severity where none of them holds.")
    owners: tuple[OwnerRule, ...] = Field((), description="The first that holds gives the owner.")
    owner: Team = Field("", description="Owner where none of them holds; empty: the team of the fact.")
    promises: tuple[Promise, ...] = Field((), description="Promises by severity.")
    calendar: str = Field("", description="Key of the calendar promises run on; empty: around the clock.")
    escalations: tuple[Escalation, ...] = Field(
        USUAL_ESCALATIONS, max_length=9, description="Who is told when a promise is about to break, or broke."
    )

    @model_validator(mode="after")
    def _promises_are_told_once(self) -> "CaseOpening":
        told = [promise.severity for promise in self.promises]
        if len(set(told)) < len(told):
            raise ValueError("promises say one severity twice")
        return self

    @model_validator(mode="after")
    def _who_moves_names_a_unit(self) -> "CaseOpening":
        if any(each.moves and not each.to for each in self.escalations):
            raise ValueError("escalations: a case that moves needs a unit to go to")
        return self

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Path and source of every condition written here."""
        yield "when", self.when
        if self.never_when.strip():
            yield "never_when", self.never_when
        for place, severity in enumerate(self.severities):
            yield f"severities.{place}.when", severity.when
        for place, owner in enumerate(self.owners):
            yield f"owners.{place}.when", owner.when

    def check(self) -> None:
        """Raises InvalidDefinition at the first condition that cannot be meant."""
        fields = {column.name: column.kind for column in TABLES[self.source].columns}
        for path, source in self.conditions():
            try:
                compile_condition(source, fields)
            except Invalid as fault:
                raise InvalidDefinition(
                    phrase("{path}: {fault}", path=path, fault=fault.message),
                    at=path.split("."),
                    code=fault.code,
                    hint=fault.hint,
                ) from fault

    def references(self) -> Iterator[Reference]:
        if self.calendar:
            yield Reference("calendar", "calendar", self.calendar)


class Cause(BaseModel):
    """Why a customer was unhappy, as a case is closed with it."""

    model_config = FROZEN

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$", description="Small letters, digits and _; facts name it.")
    name: dict[str, str] = Field(min_length=1, description="Name by language, such as en: Late delivery.")

    def called(self, language: str) -> str:
        """Its name in a language, or in the first it has."""
        return self.name.get(language) or self.name.get(language.split("-")[0]) or next(iter(self.name.values()))


@kind("causes", title="List of causes", title_plural="Lists of causes")
class Causes(BaseModel):
    """What a case may be closed with. A cause that is taken off the list stays in the cases that were closed with it."""

    model_config = FROZEN

    causes: tuple[Cause, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _keys_are_told_once(self) -> "Causes":
        keys = [cause.key for cause in self.causes]
        if len(set(keys)) < len(keys):
            raise ValueError("causes say one key twice")
        return self
