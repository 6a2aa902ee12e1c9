"""SQLite with a door: writers queue for the database instead of racing for it.

SQLite's own back-off sleeps and retries, which is unfair: under load some writers wait for seconds. A writer here takes
an flock beside the database before BEGIN IMMEDIATE and drops it after commit; the kernel frees it when a process dies.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend, entered one writer at a time."""

    _door: int | None = None
    _held = False

    def _door_path(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        if ":memory:" in name or "mode=memory" in name:
            return None
        return f"{name}.door"

    def _enter(self) -> None:
        path = self._door_path()
        if path is None or self._held:
            return
        if self._door is None:
            self._door = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._door, fcntl.LOCK_EX)
        self._held = True

    def _leave(self) -> None:
        if self._held and self._door is not None:
            fcntl.flock(self._door, fcntl.LOCK_UN)
            self._held = False

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._leave()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            if self._door is not None:
                os.close(self._door)
                self._door, self._held = None, False
