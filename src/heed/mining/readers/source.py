"""A log file: what it is, told by what is in it; plain or packed by gzip; `-` is stdin."""

import gzip
import io
import shutil
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from heed.core.errors.rules import Invalid, phrase

HEAD = 65_536
FORMS = "XES, CSV, TSV, JSON lines, Parquet, XLSX or OCEL 2.0 (JSON, XML, SQLite)"


@dataclass(frozen=True)
class Source:
    """A file on disk, its form (xes, csv, jsonl, json, parquet, xlsx, ocel_json, ocel_xml, ocel_sqlite) and whether packed."""

    name: str
    path: Path
    form: str
    packed: bool
    head: bytes

    def opened(self) -> IO[bytes]:
        """The bytes of the file, unpacked."""
        return gzip.open(self.path, "rb") if self.packed else self.path.open("rb")  # type: ignore[return-value]

    def whole(self) -> bytes:
        """All of it at once, for the forms that cannot be read as a stream."""
        try:
            with self.opened() as stream:
                return stream.read()
        except (OSError, EOFError, zlib.error) as error:
            raise unreadable(self.name, error) from error


def source_of(file: str, folder: Path) -> Source:
    """Look at a file. What comes on stdin is kept in `folder` first. Raises Invalid where it cannot be read."""
    path = Path(file)
    try:
        if file == "-":
            path = folder / "stdin"
            with path.open("wb") as kept:
                shutil.copyfileobj(sys.stdin.buffer, kept)
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            head = stream.read(HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(file, error) from error
    name = "stdin" if file == "-" else path.name
    if not head.strip():
        raise Invalid(
            phrase("{file} is empty.", file=name), code="empty_file", hint=phrase("A log is {forms}.", forms=FORMS)
        )
    return Source(name, path, _form(head), packed, head)


def unreadable(file: str, error: object) -> Invalid:
    return Invalid(
        phrase("{file} cannot be read: {error}.", file=file, error=error),
        code="unreadable_file",
        hint="Name a file that is there, or - for stdin.",
    )


def _form(head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"SQLite format 3\x00"):
        return "ocel_sqlite"
    text = as_text(head).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return "ocel_xml" if _is_object_centric(text) else "xes"
    if text.startswith("["):
        return "json"
    if text.startswith("{"):
        first = text.split("\n", 1)[0]
        marks = ('"objectTypes"', '"eventTypes"', '"ocel:', '"objects"')
        # Lines of JSON are whole objects; a log of objects is one object, its parts in any order.
        return "jsonl" if first.rstrip().endswith("}") and not any(mark in first for mark in marks) else "ocel_json"
    return "csv"


def _is_object_centric(text: str) -> bool:
    """Both kinds of log start with <log>; only the object-centric has types or objects before anything else."""
    places = {
        mark: text.find(mark)
        for mark in ("<object-types", "<event-types", "<objects", "<trace", "<extension", "<events")
    }
    there = {mark: at for mark, at in places.items() if at >= 0}
    return bool(there) and min(there, key=lambda mark: there[mark]) not in ("<trace", "<extension")


def as_text(raw: bytes) -> str:
    """Bytes as text: UTF-16 where it says so, else UTF-8, else what Windows writes, else Latin-1."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        # The head of a longer file may end in the middle of a sign.
        if len(raw) == HEAD and error.start >= HEAD - 4:
            return raw[: error.start].decode("utf-8-sig")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
