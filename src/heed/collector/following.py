"""Follows the journal and calls out the last id when it has moved: a signal, never what happened.

SQLite tells that another connection has written by a counter that costs nothing to read; PostgreSQL sends a notice,
and is asked once a second as well, because a pooler in between swallows notices.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from heed.core.journal.queries import last_id

POLL_SECONDS, NOTICE_SECONDS, LONGEST_PAUSE = 0.2, 1.0, 10.0
CHANNEL = "heed_journal"
log = logging.getLogger("heed.collector")


class Following:
    """A thread that follows while somebody listens."""

    def __init__(self, call_out: Callable[[int], None]) -> None:
        self.call_out = call_out
        self.wanted = threading.Event()
        self.stopping = threading.Event()
        self.last = 0
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Follow from now on; again and again changes nothing."""
        self.wanted.set()
        if self.thread is None or not self.thread.is_alive():
            self.thread = threading.Thread(target=self._run, name="following", daemon=True)
            self.thread.start()

    def rest(self) -> None:
        """Nobody listens: ask nothing of the database."""
        self.wanted.clear()

    def stop(self) -> None:
        self.stopping.set()
        self.wanted.set()

    def _run(self) -> None:
        pause = POLL_SECONDS
        while not self.stopping.is_set():
            self.wanted.wait()
            try:
                self._look()
                self._follow()
                pause = POLL_SECONDS
            except Exception as error:
                log.warning("the journal cannot be followed: %s", error)
                self.stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            finally:
                connection.close()

    def _goes_on(self) -> bool:
        return self.wanted.is_set() and not self.stopping.is_set()

    def _look(self) -> None:
        newest = last_id()
        if newest != self.last:
            self.last = newest
            self.call_out(newest)

    def _follow(self) -> None:
        if connection.vendor == "postgresql":
            self._by_notice()
        else:
            self._by_counter()

    def _by_counter(self) -> None:
        with connection.cursor() as cursor:
            seen = _counter(cursor)
            self._look()
            while self._goes_on():
                self.stopping.wait(POLL_SECONDS)
                now = _counter(cursor)
                if now != seen:
                    seen = now
                    self._look()

    def _by_notice(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self._look()
        while self._goes_on():
            for _notice in connection.connection.notifies(timeout=NOTICE_SECONDS, stop_after=1):
                pass
            self._look()


def _counter(cursor: Any) -> int:
    cursor.execute("PRAGMA data_version")
    return int(cursor.fetchone()[0])
