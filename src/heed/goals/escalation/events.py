"""What happens in the life of an escalation. Each names the case by key, and people by pseudonymous key."""

from dataclasses import dataclass

from heed.core.journal.events import event


@dataclass(frozen=True, kw_only=True)
class _OfEscalation:
    """Where it stands afterwards; `at` is when it happened."""

    escalation: str
    case: str
    at: str
    protocol: str
    version: int
    level: str
    person: str
    severe: bool
    impact: float
    incident: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class EscalationGiven(_OfEscalation):
    """A case was brought to somebody on call; `former`: who had it and did not acknowledge."""

    former: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class EscalationDeferred(_OfEscalation):
    """Nobody on call had room for a case that is not severe; it comes back at `until`."""

    until: str


@event
@dataclass(frozen=True, kw_only=True)
class EscalationJoined(_OfEscalation):
    """A case became part of a major incident that somebody has."""


@event
@dataclass(frozen=True, kw_only=True)
class MajorIncidentDeclared(_OfEscalation):
    """Like cases became one major incident."""

    cases: int


@event
@dataclass(frozen=True, kw_only=True)
class EscalationUnattended(_OfEscalation):
    """A severe case found nobody on call at any level."""


@event
@dataclass(frozen=True, kw_only=True)
class EscalationReminded(_OfEscalation):
    """Nobody acknowledged in time and nobody else could be given it: the same person is told again."""


@event
@dataclass(frozen=True, kw_only=True)
class EscalationAcknowledged(_OfEscalation):
    """Somebody with authority has taken it up."""


@event
@dataclass(frozen=True, kw_only=True)
class EscalationHandedUp(_OfEscalation):
    """Somebody handed it to the next level."""

    former: str


@event
@dataclass(frozen=True, kw_only=True)
class EscalationStoodDown(_OfEscalation):
    """It is over: the case was closed, or somebody stood it down."""

    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class DutySwapped:
    """Somebody stands in for another on a rota."""

    swap: str
    protocol: str
    level: str
    person: str
    substitute: str
    since: str
    until: str
