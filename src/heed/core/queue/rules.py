"""What a worker says of its pumps: values, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heed.core.consent.rules import personal

personal("core.PumpRun", "error", "words", "to say why a pump failed; may quote a value")

# A worker tells of each pump at least this often; who says nothing for longer is not running.
HEARTBEAT = timedelta(seconds=30)
SILENT_AFTER = timedelta(seconds=90)


@dataclass(frozen=True)
class Run:
    """How a pump ran since it was last told of: when, how many things it did, failures in a row, and the last error."""

    name: str
    ran_at: datetime
    did: int = 0
    did_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    error: str = ""


def is_silent(ran_at: datetime, now: datetime) -> bool:
    """Whether a pump has not run for so long that no worker seems to be at it."""
    return now - ran_at > SILENT_AFTER
