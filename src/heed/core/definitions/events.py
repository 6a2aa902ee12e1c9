"""What happens to definitions. Bodies stay in the database; the journal names kind, key, number and digest."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class DefinitionProposed:
    """Somebody proposed a version."""

    kind: str
    key: str
    number: int
    digest: str


@event
@dataclass(frozen=True)
class DefinitionApproved:
    """Somebody approved a version."""

    kind: str
    key: str
    number: int
    digest: str


@event
@dataclass(frozen=True)
class DefinitionEnacted:
    """A version was put in force from a moment on (ISO 8601)."""

    kind: str
    key: str
    number: int
    digest: str
    effective_from: str


@event
@dataclass(frozen=True)
class DefinitionRetired:
    """The version in force ends at a moment (ISO 8601), with none after it."""

    kind: str
    key: str
    number: int
    effective_until: str


@event
@dataclass(frozen=True)
class DefinitionWithdrawn:
    """A version that was not in force was taken back."""

    kind: str
    key: str
    number: int
