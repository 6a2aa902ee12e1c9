"""A file that no mapping reads: its columns and its rows as text, for those who map it to something else than facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.core.settings.rules import current
from heed.service.formats.actions.uploads import kept_path
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.jsonlines import JsonObjects
from heed.service.formats.importers.reading import Reader, reader_for
from heed.service.formats.importers.source import Source, arrived

Values = dict[str, str | None]


@dataclass(frozen=True)
class PlainFile:
    """A file with a heading: CSV, TSV, JSON, Parquet or Excel, told by name and content."""

    name: str
    digest: str
    columns: tuple[str, ...]
    reader: Reader

    def every_column(self) -> tuple[str, ...]:
        """All columns any row has; of JSON that asks for the whole file to be read."""
        return self.reader.every_column() if isinstance(self.reader, JsonObjects) else self.columns

    def rows(self) -> Iterator[tuple[int, Values, bool]]:
        """Line, values by column, and whether the row has as many columns as the heading; as often as asked."""
        for batch in self.reader.batches():
            whole = zip(batch.lines.tolist(), batch.table.to_pylist(), strict=True)
            broken = [(each.line, dict(each.raw), False) for each in batch.rejected]
            yield from sorted([*((line, row, True) for line, row in whole), *broken], key=lambda each: each[0])


@dataclass(frozen=True)
class Arrived:
    """A file that lies here: where, what it is called, and how it begins (unpacked)."""

    path: str
    name: str
    head: bytes

    def plain(self, form: str = "", records: str = "") -> PlainFile:
        """The file read as it stands. Raises Invalid."""
        return _read(Source(Path(self.path), self.name), form, records)


@contextmanager
def arrived_file(path: str, name: str = "") -> Iterator[Arrived]:
    """A file on this machine, or standard input (`-`), which stays for as long. Raises Invalid or NotFound."""
    with arrived(path, current().home_path / "imports", name=name) as source:
        yield Arrived(str(source.path), source.name, source.head())


@contextmanager
def plain_file(path: str, name: str = "") -> Iterator[PlainFile]:
    """A file on this machine (`-` is standard input). Raises Invalid or NotFound."""
    with arrived(path, current().home_path / "imports", name=name) as source:
        yield _read(source)


def kept_upload(scope: Scope, token: str, name: str) -> Arrived:
    """A file that came in over HTTP and was kept. Raises NotFound when it is no longer there."""
    path = kept_path(scope, token)
    if not path.is_file():
        raise NotFound("The uploaded file is no longer here.", code="upload_gone", hint="Choose the file again.")
    return Arrived(str(path), name, Source(path, name).head())


@contextmanager
def kept_file(scope: Scope, token: str, name: str) -> Iterator[PlainFile]:
    """The same, read as it stands."""
    yield kept_upload(scope, token, name).plain()


def drop_upload(scope: Scope, token: str) -> None:
    """Let a kept file go."""
    kept_path(scope, token).unlink(missing_ok=True)


def _read(source: Source, form: str = "", records: str = "") -> PlainFile:
    # Nothing is asked of the columns; everything else is as mappings have it.
    anything = Mapping.model_construct(columns={}, targets=(), format=form or None, records=records)
    reader = reader_for(source, anything)
    return PlainFile(source.name, source.digest(), tuple(reader.columns), reader)
