"""When a message is tried again, when it is given up, and what of all that happens is told to whom. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from heed.core.consent.rules import personal
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.core.people.rules import notice

personal("feedback.Connection", "url", "secret", "to send to; an address may hold a token")
personal("feedback.Delivery", "last_answer", "words", "to show what the other side answered; may quote a value")

notice("connection-ended", "%(name)s is not told any more: its address is gone.")
notice("delivery-given-up", "A message to %(name)s could not be delivered and waits to be sent again.")

# Seconds before each further try of a message: ten tries over three days.
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
TRIES = len(PAUSES) + 1
# While a whole line does not answer, one message is tried so often.
LINE_PAUSES = (2, 5, 15, 60, 300)
LONGEST_ASKED = timedelta(hours=24)
# How long the former secret holds beside a new one.
ROTATION = timedelta(days=1)
KEPT = timedelta(days=30)
SHOWN_BYTES = 1_000
# Never sent: what connections do themselves, and what is said to people inside.
NEVER_SENT = frozenset(
    {
        "connection-added",
        "connection-changed",
        "connection-secret-replaced",
        "connection-paused",
        "connection-resumed",
        "connection-ended",
        "connection-removed",
        "delivery-given-up",
        "deliveries-replayed",
        "people-notified",
    }
)
TEST_EVENT = "connection-tested"


@dataclass(frozen=True)
class Outcome:
    """What becomes of a message after a try: delivered, again (at `next_at`), dead, or ended with its whole connection."""

    state: str
    next_at: datetime | None = None
    # When the line as a whole may be tried again; None when it is well.
    line_at: datetime | None = None


def is_sent(name: str, wanted: Collection[str]) -> bool:
    """Whether a connection that wants these events (all, when none is named) is told of this one."""
    return name not in NEVER_SENT and (not wanted or name in wanted)


def checked_events(names: Collection[str], known: Collection[str]) -> list[str]:
    """The names of events, each once and in order. Raises Invalid for one that there is not, or that is never sent."""
    offered = sorted(set(known) - NEVER_SENT)
    for name in names:
        if name not in offered:
            raise Invalid(
                phrase("There is no event {name}.", name=name), code="unknown_event", hint=nearest(name, offered)
            )
    return sorted(set(names))


def asked_pause(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the other side asks to be left alone (`Retry-After`: seconds or a date), a day at most."""
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit() and len(given) < 10:
        return min(timedelta(seconds=int(given)), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(given)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - now, timedelta(0)), LONGEST_ASKED)


def pause_before(tries: int, key: str) -> timedelta:
    """The pause after so many tries; a tenth more or less by the message, so that not all come back at once."""
    share = int.from_bytes(hashlib.sha256(f"{key}:{tries}".encode()).digest()[:4]) / 2**32
    return timedelta(seconds=PAUSES[min(tries, len(PAUSES)) - 1] * (0.9 + 0.2 * share))


def line_pause(failures: int) -> timedelta:
    """How long a line is left alone after so many failures in a row."""
    return timedelta(seconds=LINE_PAUSES[min(failures, len(LINE_PAUSES)) - 1])


def outcome(
    status: int | None, headers: Mapping[str, str], *, tries: int, failures: int, key: str, now: datetime
) -> Outcome:
    """What becomes of a message that was tried `tries` times, over a line that failed `failures` times in a row before.

    `status` is None where no whole answer came. 2xx is delivered; 410 ends the connection; all else is tried again.
    """
    if status is not None and 200 <= status < 300:
        return Outcome("delivered")
    if status == 410:
        return Outcome("ended")
    asked = asked_pause(headers, now) if status in (429, 503) else None
    line_at = now + max(line_pause(failures + 1), asked or timedelta(0))
    if tries >= TRIES:
        return Outcome("dead", None, line_at)
    return Outcome("pending", now + max(pause_before(tries, key), asked or timedelta(0)), line_at)


def connection_state(paused: datetime | None, ended: datetime | None, removed: datetime | None, failures: int) -> str:
    """active, failing, paused, ended or removed."""
    if removed:
        return "removed"
    if ended:
        return "ended"
    if paused:
        return "paused"
    return "failing" if failures else "active"


def valid_versions(version: int, former_until: datetime | None, now: datetime) -> tuple[int, ...]:
    """The versions of the secret a message is signed with: the newest, and the former one while it still holds."""
    return (version, version - 1) if version > 1 and former_until and former_until > now else (version,)


def shown(body: bytes) -> str:
    """The beginning of an answer, as text that any database keeps."""
    return body[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
