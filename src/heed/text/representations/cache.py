"""Vectors that were made before: a SQLite file in the data folder, by the representation's name and the text's SHA-256.

It holds vectors and digests, never text. It may be deleted at any time, and it never stops work: where it cannot be
read or written, texts are encoded anew. Several processes may use it at once.
"""

import hashlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import time

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Unavailable, phrase
from heed.stats.arrays import Floats
from heed.text.representations.port import Representation, unit_rows

FOLDER, FILE = "embeddings", "vectors.db"
MOST_BYTES = 512 << 20  # 170,000 vectors of 768 numbers
KEPT_SHARE = 0.75  # of them after what was used longest ago had to go
WAIT_SECONDS = 20.0
AT_ONCE = 500  # digests asked for in one statement
PART = 2048  # texts encoded before their vectors are kept, so that work broken off is not lost
DAY_SECONDS = 86_400
# Encoded once more in each process that encodes: what answers by a name is held against what answered before.
PROBE = "The parcel came two days late, and nobody could say why."
SAME = 0.999  # cosine from which on it is the same encoder; rounding differs by far less
SCHEMA = """
CREATE TABLE IF NOT EXISTS representations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors (
    representation INTEGER NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, used_on INTEGER NOT NULL,
    PRIMARY KEY (representation, digest)
);
CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (used_on);
CREATE INDEX IF NOT EXISTS vectors_by_digest ON vectors (digest);
"""
log = logging.getLogger("heed.text")


def digest_of(text: str) -> bytes:
    """What a text is known by: its SHA-256 as UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Store:
    """The file. `most_bytes` bounds what is kept in it; what was used longest ago goes first."""

    file: Path
    most_bytes: int = MOST_BYTES

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each use: a process that forks, or a thread, shares none."""
        if not self.file.exists():
            self._make()
        with closing(sqlite3.connect(self.file, timeout=WAIT_SECONDS, isolation_level=None)) as line:
            line.execute("PRAGMA synchronous = NORMAL")
            # What is deleted is gone from the file as well: a vector of a person's words is theirs.
            line.execute("PRAGMA secure_delete = ON")
            yield line

    def _make(self) -> None:
        """The file with its tables, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".vectors-", dir=self.file.parent) as scratch:
            draft = Path(scratch) / FILE
            with closing(sqlite3.connect(draft, isolation_level=None)) as line:
                line.execute("PRAGMA journal_mode = WAL")
                line.executescript(SCHEMA)
            draft.chmod(0o600)
            # A link fails when the file is there, so of two processes that start at once one file wins.
            with suppress(FileExistsError):
                os.link(draft, self.file)

    def read(self, name: str, digests: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are there, by digest."""
        found: dict[bytes, NDArray[np.float32]] = {}
        with self._open() as line:
            number = self._number(line, name)
            stale: list[bytes] = []
            today = int(time()) // DAY_SECONDS
            for start in range(0, len(digests), AT_ONCE):
                part = digests[start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = line.execute(
                    f"SELECT digest, vector, used_on FROM vectors WHERE representation = ? AND digest IN ({marks})",  # noqa: S608
                    (number, *part),
                )
                for digest, vector, used_on in rows:
                    found[digest] = np.frombuffer(vector, dtype="<f4")
                    stale += [digest] if used_on != today else []
            if stale:
                self._used(line, number, stale, today)
        return found

    def _used(self, line: sqlite3.Connection, number: int, digests: Sequence[bytes], today: int) -> None:
        line.execute("BEGIN IMMEDIATE")
        line.executemany(
            "UPDATE vectors SET used_on = ? WHERE representation = ? AND digest = ?",
            ((today, number, digest) for digest in digests),
        )
        line.execute("COMMIT")

    def write(self, name: str, vectors: Iterable[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Keep vectors by digest; those of another process for the same texts are the same ones."""
        today = int(time()) // DAY_SECONDS
        with self._open() as line:
            number = self._number(line, name)
            line.execute("BEGIN IMMEDIATE")
            line.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                ((number, digest, vector.astype("<f4").tobytes(), today) for digest, vector in vectors),
            )
            self._bound(line)
            line.execute("COMMIT")

    def forget(self, texts: Iterable[str] | None = None) -> int:
        """Delete what was kept of these texts (of all where None), of whatever representation. Returns how many vectors
        those were.
        """
        if not self.file.exists():
            return 0
        with self._open() as line:
            before = line.total_changes
            line.execute("BEGIN IMMEDIATE")
            if texts is None:
                # The probe is nobody's words, and without it a changed encoder would not be noticed.
                line.execute("DELETE FROM vectors WHERE digest != ?", (digest_of(PROBE),))
            else:
                line.executemany("DELETE FROM vectors WHERE digest = ?", ((digest_of(text),) for text in texts))
            line.execute("COMMIT")
            gone = line.total_changes - before
            # Until then what was deleted stands in the write-ahead log.
            line.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def _number(self, line: sqlite3.Connection, name: str) -> int:
        found = line.execute("SELECT id FROM representations WHERE name = ?", (name,)).fetchone()
        if found is None:
            line.execute("INSERT OR IGNORE INTO representations (name) VALUES (?)", (name,))
            found = line.execute("SELECT id FROM representations WHERE name = ?", (name,)).fetchone()
        return int(found[0])

    def _bound(self, line: sqlite3.Connection) -> None:
        pages, free, size = (
            line.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
        )
        if (pages - free) * size <= self.most_bytes:
            return
        many = line.execute("SELECT count(*) FROM vectors").fetchone()[0]
        line.execute(
            "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors ORDER BY used_on, rowid LIMIT ?)",
            (many - int(many * KEPT_SHARE * self.most_bytes / ((pages - free) * size)),),
        )


@dataclass(frozen=True, eq=False)
class Cached:
    """A representation that asks the store first. Its vectors are those of 32 bits, whether they were kept or made now."""

    made_by: Representation
    store: Store
    probed: Event = field(default_factory=Event)

    @property
    def name(self) -> str:
        """That of the representation: who made a vector does not change by keeping it."""
        return self.made_by.name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self.made_by.dimensions

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text. Each different text is encoded once. Raises Unavailable where another encoder answers by the
        name than the one whose vectors were kept.
        """
        digests = [digest_of(text) for text in texts]
        said = dict(zip(digests, texts, strict=True))
        known = self._read(list(said))
        lacking = [digest for digest in said if digest not in known]
        for start in range(0, len(lacking), PART):
            part = lacking[start : start + PART]
            made = list(zip(part, self._made([said[digest] for digest in part]), strict=True))
            self._write(made)
            known.update(made)
        if not texts:
            return np.zeros((0, self.dimensions))
        if len({len(vector) for vector in known.values()}) > 1:
            raise self._changed()
        return unit_rows(np.stack([known[digest] for digest in digests]))

    def _made(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors made now; the first time in this process the probe is made with them and held against the kept one."""
        if self.probed.is_set():
            return self.made_by.encode(texts).astype(np.float32)
        rows = self.made_by.encode([*texts, PROBE]).astype(np.float32)
        digest = digest_of(PROBE)
        before = self._read([digest]).get(digest)
        if before is None:
            self._write([(digest, rows[-1])])
        elif len(before) != rows.shape[1] or float(before @ rows[-1]) < SAME * float(before @ before):
            raise self._changed()
        self.probed.set()
        return rows[:-1]

    def _changed(self) -> Unavailable:
        return Unavailable(
            phrase("Another encoder answers by the name {name} than before.", name=self.name),
            code="representation_changed",
            hint=phrase("Delete {file} and train again what was trained with it.", file=self.store.file),
        )

    def _read(self, digests: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        try:
            return self.store.read(self.name, digests)
        except (sqlite3.Error, OSError) as error:
            _told(self.store, error)
            return {}

    def _write(self, made: Sequence[tuple[bytes, NDArray[np.float32]]]) -> None:
        try:
            self.store.write(self.name, made)
        except (sqlite3.Error, OSError) as error:
            _told(self.store, error)


def _told(store: Store, error: Exception) -> None:
    log.warning("%s cannot be used, texts are encoded anew: %s; it may be deleted", store.file, error)


def forget(home: Path, texts: Iterable[str] | None = None) -> int:
    """Delete the vectors of masked texts from the cache of a data folder: what a customer's erasure asks for. Where the
    words are gone already, hand in none, and all vectors go: they are made again when they are asked for.

    Returns how many there were. Raises sqlite3.Error where the file cannot be written, so that no erasure is told of
    that did not happen.
    """
    return Store(home / FOLDER / FILE).forget(texts)
