"""What happens to footprints. Who answers for a decision and why stays out of the journal: both are words of people."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class FootprintDecided:
    """Somebody decided where calls are answered."""

    decision: str
    footprint: str
    definition_version: int
    option: str
    cost_per_week: str
    currency: str
