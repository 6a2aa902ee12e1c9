"""The page of operations: how far behind each follower is, how the pumps run, what was put aside, what waits to go out."""

import shutil
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from heed import flow
from heed.core.access.rules import COMMAND_LINE
from heed.core.edge import page
from heed.core.errors.rules import HeedError, Refused
from heed.core.journal.actions import give_up_parked
from heed.core.journal.queries import lags, last_id, open_parked_rows
from heed.core.people.queries import mails_outstanding
from heed.core.queue.actions import waiting_jobs
from heed.core.queue.queries import pump_runs
from heed.core.queue.rules import is_silent
from heed.core.settings.rules import current
from heed.facts.store.opening import store_of
from heed.facts.store.store import TableState
from heed.feedback.routing.queries.connecting import outstanding
from heed.feedback.surveys.queries.surveys import invitations

PARKED_SHOWN = 50
# Sizes are looked up this often at most: the page is asked for again whenever something happens.
SIZES_SECONDS = 30
# An entry that waits longer than this is a reason to look.
LATE_SECONDS = 60.0
FOLLOWERS = {
    "flow": gettext_lazy("Flow: what follows from what happens"),
    "facts": gettext_lazy("Facts: what the figures are made of"),
}
PUMPS = {
    "flow": gettext_lazy("Flow"),
    "facts": gettext_lazy("Facts"),
    "fire_due_asks": gettext_lazy("Ask customers whose time has come"),
    "send_due_invitations": gettext_lazy("Send invitations"),
    "close_partials": gettext_lazy("Close answers left half done"),
    "expire_invitations": gettext_lazy("End invitations out of time"),
    "begin_waves": gettext_lazy("Begin waves of programmes"),
    "watch_coverage": gettext_lazy("Follow the coverage that is wanted"),
    "audit_answers": gettext_lazy("Audit answers"),
    "fetch_returned": gettext_lazy("Fetch what came back of mails"),
    "read_new": gettext_lazy("Read what customers wrote"),
    "look_for_signals": gettext_lazy("Look for signals"),
    "learn_words": gettext_lazy("Learn from new words"),
    "retrain_asked": gettext_lazy("Train where it was asked for"),
    "run_bakeoffs": gettext_lazy("Measure analyzers where it was asked for"),
    "escalate_due": gettext_lazy("Escalate cases"),
    "watch_cases": gettext_lazy("Watch open cases"),
    "look_at_escalations": gettext_lazy("Look at escalations not acknowledged"),
    "send_routed_mails": gettext_lazy("Mail feedback items"),
    "chase_late_items": gettext_lazy("Chase late feedback items"),
    "carry_erasures": gettext_lazy("Erase customers"),
    "retain_daily": gettext_lazy("Delete what is past its time"),
    "remind_of_terms": gettext_lazy("Remind of requests and breaches"),
    "expire_negotiations": gettext_lazy("End negotiations out of time"),
    "prepare_staffing": gettext_lazy("Prepare the figures of staffing"),
    "mail_notifications": gettext_lazy("Mail notifications"),
    "deliver_due": gettext_lazy("Send messages to connections"),
    "forget_deliveries": gettext_lazy("Forget old messages"),
}


@dataclass(frozen=True)
class Sizes:
    """What the store holds: bytes of the database, tables of facts, bytes left on the disk. None where it cannot be told."""

    database: int | None
    tables: tuple[TableState, ...]
    free: int | None

    @property
    def facts(self) -> int:
        return sum(table.bytes for table in self.tables)


@never_cache
@require_safe
@page("see_operations")
def operations(request: HttpRequest) -> HttpResponse:
    """How heed itself runs."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere("see_operations")
    now, runs, behind = timezone.now(), pump_runs(), lags()
    parked = list(open_parked_rows()[: PARKED_SHOWN + 1])
    silent = [run for run in runs if is_silent(run.ran_at, now)]
    latest = max((run.ran_at for run in runs), default=None)
    context: dict[str, Any] = {
        "behind": [(lag, FOLLOWERS.get(lag.name, lag.name), lag.seconds > LATE_SECONDS) for lag in behind],
        "pumps": [(run, _pump_name(run.name), run in silent) for run in runs],
        "is_stopped": latest is None or is_silent(latest, now),
        "latest": latest,
        "parked": parked[:PARKED_SHOWN],
        "parked_count": sum(lag.parked for lag in behind),
        "may_replay": scope.holds_everywhere("manage_settings"),
        "going_out": _going_out(),
        "messages_out": outstanding(),
        "may_connect": scope.holds_everywhere("manage_connections"),
        "sizes": sizes(int(time.time() // SIZES_SECONDS)),
        "entries": last_id(),
        "about": _about(),
    }
    return render(request, "desks/operations.html", context)


def _pump_name(name: str) -> str:
    """What a pump does, in words; of several that do the same, which one."""
    plain, _blank, number = name.partition(" ")
    return f"{PUMPS.get(plain, plain)} {number}".strip()


def _going_out() -> list[tuple[str, int, bool]]:
    """What waits to be sent or was given up: words, how many, and whether somebody must look."""
    waiting, given_up = mails_outstanding()
    failed = invitations(COMMAND_LINE, state="failed").count()
    return [
        (_("Invitations to be sent"), invitations(COMMAND_LINE, state="due").count(), False),
        (_("Invitations that could not be sent"), failed, failed > 0),
        (_("Mails about notifications to be sent"), waiting, False),
        (_("Mails about notifications given up"), given_up, given_up > 0),
        (_("Jobs in the queue"), _jobs(), False),
    ]


def _jobs() -> int:
    try:
        return waiting_jobs()
    except Exception:
        # The queue may be another server, and this page is where one looks when it is away.
        return -1


def _about() -> list[tuple[str, str]]:
    settings = current()
    try:
        number = version("heed")
    except PackageNotFoundError:
        number = _("unknown")
    return [
        (_("Version"), number),
        (_("Database"), {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)),
        (_("Engine"), settings.engine.partition(":")[0]),
        (_("Data folder"), str(settings.home_path)),
    ]


@lru_cache(maxsize=1)
def sizes(moment: int) -> Sizes:
    """How large the store is; the same answer for the same moment."""
    try:
        tables = tuple(store_of(current()).tables())
    except (HeedError, OSError):
        tables = ()
    try:
        free: int | None = shutil.disk_usage(current().home_path).free
    except OSError:
        free = None
    return Sizes(_database_bytes(), tables, free)


def _database_bytes() -> int | None:
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_database_size(current_database())")
                return int(cursor.fetchone()[0])
        return Path(str(connection.settings_dict["NAME"])).stat().st_size
    except (DatabaseError, OSError, ValueError):
        return None


@require_POST
@page("see_operations")
def parked_replay(request: HttpRequest, number: int) -> HttpResponse:
    """Take one parked step again."""
    scope = _settling(request)
    try:
        flow.follower().replay(number, scope.person)
    except Refused as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        messages.success(request, _("The step was taken."))
    return redirect("operations")


@require_POST
@page("see_operations")
def parked_replay_all(request: HttpRequest) -> HttpResponse:
    """Take every parked step again."""
    scope = _settling(request)
    taken, failed = flow.follower().replay_all(scope.person)
    said = ngettext("%(n)s step was taken.", "%(n)s steps were taken.", taken) % {"n": taken}
    if failed:
        said += " " + ngettext("%(n)s failed again.", "%(n)s failed again.", failed) % {"n": failed}
    (messages.warning if failed else messages.success)(request, said)
    return redirect("operations")


@require_POST
@page("see_operations")
def parked_give_up(request: HttpRequest, number: int) -> HttpResponse:
    """Never take one parked step."""
    scope = _settling(request)
    give_up_parked(number, scope.person)
    messages.success(request, _("Given up. The journal keeps that you decided so."))
    return redirect("operations")


def _settling(request: HttpRequest) -> Any:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere("manage_settings")
    return scope


urlpatterns = [
    path("operations/", operations, name="operations"),
    path("operations/parked/replay/", parked_replay_all, name="parked-replay-all"),
    path("operations/parked/<int:number>/replay/", parked_replay, name="parked-replay"),
    path("operations/parked/<int:number>/give-up/", parked_give_up, name="parked-give-up"),
]
