"""The file as it lies there: where it is, what it is told to be, its bytes unpacked, and how far reading has come."""

import gzip
import hashlib
import io
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from heed.core.errors.rules import Invalid, NotFound, phrase

BLOCK = 1 << 22
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xes": "xes",
}
Advance = Callable[[float], None]


def damaged(message: str, line: int | None = None, *, code: str = "unreadable_file", hint: str = "") -> Invalid:
    """The refusal of a whole file."""
    return Invalid(
        phrase("Line {line}: {message}", line=line, message=message) if line else message,
        code=code,
        hint=hint or "Nothing was written. Repair the file and import it again.",
    )


@dataclass
class Source:
    """A file to read, as often as need be. `name` is what the person called it."""

    path: Path
    name: str
    advance: Advance = lambda amount: None

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def digest(self) -> str:
        with self.path.open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()

    @property
    def packed(self) -> bool:
        with self.path.open("rb") as raw:
            return raw.read(2) == b"\x1f\x8b"

    def head(self, size: int = 4096) -> bytes:
        """The first bytes, unpacked."""
        with self.opened() as stream:
            return _whole(stream, size)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked; packing that is broken is a refusal, not a crash."""
        with self.path.open("rb") as raw:
            told = _Told(raw, self.advance)
            stream: BinaryIO = gzip.GzipFile(fileobj=told, mode="rb") if self.packed else told  # type: ignore[assignment]
            yield _Sound(stream, self.name)  # type: ignore[misc]

    def format(self) -> str:
        """What the file is: by its content where that says so, else by its name."""
        head = self.head()
        if head.startswith(b"PK\x03\x04"):
            return "xlsx"
        if head.startswith(b"PAR1"):
            return "parquet"
        bare = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        name = Path(self.name.lower().removesuffix(".gz"))
        named = SUFFIXES.get(name.suffix, "")
        if bare.startswith(b"<"):
            return "xes" if b"<log" in head or named == "xes" else "xml"
        if bare.startswith(b"["):
            return "json" if named in ("json", "jsonl", "") else named
        if bare.startswith(b"{"):
            return named if named in ("json", "jsonl") else "jsonl"
        if named in ("parquet", "xlsx", "xes"):
            raise damaged(
                phrase("{name} is called {named} and is not.", name=self.name, named=named), code="wrong_format"
            )
        if not named and b"\t" in head.split(b"\n", 1)[0]:
            return "tsv"
        return named or "csv"


class _Told(io.RawIOBase):
    """Bytes that tell how far reading has come."""

    def __init__(self, raw: BinaryIO, advance: Advance) -> None:
        self._raw, self._advance = raw, advance

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._raw.read(size)
        self._advance(len(found))
        return found


class _Sound:
    """A stream whose broken packing is told as what is wrong with the file."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise damaged(
                phrase("{name} is packed with gzip and broken: {error}", name=self._name, error=error),
                code="broken_packing",
                hint="Transfer the file again.",
            ) from error


def _whole(stream: BinaryIO, size: int) -> bytes:
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@contextmanager
def arrived(path: str, room: Path, advance: Advance = lambda amount: None, name: str = "") -> Iterator[Source]:
    """The source of a path; `-` is stdin, kept in `room` while it is read, since a file is looked at more than once."""
    if path != "-":
        here = Path(path)
        if not here.is_file():
            raise NotFound(
                phrase("There is no file {path}.", path=path),
                code="no_such_file",
                hint="Check the path; - reads standard input.",
            )
        yield Source(here, name or here.name, advance)
        return
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=room, prefix="stdin-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Source(Path(kept.name), name or "-", advance)
