"""What happens to invitations and responses. Words and addresses stay in the database."""

from dataclasses import dataclass
from typing import Any

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class InvitationSent:
    """The mail server took an invitation. Times are ISO 8601."""

    invitation: str
    survey: str
    version: int
    trigger: str
    customer: str
    channel: str
    language: str
    decided_at: str
    probability: float | None
    reason: str
    context: dict[str, str]


@event
@dataclass(frozen=True)
class InvitationFailed:
    """An invitation could not be sent; `code` says why."""

    invitation: str
    survey: str
    version: int
    trigger: str
    customer: str
    channel: str
    language: str
    decided_at: str
    probability: float | None
    code: str
    context: dict[str, str]


@event
@dataclass(frozen=True)
class InvitationTakenBack:
    """Somebody took an invitation back before it was answered."""

    invitation: str
    survey: str
    customer: str


@event
@dataclass(frozen=True)
class InvitationLapsed:
    """The time to answer an invitation ended."""

    invitation: str
    survey: str
    customer: str


@event
@dataclass(frozen=True)
class ResponseReceived:
    """A customer ended a questionnaire, or left it idle (then not `complete`).

    Each answer has question, instrument, score, choice, scale_min and scale_max.
    """

    response: str
    survey: str
    version: int
    invitation: str
    customer: str
    language: str
    complete: bool
    invited_at: str
    answered_at: str
    duration_seconds: float | None
    answers: list[dict[str, Any]]
    context: dict[str, str]


@event
@dataclass(frozen=True)
class LinkMade:
    """A survey got an address that many may use; `sort` is web, kiosk or widget."""

    link: str
    survey: str
    sort: str


@event
@dataclass(frozen=True)
class LinkClosed:
    """A survey's address takes no more answers."""

    link: str
    survey: str


@event
@dataclass(frozen=True)
class LinksIssued:
    """So many addresses were made that each take one answer, for somebody to hand out."""

    link: str
    survey: str
    many: int


@event
@dataclass(frozen=True)
class InvitationReturned:
    """A mail or text message came back, or was called unwanted; `sort` is bounced, delayed, complained or left."""

    invitation: str
    survey: str
    customer: str
    channel: str
    sort: str
    code: str
