"""The kind `sla`: what customers are promised, within how long, and what each team promises for it (its OLAs)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heed.core.calendar.definition import Calendar
from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, kind
from heed.core.errors.rules import Invalid, Phrase, phrase
from heed.facts.schema.tables import TABLES

FROZEN = ConfigDict(frozen=True, extra="forbid")
Promised = Literal["answer", "first_response", "resolution"]
Seconds = Annotated[float, Field(gt=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
SOURCES: dict[str, str] = {"answer": "interactions", "first_response": "case_changes", "resolution": "case_changes"}


class TeamPromise(BaseModel):
    """What one team promises the others (an OLA): its part of the customer's time. Teams of one step work side by side."""

    model_config = FROZEN

    team: str = Field(min_length=1, max_length=80, description="Team, as facts name it.")
    within_seconds: Seconds = Field(description="Business seconds the team has, each time a case comes to it.")
    priorities: dict[str, Seconds] = Field({}, description="Other times, by priority.")
    step: int = Field(1, ge=1, le=20, description="Which step of the way; those of one step run side by side.")

    def limit(self, priority: str | None) -> float:
        return self.priorities.get(priority or "", self.within_seconds)


@kind("sla", title="SLA", title_plural="SLAs")
class Sla(BaseModel):
    """A promise to customers: a share of them within a time, on the hours written here."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: First answer to complaints.")
    promise: Promised = Field(
        "resolution", description="What is promised: a call answered, a case first responded to, or a case resolved."
    )
    within_seconds: Seconds = Field(description="Time promised, in seconds of the hours below.")
    priorities: dict[str, Seconds] = Field({}, description="Other times, by priority, such as urgent: 14400.")
    target: float = Field(gt=0, lt=1, description="Share that is to be kept, such as 0.9.")
    population: str = Field(
        "",
        description="Condition over the fact that opens; empty: all.",
        json_schema_extra={"typed": "code"},
    )
    hours: Calendar | None = Field(
        None,
        description="Hours the clock runs in, a calendar of its own, so that no later change moves what was promised; of calls: "
        "those that come in them.",
    )
    pauses: tuple[str, ...] = Field(
        ("customer",), description="The clock stands while a case waits for one of these; * for anything."
    )
    reopened: Literal["continues", "restarts", "ignored"] = Field(
        "continues", description="What a reopened case does: its clock goes on, starts anew, or stays as it was."
    )
    priority_change: Literal["carries", "restarts"] = Field(
        "carries", description="Whether time already used counts when the priority changes."
    )
    short_abandons: Literal["missed", "left_out"] = Field(
        "missed", description="Of calls: whether who leaves within the time counts as missed."
    )
    at_risk_from: float = Field(0.5, gt=0, le=1, description="Chance of a breach from which a case is at risk.")
    teams: tuple[TeamPromise, ...] = Field((), max_length=40, description="What each team promises, step by step.")
    handover_seconds: float = Field(0, ge=0, le=30 * 86_400, description="Business seconds a hand-over takes.")

    @field_validator("pauses")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.strip() for each in value if each.strip()))

    @model_validator(mode="after")
    def _fits(self) -> "Sla":
        if self.promise == "answer" and (self.teams or self.priorities):
            raise ValueError("a call is answered within seconds of waiting: leave teams and priorities out")
        names = [each.team for each in self.teams]
        if len(set(names)) < len(names):
            raise ValueError("teams say one team twice")
        for priority in self.told_priorities():
            if fault := shortfall(self, priority):
                raise ValueError(fault)
        return self

    @property
    def source(self) -> str:
        """The table of facts the promise is read from."""
        return SOURCES[self.promise]

    def limit(self, priority: str | None) -> float:
        """Seconds promised to a case of this priority."""
        return self.priorities.get(priority or "", self.within_seconds)

    def told_priorities(self) -> tuple[str, ...]:
        """The priorities that somebody's time differs by; the empty one stands for all others."""
        named = [*self.priorities, *(priority for team in self.teams for priority in team.priorities)]
        return ("", *dict.fromkeys(named))

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Path and source of every condition written here."""
        if self.population.strip():
            yield "population", self.population

    def check(self) -> None:
        """Raises InvalidDefinition when the population cannot be meant, naming the nearest name."""
        fields = {column.name: column.kind for column in TABLES[self.source].columns}
        for path, source in self.conditions():
            try:
                compile_condition(source, fields)
            except Invalid as fault:
                raise InvalidDefinition(
                    phrase("{path}: {fault}", path=path, fault=fault.message),
                    at=[path],
                    code=fault.code,
                    hint=fault.hint,
                ) from fault


def steps(sla: Sla, priority: str) -> list[float]:
    """Seconds each step of the teams takes at most: the longest of those that work side by side."""
    longest: dict[int, float] = {}
    for team in sla.teams:
        longest[team.step] = max(longest.get(team.step, 0.0), team.limit(priority))
    return [longest[step] for step in sorted(longest)]


def shortfall(sla: Sla, priority: str) -> Phrase | None:
    """The arithmetic by which team promises do not fit into the customer's; None when they do."""
    taken = steps(sla, priority)
    between = sla.handover_seconds * max(len(taken) - 1, 0)
    whole, promised = sum(taken) + between, sla.limit(priority)
    if whole <= promised:
        return None
    sums = " + ".join([*map(lasting, taken), *([lasting(between)] if between else [])])
    told = {"sums": sums, "whole": lasting(whole), "promised": lasting(promised), "over": lasting(whole - promised)}
    if priority:
        return phrase(
            "at priority {priority} teams take {sums} = {whole}, the customer is promised {promised}: {over} too long",
            priority=priority,
            **told,
        )
    return phrase("teams take {sums} = {whole}, the customer is promised {promised}: {over} too long", **told)


def lasting(seconds: float) -> str:
    """A duration as people write it, exact to the second: 1 h 30 min."""
    whole, rest = int(seconds), seconds - int(seconds)
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min")]
    told = [f"{number} {unit}" for number, unit in parts if number]
    if whole % 60 or rest or not told:
        told.append(f"{whole % 60 + rest:g} s")
    return " ".join(told)
