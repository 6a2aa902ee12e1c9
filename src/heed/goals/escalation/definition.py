"""The kind `escalation`: when a case is brought to whom, how much one person may be given a day, what counts as severe."""

import datetime
import zoneinfo
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from heed.core.access.rules import ROLES
from heed.core.calendar.definition import Calendar
from heed.core.conditions.rules import Condition, compile_condition
from heed.core.definitions.rules import InvalidDefinition, kind
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.tables import TABLES

FROZEN = ConfigDict(frozen=True, extra="forbid")
Severity = Literal["low", "normal", "high", "urgent"]
Alike = Literal["topic", "product", "region", "team", "channel", "touchpoint", "stage", "segment"]
SEVERITIES: tuple[Severity, ...] = ("low", "normal", "high", "urgent")
Day = Annotated[datetime.date, Field(ge=datetime.date(2000, 1, 1), le=datetime.date(2200, 1, 1))]
Factor = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Waits = Annotated[int, Field(ge=60, le=31 * 86_400)]
# What conditions may ask of a case; the impact is worked out from the others.
CASE_FIELDS: dict[str, str] = {
    "severity": "text",
    "customers": "count",
    "sentiment": "number",
    "urgency": "text",
    "sla_risk": "number",
    "asked_for_help": "flag",
    **dict.fromkeys(
        ("region", "team", "channel", "touchpoint", "stage", "topic", "product", "segment", "language"), "text"
    ),
}
FIELDS: dict[str, str] = {**CASE_FIELDS, "impact": "number"}
CODE: dict[str, JsonValue] = {"typed": "code"}


class FactorRule(BaseModel):
    """A condition and the factor it gives."""

    model_config = FROZEN

    when: str = Field(description="Condition over the case.", json_schema_extra=CODE)
    factor: Factor


class ImpactWeights(BaseModel):
    """How heavy a case weighs on customers: customers touched × severity × value × vulnerability."""

    model_config = FROZEN

    severities: dict[Severity, Factor] = Field(
        {"low": 1.0, "normal": 2.0, "high": 4.0, "urgent": 8.0}, description="Factor of each severity."
    )
    values: tuple[FactorRule, ...] = Field(
        (), max_length=20, description="The first that holds gives the value; else 1."
    )
    vulnerabilities: tuple[FactorRule, ...] = Field(
        (), max_length=20, description="The first that holds gives the vulnerability; else 1."
    )
    most_customers: int = Field(10_000, ge=1, le=10**9, description="More customers than this count as so many.")

    @model_validator(mode="after")
    def _every_severity(self) -> "ImpactWeights":
        missing = [each for each in SEVERITIES if each not in self.severities]
        if missing:
            raise ValueError(phrase("severities give {severity} no factor", severity=missing[0]))
        return self


class Rota(BaseModel):
    """Who is on call, in turn."""

    model_config = FROZEN

    people: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(
        min_length=1, max_length=200, description="Keys of people, in the order of their turns."
    )
    at_once: int = Field(1, ge=1, le=200, description="How many are on call at the same time.")
    turn_days: int = Field(7, ge=1, le=366, description="Days of a turn.")
    starts_on: Day = Field(datetime.date(2026, 1, 5), description="First day of the first turn.")
    hours: Calendar | None = Field(None, description="Hours in which they are on call; none: around the clock.")

    @model_validator(mode="after")
    def _fits(self) -> "Rota":
        if len(set(self.people)) < len(self.people):
            raise ValueError("people name somebody twice")
        if self.at_once > len(self.people):
            raise ValueError("at_once is more than there are people")
        return self


class Level(BaseModel):
    """One level: what it has authority over, who is on call, and how soon they must acknowledge."""

    model_config = FROZEN

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$", description="Small letters, digits and _.")
    name: str = Field(min_length=1, max_length=80)
    handles: str = Field("", description="Cases this level has authority over; empty: all.", json_schema_extra=CODE)
    role: str = Field("", description="Role of those on call; leave it out where a rota names them.")
    held_in: Literal["team", "region", "organisation"] = Field("team", description="Where the role is held.")
    rota: Rota | None = Field(None, description="Those on call by name, in turn.")
    acknowledge_seconds: Waits = Field(1800, description="Within so many seconds somebody must acknowledge.")

    @model_validator(mode="after")
    def _who(self) -> "Level":
        if bool(self.role) == (self.rota is not None):
            raise ValueError("a level has a role or a rota, one of the two")
        return self

    @field_validator("role")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in ROLES:
            raise ValueError(phrase("there is no role {role}: {hint}", role=value, hint=nearest(value, ROLES)))
        return value


class Grouping(BaseModel):
    """Like cases become one major incident, which is one piece of work."""

    model_config = FROZEN

    by: tuple[Alike, ...] = Field(
        ("topic", "product", "region"), min_length=1, description="Cases are alike where all these agree."
    )
    from_cases: int = Field(5, ge=2, le=10_000, description="So many like cases make a major incident.")
    within_seconds: Waits = Field(4 * 3600, description="Cases further apart than this are not of one incident.")


class History(BaseModel):
    """How past escalations are known again in the facts: for seeing who carried them."""

    model_config = FROZEN

    source: Literal["events", "case_changes"] = Field("case_changes", description="Table of facts.")
    escalated: str = Field(
        'change == "escalated"', description="Facts by which a case was escalated.", json_schema_extra=CODE
    )
    reached: str = Field(
        'change == "first_responded"', description="Facts by which somebody looked at it.", json_schema_extra=CODE
    )
    unit: Literal["region", "team"] = Field("region", description="Units that are compared.")

    def conditions(self) -> dict[str, Condition]:
        fields = {column.name: column.kind for column in TABLES[self.source].columns}
        return {name: compile_condition(getattr(self, name), fields) for name in ("escalated", "reached")}


@kind("escalation", title="Escalation protocol", title_plural="Escalation protocols")
class EscalationProtocol(BaseModel):
    """Which cases are brought to whom. The first protocol that covers a case, in order of key, decides about it."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Escalation of service cases.")
    covers: str = Field("", description="Cases this protocol is for; empty: all.", json_schema_extra=CODE)
    when: str = Field(description="Condition under which a case is escalated.", json_schema_extra=CODE)
    severe_when: str = Field(
        description="Condition under which it is severe: never deferred, and taken up level by level.",
        json_schema_extra=CODE,
    )
    levels: tuple[Level, ...] = Field(min_length=1, max_length=6, description="From the lowest to the highest.")
    daily_budget: int = Field(8, ge=2, le=1000, description="What one person is given a day at most.")
    kept_for_severe: int = Field(2, ge=1, le=999, description="So much of it is kept for severe cases.")
    time_zone: str = Field("UTC", description="IANA time zone whose midnight begins a day.")
    impact: ImpactWeights = ImpactWeights.model_validate({})
    group: Grouping | None = Field(None, description="When like cases become one incident; none: never.")
    risk_steps: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        (0.5, 0.8, 1.0), max_length=9, description="Shares of the promised time at which a case is looked at again."
    )
    promise_seconds: dict[Severity, Waits] = Field(
        {}, description="For rehearsal: time promised by severity, where facts name no promise."
    )
    history: History = History.model_validate({})
    handling_seconds: Waits = Field(1200, description="For rehearsal: how long one escalation takes a person.")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(
                phrase(
                    "there is no time zone {zone}: {hint}",
                    zone=value,
                    hint=nearest(value, zoneinfo.available_timezones()),
                )
            )
        return value

    @model_validator(mode="after")
    def _fits(self) -> "EscalationProtocol":
        keys = [level.key for level in self.levels]
        if len(set(keys)) < len(keys):
            raise ValueError("levels say one key twice")
        if self.kept_for_severe >= self.daily_budget:
            raise ValueError("kept_for_severe must leave something of daily_budget")
        if self.levels[-1].handles.strip():
            raise ValueError("the highest level must have authority over all: leave its handles empty")
        return self

    def conditions(self) -> Iterator[tuple[str, str, bool]]:
        """Path and source of every condition written here, and whether it may ask for the impact."""
        for name in ("covers", "when", "severe_when"):
            if getattr(self, name).strip():
                yield name, getattr(self, name), name != "covers"
        for place, level in enumerate(self.levels):
            if level.handles.strip():
                yield f"levels.{place}.handles", level.handles, True
        for name in ("values", "vulnerabilities"):
            for place, rule in enumerate(getattr(self.impact, name)):
                yield f"impact.{name}.{place}.when", rule.when, False

    def check(self) -> None:
        """Raises InvalidDefinition at the first condition that cannot be meant, naming the nearest name."""
        for name in ("when", "severe_when"):
            if not getattr(self, name).strip():
                raise InvalidDefinition(phrase("{path}: a condition is missing", path=name), at=[name])
        past: dict[str, str] = {column.name: column.kind for column in TABLES[self.history.source].columns}
        every: list[tuple[str, str, dict[str, str]]] = [
            (path, source, FIELDS if whole else CASE_FIELDS) for path, source, whole in self.conditions()
        ]
        every += [(f"history.{name}", getattr(self.history, name), past) for name in ("escalated", "reached")]
        for path, source, fields in every:
            try:
                compile_condition(source, fields)
            except Invalid as fault:
                raise InvalidDefinition(
                    phrase("{path}: {fault}", path=path, fault=fault.message),
                    at=path.split("."),
                    code=fault.code,
                    hint=fault.hint,
                ) from fault
