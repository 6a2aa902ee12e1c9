"""Answers that were had and paid for: a SQLite file in the data folder, by what was asked and the text's SHA-256.

It holds labels and digests, never a word: where a theme stands is kept as a place. Deleting it costs money, nothing else.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Unavailable, phrase
from heed.text.chat.spending import Request

FOLDER, FILE = "chat", "answers.db"
WAIT_SECONDS = 20.0
AT_ONCE = 500
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    task TEXT NOT NULL, words BLOB NOT NULL, value TEXT, fault TEXT NOT NULL, PRIMARY KEY (task, words)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_words ON answers (words);
CREATE TABLE IF NOT EXISTS requests (
    task TEXT NOT NULL, texts INTEGER NOT NULL, turn INTEGER NOT NULL, seconds REAL NOT NULL, waited REAL NOT NULL,
    tries INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, is_estimated INTEGER NOT NULL,
    fault TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_by_task ON requests (task);
"""


@dataclass(frozen=True)
class Told:
    """What was said of one text: the usable part of it, None where there is none, and why: missing or wrong, or why the
    line failed. `partly` where a part of it was not usable.
    """

    value: dict[str, Any] | None
    fault: str = ""


@dataclass(frozen=True)
class Kept:
    """The file of answers. Several processes may use it at once."""

    file: Path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self.file.exists():
                self._make()
            with closing(sqlite3.connect(self.file, timeout=WAIT_SECONDS, isolation_level=None)) as line:
                # What is forgotten is gone from the file as well.
                line.execute("PRAGMA secure_delete = ON")
                yield line
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(
                phrase("Answers cannot be kept in {file}: {error}.", file=self.file, error=error),
                code="answers_not_kept",
                hint="Set HEED_HOME to a folder of yours.",
            ) from error

    def _make(self) -> None:
        """The file with its tables, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".answers-", dir=self.file.parent) as scratch:
            draft = Path(scratch) / FILE
            with closing(sqlite3.connect(draft, isolation_level=None)) as line:
                line.executescript(SCHEMA)
            draft.chmod(0o600)
            # A link fails when the file is there, so of two processes that start at once one file wins.
            with suppress(FileExistsError):
                os.link(draft, self.file)

    def read(self, task: str, texts: Iterable[str]) -> dict[str, Told]:
        """What was said of those texts that were asked about before."""
        by_digest = {digest_of(text): text for text in texts}
        digests, found = list(by_digest), {}
        with self._open() as line:
            for start in range(0, len(digests), AT_ONCE):
                part = digests[start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = line.execute(
                    f"SELECT words, value, fault FROM answers WHERE task = ? AND words IN ({marks})",  # noqa: S608
                    (task, *part),
                )
                for words, value, fault in rows:
                    found[by_digest[words]] = Told(json.loads(value) if value else None, fault)
        return found

    def write(self, task: str, answers: Iterable[tuple[str, Told]], requests: Iterable[Request]) -> None:
        """Keep what was said and what it took, both or neither."""
        rows = [
            (task, digest_of(text), json.dumps(told.value) if told.value is not None else None, told.fault)
            for text, told in answers
        ]
        with self._open() as line:
            line.execute("BEGIN IMMEDIATE")
            line.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", rows)
            line.executemany(
                "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(task, *astuple(each)) for each in requests],
            )
            line.execute("COMMIT")

    def requests(self, task: str) -> list[Request]:
        """Every request that was made for a task."""
        with self._open() as line:
            rows = line.execute(
                "SELECT texts, turn, seconds, waited, tries, tokens_in, tokens_out, is_estimated, fault FROM requests "
                "WHERE task = ? ORDER BY rowid",
                (task,),
            ).fetchall()
        return [Request(*row) for row in rows]

    def forget(self, texts: Sequence[str]) -> int:
        """Delete all that was ever said of masked texts. Returns how many answers went."""
        if not self.file.exists():
            return 0
        many = 0
        with self._open() as line:
            line.execute("BEGIN IMMEDIATE")
            for text in set(texts):
                many += line.execute("DELETE FROM answers WHERE words = ?", (digest_of(text),)).rowcount
            line.execute("COMMIT")
        return many

    def clear(self) -> None:
        """Delete every answer. What requests took stays: it says what was spent."""
        with self._open() as line:
            line.execute("DELETE FROM answers")


def kept_in(home: Path) -> Kept:
    """The answers of a data folder."""
    return Kept(home / FOLDER / FILE)


def forget(home: Path, masked: Sequence[str]) -> int:
    """Delete what a data folder holds of masked texts. Returns how many answers went."""
    return kept_in(home).forget(masked)


def forget_all(home: Path) -> None:
    """Delete all answers of a data folder, where nobody can say any more which texts they were of."""
    kept = kept_in(home)
    if kept.file.exists():
        kept.clear()


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
