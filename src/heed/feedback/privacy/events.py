"""What happened around people's data. Nobody is named: requests, holds and erasures go by their own keys."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class PrivacyRequestOpened:
    """A person asked for access, erasure or correction, or objected; `due_on` is when they must have an answer."""

    request: str
    kind: str
    due_on: str


@event
@dataclass(frozen=True)
class PrivacyRequestChanged:
    """A request was `extended`, its identity `checked`, the erasure `approved`, or it was `fulfilled` or `refused`."""

    request: str
    change: str


@event
@dataclass(frozen=True)
class DataExported:
    """All that is held about a person was written out: how many rows of how many tables."""

    rows: int
    tables: int


@event
@dataclass(frozen=True)
class HoldPlaced:
    """Nothing of a customer is erased from now on."""

    hold: int


@event
@dataclass(frozen=True)
class HoldReleased:
    """A customer may be erased again."""

    hold: int


@event
@dataclass(frozen=True)
class ErasureBegun:
    """A customer is being erased from every store."""

    erasure: str


@event
@dataclass(frozen=True)
class CustomerErased:
    """A customer was erased: rows by store, files looked through for what is left of them, and how often it was found."""

    erasure: str
    rows: dict[str, int]
    files_scanned: int
    found_after: int


@event
@dataclass(frozen=True)
class BreachNoted:
    """A breach was noticed; the authority is to be told by `due_at`."""

    breach: str
    due_at: str


@event
@dataclass(frozen=True)
class BreachChanged:
    """What is known or was done about a breach changed: which fields."""

    breach: str
    fields: tuple[str, ...]


@event
@dataclass(frozen=True)
class RetentionRan:
    """Data older than the policies in force allow was removed: rows by kind."""

    run: int
    removed: dict[str, int]
