"""Relationship programmes over the API."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema

from heed.feedback.triggers.queries.programmes import as_contract, programme_line, programme_lines

router = Router(tags=["programmes"])
Key = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x1f]+$")]


class WaveOut(Schema):
    """A wave that began. `silent`: left out because they never answered; `left`: not decided about yet; `channels`: how many
    were asked by each.
    """

    on: date
    group: int
    members: int
    silent: int
    came_late: bool
    asked: int
    channels: dict[str, int]
    answered: int
    left: int
    not_asked: dict[str, int]


class AheadOut(Schema):
    """A wave to come; from `quiet_since` on nothing else asks its people."""

    on: date
    at: datetime
    group: int
    members: int
    quiet_since: date


class ProgrammeOut(Schema):
    """A relationship programme in force, with its newest wave (one programme: all of them) and those to come."""

    key: str
    name: str
    version: int
    survey: str
    every: str
    groups: int
    panel: int
    group_sizes: list[int]
    quiet_days: int
    channel: str
    waves: list[WaveOut]
    ahead: list[AheadOut]


class ProgrammesOut(Schema):
    programmes: list[ProgrammeOut]


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@router.get("", response=ProgrammesOut, summary="Relationship programmes in force")
def all_programmes(request: HttpRequest) -> Any:
    return {"programmes": [as_contract(each) for each in programme_lines(_scope(request))]}


@router.get("/{key}", response=ProgrammeOut, summary="One programme with its waves")
def one_programme(request: HttpRequest, key: Key) -> Any:
    return as_contract(programme_line(_scope(request), key))
