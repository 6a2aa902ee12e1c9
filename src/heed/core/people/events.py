"""What happens to units, people's profiles and the organisation's settings. Keys only: names are looked up."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class UnitAdded:
    """A unit was added below another."""

    unit: str
    kind: str
    parent: str | None


@event
@dataclass(frozen=True)
class UnitRenamed:
    """A unit got another name; its key stays."""

    unit: str


@event
@dataclass(frozen=True)
class UnitMoved:
    """A unit was hung below another."""

    unit: str
    before: str | None
    after: str | None


@event
@dataclass(frozen=True)
class ProfileChanged:
    """A person changed their own profile: these columns."""

    person: str
    columns: tuple[str, ...]


@event
@dataclass(frozen=True)
class PeopleNotified:
    """These people were told of something, once."""

    people: tuple[str, ...]
    kind: str
