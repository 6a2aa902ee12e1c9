"""Threads that do one thing again and again, each with its own pause: one that fails or hangs never stops another."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.db import close_old_connections, connections
from django.utils import timezone

from heed.core.journal.rules import told_error
from heed.core.queue.actions import note_runs
from heed.core.queue.rules import HEARTBEAT, Run

LONGEST_PAUSE = 60.0
LEAST_PAUSE = 0.1
NOTE_SECONDS = 5.0
# How long what is being done may take to end once a worker is told to stop.
STOP_SECONDS = 6.0
log = logging.getLogger("heed.worker")


@dataclass(frozen=True)
class Pump:
    """Something to do every so many seconds: `run` does what is due and returns how much it did; at once again when it did.

    When one that `wakes` did something, those that `hear` look at once for what that means to them. The first turn comes
    `first` seconds after the start.
    """

    name: str
    run: Callable[[], int]
    pause: float
    wakes: bool = False
    hears: bool = False
    first: float = 0.0


class Runner:
    """One pump in a thread of its own, until it is told to stop."""

    def __init__(self, pump: Pump, woke: Callable[[], None] = lambda: None) -> None:
        self.pump, self._woke = pump, woke
        self.stopping, self.wake = threading.Event(), threading.Event()
        self.failures, self.resting = 0, False
        self._lock = threading.Lock()
        self._run: Run | None = None
        self.thread = self._new_thread()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._loop, name=self.pump.name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.wake.set()

    def look(self) -> None:
        """Start the thread again when something ended it."""
        if not self.thread.is_alive() and not self.stopping.is_set():
            log.error("%s had ended; starting it again", self.pump.name)
            self.thread = self._new_thread()
            self.thread.start()

    def _loop(self) -> None:
        try:
            if self.pump.first:
                self._rest(self.pump.first)
            while not self.stopping.is_set():
                self.wake.clear()
                pause = self.turn()
                if pause:
                    self._rest(pause)
        finally:
            connections.close_all()

    def _rest(self, pause: float) -> None:
        self.resting = True
        # However often it is woken, it leaves the database some rest.
        self.stopping.wait(min(pause, LEAST_PAUSE))
        self.wake.wait(max(pause - LEAST_PAUSE, 0.0))
        self.resting = False

    def turn(self) -> float:
        """Run once. Returns the seconds until the next time: none when there may be more to do."""
        try:
            did = self.pump.run()
        except Exception as error:
            self.failures += 1
            pause = min(max(self.pump.pause, 0.5) * 2 ** min(self.failures, 8), LONGEST_PAUSE)
            log.exception("%s failed; trying again in %.1f s", self.pump.name, pause)
            self._note(0, error)
            close_old_connections()
            # Being woken does not shorten it: what is away would be asked all the time.
            self.stopping.wait(pause)
            return 0.0
        self.failures = 0
        self._note(did, None)
        if not did:
            return self.pump.pause
        if self.pump.wakes:
            self._woke()
        return 0.0

    def _note(self, did: int, error: Exception | None) -> None:
        now = timezone.now()
        with self._lock:
            before = self._run or Run(self.pump.name, now)
            told = replace(before, ran_at=now, failures=self.failures, did=before.did + did)
            told = replace(told, did_at=now) if did else told
            self._run = replace(told, failed_at=now, error=told_error(error)) if error else told

    def taken_note(self) -> Run | None:
        """How it ran since the last time this was asked; one that rests until its next turn is well, however long."""
        with self._lock:
            told, self._run = self._run, None
        return Run(self.pump.name, timezone.now(), failures=self.failures) if told is None and self.resting else told


@dataclass
class PumpHouse:
    """All pumps of a worker."""

    pumps: Sequence[Pump]
    runners: list[Runner] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runners = [Runner(pump, self.wake_all) for pump in self.pumps]
        self._told: dict[str, float] = {}

    def wake_all(self) -> None:
        for runner in self.runners:
            if runner.pump.hears:
                runner.wake.set()

    def start(self) -> None:
        for runner in self.runners:
            runner.start()

    def look(self) -> None:
        """Start again what ended, and tell how all run."""
        for runner in self.runners:
            runner.look()
        now = time.monotonic()
        runs = [run for runner in self.runners if (run := runner.taken_note()) is not None]
        # An idle pump is told of now and then, so that an idle store is not written all the time.
        news = [run for run in runs if run.did or run.failed_at or self._is_due(run.name, now)]
        if news:
            note_runs(news)
            self._told |= {run.name: now for run in news}

    def _is_due(self, name: str, now: float) -> bool:
        return now - self._told.get(name, float("-inf")) >= HEARTBEAT.total_seconds()

    def stop(self, seconds: float = STOP_SECONDS) -> list[str]:
        """Let each end what it is doing. Returns those that had not ended in time: they end with the process."""
        for runner in self.runners:
            runner.stop()
        end = time.monotonic() + seconds
        for runner in self.runners:
            runner.thread.join(max(0.0, end - time.monotonic()))
        return [runner.pump.name for runner in self.runners if runner.thread.is_alive()]
