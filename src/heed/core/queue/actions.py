"""The queue of jobs: ids and timers only, so losing it loses nothing. SQLite, PostgreSQL or Redis, by settings.

And word of what the pumps of a worker did, for who looks after it.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import F
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey

from heed.core.queue.models import PumpRun
from heed.core.queue.rules import Run
from heed.core.settings.rules import current


@lru_cache(maxsize=1)
def queue() -> Huey:
    """The queue of this process."""
    settings = current()
    common: dict[str, Any] = {"utc": True, "results": False}
    if settings.queue_url.startswith("redis"):
        return RedisHuey("heed", url=settings.queue_url, **common)
    if settings.queue_url.startswith("postgres"):
        return PostgresHuey("heed", dsn=settings.queue_url, **common)
    settings.home_path.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("heed", filename=str(settings.home_path / "queue.db"), fsync=True, **common)


@transaction.atomic
def note_runs(runs: Iterable[Run]) -> None:
    """Keep how pumps ran. Of several workers the one that notes last is told; what was done adds up."""
    for run in runs:
        PumpRun.objects.get_or_create(name=run.name, defaults={"ran_at": run.ran_at})
        failed = {"failed_at": run.failed_at, "error": run.error} if run.failed_at else {}
        did = {"did_at": run.did_at} if run.did_at else {}
        PumpRun.objects.filter(name=run.name).update(
            ran_at=run.ran_at, did=F("did") + run.did, failures=run.failures, **failed, **did
        )


def waiting_jobs() -> int:
    """How many jobs of the queue wait to be run."""
    return int(queue().pending_count())
