"""What happens in a negotiation. Terms are told, reservations never."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class NegotiationOpened:
    """Two sides began to talk about an SLA."""

    negotiation: str
    sla: str
    base_version: int
    provider_unit: str
    customer_unit: str


@event
@dataclass(frozen=True)
class SlaOfferMade:
    """One side offered terms; what was signed before is no longer on the table."""

    negotiation: str
    sla: str
    number: int
    side: str
    target: float
    within_seconds: float
    head_count: str
    money: str
    currency: str
    in_force_on: str
    expires_at: str


@event
@dataclass(frozen=True)
class SlaOfferSigned:
    """One side signed an offer."""

    negotiation: str
    sla: str
    number: int
    side: str


@event
@dataclass(frozen=True)
class NegotiationAgreed:
    """Both sides signed; the SLA is in force from the day they agreed on."""

    negotiation: str
    sla: str
    number: int
    definition_version: int


@event
@dataclass(frozen=True)
class NegotiationWithdrawn:
    """One side left the table."""

    negotiation: str
    sla: str
    side: str


@event
@dataclass(frozen=True)
class NegotiationExpired:
    """Nobody answered the last offer in time; the talk is over."""

    negotiation: str
    sla: str
    number: int
    expired_at: str


@event
@dataclass(frozen=True)
class ReservationSet:
    """A side wrote down how far it would go; how far is told to nobody."""

    negotiation: str
    side: str
