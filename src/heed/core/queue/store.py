"""The state of the database's schema: made and migrated when absent or older, refused when newer than this heed."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from heed.core.errors.rules import Refused, Unavailable
from heed.core.settings.rules import current


def missing_migrations() -> list[str]:
    """Migrations that the database has not had yet, as `app.name`."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> list[str]:
    """Migrations of heed's own apps that the database has had and this heed does not know: a newer heed wrote it."""
    loader = MigrationExecutor(connection).loader
    ours = loader.migrated_apps
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    home = current().home_path
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / "upgrade.door").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise Unavailable(
            f"The data folder {home} cannot be written: {error}.",
            code="home_not_writable",
            hint="Set HEED_HOME to a folder of yours.",
        ) from error


def refuse_newer() -> None:
    """Raise Refused when the store was written by a newer heed."""
    unknown = unknown_migrations()
    if unknown:
        raise Refused(
            f"The store was written by a newer heed (it has {unknown[-1]}).",
            code="store_is_newer",
            hint="Install that heed again, or restore a backup made by this one.",
        )


def prepare_store() -> list[str]:
    """Make or migrate the store. Returns the migrations that were applied."""
    if not missing_migrations():
        refuse_newer()
        return []
    with _one_at_a_time():
        refuse_newer()
        missing = missing_migrations()
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
        return missing
