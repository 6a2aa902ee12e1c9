"""What happened to decisions to ask: only those that did not ask; an invitation that went out is told by surveys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class CustomerNotAsked:
    """A customer whom a trigger could have asked was not asked, and why, by code."""

    ask: str
    survey: str
    trigger: str
    version: int | None
    customer: str
    reason: str
    probability: float
    decided_at: str
    context: Mapping[str, Any] = field(default_factory=dict)
    stratum: str = ""


@event
@dataclass(frozen=True)
class ListDecided:
    """Some customers of a list were decided about: how many are asked, and how many are not, by reason.

    The decisions are numbered `first` to `last`; those that ask nobody are read by their numbers.
    """

    asked_list: str
    survey: str
    asked: int
    reasons: Mapping[str, int]
    first: int
    last: int


@event
@dataclass(frozen=True)
class WaveBegan:
    """One part of a wave of a relationship programme began: so many customers, without those who never answered."""

    wave: str
    programme: str
    survey: str
    wave_on: str
    part: int
    customers: int
    silent: int
    came_late: bool


@event
@dataclass(frozen=True)
class ListConfirmed:
    """Somebody had a survey sent to a list of customers."""

    asked_list: str
    survey: str
    customers: int
    unknown: int


@event
@dataclass(frozen=True)
class ContactNoted:
    """Somebody was contacted by something other than heed, and it counts against their budget."""

    touch: str
    customer: str
    channel: str
    at: str


@event
@dataclass(frozen=True)
class CustomerReminded:
    """An invitation that was not answered was sent once more."""

    invitation: str
    customer: str
    survey: str


@event
@dataclass(frozen=True)
class AskingPaused:
    """For a time nobody of a region, or of all (empty), is asked: an incident runs, or somebody says so."""

    pause: str
    region: str
    incident: str = ""


@event
@dataclass(frozen=True)
class AskingResumed:
    """Customers are asked again."""

    pause: str
    region: str


@event
@dataclass(frozen=True)
class CustomerLeftAlone:
    """Somebody noted that a customer is not to be asked."""

    customer: str


@event
@dataclass(frozen=True)
class CustomerAskedAgain:
    """Somebody took back that a customer is not to be asked."""

    customer: str
