"""The kind `organisation`: what is settled at first run. One definition, key `organisation`."""

import zoneinfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from heed.core.definitions.rules import kind
from heed.core.errors.rules import phrase


@kind("organisation", title="Organisation", title_plural="Organisation")
class Organisation(BaseModel):
    """The organisation, and how its figures are cut and shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default="My organisation", min_length=1, max_length=120, description="Name, on pages and in mails."
    )
    time_zone: str = Field(default="UTC", description="IANA time zone in which days, weeks and business hours are cut.")
    currency: str = Field(
        default="EUR", pattern="^[A-Z]{3}$", description="ISO 4217 code of the currency reports are in."
    )
    languages: tuple[str, ...] = Field(
        default=("en",), min_length=1, description="Languages of mails to customers, in order."
    )
    calendar: str = Field(default="office", description="Key of the calendar of business hours.")
    first_run_done: bool = Field(
        default=False, description="Whether somebody has settled these.", json_schema_extra={"typed": "kept"}
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(phrase("{value} is no IANA time zone, such as Europe/Berlin", value=value))
        return value
