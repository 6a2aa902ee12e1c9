"""Whether heed lives, whether it can serve, and its own figures for Prometheus."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from heed.core.edge import missing_migrations
from heed.core.journal.queries import last_id
from heed.facts.projector.follow import lag


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and its schema is this version's; 503 with the reason otherwise."""
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
    return JsonResponse({"ready": True})


def metrics(request: HttpRequest) -> HttpResponse:
    """Counters and lags in Prometheus' text format; no personal data, no figures of the operation."""
    rows = [
        ("heed_journal_entries", "counter", "Entries in the journal.", last_id()),
        ("heed_facts_lag_entries", "gauge", "Journal entries not yet in the facts.", lag()),
    ]
    lines = [
        line
        for name, kind, words, value in rows
        for line in (f"# HELP {name} {words}", f"# TYPE {name} {kind}", f"{name} {value}")
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
