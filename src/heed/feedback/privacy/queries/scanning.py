"""Looking for what is left of a person, as bytes: in every file of the data folder and every column of every table.

What is packed is unpacked: Parquet column by column, Arrow, gzip, zip, tar, and the entries of the cache. Files named as
outside (backups) are not looked through; they are listed.
"""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

BLOCK = 8 << 20
DEEPEST = 4
ROWS = 2_000


@dataclass
class Seen:
    """What a scan went through, and where it found something: place → how many traces."""

    files: int = 0
    tables: int = 0
    found: Counter[str] = field(default_factory=Counter)


def scan(
    needles: Mapping[bytes, str],
    home: Path,
    *,
    outside: frozenset[Path] = frozenset(),
    roots: Mapping[str, Path] | None = None,
) -> Seen:
    """Look through the data folder, the folders of facts that lie elsewhere (by name), and the database. Places are named
    without what was found in them.
    """
    seen = Seen()
    if not needles:
        return seen
    for path in files_of(home):
        if path not in outside:
            seen.files += 1
            seen.found[f"file:{path.relative_to(home).parts[0]}"] += len(_in_file(path, needles))
    for name, root in (roots or {}).items():
        for path in files_of(root) if not root.is_relative_to(home) else ():
            seen.files += 1
            seen.found[f"root:{name}"] += len(_in_file(path, needles))
    seen.found = +seen.found
    for table, columns in _tables():
        seen.tables += 1
        for _ in _in_table(table, columns, needles):
            seen.found[f"table:{table}"] += 1
    return seen


def files_of(home: Path) -> Iterator[Path]:
    """Every regular file below a folder; one that goes meanwhile is passed over."""
    for folder, _folders, names in os.walk(home):
        for name in names:
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _in_file(path: Path, needles: Mapping[bytes, str]) -> set[str]:
    found = {trace for needle, trace in needles.items() if needle in path.name.encode().lower()}
    try:
        with path.open("rb") as source:
            found |= _in_stream(source, needles)
        for read in _readers(path.name):
            with suppress(OSError, EOFError, ValueError, KeyError, zlib.error, tarfile.TarError, zipfile.BadZipFile):
                found |= read(path.read_bytes(), needles, 0)
    except FileNotFoundError:
        return set()
    return found


def _in_stream(source: Any, needles: Mapping[bytes, str]) -> set[str]:
    """Traces in a stream of bytes, block by block, each with the end of the one before."""
    longest = max(map(len, needles))
    found: set[str] = set()
    before = b""
    while block := source.read(BLOCK):
        text = before + block.lower()
        found |= {trace for needle, trace in needles.items() if needle in text}
        before = text[-longest:]
    return found


Reader = Callable[[bytes, Mapping[bytes, str], int], set[str]]


def _readers(name: str) -> list[Reader]:
    low = name.lower()
    if low.endswith(".parquet"):
        return [_in_parquet]
    if low.endswith((".gz", ".tgz")):
        return [_in_gzip]
    if low.endswith((".zip", ".npz", ".xlsx", ".pptx", ".docx")):
        return [_in_zip]
    if low.endswith(".tar"):
        return [_in_tar]
    if low.endswith((".xz", ".lzma")):
        return [_in_xz]
    if low.endswith((".arrow", ".feather", ".ipc")):
        return [_in_arrow]
    return [_in_cached] if low.endswith(".djcache") else []


def _unpacked(name: str, content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    found = _in_stream(io.BytesIO(content), needles)
    if depth < DEEPEST:
        for read in _readers(name):
            found |= read(content, needles, depth + 1)
    return found


def _in_gzip(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    plain = gzip.decompress(content)
    name = "x.tar" if plain[257:262] == b"ustar" else ""
    return _unpacked(name, plain, needles, depth)


def _in_xz(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    return _unpacked("", lzma.decompress(content), needles, depth)


def _in_zip(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return set().union(*(_unpacked(name, packed.read(name), needles, depth) for name in packed.namelist()))


def _in_tar(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    found: set[str] = set()
    with tarfile.open(fileobj=io.BytesIO(content)) as packed:
        for member in packed:
            inner = packed.extractfile(member)
            if inner is not None:
                found |= _unpacked(member.name, inner.read(), needles, depth)
    return found


def _in_cached(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    start = content.find(b"\x78")
    return _unpacked("", zlib.decompress(content[start:]), needles, depth) if start >= 0 else set()


def _in_parquet(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    import pyarrow.parquet as pq

    packed = pq.ParquetFile(io.BytesIO(content))
    found: set[str] = set()
    for batch in packed.iter_batches():
        for column in batch.columns:
            found |= _in_array(column, needles)
    return found


def _in_arrow(content: bytes, needles: Mapping[bytes, str], depth: int) -> set[str]:
    import pyarrow as pa

    try:
        table = pa.ipc.open_file(io.BytesIO(content)).read_all()
    except pa.ArrowInvalid:
        table = pa.ipc.open_stream(io.BytesIO(content)).read_all()
    found: set[str] = set()
    for column in table.columns:
        for chunk in column.chunks:
            found |= _in_array(chunk, needles)
    return found


def _in_array(array: Any, needles: Mapping[bytes, str]) -> set[str]:
    """Traces in the buffers of an array, whatever it is nested in: texts lie there one behind the other."""
    found: set[str] = set()
    buffers = [array.dictionary] if hasattr(array, "dictionary") else []
    for inner in buffers:
        found |= _in_array(inner, needles)
    for buffer in array.buffers():
        if buffer is not None:
            text = buffer.to_pybytes().lower()
            found |= {trace for needle, trace in needles.items() if needle in text}
    return found


def _tables() -> list[tuple[str, list[str]]]:
    """Every table of the database with its columns, those of Django's own and of the queue as well."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return [
            (name, [each.name for each in connection.introspection.get_table_description(cursor, name)])
            for name in names
        ]


def _in_table(table: str, columns: list[str], needles: Mapping[bytes, str]) -> Iterator[str]:
    quote = connection.ops.quote_name
    chosen = ", ".join(f"CAST({quote(column)} AS TEXT)" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {quote(table)}")  # noqa: S608  # nosec B608
        while rows := cursor.fetchmany(ROWS):
            text = "\n".join(str(value) for row in rows for value in row if value is not None).encode().lower()
            yield from {trace for needle, trace in needles.items() if needle in text}
