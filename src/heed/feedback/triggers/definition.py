"""The kinds `trigger` (which facts ask whom) and `contact_policy` (how often anybody is asked at all)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Invalid, phrase
from heed.facts.schema.tables import TABLES

Source = Literal["interactions", "events", "case_changes", "usage", "finance", "remedies"]
FROZEN = ConfigDict(frozen=True, extra="forbid")


@kind("trigger", title="Trigger", title_plural="Triggers")
class Trigger(BaseModel):
    """Asks a customer when something happened to them, unless they were asked lately."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: After a call.")
    source: Source = Field("interactions", description="Table of facts that is watched.")
    when: str = Field(description="Condition over the fact that asks.", json_schema_extra={"typed": "code"})
    never_when: str = Field(
        "",
        description="Condition under which nobody is asked, whatever else holds.",
        json_schema_extra={"typed": "code"},
    )
    survey: str = Field(min_length=1, max_length=80, description="Key of the survey that is sent.")
    channel: Literal["email"] = Field("email", description="How the survey is sent.")
    delay_seconds: int = Field(0, ge=0, le=30 * 86_400, description="Time between the fact and the invitation.")
    probability: float = Field(1.0, gt=0, le=1, description="Share of those who may be asked that is asked, 0 to 1.")
    fresh_days: int = Field(7, ge=1, le=365, description="A fact older than this asks nobody.")
    expires_days: int | None = Field(
        None, ge=1, le=365, description="Days an invitation can be answered; empty: as the survey says."
    )
    language: Literal["customer", "fact", "survey"] = Field(
        "customer", description="Language of the invitation: the customer's, the fact's, or the survey's first."
    )

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Path and source of every condition written here."""
        yield "when", self.when
        if self.never_when.strip():
            yield "never_when", self.never_when

    def check(self) -> None:
        """Raises InvalidDefinition at the first condition that cannot be meant."""
        fields = {column.name: column.kind for column in TABLES[self.source].columns}
        for path, source in self.conditions():
            try:
                compile_condition(source, fields)
            except Invalid as fault:
                told = phrase("{path}: {message}", path=path, message=fault.message)
                raise InvalidDefinition(told, at=(path,), code=fault.code, hint=fault.hint) from fault

    def references(self) -> Iterator[Reference]:
        yield Reference("survey", "survey", self.survey)


@kind("contact_policy", title="Contact policy", title_plural="Contact policy")
class ContactPolicy(BaseModel):
    """How often a customer is asked, by whatever asks. One definition, key `contact`."""

    model_config = FROZEN

    name: str = Field("Contact policy", min_length=1, max_length=120, description="Name of the policy.")
    rest_days: int = Field(30, ge=0, le=3650, description="Days after an invitation in which a customer is not asked.")
