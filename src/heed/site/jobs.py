"""Housekeeping of the whole store, on the clock."""

import logging

from django.core.management import call_command
from huey import crontab

from heed.core.http.actions import forget_calls
from heed.core.queue.actions import queue
from heed.core.settings.rules import current
from heed.facts.store.opening import store_of

log = logging.getLogger("heed.jobs")


def forget_ended_sessions() -> None:
    """Take sessions away that have ended, and from where they were."""
    # Models cannot be imported before Django is set up.
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session

    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def compact_facts() -> None:
    """Merge small files of the fact tables and drop those no longer used."""
    store = store_of(current())
    for state in store.tables():
        store.compact(state.name)
        log.info("compacted %s", state.name)


def register() -> None:
    """Put the jobs on the queue's clock."""
    clock = queue()
    clock.periodic_task(crontab(minute="17", hour="2"), name="forget_ended_sessions")(forget_ended_sessions)
    clock.periodic_task(crontab(minute="27", hour="2"), name="forget_calls")(forget_calls)
    clock.periodic_task(crontab(minute="47", hour="2"), name="compact_facts")(compact_facts)
