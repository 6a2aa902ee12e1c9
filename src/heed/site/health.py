"""Whether heed lives, whether it can serve, how far its followers are behind, and its own figures for Prometheus."""

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from heed.core.access.actions.tokens import token_scope
from heed.core.access.rules import COMMAND_LINE
from heed.core.edge import missing_migrations
from heed.core.journal.queries import lags, last_id
from heed.core.people.queries import mails_outstanding
from heed.core.queue.queries import pump_runs
from heed.feedback.routing.queries.connecting import outstanding
from heed.feedback.surveys.queries.surveys import invitations
from heed.goals.targets.queries.prometheus import wallboard_families

Sample = tuple[dict[str, str], float]


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and its schema is this version's; 503 with the reason otherwise.

    How far each follower is behind stands beside it: a web process serves also while no worker runs.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = missing_migrations()
    except DatabaseError as error:
        return JsonResponse(
            {"ready": False, "reason": f"the database does not answer: {type(error).__name__}"}, status=503
        )
    if missing:
        return JsonResponse(
            {"ready": False, "reason": "the store is older than this heed: run heed upgrade"}, status=503
        )
    behind = [
        {"name": lag.name, "behind": lag.behind, "seconds": round(lag.seconds, 3), "parked": lag.parked}
        for lag in lags()
    ]
    return JsonResponse({"ready": True, "lags": behind})


def metrics(request: HttpRequest) -> HttpResponse:
    """Counters and lags in Prometheus' text format; no personal data. With an API token (`Authorization: Bearer heed_…`) the
    figures of the wallboards too, of the units its owner reaches; 401 for a token that is none.
    """
    families = list(_families())
    scheme, _space, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = token_scope(secret.strip())
        if found is None:
            return HttpResponse("This token is none.\n", status=401, content_type="text/plain; charset=utf-8")
        families += wallboard_families(found[1])
    lines = [line for name, kind, words, samples in families for line in _written(name, kind, words, samples)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _families() -> Iterator[tuple[str, str, str, list[Sample]]]:
    behind, runs, now = lags(), pump_runs(), timezone.now()
    facts = sum(lag.behind for lag in behind if lag.name == "facts")
    yield "heed_journal_entries", "counter", "Entries in the journal.", [({}, last_id())]
    yield "heed_facts_lag_entries", "gauge", "Journal entries not yet in the facts.", [({}, facts)]
    for name, words, part in (
        ("heed_follower_lag_entries", "Journal entries a follower has not carried on yet.", "behind"),
        ("heed_follower_lag_seconds", "How long the first of them has waited.", "seconds"),
        ("heed_follower_parked", "Steps put aside after five tries.", "parked"),
    ):
        yield name, "gauge", words, [({"follower": lag.name}, getattr(lag, part)) for lag in behind]
    ages = [({"pump": run.name}, (now - run.ran_at).total_seconds()) for run in runs]
    yield "heed_pump_age_seconds", "gauge", "Since a worker last told of a pump; it does every 30 s.", ages
    failed = [({"pump": run.name}, float(run.failures)) for run in runs]
    yield "heed_pump_failures", "gauge", "Failures of a pump in a row.", failed
    mails, given_up = mails_outstanding()
    out = outstanding()
    waiting: list[Sample] = [
        ({"what": "invitations"}, invitations(COMMAND_LINE, state="due").count()),
        ({"what": "notification_mails"}, mails),
        ({"what": "messages"}, out.pending),
    ]
    yield "heed_outgoing_waiting", "gauge", "What waits to be sent.", waiting
    dead: list[Sample] = [
        ({"what": "invitations"}, invitations(COMMAND_LINE, state="failed").count()),
        ({"what": "notification_mails"}, given_up),
        ({"what": "messages"}, out.dead),
    ]
    yield "heed_outgoing_given_up", "gauge", "What could not be sent.", dead
    did = [({"pump": run.name}, float(run.did)) for run in runs]
    yield "heed_pump_done", "counter", "Things a pump has done.", did


def _written(name: str, kind: str, words: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{named}}} {value:g}" if named else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
