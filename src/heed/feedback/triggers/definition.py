"""The kinds `trigger` (which facts ask whom), `contact_policy` (how often anybody is asked at all) and `programme` (waves
to a panel).
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.tables import TABLES

Source = Literal["interactions", "events", "case_changes", "usage", "finance", "remedies"]
Channel = Literal["email", "sms", "email_or_sms", "sms_or_email"]
FROZEN = ConfigDict(frozen=True, extra="forbid")
LONGEST_WINDOW_DAYS = 3650
MOST_REMINDERS = 3


class StratumShare(BaseModel):
    """The share of one stratum."""

    model_config = FROZEN

    value: str = Field(min_length=1, max_length=120, description="Value of the column, such as gold.")
    share: float = Field(gt=0, le=1, description="Share of those who may be asked that is asked, 0 to 1.")


class Quota(BaseModel):
    """No more invitations of a trigger than so many a day, week or month (UTC, weeks from Monday)."""

    model_config = FROZEN

    per: Literal["day", "week", "month"] = Field(description="Over which time.")
    most: int = Field(ge=1, le=10_000_000, description="No more than so many invitations.")


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
    channel: Channel = Field(
        "email", description="How the survey is sent; of two, by the first by which the customer can be reached."
    )
    delay_seconds: int = Field(0, ge=0, le=30 * 86_400, description="Time between the fact and the invitation.")
    probability: float = Field(1.0, gt=0, le=1, description="Share of those who may be asked that is asked, 0 to 1.")
    stratum: str = Field(
        "", max_length=40, description="Column of the fact whose values have shares of their own; empty: none."
    )
    probabilities: tuple[StratumShare, ...] = Field(
        (), max_length=100, description="Values of that column with their shares; others have the share above."
    )
    adaptive: bool = Field(
        False,
        description="Whether the share follows the coverage that the contact policy aims at, where it aims at one.",
    )
    quotas: tuple[Quota, ...] = Field((), max_length=3, description="The most invitations a day, week or month.")
    fresh_days: int = Field(7, ge=1, le=365, description="A fact older than this asks nobody.")
    expires_days: int | None = Field(
        None, ge=1, le=365, description="Days an invitation can be answered; empty: as the survey says."
    )
    reminder_days: tuple[Annotated[int, Field(ge=1, le=90)], ...] = Field(
        (), max_length=MOST_REMINDERS, description="Days after the invitation at which who did not answer is reminded."
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
        """Raises InvalidDefinition at the first field that cannot be meant."""
        fields = {column.name: column.kind for column in TABLES[self.source].columns}
        for path, source in self.conditions():
            try:
                compile_condition(source, fields)
            except Invalid as fault:
                told = phrase("{path}: {message}", path=path, message=fault.message)
                raise InvalidDefinition(told, at=(path,), code=fault.code, hint=fault.hint) from fault
        self._check_strata([name for name, sort in fields.items() if sort == "text"])
        self._check_reminders()

    def _check_strata(self, columns: list[str]) -> None:
        if self.stratum and self.stratum not in columns:
            raise InvalidDefinition(
                phrase("stratum: {table} has no column {name} of text.", table=self.source, name=self.stratum),
                at=("stratum",),
                hint=nearest(self.stratum, columns),
            )
        if self.probabilities and not self.stratum:
            raise InvalidDefinition(
                "probabilities: no column is named whose values these are.",
                at=("probabilities",),
                hint="Name it as stratum, such as segment.",
            )
        if len({each.value for each in self.probabilities}) < len(self.probabilities):
            raise InvalidDefinition("probabilities: a value stands there twice.", at=("probabilities",))

    def _check_reminders(self) -> None:
        if list(self.reminder_days) != sorted(set(self.reminder_days)):
            raise InvalidDefinition(
                "reminder_days: the days rise, each once.", at=("reminder_days",), hint="Such as 3, 7."
            )
        if self.expires_days is not None and any(day >= self.expires_days for day in self.reminder_days):
            raise InvalidDefinition(
                "reminder_days: a reminder comes after the invitation has expired.",
                at=("reminder_days",),
                hint="Remind earlier, or let the invitation hold longer.",
            )

    def references(self) -> Iterator[Reference]:
        yield Reference("survey", "survey", self.survey)


class Purpose(BaseModel):
    """Surveys that serve one purpose and rest together: a relationship survey asks seldom, one after a call more often."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=60, description="Name, such as: relationship.")
    surveys: tuple[str, ...] = Field(min_length=1, max_length=200, description="Keys of the surveys of this purpose.")
    rest_days: int = Field(
        ge=0, le=LONGEST_WINDOW_DAYS, description="Days between two invitations of this purpose to one customer."
    )


class Cap(BaseModel):
    """The budget of one customer: no more contacts in any so many days, whatever asks, reminders and other channels included."""

    model_config = FROZEN

    days: int = Field(ge=1, le=LONGEST_WINDOW_DAYS, description="In any so many days, such as 7 or 91.")
    most: int = Field(ge=1, le=100, description="No more than so many contacts.")


TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class QuietHours(BaseModel):
    """When nothing is sent, by the customer's own clock. What falls into it waits until it ends."""

    model_config = FROZEN

    start: str = Field("21:00", description="First minute of quiet, such as 21:00.")
    end: str = Field("08:00", description="First minute after it, such as 08:00; before the start: on the next day.")
    days: tuple[Day, ...] = Field((), max_length=6, description="Days of the week that are quiet as a whole.")

    def minutes(self) -> tuple[int, int]:
        """Start and end as minutes of the day."""
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (self.start, self.end))
        return start, end


class CoverageTarget(BaseModel):
    """How many answers are wanted of a segment at a touchpoint in each period; an empty name stands for all."""

    model_config = FROZEN

    segment: str = Field("", max_length=120, description="Segment of the fact or the customer; empty: every one.")
    touchpoint: str = Field("", max_length=120, description="Touchpoint of the fact; empty: every one.")
    answers: int = Field(ge=1, le=1_000_000, description="Answers wanted in each period.")
    response_rate: float | None = Field(
        None, gt=0, le=1, description="Share of those asked that answers here; empty: as below."
    )


class Coverage(BaseModel):
    """What triggers that follow it aim at. Their shares are set anew each day from what was seen before that day."""

    model_config = FROZEN

    targets: tuple[CoverageTarget, ...] = Field(
        min_length=1, max_length=200, description="Cells; the first that fits counts."
    )
    period_days: int = Field(28, ge=1, le=366, description="Length of a period in days.")
    response_rate: float = Field(0.25, gt=0, le=1, description="Share of those asked that answers, where no cell says.")
    least: float = Field(
        0.02, gt=0, le=1, description="The least share that is asked of a cell, so that none is without any chance."
    )


@kind("contact_policy", title="Contact policy", title_plural="Contact policy")
class ContactPolicy(BaseModel):
    """How often a customer is asked, by whatever asks. One definition, key `contact`."""

    model_config = FROZEN

    name: str = Field("Contact policy", min_length=1, max_length=120, description="Name of the policy.")
    rest_days: int = Field(
        30, ge=0, le=LONGEST_WINDOW_DAYS, description="Days after an invitation in which a customer is not asked."
    )
    purposes: tuple[Purpose, ...] = Field((), max_length=40, description="Surveys with a rest period of their own.")
    caps: tuple[Cap, ...] = Field((), max_length=6, description="The most contacts in any so many days.")
    quiet: QuietHours | None = Field(None, description="Hours in which nothing is sent; empty: none.")
    while_case_open: Literal["ask", "wait"] = Field("ask", description="Whether a customer with an open case is asked.")
    while_incident: Literal["ask", "wait"] = Field(
        "wait", description="Whether customers whom a running incident touches are asked."
    )
    consent_purpose: str = Field(
        "",
        max_length=60,
        description="Purpose asking serves: who withdrew consent for it, or gave none where a privacy policy rests it"
        " on consent, is not asked; empty: only who opted out is not.",
    )
    control_share: float = Field(
        0.0, ge=0, lt=1, description="Share of customers who are never asked, always the same ones, for comparison."
    )
    control_name: str = Field("", max_length=60, description="Another name draws another group that is never asked.")
    coverage: Coverage | None = Field(None, description="Answers wanted by segment and touchpoint; empty: none.")

    def check(self) -> None:
        """Raises InvalidDefinition at the first field that cannot be meant."""
        self._check_purposes()
        if len({cap.days for cap in self.caps}) < len(self.caps):
            raise InvalidDefinition("caps: two are over the same days.", at=("caps",), hint="Keep the lesser one.")
        if self.quiet is not None:
            for name, text in (("start", self.quiet.start), ("end", self.quiet.end)):
                if not TIME.fullmatch(text):
                    raise InvalidDefinition(
                        phrase("quiet.{name}: {text} is no time of day.", name=name, text=text),
                        at=("quiet", name),
                        hint="Such as 21:00.",
                    )
            if self.quiet.start == self.quiet.end:
                raise InvalidDefinition(
                    "quiet: it ends where it starts.", at=("quiet", "end"), hint="Leave quiet empty for none."
                )
        if self.coverage is not None:
            cells = [(each.segment, each.touchpoint) for each in self.coverage.targets]
            if len(set(cells)) < len(cells):
                raise InvalidDefinition(
                    "coverage.targets: a segment and touchpoint stand there twice.", at=("coverage", "targets")
                )

    def _check_purposes(self) -> None:
        names = [each.name for each in self.purposes]
        if len(set(names)) < len(names):
            raise InvalidDefinition("purposes: two have the same name.", at=("purposes",), hint="Join them.")
        seen: dict[str, str] = {}
        for each in self.purposes:
            for survey in each.surveys:
                if survey in seen:
                    raise InvalidDefinition(
                        phrase(
                            "purposes: {survey} serves both {one} and {other}.",
                            survey=survey,
                            one=seen[survey],
                            other=each.name,
                        ),
                        at=("purposes",),
                        hint="A survey has one purpose.",
                    )
                seen[survey] = each.name

    def references(self) -> Iterator[Reference]:
        for each in self.purposes:
            for survey in each.surveys:
                yield Reference(f"purposes.{each.name}.surveys", "survey", survey)


@kind("programme", title="Relationship programme", title_plural="Relationship programmes")
class Programme(BaseModel):
    """Asks a panel of customers in waves, whatever happened to them: how they see the relationship as a whole."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Twice a year.")
    survey: str = Field(min_length=1, max_length=80, description="Key of the survey that is sent.")
    channel: Channel = Field(
        "email", description="How the survey is sent; of two, by the first by which the customer can be reached."
    )
    segments: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field(
        (), max_length=50, description="Segments of customers it is about; empty: all."
    )
    regions: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field(
        (), max_length=200, description="Regions of customers it is about; empty: all."
    )
    share: float = Field(
        1.0, gt=0, le=1, description="Share of those customers that is the panel, 0 to 1; always the same ones."
    )
    groups: int = Field(1, ge=1, le=52, description="Groups the panel is dealt into; each wave asks one, in turn.")
    first_on: date = Field(description="Day of the first wave.")
    every: Literal["week", "two_weeks", "four_weeks", "month", "quarter", "half_year", "year"] = Field(
        "quarter", description="From wave to wave."
    )
    last_on: date | None = Field(None, description="No wave begins after this day; empty: it goes on.")
    skip: tuple[date, ...] = Field((), max_length=100, description="Days of waves that are left out.")
    at: str = Field("09:00", description="Time of day, by the clocks of the organisation.")
    spread_days: int = Field(
        1, ge=1, le=28, description="Over so many days each wave is sent; each customer has a day of their own."
    )
    quiet_days: int = Field(
        0, ge=0, le=180, description="Days before a wave in which nothing else asks those it will ask."
    )
    reminder_days: tuple[Annotated[int, Field(ge=1, le=90)], ...] = Field(
        (), max_length=MOST_REMINDERS, description="Days after the invitation at which who did not answer is reminded."
    )
    expires_days: int | None = Field(
        None, ge=1, le=365, description="Days an invitation can be answered; empty: as the survey says."
    )
    leave_after: int = Field(
        0,
        ge=0,
        le=20,
        description="Who left so many invitations in a row unanswered is not asked again; 0: everybody is.",
    )

    def check(self) -> None:
        """Raises InvalidDefinition at the first field that cannot be meant."""
        if not TIME.fullmatch(self.at):
            raise InvalidDefinition(
                phrase("at: {text} is no time of day.", text=self.at), at=("at",), hint="Such as 09:00."
            )
        for name, day in (("first_on", self.first_on), ("last_on", self.last_on)):
            if day is not None and not 2000 <= day.year <= 2200:
                raise InvalidDefinition(
                    phrase("{name}: {day} is too far off.", name=name, day=day), at=(name,), hint="From 2000 to 2200."
                )
        if self.last_on is not None and self.last_on < self.first_on:
            raise InvalidDefinition("last_on: it lies before the first wave.", at=("last_on",))
        if list(self.reminder_days) != sorted(set(self.reminder_days)):
            raise InvalidDefinition(
                "reminder_days: the days rise, each once.", at=("reminder_days",), hint="Such as 3, 7."
            )
        if self.expires_days is not None and any(day >= self.expires_days for day in self.reminder_days):
            raise InvalidDefinition(
                "reminder_days: a reminder comes after the invitation has expired.",
                at=("reminder_days",),
                hint="Remind earlier, or let the invitation hold longer.",
            )

    def references(self) -> Iterator[Reference]:
        yield Reference("survey", "survey", self.survey)
