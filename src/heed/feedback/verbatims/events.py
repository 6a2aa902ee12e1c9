"""What happened around the words of customers. Keys and counts only: never a word."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class TextModelMade:
    """A model that reads words was made: by training, or because the themes in force changed."""

    model: str
    sentiment: str
    trained_on: int
    fingerprint: str
    found_themes: int


@event
@dataclass(frozen=True)
class WordsRead:
    """Somebody opened the words of a verbatim as they came in, unmasked."""

    verbatim_id: str


@event
@dataclass(frozen=True)
class SignalFound:
    """Something changed beyond noise: a theme, a topic on a day, a team's share of a topic."""

    signal: str
    kind: str
    unit: str
    since: str
    n: int


@event
@dataclass(frozen=True)
class SignalSeen:
    """Somebody has seen a signal."""

    signal: str


@event
@dataclass(frozen=True)
class SignalDismissed:
    """Somebody put a signal away: it needs nothing."""

    signal: str


@event
@dataclass(frozen=True)
class SignalReopened:
    """A signal that was put away is looked at again."""

    signal: str
