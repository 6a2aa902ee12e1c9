"""The kind `routing`: which feedback goes to whom, by when they answer for it, and who takes the rest. Key `default`."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Invalid, phrase

FROZEN = ConfigDict(frozen=True, extra="forbid")
CATCH_ALL = "catch_all"
PLACES = ("team", "region", "channel", "touchpoint", "stage", "topic", "product", "segment", "language")
LABELS = ("sentiment", "intent", "urgency", "effort", "churn")
# What a condition may name: where the feedback belongs and what was read in it. `theme` is its main theme.
FIELDS: dict[str, str] = {
    **dict.fromkeys((*PLACES, *LABELS, "theme", "survey_key"), "text"),
    "sentiment_score": "number",
}
JOINS = Literal["theme", "topic", "product", "touchpoint", "stage", "region", "team", "survey_key", "none"]
CODE: dict[str, JsonValue] = {"typed": "code"}


class Receiver(BaseModel):
    """Who gets it: one of a team, a person, a mail address or a connected system."""

    model_config = FROZEN

    team: str = Field("", max_length=60, description="Unit key of a team: its queue.")
    person: str = Field("", max_length=64, description="Key of a person.")
    mail: str = Field(
        "", max_length=254, pattern=r"^$|^[^\s<>@,]+@[^\s<>@,]+$", description="Mail address outside heed."
    )
    connection: str = Field("", max_length=24, description="Key of a connection: a webhook, or an issue tracker.")

    @model_validator(mode="after")
    def _is_one(self) -> "Receiver":
        given = [name for name in ("team", "person", "mail", "connection") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("name one of team, person, mail and connection")
        return self

    @property
    def way(self) -> str:
        """team, person, mail or connection."""
        return next(name for name in ("team", "person", "mail", "connection") if getattr(self, name))

    @property
    def who(self) -> str:
        return str(getattr(self, self.way))


class Route(BaseModel):
    """Feedback that is alike in something goes to somebody."""

    model_config = FROZEN

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$", description="Small letters, digits and _.")
    name: str = Field(min_length=1, max_length=120, description="Name, such as: Wrong bills.")
    themes: tuple[str, ...] = Field((), max_length=50, description="Themes, of which one is enough; none: any.")
    when: str = Field("", description="Condition over the feedback; empty: always.", json_schema_extra=CODE)
    to: Receiver
    join: JOINS = Field("theme", description="What makes feedback alike, so that it joins one item; none: each alone.")
    acknowledge_hours: float = Field(24, gt=0, le=8760, description="Hours until somebody has seen it.")
    accept_hours: float = Field(72, gt=0, le=8760, description="Hours until somebody answers for it, or sends it back.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Route":
        if not self.themes and not self.when.strip():
            raise ValueError("name themes or a condition; what nothing else takes goes to the catch-all")
        if self.accept_hours < self.acknowledge_hours:
            raise ValueError("accept_hours is less than acknowledge_hours")
        if self.key == CATCH_ALL:
            raise ValueError("catch_all is the name of the rest")
        return self


class Rest(BaseModel):
    """Who takes what no route takes, and by when."""

    model_config = FROZEN

    to: Receiver
    join: JOINS = "theme"
    acknowledge_hours: float = Field(48, gt=0, le=8760, description="Hours until somebody has seen it.")
    accept_hours: float = Field(120, gt=0, le=8760, description="Hours until somebody answers for it, or sends it on.")


@kind("routing", title="Routing of feedback", title_plural="Routing of feedback")
class Routing(BaseModel):
    """Sends what customers say to who can act on it; nothing stays with nobody."""

    model_config = FROZEN

    name: str = Field("Routing", min_length=1, max_length=120, description="Name of the routing.")
    when: str = Field(
        "sentiment == 'negative' || urgency == 'high' || churn == 'at_risk'",
        description="Which feedback is routed at all; empty: all of it.",
        json_schema_extra=CODE,
    )
    mode: Literal["first", "all"] = Field("first", description="The first route that takes it, or all that do.")
    routes: tuple[Route, ...] = Field((), max_length=200, description="In order.")
    catch_all: Rest
    calendar: str = Field("", description="Key of the calendar hours are counted by; empty: around the clock.")

    @model_validator(mode="after")
    def _keys_are_told_once(self) -> "Routing":
        keys = [route.key for route in self.routes]
        if len(set(keys)) < len(keys):
            raise ValueError("routes say one key twice")
        return self

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Path and source of every condition written here."""
        if self.when.strip():
            yield "when", self.when
        for place, route in enumerate(self.routes):
            if route.when.strip():
                yield f"routes.{place}.when", route.when

    def check(self) -> None:
        """Raises InvalidDefinition at the first condition that cannot be meant."""
        for path, source in self.conditions():
            try:
                compile_condition(source, FIELDS)
            except Invalid as fault:
                told = phrase("{path}: {fault}", path=path, fault=fault.message)
                raise InvalidDefinition(told, at=path.split("."), code=fault.code, hint=fault.hint) from fault

    def references(self) -> Iterator[Reference]:
        if self.calendar:
            yield Reference("calendar", "calendar", self.calendar)
