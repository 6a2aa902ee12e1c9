"""What happens to who may do what. Keys and ids only: no names, no addresses, no secrets."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class PersonInvited:
    """Somebody was invited to a role in a unit; `again` when an open invitation was sent anew."""

    invitation: int
    unit: str
    role: str
    again: bool = False


@event
@dataclass(frozen=True)
class InvitationWithdrawn:
    """An open invitation was taken back."""

    invitation: int


@event
@dataclass(frozen=True)
class InvitationAccepted:
    """Somebody took an invitation up and became a person here."""

    invitation: int
    person: str


@event
@dataclass(frozen=True)
class RoleGiven:
    """A person got a role in a unit."""

    person: str
    unit: str
    role: str


@event
@dataclass(frozen=True)
class RoleTaken:
    """A person lost a role in a unit."""

    person: str
    unit: str
    role: str


@event
@dataclass(frozen=True)
class PersonDeactivated:
    """A person may not sign in any more; their sessions, links and tokens ended."""

    person: str


@event
@dataclass(frozen=True)
class PersonReactivated:
    """A person may sign in again."""

    person: str


@event
@dataclass(frozen=True)
class SignInLinkMade:
    """A link was made that signs a person in, once."""

    person: str
    link: int


@event
@dataclass(frozen=True)
class SignInLinkUsed:
    """A sign-in link was used."""

    person: str
    link: int


@event
@dataclass(frozen=True)
class SignedIn:
    """A person signed in, by whatever way."""

    person: str


@event
@dataclass(frozen=True)
class ApiTokenMade:
    """A person made an API token."""

    person: str
    token: int
    scopes: tuple[str, ...]


@event
@dataclass(frozen=True)
class ApiTokenRevoked:
    """An API token was ended before its time."""

    person: str
    token: int


@event
@dataclass(frozen=True)
class FirstRunDone:
    """Somebody settled the organisation and became its first administrator."""

    person: str


@event
@dataclass(frozen=True)
class RawWordsRead:
    """Somebody read unmasked words of customers: told once a person, thing and day; `door` is where (page, api, file)."""

    kind: str
    door: str
