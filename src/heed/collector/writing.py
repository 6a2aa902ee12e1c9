"""One writer for all that comes in: what has queued is one transaction, and only its commit is an acknowledgement.

Whoever hands something in gets a future. It is resolved after the commit, or fails and then nothing was kept; what was
withdrawn before its turn is not written.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, transaction

from heed.core.errors.rules import Unavailable

# SQLite's door is not fair to who waits in another process while this one comes straight back.
PAUSE_SECONDS = 0.003
LOOK_SECONDS = 1.0
MOST_WAITING, MOST_AT_ONCE = 4_096, 256
log = logging.getLogger("heed.collector")
# Takes the items of a group inside one transaction; gives as many outcomes. An outcome that is an exception is raised for its item.
Keep = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass
class Waiting:
    """One thing to keep, and the promise to whoever waits for it."""

    keep: Keep
    item: Any
    promise: "Future[Any]" = field(default_factory=Future)
    waiter: "asyncio.Future[Any] | None" = None


def busy() -> Unavailable:
    return Unavailable("The store is busy.", code="busy", hint="Nothing was lost. Send it again in a moment.")


class Writer:
    """The one thread that writes."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self.waiting: queue.Queue[Waiting | None] = queue.Queue(most_waiting)
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()
        self.looked = -LOOK_SECONDS

    def hand_in(self, keep: Keep, item: Any) -> "Future[Any]":
        """Queue an item. Raises Unavailable when too much waits already."""
        entry = Waiting(keep, item)
        self._queue(entry)
        return entry.promise

    async def kept(self, keep: Keep, item: Any, seconds: float) -> Any:
        """Keep an item and wait for its commit.

        Raises TimeoutError after so many seconds; the item is withdrawn then, unless it is being written.
        """
        entry = Waiting(keep, item, waiter=asyncio.get_running_loop().create_future())
        self._queue(entry)
        assert entry.waiter is not None
        try:
            async with asyncio.timeout(seconds):
                return await entry.waiter
        except TimeoutError:
            entry.promise.cancel()
            raise

    def _queue(self, entry: Waiting) -> None:
        if self.thread is None or not self.thread.is_alive():
            self._start()
        try:
            self.waiting.put_nowait(entry)
        except queue.Full:
            raise busy() from None

    def _start(self) -> None:
        with self.starting:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self.thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Write what waits, then end."""
        if self.thread is not None and self.thread.is_alive():
            self.waiting.put(None)
            self.thread.join(seconds)

    def _run(self) -> None:
        while True:
            group = self._group()
            if group is None:
                connection.close()
                return
            if group:
                self._look()
                write(group)
                _tell(group)
                if connection.vendor == "sqlite":
                    time.sleep(PAUSE_SECONDS)

    def _look(self) -> None:
        """Ask whether the connection still works: after a rest, not at each of many groups a second."""
        if time.monotonic() - self.looked >= LOOK_SECONDS:
            close_old_connections()
            self.looked = time.monotonic()

    def _group(self) -> list[Waiting] | None:
        """What has queued; nothing on the word to end, which is left for the next turn when something came before it."""
        taken = self.waiting.get()
        group: list[Waiting] = []
        while taken is not None:
            if taken.promise.set_running_or_notify_cancel():
                group.append(taken)
            if len(group) >= MOST_AT_ONCE:
                return group
            try:
                taken = self.waiting.get_nowait()
            except queue.Empty:
                return group
        if not group:
            return None
        self.waiting.put(None)
        return group


def _tell(group: Sequence[Waiting]) -> None:
    """Wake those who wait in a loop: one call for all of a loop, because each call is a word to another thread."""
    loops: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for each in group:
        if each.waiter is not None:
            loops.setdefault(each.waiter.get_loop(), []).append(each)
    for loop, entries in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_hand_over, entries)


def _hand_over(entries: Sequence[Waiting]) -> None:
    for each in entries:
        if each.waiter is None or each.waiter.done():
            continue
        if (error := each.promise.exception()) is not None:
            each.waiter.set_exception(error)
        else:
            each.waiter.set_result(each.promise.result())


def write(group: Sequence[Waiting]) -> None:
    """Write a group and resolve its promises. A group that fails is tried again one by one, so that one does not fail all."""
    try:
        outcomes = _commit(group)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        _again(group, error) if connection.vendor == "postgresql" else _fail(group, error)
    except Exception as error:
        log.exception("a group of %d could not be written", len(group))
        if len(group) == 1:
            _fail(group, error)
            return
        for each in group:
            write([each])
    else:
        _resolve(group, outcomes)


def _commit(group: Sequence[Waiting]) -> list[tuple[Waiting, Any]]:
    kinds: dict[Keep, list[Waiting]] = {}
    for each in group:
        kinds.setdefault(each.keep, []).append(each)
    outcomes: list[tuple[Waiting, Any]] = []
    with transaction.atomic():
        for keep, entries in kinds.items():
            outcomes += zip(entries, keep([entry.item for entry in entries]), strict=True)
    return outcomes


def _again(group: Sequence[Waiting], error: DatabaseError | InterfaceError) -> None:
    """Once more on a new connection: a server that was started again has ended the old one. What is kept already changes nothing."""
    try:
        outcomes = _commit(group)
    except Exception as fault:
        connection.close()
        _fail(group, fault)
    else:
        log.info("written on a new connection after: %s", error)
        _resolve(group, outcomes)


def _fail(group: Sequence[Waiting], error: Exception) -> None:
    log.warning("%d could not be written: %s", len(group), error)
    for each in group:
        each.promise.set_exception(error)


def _resolve(group: Sequence[Waiting], outcomes: list[tuple[Waiting, Any]]) -> None:
    for each, outcome in outcomes:
        if isinstance(outcome, Exception):
            each.promise.set_exception(outcome)
        else:
            each.promise.set_result(outcome)
