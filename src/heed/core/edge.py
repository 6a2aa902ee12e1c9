"""What thin edges share: how a command, a page and an API call check who asks, and how an error reaches them."""

import fcntl
import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar, overload

import typer

from heed.core.console.rules import print_json, say, spoken
from heed.core.errors.rules import HeedError, Refused, Unavailable, phrase, translated
from heed.core.settings.rules import current

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
F = TypeVar("F", bound=Callable[..., Any])


def start_django() -> None:
    """Set Django up once, in commands that need it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE") or "heed.site.settings"
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def with_store() -> None:
    """Set Django up, and make or migrate the store when it is absent or older. Raises Refused when it is newer."""
    start_django()
    prepare_store()


def _as_on_disk() -> bool:
    """Whether the database has had each migration there is and no other: by their names, without loading one."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    there = {
        (app.label, file.stem) for app in apps.get_app_configs() for file in Path(app.path).glob("migrations/[!_~]*.py")
    }
    labels = {app.label for app in apps.get_app_configs()}
    return there == {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in labels}


def missing_migrations() -> list[str]:
    """Migrations that the database has not had yet, as `app.name`."""
    if _as_on_disk():
        return []
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> list[str]:
    """Migrations of heed's own apps that the database has had and this heed does not know: a newer heed wrote it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

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
            phrase("The data folder {home} cannot be written: {error}.", home=home, error=error),
            code="home_not_writable",
            hint="Set HEED_HOME to a folder of yours.",
        ) from error


def refuse_newer() -> None:
    """Raise Refused when the store was written by a newer heed."""
    unknown = unknown_migrations()
    if unknown:
        raise Refused(
            phrase("The store was written by a newer heed (it has {unknown}).", unknown=unknown[-1]),
            code="store_is_newer",
            hint="Install that heed again, or restore a backup made by this one.",
        )


def prepare_store() -> list[str]:
    """Make or migrate the store. Returns the migrations that were applied."""
    with _one_at_a_time():
        if _as_on_disk():
            return []
        refuse_newer()
        missing = missing_migrations()
        if missing:
            migrate_whole()
        return missing


def migrate_whole() -> None:
    """Every migration that is missing, or none. Each alone would not do: Django notes that one is done after it is done,
    and a process that dies in between leaves tables which the next try cannot make again.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    # SQLite turns its keys' checks off only outside a transaction; Django checks them itself after each migration.
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A table whose rows still wait to be checked could not be altered in the same transaction.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", interactive=False, verbosity=0)


def _fail(error: HeedError, as_json: bool) -> None:
    if as_json:
        print_json({"error": error.as_dict()})
    say(f"{error.code}: {translated(error.message, spoken())}", style="bold")
    if error.hint:
        say(error.hint)
    raise SystemExit(1)


@overload
def door(command: F) -> F: ...


@overload
def door(*, store: bool) -> Callable[[F], F]: ...


def door(command: F | None = None, *, store: bool = True) -> Any:
    """Make a function a command: the store is ready, a HeedError is one line and exit 1 (one object with --json)."""

    def wrap(function: F) -> F:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            as_json = bool(kwargs.get("as_json", False))
            try:
                if store:
                    with_store()
                return function(*args, **kwargs)
            except HeedError as error:
                return _fail(error, as_json)
            except BrokenPipeError:
                sys.stderr.close()
                raise SystemExit(0) from None

        return run  # type: ignore[return-value]

    return wrap(command) if command is not None else wrap


def page(permission: str | None = None) -> Callable[[F], F]:
    """Make a function a page: signed in, and the permission held by `request.scope`, which the site sets for every request."""

    def wrap(view: F) -> F:
        from django.contrib.auth.decorators import login_required

        @login_required
        @functools.wraps(view)
        def run(request: Any, *args: Any, **kwargs: Any) -> Any:
            if permission:
                request.scope.demand(permission)
            return view(request, *args, **kwargs)

        return run  # type: ignore[return-value]

    return wrap


def tell(form: Any, error: HeedError, fields: dict[str, str]) -> None:
    """Put a refusal at the field it is about (by the error's code), or above the form when it is about none."""
    from django.utils.translation import gettext

    field = fields.get(error.code, "")
    form.add_error(field if field in form.fields else None, error.said(gettext))
