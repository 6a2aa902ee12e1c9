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
