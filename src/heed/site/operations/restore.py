"""`heed restore`: a backup into an empty data folder (and an empty PostgreSQL database)."""

import shutil
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.journal.queries import last_id, verify_chain
from heed.core.settings.rules import current
from heed.site.operations.archive import Manifest, unpack
from heed.site.operations.database import read_tables

# What a process may have made in an empty data folder by only starting.
HARMLESS = {"static", "upgrade.door"}


def restore_backup(path: Path) -> Manifest:
    """Bring a backup back. Nothing that exists is written over: Raises Refused when the store is not empty."""
    if not path.is_file():
        raise Invalid(
            phrase("There is no file {path}.", path=path),
            code="no_such_file",
            hint="Give the path of a file made by heed backup.",
        )
    home = current().home_path
    _refuse_full(home)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        folder = Path(scratch)
        manifest = unpack(path, folder)
        _refuse_other(manifest)
        _move(folder, home, "secret_key")
        _move(folder, home, "uploads")
        if (folder / "facts").is_dir():
            shutil.move(str(folder / "facts"), str(Path(current().facts_location)))
        if manifest.database == "sqlite":
            _move(folder, home, "heed.db")
        else:
            call_command("migrate", interactive=False, verbosity=0)
            read_tables(folder / "tables")
    connection.close()
    verdict = verify_chain()
    if verdict.broken_at is not None or verdict.head != manifest.journal_head:
        raise Refused(
            "The restored journal does not match its manifest.",
            code="restore_mismatch",
            hint="Take another copy of the file.",
        )
    return manifest


def _move(folder: Path, home: Path, name: str) -> None:
    source = folder / name
    if source.exists():
        shutil.move(str(source), str(home / name))


def _refuse_full(home: Path) -> None:
    settings = current()
    kept = {path.name for path in home.iterdir()} - HARMLESS if home.is_dir() else set()
    if settings.database_url.startswith("postgres"):
        kept -= {"secret_key"}
        if MigrationRecorder(connection).applied_migrations() and last_id():
            raise Refused(
                "The database is not empty.", code="store_not_empty", hint="Restore into a new, empty database."
            )
    elif kept <= {"secret_key"}:
        # Starting Django made a key; the backup brings its own.
        (home / "secret_key").unlink(missing_ok=True)
        kept = set()
    if kept:
        raise Refused(
            phrase("The data folder {home} is not empty.", home=home),
            code="store_not_empty",
            hint="Set HEED_HOME to a new folder and restore there.",
        )


def _refuse_other(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise Refused(
            phrase(
                "The backup is of a {database} database; this store is {vendor}.",
                database=manifest.database,
                vendor=connection.vendor,
            ),
            code="other_database",
            hint="Set HEED_DATABASE_URL to a database of the same kind.",
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise Refused(
            phrase(
                "The backup was made by a newer heed ({heed}; it has {unknown}).",
                heed=manifest.heed,
                unknown=unknown[-1],
            ),
            code="store_is_newer",
            hint="Install that heed, or restore an older backup.",
        )
