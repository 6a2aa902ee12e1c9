"""The kind `footprint`: regions with their demand, sites that could serve them, and what is not certain about either."""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heed.core.calendar.definition import WEEKDAYS, WeekHours, minutes_of
from heed.core.definitions.rules import InvalidDefinition, kind
from heed.core.errors.rules import nearest, phrase

FROZEN = ConfigDict(frozen=True, extra="forbid")
Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)]
Money = Annotated[Decimal, Field(ge=0, lt=10**9, max_digits=14, decimal_places=4, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
CLOCK = re.compile(r"([01]\d|2[0-3]):(00|30)")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
HALF_HOUR = 30
MOST_CALLS = 20_000.0


def half_hours_of(written: str) -> range:
    """`08:00` or `08:00-12:00` as minutes since midnight, in steps of a half-hour. Raises ValueError."""
    if CLOCK.fullmatch(written):
        start = int(written[:2]) * 60 + int(written[3:])
        return range(start, start + HALF_HOUR, HALF_HOUR)
    start, end = minutes_of(written)
    if start % HALF_HOUR or end % HALF_HOUR:
        raise ValueError(phrase("{written} does not lie on half-hours, such as 08:00-12:30", written=written))
    return range(start, end, HALF_HOUR)


class WeekVolumes(BaseModel):
    """Calls that come in each half-hour, by weekday: `08:00-12:00: 14` is 14 in each half-hour of it. Times are local."""

    model_config = FROZEN

    monday: dict[str, float] = Field({}, description="Calls a half-hour by time, such as 08:00-12:00: 14.")
    tuesday: dict[str, float] = {}
    wednesday: dict[str, float] = {}
    thursday: dict[str, float] = {}
    friday: dict[str, float] = {}
    saturday: dict[str, float] = {}
    sunday: dict[str, float] = {}

    @field_validator(*WEEKDAYS)
    @classmethod
    def _told(cls, value: dict[str, float]) -> dict[str, float]:
        seen: set[int] = set()
        for written, calls in value.items():
            if not 0 <= calls <= MOST_CALLS:
                raise ValueError(
                    phrase("{calls} calls at {written}: give 0 to {most}", calls=calls, written=written, most=20000)
                )
            for minute in half_hours_of(written):
                if minute in seen:
                    raise ValueError(phrase("{written} stands twice", written=written))
                seen.add(minute)
        return value

    def of(self, weekday: int) -> dict[int, float]:
        """Calls by minute since local midnight, Monday = 0."""
        told: dict[str, float] = getattr(self, WEEKDAYS[weekday])
        return {minute: calls for written, calls in told.items() for minute in half_hours_of(written)}

    @property
    def is_empty(self) -> bool:
        return not any(calls for day in range(7) for calls in self.of(day).values())


class LikedStep(BaseModel):
    """Of those who waited at least so long, the share satisfied, with limits where they are known."""

    model_config = FROZEN

    from_seconds: float = Field(ge=0, le=86_400, allow_inf_nan=False, description="From so many seconds of waiting on.")
    satisfied: Share = Field(description="Share satisfied, such as 0.82.")
    low: Share | None = Field(None, description="Lower limit (95 %).")
    high: Share | None = Field(None, description="Upper limit (95 %).")

    @model_validator(mode="after")
    def _around(self) -> "LikedStep":
        if (self.low is None) != (self.high is None):
            raise ValueError("give both limits, or none")
        if self.low is not None and self.high is not None and not self.low <= self.satisfied <= self.high:
            raise ValueError("the share satisfied lies outside its limits")
        return self


class FootprintRegion(BaseModel):
    """Customers of one region: when they may call, in which languages, how many do, and what they expect."""

    model_config = FROZEN

    key: Key = Field(description="Key of the region.")
    name: str = Field("", max_length=120, description="Name.")
    time_zone: str = Field("UTC", description="IANA time zone of its hours and volumes.")
    hours: WeekHours = Field(description="When customers may call.")
    languages: dict[str, float] = Field(
        min_length=1, max_length=12, description="Languages and how they share the calls, such as de: 0.9."
    )
    volumes: WeekVolumes = Field(
        WeekVolumes.model_validate({}), description="Calls by half-hour; none: learned from facts."
    )
    learned_from: str = Field("", max_length=80, description="The region as facts name it; empty: its key.")
    aht_seconds: Seconds | None = Field(None, description="Seconds a call takes; none: learned from facts.")
    within_seconds: Seconds | None = Field(
        None, description="Wait that customers here expect at most; none: as for all."
    )
    weight: float = Field(1.0, gt=0, le=100, allow_inf_nan=False, description="What a satisfied customer here counts.")
    home: str = Field("", max_length=40, description="Its own site where each region has one; none: the cheapest.")
    volume_spread: Spread | None = Field(
        None, description="How far its calls may be off, as a share; none: as for all."
    )
    curve: tuple[LikedStep, ...] = Field((), max_length=60, description="Satisfied by wait here; none: as for all.")

    @property
    def title(self) -> str:
        return self.name or self.key


class FootprintSite(BaseModel):
    """A place that could answer: when it is open, what its people speak, what they cost, how many fit in."""

    model_config = FROZEN

    key: Key = Field(description="Key of the site.")
    name: str = Field("", max_length=120, description="Name.")
    time_zone: str = Field("UTC", description="IANA time zone of its hours.")
    hours: WeekHours = Field(description="When it can be staffed.")
    languages: tuple[str, ...] = Field(min_length=1, max_length=20, description="Languages its people speak.")
    cost_per_hour: Money = Field(description="What an hour paid costs, such as 31.50.")
    currency: str = Field("", description="Currency of its money; empty: that of the whole.")
    language_premium: Money = Field(Decimal(0), description="More an hour for each further language one person speaks.")
    overlay: Share = Field(0.0, description="Leads and support on top, as a share of hours paid, such as 0.12.")
    fixed_cost_per_week: Money = Field(Decimal(0), description="What it costs a week to have the site at all.")
    seats: int | None = Field(None, ge=1, le=100_000, description="People who fit in at one time; none: no limit.")
    cost_spread: Spread | None = Field(None, description="How far its costs may be off, as a share; none: as for all.")

    @property
    def title(self) -> str:
        return self.name or self.key


class FootprintDoubt(BaseModel):
    """How far what is assumed may be off: standard deviations as shares of the mean."""

    model_config = FROZEN

    volumes: Spread = Field(0.1, description="Calls of a region.")
    together: Share = Field(0.5, description="Share of that variation that all regions have in common.")
    aht: Spread = Field(0.05, description="Handle times.")
    costs: Spread = Field(0.03, description="Costs of a site.")
    patience: Spread = Field(0.15, description="Patience of callers.")
    draws: int = Field(200, ge=50, le=2000, description="How many times the future is drawn.")


@kind("footprint", title="Footprint", title_plural="Footprints")
class Footprint(BaseModel):
    """The question where calls are answered: regions, sites, the promise both are held to, and what is uncertain."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Where Europe's calls are answered.")
    currency: Currency = Field("EUR", description="ISO 4217; all money is told in it.")
    rates: dict[str, Money] = Field({}, description="What one unit of another currency is worth, such as PLN: 0.23.")
    target: float = Field(0.8, gt=0, lt=1, description="Share of calls to be answered in time, each half-hour.")
    within_seconds: Seconds = Field(20.0, description="Seconds within which they are to be answered.")
    patience_seconds: Seconds | None = Field(
        None, description="Mean seconds until a caller gives up; none: learned, else all wait."
    )
    shrinkage: float = Field(0.0, ge=0, lt=0.9, description="Share of paid time in which people are not there.")
    max_occupancy: float = Field(1.0, gt=0.1, le=1, description="Share of their time people may be busy at most.")
    hours_per_person: float = Field(38.0, ge=1, le=168, description="Hours of one person a week.")
    week_of: date = Field(
        date(2026, 1, 12),
        ge=date(2000, 1, 1),
        le=date(2200, 1, 1),
        description="The week whose clocks hold: summer or winter time.",
    )
    learned_weeks: int = Field(13, ge=1, le=104, description="Weeks learned from, where facts are asked.")
    most_share_at_one_site: float = Field(1.0, gt=0, le=1, description="Largest share of all calls one site may have.")
    satisfied_worth: Money = Field(Decimal(0), description="Money one customer more who is satisfied is worth.")
    curve: tuple[LikedStep, ...] = Field((), max_length=60, description="Satisfied by wait; none: learned from facts.")
    doubt: FootprintDoubt = FootprintDoubt.model_validate({})
    regions: tuple[FootprintRegion, ...] = Field(min_length=1, max_length=24, description="Regions.")
    sites: tuple[FootprintSite, ...] = Field(min_length=1, max_length=12, description="Candidate sites.")

    def groups(self) -> Iterator[tuple[FootprintRegion, str]]:
        """Each region with each of its languages that anybody calls in."""
        for region in self.regions:
            for language, share in region.languages.items():
                if share > 0:
                    yield region, language

    def check(self) -> None:
        """Raises InvalidDefinition naming what is wrong, and the nearest name that would be right."""
        _once("regions", [each.key for each in self.regions])
        _once("sites", [each.key for each in self.sites])
        if len(list(self.groups())) > MOST_GROUPS:
            raise _wrong(
                ("regions",),
                phrase("More than {most} groups of region and language cannot be assigned.", most=MOST_GROUPS),
                "too_many_groups",
                phrase("Leave out languages in which hardly anybody calls."),
            )
        for place, region in enumerate(self.regions):
            _check_region(("regions", place), region, [each.key for each in self.sites])
        for place, site in enumerate(self.sites):
            _check_site(("sites", place), site, self)
        _check_curve(("curve",), self.curve)


MOST_GROUPS = 40
Place = tuple[str | int, ...]


def _wrong(at: Place, said: str, code: str, hint: str) -> InvalidDefinition:
    path = ".".join(map(str, at))
    return InvalidDefinition(phrase("{path}: {fault}", path=path, fault=said), at=at, code=code, hint=hint)


def _once(field: str, keys: list[str]) -> None:
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise _wrong(
                (field, place),
                phrase("{key} stands twice.", key=key),
                "stands_twice",
                phrase("Give each a key of its own."),
            )


def _check_zone(at: Place, zone: str) -> None:
    if zone not in zoneinfo.available_timezones():
        said = phrase("{value} is no IANA time zone.", value=zone)
        raise _wrong((*at, "time_zone"), said, "unknown_time_zone", nearest(zone, zoneinfo.available_timezones()))


def _check_language(at: Place, language: str) -> None:
    if not LANGUAGE.fullmatch(language):
        said = phrase("{language} is no code of a language.", language=language)
        raise _wrong((*at, "languages"), said, "unknown_language", phrase("Two or three small letters, such as de."))


def _check_region(at: Place, region: FootprintRegion, sites: list[str]) -> None:
    _check_zone(at, region.time_zone)
    for language, share in region.languages.items():
        _check_language(at, language)
        if not 0 <= share <= 1:
            said = phrase("{language} has a share of {share:g}.", language=language, share=share)
            raise _wrong((*at, "languages"), said, "invalid_share", phrase("Shares lie between 0 and 1."))
    whole = sum(region.languages.values())
    if abs(whole - 1) > 0.001:
        said = phrase("the shares of the languages come to {whole:g}.", whole=whole)
        raise _wrong((*at, "languages"), said, "invalid_share", phrase("They have to come to 1."))
    if region.home and region.home not in sites:
        said = phrase("there is no site {site}.", site=region.home)
        raise _wrong((*at, "home"), said, "unknown_site", nearest(region.home, sites))
    _check_volumes(at, region)
    _check_curve((*at, "curve"), region.curve)


def _check_volumes(at: Place, region: FootprintRegion) -> None:
    for weekday, name in enumerate(WEEKDAYS):
        spans = [minutes_of(span) for span in region.hours.of(weekday)]
        for minute, calls in region.volumes.of(weekday).items():
            if calls and not any(low <= minute < high for low, high in spans):
                clock = f"{minute // 60:02d}:{minute % 60:02d}"
                said = phrase("calls on {day} at {clock}, when the region is closed.", day=name, clock=clock)
                raise _wrong(
                    (*at, "volumes", name), said, "calls_when_closed", phrase("Widen the hours, or leave them out.")
                )
    if not any(region.hours.of(weekday) for weekday in range(7)):
        raise _wrong(
            (*at, "hours"), phrase("the region is never open."), "never_open", phrase("Give its hours, day by day.")
        )


def _check_site(at: Place, site: FootprintSite, whole: Footprint) -> None:
    _check_zone(at, site.time_zone)
    for language in site.languages:
        _check_language(at, language)
    if len(set(site.languages)) < len(site.languages):
        raise _wrong((*at, "languages"), phrase("a language stands twice."), "stands_twice", phrase("Name each once."))
    if not any(site.hours.of(weekday) for weekday in range(7)):
        raise _wrong(
            (*at, "hours"), phrase("the site is never open."), "never_open", phrase("Give its hours, day by day.")
        )
    if site.cost_per_hour <= 0:
        raise _wrong(
            (*at, "cost_per_hour"), phrase("an hour costs something."), "invalid_money", phrase("Such as 31.50.")
        )
    known = {whole.currency, *whole.rates}
    if site.currency and site.currency not in known:
        said = phrase("there is no rate for {currency}.", currency=site.currency)
        raise _wrong((*at, "currency"), said, "unknown_currency", nearest(site.currency, known))


def _check_curve(at: Place, curve: tuple[LikedStep, ...]) -> None:
    starts = [step.from_seconds for step in curve]
    if starts and (starts[0] != 0 or starts != sorted(set(starts))):
        raise _wrong(
            at,
            phrase("the steps have to rise from 0 seconds."),
            "invalid_curve",
            phrase("Begin with from_seconds: 0, then longer."),
        )
