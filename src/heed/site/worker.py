"""The follower: carries the journal on to facts, and runs the jobs of the queue. Any number may run; each step happens once."""

import logging
import signal
import threading
from types import FrameType

from django.db import close_old_connections

from heed.core.journal.queries import last_id
from heed.core.queue.actions import queue
from heed.facts.projector.follow import project
from heed.site import jobs

POLL_SECONDS = 0.2
log = logging.getLogger("heed.worker")


class Follower:
    """Follows the journal until told to stop. What fails is logged and tried again, more slowly each time, and never skipped."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.pause = POLL_SECONDS
        self.seen = -1

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping.set()

    def step(self) -> int:
        """Carry on what is new. Returns how many entries were carried on."""
        newest = last_id()
        if newest == self.seen:
            return 0
        carried = 0
        while (done := project()) > 0:
            carried += done
        self.seen = newest
        return carried

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.step()
                self.pause = POLL_SECONDS
            except Exception:
                log.exception("the follower failed; trying again in %.1f s", self.pause)
                self.pause = min(self.pause * 2, 30.0)
                close_old_connections()
            self.stopping.wait(self.pause)


def serve_worker() -> None:
    """Follow the journal and run jobs until told to stop."""
    follower = Follower()
    jobs.register()
    consumer = queue().create_consumer(workers=1, periodic=True, check_worker_health=True)
    consumer.start()
    # huey's start() leaves signals to us, so that one signal ends both.
    signal.signal(signal.SIGTERM, follower.stop)
    signal.signal(signal.SIGINT, follower.stop)
    log.info("worker started")
    follower.run()
    consumer.stop(graceful=True)
