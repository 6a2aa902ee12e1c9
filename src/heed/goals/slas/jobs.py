"""What the worker does about promises by the clock: it ends negotiations that ran out of time, and has ready what staffing shows."""

from time import monotonic

from heed.core.access.rules import COMMAND_LINE
from heed.goals.slas.actions import expire_negotiations as expire
from heed.goals.slas.queries.calls import versions_of_calls
from heed.goals.slas.queries.planned import prepare

# Where calls come in all the time, so often at most: it takes some seconds of one core.
REST_SECONDS = 600.0


def expire_negotiations() -> int:
    """End the negotiations whose last offer has expired. Returns how many."""
    return expire()


class Preparer:
    """Has the frontier and the weekdays ready as soon as facts of calls have changed."""

    def __init__(self) -> None:
        self.seen: tuple[int | None, ...] = ()
        self.rested_from = -REST_SECONDS

    def prepare(self) -> int:
        versions = versions_of_calls()
        if versions == self.seen or versions[0] is None or monotonic() - self.rested_from < REST_SECONDS:
            return 0
        self.seen = versions
        done = prepare(COMMAND_LINE)
        self.rested_from = monotonic()
        return int(done)
