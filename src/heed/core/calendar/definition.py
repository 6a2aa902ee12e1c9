"""The kind `calendar`: when the operation is open."""

import datetime
import re
import zoneinfo
from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heed.core.definitions.rules import kind
from heed.core.errors.rules import phrase

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
MINUTES_A_DAY = 24 * 60


def minutes_of(span: str) -> tuple[int, int]:
    """`09:00-17:30` as minutes since midnight. Raises ValueError when it is no span, or ends before it begins."""
    found = SPAN.fullmatch(span)
    if not found:
        raise ValueError(phrase("{span!r} is no span of a day, such as 09:00-17:30", span=span))
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if not start < end <= MINUTES_A_DAY:
        raise ValueError(phrase("{span!r} does not end after it begins, or ends after 24:00", span=span))
    return start, end


def _apart(spans: tuple[str, ...]) -> tuple[str, ...]:
    """The spans of one day in order. Raises ValueError when two of them overlap."""
    ordered = sorted(spans, key=minutes_of)
    for first, second in pairwise(ordered):
        if minutes_of(second)[0] < minutes_of(first)[1]:
            raise ValueError(phrase("{first} and {second} overlap", first=first, second=second))
    return tuple(ordered)


class WeekHours(BaseModel):
    """Spans of opening, by weekday; none = closed. Times are local."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monday: tuple[str, ...] = Field((), description="Spans such as 09:00-12:30; none: closed.")
    tuesday: tuple[str, ...] = ()
    wednesday: tuple[str, ...] = ()
    thursday: tuple[str, ...] = ()
    friday: tuple[str, ...] = ()
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()

    @field_validator(*WEEKDAYS)
    @classmethod
    def _spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _apart(value)

    def of(self, weekday: int) -> tuple[str, ...]:
        """The spans of a weekday, Monday = 0."""
        spans: tuple[str, ...] = getattr(self, WEEKDAYS[weekday])
        return spans


@kind("calendar", title="Calendar", title_plural="Calendars")
class Calendar(BaseModel):
    """Business hours in one time zone, with holidays and days that differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=120, description="Name, as it stands beside a promise.")
    time_zone: str = Field("UTC", description="IANA time zone the hours are meant in.")
    hours: WeekHours = WeekHours.model_validate({})
    holidays_country: str = Field(
        "", description="ISO 3166 country whose public holidays are closed, such as DE; empty: none."
    )
    holidays_region: str = Field("", description="State or province of that country, such as BY.")
    closed_on: tuple[datetime.date, ...] = Field((), description="Further days on which all is closed.")
    open_on: dict[datetime.date, tuple[str, ...]] = Field(
        {}, description="Days with hours of their own; they win over holidays."
    )

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(phrase("{value} is no IANA time zone, such as Europe/Berlin", value=value))
        return value

    @field_validator("open_on")
    @classmethod
    def _days(cls, value: dict[datetime.date, tuple[str, ...]]) -> dict[datetime.date, tuple[str, ...]]:
        return {day: _apart(spans) for day, spans in value.items()}

    @model_validator(mode="after")
    def _country(self) -> "Calendar":
        if not self.holidays_country and not self.holidays_region:
            return self
        import holidays  # of every country: slow to load, and few definitions name one

        known = holidays.list_supported_countries(include_aliases=True)
        if self.holidays_country and self.holidays_country not in known:
            raise ValueError(
                phrase("{country} is no country with known holidays, such as DE", country=self.holidays_country)
            )
        if self.holidays_region and self.holidays_region not in known.get(self.holidays_country, []):
            raise ValueError(
                phrase(
                    "{region} is no region of {country} with holidays of its own",
                    region=self.holidays_region,
                    country=self.holidays_country or "a country",
                )
            )
        return self


def spans_on(calendar: Calendar, day: datetime.date) -> Iterator[tuple[int, int]]:
    """The opening of one local day, as minutes since its midnight."""
    for span in calendar.open_on.get(day, calendar.hours.of(day.weekday())):
        yield minutes_of(span)
