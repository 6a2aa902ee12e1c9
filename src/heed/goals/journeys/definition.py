"""The kind `journey`: the stages a customer goes through, what each promises, and the work behind it as it is meant to run."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.tables import TABLES

FROZEN = ConfigDict(frozen=True, extra="forbid")
CHANNELS = ("phone", "email", "chat", "sms", "social", "store", "web", "app", "post")
Name = Annotated[str, Field(min_length=1, max_length=120)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
CODE: JsonDict = {"typed": "code"}
MOST_DERIVED = 10


class StagePromise(BaseModel):
    """What a customer may expect of a stage."""

    model_config = FROZEN

    words: str = Field("", max_length=200, description="The promise as customers are told it.")
    within_seconds: float | None = Field(
        None, gt=0, le=10 * 366 * 86_400, allow_inf_nan=False, description="The stage takes a case no longer than this."
    )
    share: float = Field(0.9, gt=0, lt=1, description="Share of cases that are to be in time.")
    satisfaction: float | None = Field(
        None, gt=0, lt=1, description="Mean satisfaction aimed at, from 0 (lowest answer) to 1 (highest)."
    )
    sla: str = Field("", max_length=80, description="The SLA that stands for it, by key; empty: none.")


class Stage(BaseModel):
    """A stage a customer recognises, and how facts are known to belong to it."""

    model_config = FROZEN

    key: Key = Field(description="Key, such as bill; what facts call the stage unless `names` says otherwise.")
    title: str = Field(min_length=1, max_length=80, description="What customers call it, such as: The bill.")
    promise: StagePromise | None = Field(None, description="What a customer may expect here.")
    weight: float | None = Field(
        None, gt=0, le=1_000_000, allow_inf_nan=False, description="How much it matters, where that is stated."
    )
    names: Names = Field((), description="What facts call the stage; empty: its key.")
    topics: Names = Field((), description="Topics of facts that name no stage and belong here.")
    touchpoints: Names = Field((), description="Touchpoints of facts that name no stage and belong here.")
    questions: Names = Field((), description="Questions of surveys that are answered about it.")
    activities: Names = Field((), description="Activities behind it, in the order they are meant to have.")
    optional: Names = Field((), description="Those of them that a case may do without.")
    repeats: Names = Field((), description="Those of them that may come more than once in a case.")

    @model_validator(mode="after")
    def _fits(self) -> "Stage":
        _once(self.activities, f"activities of {self.key}")
        for field in ("optional", "repeats"):
            _known(getattr(self, field), self.activities, f"stages.{self.key}.{field}")
        return self


class Importance(BaseModel):
    """Where the importance of stages comes from."""

    model_config = FROZEN

    by: Literal["chosen", "derived", "stated"] = Field(
        "stated",
        description="chosen: customers pick the stage that matters most; derived: from how satisfaction with stages goes"
        " along with satisfaction over all; stated: the weights written at the stages.",
    )
    where: str = Field(
        "",
        description="Condition over answers: those that pick a stage (chosen), or that judge the whole (derived).",
        json_schema_extra=CODE,
    )

    @model_validator(mode="after")
    def _fits(self) -> "Importance":
        if self.by != "stated" and not self.where.strip():
            raise ValueError("importance needs `where`: the answers it is read from")
        return self


class Work(BaseModel):
    """Where events say how long somebody worked: an attribute, and its unit."""

    model_config = FROZEN

    attribute: Name = Field(description="Attribute of events, such as work_minutes.")
    unit: Literal["seconds", "minutes", "hours"] = Field("minutes", description="Its unit.")


@kind("journey", title="Journey", title_plural="Journeys")
class Journey(BaseModel):
    """The way of a customer through stages, as it is designed."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Life with us.")
    purpose: str = Field("", max_length=500, description="What the customer wants to get done.")
    stages: tuple[Stage, ...] = Field(
        min_length=2, max_length=20, description="Stages in the order customers meet them."
    )
    channels: Annotated[tuple[str, ...], Field(max_length=12)] = Field(
        ("phone", "email", "chat", "store", "app"), description="Channels shown in the map."
    )
    source: Literal["events", "case_changes"] = Field("events", description="Facts that tell how cases ran.")
    case_runs: Literal["one_stage", "all_stages"] = Field(
        "all_stages", description="Whether a case belongs to one stage, or runs through all of them."
    )
    population: str = Field("", description="Condition over those facts; empty: all.", json_schema_extra=CODE)
    opening: Names = Field((), description="Activities every case begins with, whatever its stage.")
    closing: Names = Field((), description="Activities every case ends with.")
    optional: Names = Field((), description="Those of opening and closing that a case may do without.")
    passing: Names = Field((), description="Activities that may come anywhere and are no departure, such as a note.")
    finished_by: Names = Field((), description="Activities that end a case; empty: every case counts as ended.")
    satisfaction: str = Field(
        'instrument in ["csat", "ces", "number"] && has_score',
        description="Condition over answers: those that judge a stage.",
        json_schema_extra=CODE,
    )
    importance: Importance = Field(
        Importance(by="stated", where=""), description="Where the importance of stages comes from."
    )
    costs: str = Field(
        'kind == "cost"', description="Condition over finance: what stages cost.", json_schema_extra=CODE
    )
    work: Work | None = Field(None, description="Where events say how long somebody worked.")
    margin: float = Field(
        1.5,
        gt=1,
        le=100,
        allow_inf_nan=False,
        description="How many times the share of cost must exceed the share of value, or the reverse, to be misaligned.",
    )

    @model_validator(mode="after")
    def _fits(self) -> "Journey":
        _once([stage.key for stage in self.stages], "stages")
        _known(self.channels, CHANNELS, "channels")
        _once(self.channels, "channels")
        if self.case_runs == "all_stages":
            _once(self.designed(), "activities")
        else:
            for stage in self.stages:
                _once((*self.opening, *stage.activities, *self.closing), f"activities of {stage.key}")
        _known(self.optional, (*self.opening, *self.closing), "optional")
        _known(self.finished_by, self.designed(), "finished_by")
        if self.importance.by == "derived" and len(self.stages) > MOST_DERIVED:
            raise ValueError(phrase("importance can be derived for at most {most} stages", most=MOST_DERIVED))
        if self.importance.by == "stated":
            without = [stage.key for stage in self.stages if stage.weight is None]
            if 0 < len(without) < len(self.stages):
                raise ValueError(
                    phrase("a weight is stated for some stages and not for {without}", without=", ".join(without))
                )
        return self

    def designed(self) -> tuple[str, ...]:
        """Every activity of the design, in order."""
        return (*self.opening, *(name for stage in self.stages for name in stage.activities), *self.closing)

    def references(self) -> Iterator[Reference]:
        for place, stage in enumerate(self.stages):
            if stage.promise and stage.promise.sla:
                yield Reference(f"stages.{place}.promise.sla", "sla", stage.promise.sla)

    def conditions(self) -> Iterator[tuple[str, str, str]]:
        """Path, table and source of every condition written here."""
        written = (
            ("population", self.source, self.population),
            ("satisfaction", "responses", self.satisfaction),
            ("importance.where", "responses", self.importance.where),
            ("costs", "finance", self.costs),
        )
        yield from (each for each in written if each[2].strip())

    def check(self) -> None:
        """Raises InvalidDefinition when a condition cannot be meant, naming the nearest name."""
        for path, table, source in self.conditions():
            try:
                compile_condition(source, {column.name: column.kind for column in TABLES[table].columns})
            except Invalid as fault:
                raise InvalidDefinition(
                    phrase("{path}: {fault}", path=path, fault=fault.message),
                    at=path.split("."),
                    code=fault.code,
                    hint=fault.hint,
                ) from fault


def _once(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(phrase("{what} say {name} twice", what=what, name=name))
        seen.add(name)


def _known(names: Iterable[str], known: Iterable[str], what: str) -> None:
    there = list(known)
    for name in names:
        if name not in there:
            hint = nearest(name, there) if there else ""
            raise ValueError(f"{what}: {name} is none of {', '.join(there[:12]) or 'the activities'}. {hint}".strip())
