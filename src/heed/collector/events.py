"""What comes in through the collector."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class EventReceived:
    """Another system told a fact. What it said is kept apart, by this id, so that it can be erased."""

    event: int
    table: str
