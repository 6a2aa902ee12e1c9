"""The one file a backup is: a manifest, the database, the fact tables at one instant, the secret key, uploads.

Layout of the gzipped tar: `manifest.json` (last, so that a cut file is noticed), `heed.db` or `tables/<name>.copy`,
`facts/<table>/…`, `secret_key`, `uploads/…`. The manifest has the SHA-256 of every other member.
"""

import hashlib
import io
import json
import tarfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from heed.core.errors.rules import Invalid, phrase

FORMAT = 1


@dataclass
class Manifest:
    """What a backup holds."""

    heed: str
    made_at: str
    database: str
    migrations: list[str]
    journal_entries: int
    journal_head: str
    facts: dict[str, int] = field(default_factory=dict)
    facts_kept_elsewhere: str = ""
    format: int = FORMAT
    members: dict[str, str] = field(default_factory=dict)


class _Digesting(io.RawIOBase):
    """A reader that digests what passes through it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self.source.read(size)
        self.digest.update(block)
        return block


class Writer:
    """Writes a backup member by member, digesting each."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.tar = tarfile.open(path, "w:gz", compresslevel=1)  # noqa: SIM115  closed by close()
        self.manifest = manifest

    def add(self, name: str, path: Path) -> None:
        """Add a file as it is now; a file that grows meanwhile is cut at its size of this moment."""
        size = path.stat().st_size
        with path.open("rb") as source:
            self.add_stream(name, source, size)

    def add_stream(self, name: str, source: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        member.mode = 0o600
        reader = _Digesting(source)
        self.tar.addfile(member, reader)
        self.manifest.members[name] = reader.digest.hexdigest()

    def close(self) -> None:
        words = json.dumps(asdict(self.manifest), indent=1).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(words)
        self.tar.addfile(member, io.BytesIO(words))
        self.tar.close()


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and check every member. Raises Invalid when it is cut, damaged or not a backup."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            tar.extractall(folder, filter="data")  # nosec B202: the data filter refuses what leaves the folder
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
        raise Invalid(
            phrase("{path} is not a whole backup: {error}.", path=path, error=error),
            code="backup_damaged",
            hint="Take another copy of the file; this one cannot be restored.",
        ) from error
    if found.get("format") != FORMAT:
        raise Invalid(
            phrase("{path} has format {format}.", path=path, format=found.get("format")),
            code="backup_format",
            hint="Restore it with the heed that made it.",
        )
    manifest = Manifest(**found)
    for name, digest in manifest.members.items():
        member = folder / name
        if not member.is_file() or _sha256(member) != digest:
            raise Invalid(
                phrase("{name} in {path} is damaged.", name=name, path=path),
                code="backup_damaged",
                hint="Take another copy of the file.",
            )
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
