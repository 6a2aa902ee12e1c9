"""`heed restore`: a backup into an empty data folder (and an empty PostgreSQL database)."""

import shutil
import tempfile
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from heed.core.edge import migrate_whole
from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.journal.queries import last_id, verify_chain
from heed.core.settings.rules import current
from heed.facts.store.opening import check_root
from heed.feedback.privacy.actions.backups import read_list
from heed.feedback.privacy.actions.erasing import erase_again as erase_digests
from heed.feedback.privacy.queries.backups import LIST_SUFFIX
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
        _refuse_roots(folder)
        _move(folder, home, "secret_key")
        _move(folder, home, "uploads")
        if (folder / "facts").is_dir():
            shutil.move(str(folder / "facts"), str(Path(current().facts_location)))
        for root in _roots_in(folder):
            for table in sorted(root.iterdir()):
                shutil.move(str(table), str(Path(current().roots_of_regions[unquote(root.name)]) / table.name))
        if manifest.database == "sqlite":
            _move(folder, home, "heed.db")
        else:
            migrate_whole()
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


def erase_again(path: Path, listed: Path | None) -> int:
    """Whoever was erased after the backup was made is erased from what came back: by the list beside the file, or the one
    given. Returns how many.
    """
    digests = read_list(listed) if listed else set()
    beside = path.with_name(path.name + LIST_SUFFIX)
    if beside.is_file():
        digests |= read_list(beside)
    if not digests:
        return 0
    if not current().secret_key:
        # Django was started with another key: this is the one of the store that came back.
        settings.SECRET_KEY = (current().home_path / "secret_key").read_text(encoding="ascii").strip()
    # A backup made by an older heed lacks the tables in which erasures are kept.
    migrate_whole()
    return erase_digests(digests)


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


def _roots_in(folder: Path) -> list[Path]:
    """What lay under the roots of regions, a folder each."""
    return sorted((folder / "roots").iterdir()) if (folder / "roots").is_dir() else []


def _refuse_roots(folder: Path) -> None:
    """Facts of a region come back under a root of theirs, into which nothing was written yet."""
    places = current().roots_of_regions
    for root in _roots_in(folder):
        region = unquote(root.name)
        place = places.get(region, "")
        if not place or "://" in place:
            raise Refused(
                phrase(
                    "The backup holds facts of {region}, and HEED_REGION_ROOTS names no folder for it.", region=region
                ),
                code="root_unknown",
                hint=phrase("Name an empty folder for it and restore again."),
            )
        check_root(region, place)
        if any(Path(place).iterdir()):
            raise Refused(
                phrase("The root of {region}, {folder}, is not empty.", region=region, folder=place),
                code="store_not_empty",
                hint="Restore into empty folders.",
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
