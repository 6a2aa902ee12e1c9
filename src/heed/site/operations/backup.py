"""`heed backup`: the whole store at one instant, in one file, while heed runs.

Writers wait only while the database is copied and the files of the facts are linked; packing comes after.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from deltalake import DeltaTable
from django.db import connection

from heed.core.errors.rules import Refused, phrase
from heed.core.journal.queries import head
from heed.core.journal.rules import GENESIS
from heed.core.settings.rules import current
from heed.feedback.privacy.actions.backups import note_backup
from heed.site.operations.archive import Manifest, Writer
from heed.site.operations.database import applied_migrations, copy_database, still_moment


@dataclass(frozen=True)
class FactTable:
    """A fact table as it stood: the files that make up one version, relative to its folder. region: of its root, or empty."""

    region: str
    name: str
    folder: Path
    version: int
    files: tuple[str, ...]


def fact_tables() -> list[FactTable]:
    """The fact tables of all local roots at this moment; none of those that lie elsewhere."""
    roots = {"": current().facts_location, **current().roots_of_regions}
    return [table for region, root in roots.items() if "://" not in root for table in _tables_in(region, Path(root))]


def _tables_in(region: str, root: Path) -> list[FactTable]:
    if not root.is_dir():
        return []
    found = []
    for folder in sorted(path for path in root.iterdir() if (path / "_delta_log").is_dir()):
        table = DeltaTable(str(folder))
        data = tuple(str(Path(uri).relative_to(folder)) for uri in table.file_uris())
        found.append(
            FactTable(region, folder.name, folder, table.version(), data + _log_files(folder, table.version()))
        )
    return found


def _log_files(folder: Path, upto: int) -> tuple[str, ...]:
    """The log of a table up to a version; a checkpoint pointer beyond it is left out, since Delta finds its way without."""
    names = []
    for path in sorted((folder / "_delta_log").iterdir()):
        number = path.name.split(".")[0]
        if number.isdigit() and int(number) <= upto:
            names.append(f"_delta_log/{path.name}")
    return tuple(names)


def write_backup(path: Path) -> Manifest:
    """Write a backup. Raises Refused when the file exists: a backup is never overwritten by mistake."""
    if path.exists():
        raise Refused(
            phrase("{path} exists already.", path=path),
            code="file_exists",
            hint="Give another name, or take the file away.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = current()
    elsewhere = settings.facts_location if "://" in settings.facts_location else ""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    home = settings.home_path
    try:
        with tempfile.TemporaryDirectory(dir=home, prefix=".backup-") as scratch:
            folder = Path(scratch)
            with still_moment():
                entries, chain = head()
                manifest = Manifest(
                    heed=version("heed"),
                    made_at=datetime.now(UTC).isoformat(),
                    database=connection.vendor,
                    migrations=applied_migrations(),
                    journal_entries=entries,
                    journal_head=chain or GENESIS,
                    facts_kept_elsewhere=elsewhere,
                )
                copy_database(folder)
                manifest.facts = _hold_facts(folder)
            _hold_files(home, folder)
            _pack(folder, Writer(draft, manifest))
        draft.chmod(0o600)
        draft.rename(path)
        note_backup(path, datetime.fromisoformat(manifest.made_at), manifest.journal_entries)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _hold_facts(folder: Path) -> dict[str, int]:
    """Link the files of the fact tables' versions of now, so that they stay while they are packed. Returns the versions."""
    versions = {}
    for table in fact_tables():
        place = f"roots/{quote(table.region, safe='')}" if table.region else "facts"
        versions[f"{table.region}:{table.name}" if table.region else table.name] = table.version
        for name in table.files:
            _hold(table.folder / name, folder / place / table.name / name)
    return versions


def _hold(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without links.
        shutil.copyfile(source, target)


def _hold_files(home: Path, folder: Path) -> None:
    """The secret key, and what was uploaded and not brought in yet."""
    if (home / "secret_key").exists():
        shutil.copyfile(home / "secret_key", folder / "secret_key")
    uploads = home / "uploads"
    if uploads.is_dir():
        for path in sorted(item for item in uploads.rglob("*") if item.is_file()):
            _hold(path, folder / "uploads" / path.relative_to(uploads))


def _pack(folder: Path, writer: Writer) -> None:
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        writer.add(str(path.relative_to(folder)), path)
    writer.close()
