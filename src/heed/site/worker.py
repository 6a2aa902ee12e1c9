"""The worker: carries the journal on to facts and through the flow, runs the pumps, and the jobs of the queue.

Any number may run: each step happens once, and what a killed worker left is done by the next.
"""

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from django.db import DatabaseError, connections

from heed import flow
from heed.core.journal.actions import note_reached
from heed.core.journal.queries import last_id
from heed.core.people.jobs import mail_notifications
from heed.core.queue.actions import queue
from heed.facts.projector.follow import project
from heed.feedback.privacy import jobs as privacy
from heed.feedback.quality.jobs import audit_answers
from heed.feedback.routing.jobs import chase_late_items, deliver_due, forget_deliveries, send_routed_mails
from heed.feedback.surveys import jobs as invitations
from heed.feedback.triggers.jobs import begin_waves, fire_due_asks, watch_coverage
from heed.feedback.verbatims import jobs as words
from heed.goals.escalation import jobs as escalations
from heed.goals.slas.jobs import Preparer, expire_negotiations
from heed.service.cases.jobs import escalate_due
from heed.site import jobs
from heed.site.pumps import NOTE_SECONDS, Pump, PumpHouse

# Noted so often at most: each time is a write beside those of the facts.
NOTE_REACHED_SECONDS = 0.5
DELIVERERS = 3
LEARN_AFTER_SECONDS = 300.0
log = logging.getLogger("heed.worker")


class Projector:
    """Carries new entries on to the facts; looks at the tables only when the journal has moved.

    The tables hold the true position, each its own; what is noted beside it tells everybody how far the facts are behind.
    """

    def __init__(self) -> None:
        self.seen, self.noted, self.noted_at = -1, -1, 0.0

    def carry(self) -> int:
        newest, carried = last_id(), 0
        if newest != self.seen:
            carried = project()
            self.seen = newest
        if self.noted != self.seen and time.monotonic() - self.noted_at >= NOTE_REACHED_SECONDS:
            note_reached("facts", self.seen)
            self.noted, self.noted_at = self.seen, time.monotonic()
        return carried


def pumps() -> list[Pump]:
    """What this worker does again and again, with the seconds between."""
    return [
        Pump("flow", flow.follower().carry, 0.1, wakes=True),
        Pump("facts", Projector().carry, 0.2, wakes=True),
        Pump("fire_due_asks", fire_due_asks, 1.0, wakes=True, hears=True),
        Pump("watch_coverage", watch_coverage, 600.0),
        Pump("begin_waves", begin_waves, 30.0),
        Pump("send_due_invitations", invitations.send_due_invitations, 1.0, hears=True),
        Pump("fetch_returned", invitations.fetch_returned, 60.0),
        Pump("close_partials", invitations.close_partials, 60.0),
        Pump("expire_invitations", invitations.expire_invitations, 60.0),
        Pump("read_new", words.read_new, 0.5, hears=True),
        Pump("look_for_signals", words.look_for_signals, 60.0),
        # Not in the first minutes, when somebody looks at what they have just started: it takes a processor for a minute.
        Pump("learn_words", words.learn, 3600.0, first=LEARN_AFTER_SECONDS),
        Pump("retrain_asked", words.retrain_asked, 5.0),
        Pump("run_bakeoffs", words.run_bakeoffs, 5.0),
        Pump("escalate_due", escalate_due, 5.0),
        Pump("look_at_escalations", escalations.look_at_escalations, 1.0, hears=True),
        Pump("watch_cases", escalations.watch_cases, 60.0),
        Pump("expire_negotiations", expire_negotiations, 30.0),
        Pump("prepare_staffing", Preparer().prepare, 20.0),
        Pump("mail_notifications", mail_notifications, 5.0),
        # Each takes a line of its own, so that one that answers slowly does not keep the others waiting.
        *(Pump(f"deliver_due {number}", deliver_due, 0.5, hears=True) for number in range(1, DELIVERERS + 1)),
        Pump("forget_deliveries", forget_deliveries, 3600.0),
        Pump("carry_erasures", privacy.carry_erasures, 5.0, hears=True),
        Pump("audit_answers", audit_answers, 30.0),
        Pump("remind_of_terms", privacy.remind_of_terms, 600.0),
        Pump("retain_daily", privacy.retain_daily, 1800.0),
        Pump("chase_late_items", chase_late_items, 30.0),
        Pump("send_routed_mails", send_routed_mails, 2.0),
    ]


class Worker:
    """All that a worker process does, until it is told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.house = PumpHouse(pumps())

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping.set()

    def run(self) -> None:
        jobs.register()
        consumer = queue().create_consumer(workers=1, periodic=True, check_worker_health=True)
        consumer.start()
        self.house.start()
        # huey's start() leaves signals to us, so that one signal ends both.
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("worker started")
        while not self.stopping.wait(NOTE_SECONDS):
            self._look()
        consumer.stop()
        late = self.house.stop()
        self._look()
        if late:
            log.warning("still at work when the worker ended: %s", ", ".join(late))
        log.info("worker stopped")

    def _look(self) -> None:
        try:
            self.house.look()
        except DatabaseError:
            log.exception("how the pumps ran could not be noted")
            with suppress(DatabaseError):
                connections.close_all()


def serve_worker() -> None:
    """Work until told to stop."""
    Worker().run()
    # A job that takes long is no reason to stay: it is cut here as by a killed process, which all of them bear.
    logging.shutdown()
    os._exit(0)
