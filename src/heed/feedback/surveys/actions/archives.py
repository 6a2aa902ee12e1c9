"""Archives of LimeSurvey (.lsa): the survey in one, and its responses as the sheet that an export with codes would be."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.core.tables import scratch_csv
from heed.feedback.surveys.rules.exchanging.forms import LARGEST
from heed.feedback.surveys.rules.exchanging.lsa import Columns, response_rows
from heed.feedback.surveys.rules.exchanging.lss import tables_of
from heed.service.formats.actions.importing import room
from heed.service.formats.actions.reading import Arrived

# Responses of a million fit; what unpacks to more, or to far more than its own size, is no archive of responses.
MOST_UNPACKED, MOST_PARTS = 4_000_000_000, 200
MOST_TIMES, SMALL = 200, 50_000_000
HINT = phrase("Export the survey archive (.lsa) of an activated survey from LimeSurvey.")


def survey_of(content: bytes) -> bytes:
    """The survey inside an archive; other files as they are. Raises Invalid."""
    if not content.startswith(b"PK\x03\x04"):
        return content
    with _packed(io.BytesIO(content)) as archive:
        return _survey_in(archive)


@contextmanager
def opened(file: Arrived) -> Iterator[Arrived]:
    """A file of answers; an archive is unpacked to a sheet with codes that goes again afterwards. Raises Invalid."""
    if not file.head.startswith(b"PK\x03\x04") or not _is_archive(file.path):
        yield file
        return
    with _packed(file.path) as archive, room() as folder:
        sheet = folder / "responses.csv"
        scratch_csv(sheet, _rows(archive))
        with sheet.open("rb") as begun:
            head = begun.read(4096)
        yield Arrived(str(sheet), Path(file.name).with_suffix(".csv").name, head)


def _is_archive(path: str) -> bool:
    """Workbooks are packed as well."""
    with _packed(path) as archive:
        return any(name.lower().endswith((".lss", ".lsr")) for name in archive.namelist())


@contextmanager
def _packed(source: str | io.BytesIO) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            unpacked = max((part.file_size for part in parts), default=0)
            packed = max(sum(part.compress_size for part in parts), 1)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(SMALL, packed * MOST_TIMES):
                raise Invalid("The archive unpacks to more than it can hold.", code="file_too_large", hint=HINT)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Invalid(
            phrase("The archive cannot be unpacked: {error}", error=error), code="unreadable_file", hint=HINT
        ) from error


def _named(archive: zipfile.ZipFile, ending: str) -> str:
    found = sorted(name for name in archive.namelist() if name.lower().endswith(ending))
    if not found:
        raise Invalid(phrase("The archive holds no {ending}.", ending=ending), code="unreadable_file", hint=HINT)
    return found[0]


def _survey_in(archive: zipfile.ZipFile) -> bytes:
    """The LSS; no more of it is read than a survey may have."""
    with archive.open(_named(archive, ".lss")) as part:
        return part.read(LARGEST + 1)


def _rows(archive: zipfile.ZipFile) -> Iterator[list[Any]]:
    columns = Columns(tables_of(_survey_in(archive)))
    fields: list[str] = []
    with archive.open(_named(archive, "responses.lsr")) as stream:
        for row in response_rows(stream):
            if isinstance(row, list):
                fields = list(dict.fromkeys(row))
                yield _told_apart([columns.name_of(field) for field in fields])
            else:
                yield [row.get(field, "") for field in fields]


def _told_apart(names: list[str]) -> list[str]:
    """Two columns never have one name."""
    return [name if name not in names[:place] else f"{name} ({place})" for place, name in enumerate(names)]
