"""`heed backup`: the whole store at one instant, in one file, while heed runs."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deltalake import DeltaTable
from django.db import connection

from heed.core.errors.rules import Refused
from heed.core.journal.queries import last_id, verify_chain
from heed.core.settings.rules import current
from heed.site.operations.archive import Manifest, Writer
from heed.site.operations.database import applied_migrations, still_moment, write_database


@dataclass(frozen=True)
class FactTable:
    """A fact table as it stood: the files that make up one version, relative to its folder."""

    name: str
    folder: Path
    version: int
    files: tuple[str, ...]


def fact_tables() -> list[FactTable]:
    """The fact tables of a local store at this moment; none when they lie elsewhere."""
    root = Path(current().facts_location)
    if "://" in current().facts_location or not root.is_dir():
        return []
    found = []
    for folder in sorted(path for path in root.iterdir() if (path / "_delta_log").is_dir()):
        table = DeltaTable(str(folder))
        data = tuple(str(Path(uri).relative_to(folder)) for uri in table.file_uris())
        found.append(FactTable(folder.name, folder, table.version(), data + _log_files(folder, table.version())))
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
        raise Refused(f"{path} exists already.", code="file_exists", hint="Give another name, or take the file away.")
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = current()
    elsewhere = settings.facts_location if "://" in settings.facts_location else ""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch, still_moment():
            verdict = verify_chain()
            manifest = Manifest(
                heed=version("heed"),
                made_at=datetime.now(UTC).isoformat(),
                database=connection.vendor,
                migrations=applied_migrations(),
                journal_entries=last_id(),
                journal_head=verdict.head,
                facts_kept_elsewhere=elsewhere,
            )
            writer = Writer(draft, manifest)
            write_database(writer, Path(scratch))
            for table in fact_tables():
                manifest.facts[table.name] = table.version
                for name in table.files:
                    writer.add(f"facts/{table.name}/{name}", table.folder / name)
            _write_files(writer)
            writer.close()
        draft.chmod(0o600)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _write_files(writer: Writer) -> None:
    home = current().home_path
    key = home / "secret_key"
    key.parent.mkdir(parents=True, exist_ok=True)
    if key.exists():
        writer.add("secret_key", key)
    uploads = home / "uploads"
    if uploads.is_dir():
        for path in sorted(item for item in uploads.rglob("*") if item.is_file()):
            writer.add(f"uploads/{path.relative_to(uploads)}", path)
