"""What happens in the life of a case. Each says the case as it stands afterwards; `at` is when it happened."""

from dataclasses import dataclass

from heed.core.journal.events import event


@dataclass(frozen=True, kw_only=True)
class _OfCase:
    """The case as it stands: pseudonymous keys, and where it belongs."""

    case: str
    at: str
    customer: str
    team: str
    owner: str
    severity: str
    region: str = ""
    channel: str = ""
    touchpoint: str = ""
    stage: str = ""
    topic: str = ""
    product: str = ""
    segment: str = ""
    language: str = ""
    interaction: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class CaseOpened(_OfCase):
    """A case was opened: by a rule, about a fact, or by a person."""

    opening: str
    version: int | None
    fact: str
    first_contact_due_at: str | None
    resolution_due_at: str | None


@event
@dataclass(frozen=True, kw_only=True)
class CaseJoined(_OfCase):
    """The customer gave another answer that would have opened a case, and has one."""

    fact: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseTaken(_OfCase):
    """Somebody took a case as their own."""

    former_owner: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseAssigned(_OfCase):
    """Somebody was given a case."""

    former_owner: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseTransferred(_OfCase):
    """A case went to another team; nobody there owns it yet."""

    former_team: str
    former_owner: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseContacted(_OfCase):
    """Somebody spoke to the customer; `first`: for the first time in this case."""

    first: bool
    way: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseNoted(_OfCase):
    """Somebody wrote a note. Its words are in the case, not here."""


@event
@dataclass(frozen=True, kw_only=True)
class CaseWaiting(_OfCase):
    """A case waits for somebody else; the clock of its resolution stands."""

    waiting_for: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseResumed(_OfCase):
    """A case that waited goes on; its resolution is due later by as much as it waited."""

    waited_seconds: float
    resolution_due_at: str | None


@event
@dataclass(frozen=True, kw_only=True)
class CaseEscalated(_OfCase):
    """A promise is about to break, or broke, or somebody asked for help: others are told."""

    level: int
    promise: str
    unit: str
    role: str
    former_team: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseClosed(_OfCase):
    """A case was closed with a cause."""

    cause: str
    outcome: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseMerged(_OfCase):
    """A case went into another, which goes on for both; that it is closed is told right after."""

    into: str


@event
@dataclass(frozen=True, kw_only=True)
class CaseAbsorbed(_OfCase):
    """Another case went into this one, which follows the earlier of their promises."""

    absorbed: str
    first_contact_due_at: str | None
    resolution_due_at: str | None


@event
@dataclass(frozen=True, kw_only=True)
class CasePrioritised(_OfCase):
    """A case is more severe, or less, than it was taken for; what is not fulfilled yet is due by the promise of that."""

    former_severity: str
    first_contact_due_at: str | None
    resolution_due_at: str | None


@event
@dataclass(frozen=True, kw_only=True)
class CaseReopened(_OfCase):
    """A closed case was opened again; its promises run anew."""

    former_cause: str
    first_contact_due_at: str | None
    resolution_due_at: str | None
