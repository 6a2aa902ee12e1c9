"""The queue of jobs: ids and timers only, so losing it loses nothing. SQLite, PostgreSQL or Redis, by settings."""

from functools import lru_cache
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey

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
