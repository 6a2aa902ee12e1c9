"""The kind `privacy_policy`: lawful basis, retention and the least group that may be shown. The strictest in force wins."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from heed.core.definitions.rules import kind
from heed.core.errors.rules import nearest, phrase
from heed.facts.schema.tables import TABLES

Basis = Literal["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]

# What of the work in the database can be kept for a time only.
WORK = ("invitations", "asks", "quarantine", "received_events", "closed_cases", "deliveries")


@kind("privacy_policy", title="Privacy policy", title_plural="Privacy policies", four_eyes=True)
class PrivacyPolicy(BaseModel):
    """What the law and the organisation demand of personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=120, description="Name, such as GDPR.")
    jurisdiction: str = Field("", description="Where it applies, such as EU, UK or US-CA; empty: everywhere.")
    min_n_customers: int = Field(
        10,
        ge=1,
        le=1000,
        title="Least customers in a figure",
        description="A figure about fewer customers than this is not shown.",
    )
    min_n_employees: int = Field(
        5,
        ge=1,
        le=1000,
        title="Least rows an employee",
        description="A figure split by employees needs this many rows in each group.",
    )
    request_days: int = Field(
        30, ge=1, le=365, title="Days to answer a request", description="Within which a person's request is answered."
    )
    request_months: int = Field(
        0,
        ge=0,
        le=12,
        description="Calendar months to answer a request, as in GDPR; 0: by days.",
    )
    extension_days: int = Field(0, ge=0, le=365, description="Days by which the answer may be put off, with a reason.")
    extension_months: int = Field(0, ge=0, le=12, description="Calendar months by which it may be put off.")
    rolls_over_weekends: bool = Field(
        False, description="A term that ends on a Saturday or Sunday ends on the working day that follows."
    )
    breach_hours: int = Field(
        72, ge=1, le=720, description="Hours after a breach was noticed within which the authority is told."
    )
    backup_days: int = Field(
        90, ge=1, le=3650, description="Days a backup is kept; who was erased is in it until then."
    )
    erasure_four_eyes: bool = Field(
        False, title="Four eyes for an erasure", description="Somebody else approves an erasure before it is done."
    )
    minimum_age: int = Field(
        0, ge=0, le=21, description="Age from which a person consents for themselves; 0: not said."
    )
    residency: list[str] = Field([], description="Regions the data may lie in; empty: not said.")
    sources: list[str] = Field([], description="The law this rests on, with its articles.")
    lawful_basis: dict[str, Basis] = Field(
        {}, description="Purpose and the basis it rests on, such as `service: contract`."
    )
    retention_days: dict[str, int] = Field(
        {}, description="Fact table and the days its rows are kept, such as `verbatims: 730`; absent: for good."
    )

    work_retention_days: dict[str, int] = Field(
        {},
        description="Kind of work and the days it is kept after it ended, such as `quarantine: 90`; absent: for good.",
    )

    @field_validator("work_retention_days")
    @classmethod
    def _kinds(cls, value: dict[str, int]) -> dict[str, int]:
        for name, days in value.items():
            if name not in WORK:
                raise ValueError(phrase("{name} is no kind of work. {hint}", name=name, hint=nearest(name, WORK)))
            if days < 1:
                raise ValueError(phrase("{table}: {days} days is less than one", table=name, days=days))
        return value

    @field_validator("retention_days")
    @classmethod
    def _tables(cls, value: dict[str, int]) -> dict[str, int]:
        for table, days in value.items():
            if table not in TABLES:
                raise ValueError(
                    phrase("{table} is no table of facts. {hint}", table=table, hint=nearest(table, TABLES))
                )
            if days < 1:
                raise ValueError(phrase("{table}: {days} days is less than one", table=table, days=days))
        return value
