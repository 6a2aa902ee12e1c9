"""What happens to connections with other systems. None of these is sent on: a failing line would tell itself of itself."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class ConnectionAdded:
    """Another system is told of these events from now on; of all when none is named."""

    connection: str
    events: tuple[str, ...]


@event
@dataclass(frozen=True)
class ConnectionChanged:
    """A connection got another name, address or choice of events: these columns."""

    connection: str
    columns: tuple[str, ...]


@event
@dataclass(frozen=True)
class ConnectionSecretReplaced:
    """A connection got a new secret; the former one is valid until the time said."""

    connection: str
    version: int
    former_until: str


@event
@dataclass(frozen=True)
class ConnectionPaused:
    """Nothing is sent over a connection until it goes on; what happens meanwhile waits."""

    connection: str


@event
@dataclass(frozen=True)
class ConnectionResumed:
    """A connection goes on."""

    connection: str


@event
@dataclass(frozen=True)
class ConnectionEnded:
    """The other side said that its address is gone; nothing is sent there any more."""

    connection: str
    reason: str


@event
@dataclass(frozen=True)
class ConnectionRemoved:
    """A connection was taken away, with what was still to be sent."""

    connection: str
    dropped: int


@event
@dataclass(frozen=True)
class DeliveryGivenUp:
    """A message could not be delivered after the last try; it can be sent again by hand."""

    connection: str
    delivery: str
    status: int | None


@event
@dataclass(frozen=True)
class DeliveriesReplayed:
    """Messages that were given up are sent again."""

    connection: str
    count: int


@dataclass(frozen=True, kw_only=True)
class _OfItem:
    """A feedback item as it stands: who has it, alike in what, how many pieces of feedback."""

    item: str
    route: str
    join: str
    way: str
    receiver: str
    team: str
    region: str
    pieces: int


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackRouted(_OfItem):
    """Feedback went to who can act on it, as a new item."""

    routing: str
    version: int
    acknowledge_due_at: str
    accept_due_at: str


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackJoined(_OfItem):
    """A feedback item has grown to a number worth telling."""


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackAcknowledged(_OfItem):
    """Who has a feedback item has seen it."""


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackAccepted(_OfItem):
    """Who has a feedback item answers for it."""


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackSentBack(_OfItem):
    """A feedback item went from one receiver to another, with a reason."""

    reason: str
    former: str


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackLate(_OfItem):
    """Nobody has seen, or nobody has accepted, a feedback item within its time."""

    promise: str


@event
@dataclass(frozen=True, kw_only=True)
class FeedbackDone(_OfItem):
    """A feedback item is done with."""

    outcome: str
