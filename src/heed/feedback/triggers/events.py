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
class ListConfirmed:
    """Somebody had a survey sent to a list of customers."""

    asked_list: str
    survey: str
    customers: int
    unknown: int
